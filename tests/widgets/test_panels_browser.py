"""Four panels on one page, which comes by plain http as in a classroom: an exercise by keyboard alone, and lost messages.

Between a real Chromium and a real kernel messages get lost; the panels recover by themselves.
"""

import re

import pytest
from browsing import (
    HOST,
    IDLE,
    axe_faults,
    complaints,
    go_to_tab,
    heard_page,
    hung,
    losing,
    opened_notebook,
    written_notebook,
)
from playwright.sync_api import expect

from senet_lab.gatelens.messages import TABS

pytestmark = pytest.mark.slow

CELL = """from senet_lab import Architecture, Exercise, Explorer, Trainer, pretrained
from senet_lab import GateLens

pretrained.names = lambda: ()  # a lens that loads nothing
explorer = Explorer()
display(explorer, Exercise("paths-grouped-weights"), Trainer(), GateLens())
"""
TRAINER = "from senet_lab import Trainer; Trainer()"
DAMAGED = "explorer.shown = {**explorer.shown, 'controls': None}"
# Functions in JavaScript of a direction and a message: for how many milliseconds it is held back.
IS_IDLE = "m.content.execution_state === 'idle' && m.parent_header.msg_type === 'comm_msg'"
ASKED = "d === 'out' && m.content.data?.content?.view && m.content.data.content"
ANSWERED = "d === 'in' && Object.values(m.content.data?.state ?? {}).find((each) => each?.answered)?.answered"
FAULTS = {
    "idle lost": f"(d, m) => ({IS_IDLE} ? Infinity : 0)",
    "idle late": f"(d, m) => ({IS_IDLE} ? 1500 : 0)",
    "message lost": f"(d, m) => (({ASKED}) && isFirst(`${{m.content.data.content.view}} ${{m.content.data.content.number}}`) ? Infinity : 0)",
    "answer lost": f"(d, m) => (({ANSWERED}) && isFirst(JSON.stringify({ANSWERED})) ? Infinity : 0)",
}
ALL = f"(d, m) => (({ASKED}) ? Infinity : 0)"


@pytest.fixture(scope="module")
def page(browser, lab, workplace):
    """The four panels; a browser hides part of its interface from plain http, crypto.randomUUID for one."""
    written_notebook(workplace / "panels.ipynb", CELL, DAMAGED)
    written_notebook(workplace / "below.ipynb", "print('line\\n' * 40)", TRAINER, "1")
    page = heard_page(browser)
    page.set_default_timeout(15_000)
    opened_notebook(page, lab.replace("127.0.0.1", HOST), f"{workplace.name}/panels.ipynb")
    assert page.evaluate("isSecureContext") is False
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".sn-lens").wait_for(timeout=60_000)
    page.get_by_text(IDLE).wait_for(timeout=60_000)
    return page


def parameters(page):
    return page.locator("[data-figure=params]")


def explorer_answers(page):
    slider = page.get_by_role("slider", name="Ratio")
    for key, params in (("ArrowLeft", "30,058,792"), ("ArrowLeft", "35,088,680"), ("Home", "45,148,456")):
        slider.press(key)
        expect(parameters(page)).to_contain_text(params)
    for params in ("35,088,680", "30,058,792", "27,543,848"):
        page.keyboard.press("Control+z")
        expect(parameters(page)).to_contain_text(params)


def exercise_answers(page):
    exercise = page.locator(".sn-exercise")
    field, status = exercise.get_by_role("textbox"), exercise.get_by_role("status")
    before = tries(page)
    for number, (answer, words) in enumerate(
        (("590 k", "sees all channels"), ("17", "Too small"), ("590 k", "sees all channels")), before + 1
    ):
        field.fill(answer)
        field.press("Enter")
        expect(page.locator(".sn-tries")).to_contain_text(f"{number} tr")
        expect(status).to_contain_text(words)


def tries(page):
    words = page.locator(".sn-tries").text_content()
    return int(re.search(r"(\d+) tr|$", words)[1] or 0)


def trainer_answers(page):
    trainer = page.locator(".sn-trainer")
    field, alert = trainer.get_by_role("textbox", name="Epochs"), trainer.locator("[data-part=error]")
    for typed, words in (("many", "not 'many'"), ("12", ""), ("more", "not 'more'"), ("10", "")):
        field.fill(typed)
        field.press("Enter")
        expect(alert).to_have_text(re.compile(words) if words else "")


