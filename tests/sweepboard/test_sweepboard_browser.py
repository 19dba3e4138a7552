"""The panel of a sweep in real Chromium and real JupyterLab: read, chosen and followed by keyboard, in any width."""

import re
from urllib.parse import urlsplit

import pytest
from browsing import (
    axe_faults,
    complaints,
    cut_off,
    heard_page,
    hosts,
    keep_picture,
    opened_notebook,
    set_theme,
    written_notebook,
)
from playwright.sync_api import expect
from runs import checkpointed, finished_sweep

pytestmark = pytest.mark.slow

CELL = "from senet_lab import SweepBoard\nSweepBoard('sweeps/ratio')"
LONG = 60_000
ACCURACIES = {None: (0.610, 0.614, 0.606), 16: (0.613, 0.612, 0.609), 8: (0.631, 0.634, None)}
PANEL = ".sn-sweep"
NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture(scope="module")
def page(browser, lab, workplace):
    """A notebook that shows a sweep of which a run has failed and one is missing."""
    written_notebook(workplace / "sweep.ipynb", CELL)
    sweep = finished_sweep(workplace / "sweeps" / "ratio", ACCURACIES, ratio_16_seed_2="failed")
    checkpointed(sweep.cells[2].run)
    page = heard_page(browser)
    page.set_default_timeout(15_000)
    opened_notebook(page, lab, f"{workplace.name}/sweep.ipynb")
    page.locator(".jp-CodeCell .cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.get_by_role("grid", name="Runs").wait_for(timeout=LONG)
    return page


def conclusion(page):
    return page.locator(f"{PANEL} [data-part=conclusion]")


def square(page, name):
    return page.get_by_role("button", name=name).and_(page.locator("button.sn-square"))


def select(page, name):
    """Select a run, whatever earlier tests have selected."""
    if square(page, name).get_attribute("aria-pressed") != "true":
        square(page, name).click()
    expect(square(page, name)).to_have_attribute("aria-pressed", "true")


def test_the_conclusion_appears_once_scipy_is_loaded(page):
    expect(conclusion(page)).to_contain_text("Ratio 8 is 2.1 points above ratio none", timeout=LONG)
    expect(page.locator(f"{PANEL} .sn-band")).to_have_count(1)


def test_a_run_is_selected_by_keyboard_in_the_squares_and_opens_its_line(page):
    square(page, "ratio none, seed 0").focus()
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowLeft", "ArrowUp", "ArrowDown", "Home"):
        page.keyboard.press(key)
    expect(square(page, "ratio 8, seed 0: finished, 63.1%")).to_be_focused()
    page.keyboard.press("Enter")
    expect(square(page, "ratio 8, seed 0")).to_have_attribute("aria-pressed", "true")
    expect(square(page, "ratio 8, seed 0")).to_be_focused()
    expect(page.locator(f"{PANEL} .sn-code")).to_contain_text('GateLens.of_run("sweeps/ratio/ratio-8-seed-0")')


def test_a_circle_is_selected_by_keyboard_as_its_square_is(page):
    select(page, "ratio 8, seed 0")
    circle = page.locator(f"{PANEL} [data-part=plots] .sn-node[tabindex='0'][data-path='ratio-8-seed-0']")
    circle.scroll_into_view_if_needed()
    page.evaluate(NEXT_FRAME)  # which reports the scrolling, and that hides tooltips
    circle.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tooltip")).to_have_text("ratio 16, seed 0: finished, 61.3%")
    page.keyboard.press("Enter")
    expect(square(page, "ratio 16, seed 0")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(f"{PANEL} .sn-node:focus")).to_have_attribute("data-path", "ratio-16-seed-0")


def test_the_gates_of_the_selected_run_open_below(page):
    select(page, "ratio 8, seed 0")
    expect(page.locator("[data-part=run]")).to_contain_text("ratio 8, seed 0")  # before, the button is for another run
    page.get_by_role("button", name="Show gates").press("Enter")
    expect(page.get_by_role("group", name="Gates of the run")).to_be_focused(timeout=LONG)


def test_another_reference_changes_the_conclusion(page):
    page.get_by_role("combobox", name="Reference").select_option("ratio 8")
    expect(conclusion(page)).to_contain_text("Ratio none is 2.1 points below ratio 8")
    page.get_by_role("radio", name="Multiply-adds").check(force=True)
    expect(page.get_by_role("img", name=re.compile("^Mean accuracy against multiply-adds"))).to_be_visible()


def test_changes_in_the_folder_are_followed(page, workplace, tmp_path):
    finished_sweep(tmp_path / "other", {None: (0.6,) * 3, 16: (0.6,) * 3, 8: (0.6, 0.6, 0.63)})
    (tmp_path / "other" / "ratio-8-seed-2").rename(workplace / "sweeps" / "ratio" / "ratio-8-seed-2")
    expect(square(page, "ratio 8, seed 2: finished, 63.0%")).to_be_visible(timeout=LONG)
    expect(page.locator(f"{PANEL} [data-figure=runs]")).to_contain_text("8 of 9")


@pytest.mark.parametrize(("theme", "widths"), [("light", (1000, 788, 358)), ("dark", (358, 1000))])
def test_page_has_nothing_cut_off_in_any_width_and_passes_axe(page, theme, widths):
    """The widths of the panel where a page is 1440, 820 and 390 wide; JupyterLab itself needs more than 390."""
    set_theme(page, theme)
    page.set_viewport_size({"width": 1440, "height": 900})
    for width in widths:
        page.locator(PANEL).evaluate("(panel, width) => { panel.parentElement.style.width = `${width}px`; }", width)
        keep_picture(page, f"sweep_{theme}_{width}", page.locator(PANEL))
        assert cut_off(page, PANEL) == []
        assert axe_faults(page, PANEL, theme) == []
    set_theme(page, "light")


def test_page_contacts_no_other_host_and_logs_no_error(page, lab):
    assert hosts(page) == {urlsplit(lab).netloc}
    assert complaints(page) == []
