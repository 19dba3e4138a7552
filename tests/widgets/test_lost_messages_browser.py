"""Panels whose messages get lost between a real Chromium and a real kernel: they recover by themselves."""

import re

import pytest
from browsing import IDLE, complaints, heard_page, losing, opened_notebook, written_notebook
from playwright.sync_api import expect
from servers import lab_served

pytestmark = pytest.mark.slow

CELL = """from senet_lab import Architecture, Exercise, Explorer, Trainer, pretrained
from senet_lab import GateLens

pretrained.names = lambda: ()  # a lens that loads nothing
explorer = Explorer()
display(explorer, Exercise("ratio-4-params"), Trainer(), GateLens())
"""
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
def page(browser, tmp_path_factory):
    home = tmp_path_factory.mktemp("lost")
    written_notebook(home / "notebooks" / "lost.ipynb", CELL, DAMAGED)
    with lab_served(home) as url:
        page = heard_page(browser)
        page.set_default_timeout(15_000)
        opened_notebook(page, url, "lost.ipynb")
        page.locator(".jp-CodeCell").first.click()
        page.keyboard.press("Shift+Enter")
        page.locator(".sn-lens").wait_for(timeout=60_000)
        page.get_by_text(IDLE).wait_for(timeout=60_000)
        yield page


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
    for number, (answer, words) in enumerate((("10 M", "Nearly"), ("17", "Wrong"), ("10 M", "Nearly")), before + 1):
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
    for name in ("Depth", "Spread", "Curves"):
        lens.get_by_role("tab", name=name).click()
        expect(lens.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


PANELS = {
    "Explorer": explorer_answers, "Exercise": exercise_answers, "Trainer": trainer_answers, "GateLens": lens_answers,
}  # fmt: skip


def silences(page):
    return page.get_by_role("alert").filter(has_text="has not answered")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("panel", PANELS)
def test_a_panel_answers_each_move_once_though_messages_get_lost(page, panel, fault):
    with losing(page, FAULTS[fault]) as lost:
        PANELS[panel](page)
        expect(silences(page)).to_have_count(0)
        page.wait_for_function("window.lost.length >= 3")  # the kernel is idle only after the answer that was seen
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
            "GateLens": lambda: page.locator(".sn-lens").get_by_role("tab", name="Depth").click(),
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


def test_nothing_goes_wrong_on_the_console(page):
    assert complaints(page) == []


def test_an_answer_that_cannot_be_drawn_is_said_and_the_next_one_is_drawn(page):
    """After the test of the console, which is told as well."""
    page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    alert = page.locator(".sn-instrument [data-part=error]")
    expect(alert).to_contain_text("The page could not show what came from the kernel")
    page.get_by_role("slider", name="Ratio").press("Home")
    expect(parameters(page)).to_contain_text("45,148,456")
    expect(alert).to_be_hidden()
