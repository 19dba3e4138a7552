"""The course as it is walked: from link to link in a real JupyterLab, each lesson run, its first panel by keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import ARTEFACTS, IDLE, complaints, heard_page, opened_notebook
from playwright.sync_api import expect
from servers import TOKEN, lab_served

from notebooks import NOTEBOOKS

pytestmark = pytest.mark.slow

START, *REST = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
LONG = 120_000  # milliseconds that a lesson may take, on a machine that is busy
# What JupyterLab says of itself: where the machine is busy, and where a notebook that runs is not the one in sight
# or is left before it has heard of its debugger.
ITS_OWN = ("Plugin ", "[Violation]", "Item with index", "Could not restore the debugger state: Canceled future")
SERIOUS = ("serious", "critical")


class Course:
    """One JupyterLab with a tab a lesson, opened by the links of the first; the next one runs while one is looked at."""

    def __init__(self, page, url):
        self.page, self.url, self.running = page, url, []
        opened_notebook(page, url, f"{START}.ipynb")

    def choose(self, name):
        self.page.locator("#jp-main-dock-panel").get_by_role("tab", name=f"{name}.ipynb").click()
        return self.page.locator(".jp-NotebookPanel:visible")

    def run(self, name):
        """Open it, and run it from top to bottom; comes back while it runs."""
        if name in self.running:
            return
        self.running.append(name)
        panel = self.choose(START)
        if name != START:
            panel.locator(f"a[href*='{name}.ipynb']").last.click()
            self.page.get_by_role("tab", name=f"{name}.ipynb").wait_for()
            self.page.get_by_text(IDLE).wait_for(timeout=60_000)
        self.command("Edit", "Clear Outputs of All Cells")
        self.command("Run", "Run All Cells")

    def command(self, menu, words):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.get_by_role("menuitem", name=words, exact=True).click()

    def finished(self, name):
        """Its panel, when all has run that could."""
        panel = self.choose(name)
        last = prompts(panel).last.filter(has_text=re.compile(r"\d"))
        expect(faults(panel).or_(last).first).to_be_attached(timeout=LONG)
        return panel

    def leave(self, name):
        """Its memory is the next one's."""
        head = {"Authorization": f"token {TOKEN}"}
        for session in self.page.request.get(f"{self.url}/api/sessions", headers=head).json():
            if session["path"] == f"{name}.ipynb":
                self.page.request.delete(f"{self.url}/api/sessions/{session['id']}", headers=head)


def prompts(panel):
    return panel.locator(".jp-CodeCell .jp-InputPrompt")


def faults(panel):
    return panel.locator(".jp-OutputArea-output").and_(
        panel.locator("[data-mime-type*=error], [data-mime-type*=stderr]")
    )


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own: what another page has saved in a notebook may have views of widgets that are no more."""
    with lab_served(tmp_path_factory.mktemp("course")) as url:
        yield url


@pytest.fixture(scope="module")
def course(browser, lab):
    page = heard_page(browser)
    page.set_default_timeout(15_000)
    return Course(page, lab)


def an_explorer_answers(_, panel):
    slider = panel.get_by_role("slider", name="Ratio")
    before = panel.locator("[data-figure=params]").first.text_content()
    slider.first.press("ArrowLeft")
    expect(panel.locator("[data-figure=params]").first).not_to_have_text(before)


def an_exercise_answers(page, panel):
    exercise = panel.locator(".sn-exercise").first
    exercise.get_by_label("Your answer").focus()
    page.keyboard.type("1")
    exercise.get_by_role("button", name="Check").press("Enter")
    expect(exercise.get_by_role("status")).to_have_text(re.compile(r"(Right|Nearly|Wrong|Not an answer yet)\. .+"))


def a_trainer_answers(_, panel):
    field = panel.get_by_role("textbox", name="Batch", exact=True).first
    field.fill("many")
    field.press("Enter")
    expect(panel.get_by_role("alert").first).to_contain_text("Batch must be a whole number, not 'many'; it stays ")


def a_lens_answers(page, panel):
    tab = panel.get_by_role("tab", selected=True).first
    tab.focus()
    page.keyboard.press("ArrowRight")
    expect(panel.locator(".sn-lens [role=tab]").nth(1)).to_have_attribute("aria-selected", "true")


ANSWERS = {"sn-lens": a_lens_answers, "sn-trainer": a_trainer_answers, "sn-explorer": an_explorer_answers,
           "sn-exercise": an_exercise_answers}  # fmt: skip
# What the course puts on the page; the rest is JupyterLab's, whose editors have no names.
OURS = [[f".jp-NotebookPanel:not(.lm-mod-hidden) .jp-{kind}"] for kind in ("RenderedMarkdown", "OutputArea")]


@pytest.mark.parametrize("name", [START, *REST])
def test_a_lesson_runs_from_top_to_bottom_and_its_first_panel_answers(course, name):
    page, following = course.page, dict(zip((START, *REST), REST, strict=False))
    course.run(name)
    if name in following:
        course.run(following[name])
    panel = course.finished(name)
    assert faults(panel).all_text_contents() == []
    counts = prompts(panel).all_text_contents()
    assert counts == [f"[{number}]:" for number in range(1, len(counts) + 1)]
    first = panel.locator(", ".join(f".{kind}" for kind in ANSWERS)).first
    first.scroll_into_view_if_needed()
    next(answers for kind, answers in ANSWERS.items() if kind in first.get_attribute("class"))(page, panel)
    ARTEFACTS.mkdir(exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"lesson_{name}.png")
    found = Axe().run(page, context={"include": OURS}, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(each["id"], each["nodes"]) for each in found if each["impact"] in SERIOUS] == []
    assert [said for said in complaints(page) if not said[1].startswith(ITS_OWN)] == []
    page.said.clear()
    course.leave(name)
