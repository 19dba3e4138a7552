"""The course as it is walked: from link to link in a real JupyterLab, the panels of each lesson by keyboard.

The notebooks are tests themselves, in which every cell is run; here only the cells that panels need are.
"""

import ast
import re

import pytest
from browsing import IDLE, axe_faults, complaints, heard_page, keep_picture, opened_notebook
from lesson_files import read_lesson
from playwright.sync_api import expect
from servers import TOKEN

from senet_lab.serving.notebooks import notebooks_folder

pytestmark = pytest.mark.slow

START, *REST = sorted(path.stem for path in notebooks_folder().glob("*.ipynb"))
LONG = 120_000  # milliseconds that a lesson may take, on a machine that is busy
# What JupyterLab says of itself: where the machine is busy, and where a notebook that runs is not the one in sight
# or is left before it has heard of its debugger.
ITS_OWN = ("Plugin ", "[Violation]", "Item with index", "Could not restore the debugger state: Canceled future")
SERIOUS = ("serious", "critical")


class Course:
    """One JupyterLab with a tab a lesson, opened by the links of the first."""

    def __init__(self, page, url):
        self.page, self.url = page, url
        opened_notebook(page, url, f"{START}.ipynb")

    def choose(self, name):
        self.page.locator("#jp-main-dock-panel").get_by_role("tab", name=f"{name}.ipynb").click()
        return self.page.locator(".jp-NotebookPanel:visible")

    def run(self, name):
        """Open it, run the cells that its panels need, and return what shows it when they have run."""
        if name != START:
            self.choose(START).locator(f"a[href*='{name}.ipynb']").last.click()
            self.page.get_by_role("tab", name=f"{name}.ipynb").wait_for()
            self.page.get_by_text(IDLE).wait_for(timeout=60_000)
        panel, numbers = self.choose(name), cells_for_panels(name)
        for number in numbers:
            prompts(panel).nth(number).click()
            self.page.keyboard.press("Control+Enter")
        for count, number in enumerate(numbers, 1):
            expect(faults(panel).or_(prompts(panel).nth(number).filter(has_text=f"[{count}]:")).first).to_be_attached(
                timeout=LONG
            )
        return panel

    def leave(self, name):
        """Close it, and end its kernel: its memory is the next one's, and a smaller page is laid out faster."""
        if name != START:
            tab = self.page.locator("#jp-main-dock-panel").get_by_role("tab", name=f"{name}.ipynb")
            tab.locator(".lm-TabBar-tabCloseIcon").click()
            self.page.get_by_role("button", name="Discard").click()
            expect(tab).to_have_count(0)
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
    expect(exercise.get_by_role("status")).to_have_text(re.compile(r"(Right|Nearly|Not yet|Not an answer yet)\. .+"))


def a_trainer_answers(_, panel):
    field = panel.get_by_role("textbox", name="Batch size", exact=True).first
    field.fill("many")
    field.press("Enter")
    expect(panel.get_by_role("alert").first).to_contain_text(
        "Batch size must be a whole number, not 'many'; it remains "
    )


def a_lens_answers(page, panel):
    tab = panel.get_by_role("tab", selected=True).first
    tab.focus()
    page.keyboard.press("ArrowRight")
    expect(panel.locator(".sn-lens [role=tab]").nth(1)).to_have_attribute("aria-selected", "true", timeout=LONG)


PANELS = {"Exercise": an_exercise_answers, "Explorer": an_explorer_answers, "Trainer": a_trainer_answers,
          "GateLens": a_lens_answers}  # fmt: skip


def trees_of(name):
    """The code cells of a lesson's copy, parsed."""
    notebook = read_lesson(notebooks_folder() / f"{name}.ipynb")
    return [ast.parse(cell.source) for cell in notebook.cells if cell.cell_type == "code"]


def panels_in(tree):
    """The kinds of panels that a cell makes."""
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return called & PANELS.keys()


def names_in(tree, context):
    """The names that a cell reads (ast.Load), or assigns, imports and defines (ast.Store)."""
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
    if context is ast.Store:
        found |= {node.asname or node.name for node in ast.walk(tree) if isinstance(node, ast.alias)}
        found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return found


def cells_for_panels(name):
    """The numbers of the code cells of a lesson that make a panel, and of those that they build on."""
    trees = trees_of(name)
    needed = [number for number, tree in enumerate(trees) if panels_in(tree)]
    for number in needed:  # which grows meanwhile
        for read in names_in(trees[number], ast.Load):
            makers = [before for before in range(number) if read in names_in(trees[before], ast.Store)]
            needed += [maker for maker in makers[-1:] if maker not in needed]
    return sorted(needed)


# What the course puts on the page; the rest is JupyterLab's, whose editors have no names.
OURS = [[f".jp-NotebookPanel:not(.lm-mod-hidden) .jp-{kind}"] for kind in ("RenderedMarkdown", "OutputArea")]


@pytest.mark.parametrize("name", [START, *REST])
def test_a_lesson_opens_and_its_panels_answer(course, name):
    page = course.page
    panel = course.run(name)
    assert faults(panel).all_text_contents() == []
    for kind in sorted(set().union(*map(panels_in, trees_of(name)))):
        PANELS[kind](page, panel)
    keep_picture(page, f"lesson_{name}")
    assert [fault for fault in axe_faults(page, {"include": OURS}) if fault[1] in SERIOUS] == []
    assert [said for said in complaints(page) if not said[1].startswith(ITS_OWN)] == []
    page.said.clear()
    course.leave(name)


def test_answers_of_a_lesson_are_folded_until_they_are_asked_for(course):
    panel = course.run("01_explore")
    fold = panel.locator("details", has_text="Half the ratio means twice the parameters").first
    answer = fold.get_by_text("5,029,888")
    expect(answer).to_be_hidden()
    fold.get_by_text("Look", exact=True).click()
    expect(answer).to_be_visible()
    folded = panel.locator(".jp-CodeCell", has=course.page.locator(".jp-InputPlaceholder"))
    expect(folded).to_have_count(1)
    expect(panel.get_by_text("by_hand")).to_have_count(0)
    fold.click(position={"x": 200, "y": 40})
    course.page.keyboard.press("Shift+Enter")
    course.page.keyboard.press("Control+Enter")  # it runs, although its code is not shown
    expect(folded.locator(".jp-OutputArea-output").first).to_be_visible(timeout=LONG)
    course.leave("01_explore")