def lens_answers(page):
    lens = page.locator(".sn-lens")
    for name in TABS[::-1]:
        lens.get_by_role("tab", name=name).click()
        expect(lens.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


PANELS = {
    "Explorer": explorer_answers, "Exercise": exercise_answers, "Trainer": trainer_answers, "GateLens": lens_answers,
}  # fmt: skip


def silences(page):
    return page.get_by_role("alert").filter(has_text="is not responding")


@pytest.fixture
def exercise(page):
    return page.locator(".sn-exercise").first


def test_an_answer_is_marked_in_words_and_nothing_jumps(page, exercise):
    """Before anything else is asked, while there is no answer yet."""
    field, status = exercise.get_by_role("textbox", name="Your answer"), exercise.get_by_role("status")
    height = exercise.bounding_box()["height"]
    field.focus()
    page.keyboard.type("590 k")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Not yet. That is a convolution that sees all channels")
    expect(field).to_be_focused()
    expect(field).to_have_value("590 k")
    field.fill("about a dozen")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("'about a dozen' cannot be read as one number; try a number, such as 1.23 M")
    assert exercise.bounding_box()["height"] == height


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_answers_each_move_once_though_messages_get_lost(page, panel, fault):
    with losing(page, FAULTS[fault]) as lost:
        PANELS[panel](page)
        expect(silences(page)).to_have_count(0)
        # The kernel is idle only after the answer that was seen. To look at each frame has the page draw all of them.
        page.wait_for_function("window.lost.length >= 3", polling=100)
    assert len(lost) >= 3


@pytest.mark.parametrize("panel", PANELS)
def test_a_kernel_that_cannot_be_reached_is_said_and_what_was_asked_is_answered_once_when_it_can(page, panel):
    """Nothing gets through for longer than the page tries by itself; what the person does then is a reason to try."""
    before = tries(page)
    with losing(page, ALL) as lost:
        ask = {
            "Explorer": lambda: page.get_by_role("slider", name="Ratio").press("ArrowLeft"),
            "Exercise": lambda: page.locator(".sn-exercise [data-do=check]").press("Enter"),
            "Trainer": lambda: page.locator(".sn-trainer select").first.select_option(index=2),
            "GateLens": lambda: page.locator(".sn-lens").get_by_role("tab", name=TABS[1]).click(),
        }[panel]
        ask()
        expect(silences(page)).to_have_count(1)
        page.wait_for_timeout(500)
    assert len({(each["content"]["data"]["content"]["number"]) for each in lost}) == 1
    assert len(lost) == 4
    {"Explorer": lambda: page.keyboard.press("ArrowLeft"), "Exercise": ask}.get(panel, ask)()
    expect(silences(page)).to_have_count(0)
    if panel == "Explorer":
        expect(parameters(page)).to_contain_text("35,088,680")
    if panel == "Exercise":
        expect(page.locator(".sn-tries")).to_contain_text(f"{before + 1} tr")


def test_fifty_moves_of_a_slider_on_a_kernel_that_hangs_are_two_messages(page):
    """The one that is under way, and after it the newest."""
    expect(silences(page)).to_have_count(0)
    with losing(page, ALL) as lost:
        slider = page.get_by_role("slider", name="Ratio")
        slider.evaluate("""(slider) => {
          for (let move = 0; move < 50; move += 1) {
            slider.value = move % 6;
            slider.dispatchEvent(new Event("input"));
          }
        }""")
        page.wait_for_timeout(1000)
    first = [each["content"]["data"]["content"] for each in lost]
    assert {(each["number"], each["moves"]["ratio"]) for each in first} == {
        (first[0]["number"], first[0]["moves"]["ratio"])
    }
    with losing(page, f"(d, m) => (({ASKED}) && lost.push(m), 0)") as sent:
        expect(parameters(page)).to_contain_text("35,088,680")
        expect(slider).to_have_attribute("aria-valuetext", "4")
        page.wait_for_timeout(2500)
    assert {each["content"]["data"]["content"]["number"] for each in sent} == {
        first[0]["number"],
        first[0]["number"] + 1,
    }


def test_a_double_click_and_a_press_on_a_kernel_that_hangs_are_one_try(page, exercise):
    tries, check = exercise.locator(".sn-tries"), exercise.get_by_role("button", name="Check")
    before = int(re.search(r"(\d*) tr|$", tries.text_content())[1] or 0)
    exercise.get_by_role("textbox").fill("17")
    check.dblclick()
    expect(tries).to_contain_text(f"{before + 1} tr")
    with hung(page):
        check.press("Enter")
        expect(exercise.get_by_role("alert")).to_contain_text("is not responding", timeout=30_000)
        check.press("Enter")
    expect(exercise.get_by_role("alert")).to_be_hidden(timeout=30_000)
    check.press("Enter")  # what comes after the answers is an answer to all of them
    expect(tries).to_contain_text(f"{before + 3} tries")


def test_hints_and_solution_are_reached_with_tab(page, exercise):
    status = exercise.get_by_role("status")
    exercise.get_by_role("textbox").focus()
    page.keyboard.press("Tab")
    expect(exercise.get_by_role("button", name="Check")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    hints = exercise.get_by_role("list", name="Hints").get_by_role("listitem")
    expect(hints).to_have_count(1)  # what the notebook shows is asked by a learner of its own
    expect(exercise.get_by_role("button", name="Hint (2 left)")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(status).to_contain_text("Answer: 18,432 weights.")


def test_a_right_answer_is_said_and_counted(page, exercise):
    exercise.get_by_role("textbox").fill("18,432")
    page.keyboard.press("Enter")
    expect(exercise.get_by_role("status")).to_contain_text("Right. It is 18,432 weights.")
    expect(exercise).to_contain_text("solved after the solution")


def test_letters_typed_into_the_field_are_no_commands_of_jupyterlab(page, exercise):
    cells = page.locator(".jp-Cell").count()
    exercise.get_by_role("textbox").fill("")
    exercise.get_by_role("textbox").focus()
    page.keyboard.type("abdd")
    expect(exercise.get_by_role("textbox")).to_have_value("abdd")
    assert page.locator(".jp-Cell").count() == cells


def test_axe_finds_nothing_in_an_exercise(page, exercise):
    exercise.scroll_into_view_if_needed()
    assert axe_faults(page, ".sn-exercise") == []


def test_code_is_copied_where_http_is_no_secure_context(page):
    explorer = page.locator(".sn-instrument")
    explorer.get_by_role("button", name="Start over").press("Enter")
    expect(parameters(page)).to_contain_text("27,543,848")
    go_to_tab(page, ".sn-instrument", "Code")
    explorer.get_by_role("button", name="Copy", exact=True).press("Enter")
    expect(explorer.get_by_role("button", name="Copied")).to_be_visible()
    field = explorer.get_by_role("textbox", name="Ratio")
    field.fill("")
    page.keyboard.press("Control+V")
    assert field.input_value().startswith("from keras import")


def test_nothing_goes_wrong_on_the_console(page):
    jupyterlabs_own = ("warning", "Clipboard API not available")  # by plain http
    assert [said for said in complaints(page) if said != jupyterlabs_own] == []


def test_an_answer_that_cannot_be_drawn_is_said_and_the_next_one_is_drawn(page):
    """After the test of the console, which is told as well."""
    page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    alert = page.locator(".sn-instrument [data-part=error]")
    expect(alert).to_contain_text("Couldn\u2019t show the kernel\u2019s answer")
    page.get_by_role("slider", name="Ratio").press("Home")
    expect(parameters(page)).to_contain_text("45,148,456")
    expect(alert).to_be_hidden()


def test_a_kernel_that_is_gone_is_noticed_and_the_answer_stays(page, exercise):
    """After the others, since it ends the kernel."""
    page.locator("[title*='Restart the kernel']").first.click()
    page.locator(".jp-Dialog button", has_text="Restart").click()
    exercise.get_by_role("textbox").fill("18,000")
    exercise.get_by_role("textbox").press("Enter")
    expect(exercise.get_by_role("alert")).to_contain_text("Python is not responding", timeout=10_000)
    expect(exercise.get_by_role("textbox")).to_have_value("18,000")


def test_shift_enter_leaves_the_top_of_a_new_panel_in_sight(page):
    """Last, since it leaves the notebook. JupyterLab scrolls to the cell that it selects, the one below the panel."""
    page.locator(".jp-DirListing-item", has_text="below.ipynb").dblclick()
    notebook = page.locator(".jp-NotebookPanel:visible").filter(has_text="Trainer()")
    notebook.get_by_text("Python 3 (ipykernel)").wait_for()
    page.get_by_text(IDLE).wait_for(timeout=60_000)
    notebook.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    trainer = notebook.locator(".sn-trainer")
    trainer.wait_for(timeout=60_000)
    page.wait_for_timeout(1000)  # in which JupyterLab scrolls
    top = trainer.bounding_box()["y"] - notebook.locator(".jp-WindowedPanel-outer").bounding_box()["y"]
    assert 0 <= top < 100
