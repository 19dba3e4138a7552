"""A person's first minutes: real Chromium, real JupyterLab, the first notebook, the keyboard."""

import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import (
    axe_faults,
    complaints,
    cut_off,
    go_to_tab,
    heard_page,
    hosts,
    keep_picture,
    opened_notebook,
    set_theme,
)
from playwright.sync_api import expect

from senet_lab import Architecture
from senet_lab.explorer.state import TABS
from senet_lab.export import FORMS, code, text_of

pytestmark = pytest.mark.slow

FIRST = Architecture("resnext", 50)


@pytest.fixture(scope="module")
def page(browser, lab, workplace):
    """A copy of the first notebook with its first cell run; everything that the page asked and said is kept."""
    shutil.copy(workplace.parent / "01_explore.ipynb", workplace)
    page = heard_page(browser, permissions=["clipboard-read", "clipboard-write"])
    page.set_default_timeout(8000)
    opened_notebook(page, lab, f"{workplace.name}/01_explore.ipynb")
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.get_by_role("group", name="Meta-parameters").wait_for(timeout=60_000)
    return page


def parameters(page):
    return page.locator("[data-figure=params]")


def press(page, role, name):
    """By keyboard alone."""
    page.get_by_role(role, name=name, exact=True).first.focus()
    page.keyboard.press("Enter")


def go_to(page, tab):
    go_to_tab(page, ".sn-explorer", tab)
    expect(page.get_by_role("tabpanel", name=tab, exact=True)).to_be_visible()


def start_over(page):
    press(page, "button", "Start over")
    expect(page.get_by_role("tab", name="Network", exact=True)).to_have_attribute("aria-selected", "true")
    expect(parameters(page)).to_contain_text("27,543,848")


def copied(page):
    return page.evaluate("navigator.clipboard.readText()")


def test_the_ratio_slider_moves_with_the_keyboard_and_the_parameters_follow(page):
    expect(parameters(page)).to_contain_text("27,543,848")
    slider = page.get_by_role("slider", name="Ratio")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(parameters(page)).to_contain_text("30,058,792")
    expect(slider).to_have_attribute("aria-valuetext", "8")
    expect(slider).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Ratio")).to_contain_text("parameters +2.51 M")
    page.keyboard.press("ArrowRight")
    expect(parameters(page)).to_contain_text("27,543,848")


def test_another_family_brings_the_sliders_of_its_rule_and_shows_its_groups_form(page):
    page.get_by_role("radio", name="RegNet", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("slider", name="Cardinality")).to_have_count(0)
    expect(page.get_by_text("neighbors with the same s form 4 groups")).to_be_visible()
    slider = page.get_by_role("slider", name="Width factor")
    slider.focus()
    page.keyboard.press("End")
    expect(page.get_by_text("neighbors with the same s form 3 groups")).to_be_visible()
    expect(slider).to_be_focused()
    keep_picture(page, "regnet")
    start_over(page)
    expect(page.get_by_role("slider", name="Cardinality")).to_be_visible()


def test_cardinality_shows_as_strands(page):
    page.get_by_role("slider", name="Cardinality").focus()
    page.keyboard.press("Home")
    expect(page.locator(".sn-strand")).to_have_count(0)
    page.keyboard.press("End")
    expect(page.locator(".sn-card")).to_contain_text("64 paths")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".sn-card")).to_contain_text("32 paths")


def test_nonsense_in_a_field_is_answered_beside_the_network_and_mended_in_place(page):
    field = page.get_by_role("textbox", name="Ratio")
    field.fill("sixteen")
    field.press("Enter")
    alert = page.get_by_role("alert").filter(has_text="ratio")
    expect(alert).to_have_text("Ratio must be a whole number, not 'sixteen'; it remains 16.")
    expect(field).to_have_value("sixteen")
    expect(parameters(page)).to_contain_text("27,543,848")
    field.fill("12")
    field.press("Enter")
    expect(alert).to_have_count(0)
    expect(parameters(page)).to_contain_text(re.compile("28,3"))
    field.fill("16")
    field.press("Enter")
    expect(parameters(page)).to_contain_text("27,543,848")


def test_a_resnet_has_no_paths_to_move_and_says_so(page):
    page.get_by_role("radio", name="ResNet", exact=True).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("slider", name="Cardinality")).to_be_disabled()
    expect(page.get_by_text("a ResNet has one path").first).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("slider", name="Cardinality")).to_be_enabled()


def test_a_drag_ends_at_its_last_value(page):
    slider = page.get_by_role("slider", name="Ratio")
    for _ in range(3):
        slider.press("Home")
        for _ in range(5):
            slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "64")
    expect(page.get_by_text("ratio 64 \u00b7")).to_be_visible()
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    expect(parameters(page)).to_contain_text("27,543,848")


def test_saving_works_from_a_slider(page):
    page.get_by_role("slider", name="Depth").focus()
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(1)
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    expect(page.get_by_role("slider", name="Depth")).to_be_focused()


def crumbs(page):
    return page.get_by_role("navigation", name="Where you are")


def test_one_goes_into_the_network_and_out_of_it_by_keyboard(page):
    start_over(page)
    node = page.locator(".sn-node[tabindex='0']").first
    node.focus()
    page.keyboard.press("Home")
    first = page.locator(".sn-node:focus")
    expect(first).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sn-node:focus")).to_have_count(1)
    page.locator(".sn-node[data-path='group3/block2']").first.focus()
    expect(page.get_by_role("tooltip")).to_contain_text("group 3")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sn-node:focus")).to_have_attribute("data-path", "group3/block3")
    page.keyboard.press("Enter")
    expect(crumbs(page)).to_contain_text("block 3")
    expect(page.locator(".sn-card h3")).to_have_text("group 3 \u00b7 block 3")
    expect(page.locator(".sn-node:focus")).to_have_attribute("data-path", "group3/block3")
    page.keyboard.press("Escape")
    expect(page.locator(".sn-card h3")).to_have_text("group 3")
    expect(page.locator("svg .sn-node:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(crumbs(page).get_by_role("button")).to_have_count(1)
    expect(page.locator("svg .sn-node:focus")).to_have_count(1)


def test_one_goes_into_squeeze_excite_and_back_by_the_breadcrumb(page):
    page.locator(".sn-node[data-path='group2/block1']").first.press("Enter")
    expect(page.locator(".sn-card h3")).to_have_text("group 2 \u00b7 block 1")
    page.locator(".sn-card .sn-node[data-path='group2/block1/se']").press("Enter")
    expect(crumbs(page).get_by_role("button")).to_have_count(4)
    expect(page.locator("svg .sn-node:focus")).to_have_count(1)
    crumbs(page).get_by_role("button", name="group 2", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sn-card h3")).to_have_text("group 2")
    expect(crumbs(page).get_by_role("button", name="group 2", exact=True)).to_be_focused()
    page.locator(".sn-node[data-path='group1/block1']").first.press("Enter")
    expect(page.locator(".sn-card h3")).to_have_text("group 1 \u00b7 block 1")


def test_the_code_of_a_part_is_shown_and_stays_while_a_slider_moves(page):
    summary = page.get_by_text("Code that builds this part")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sn-behind .sn-code")).to_be_visible()
    code_of_it = page.locator(".sn-behind .sn-code")
    expect(code_of_it).to_contain_text("projection_block(x, 128, 256")
    page.get_by_role("slider", name="Base width").press("ArrowLeft")
    expect(code_of_it).to_contain_text("projection_block(x, 96, 256")
    page.get_by_role("slider", name="Base width").press("ArrowRight")
    expect(code_of_it).to_contain_text("projection_block(x, 128, 256")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sn-behind .sn-code")).to_have_count(0)


def test_layers_are_sorted_and_filtered_and_stay_so_while_a_slider_moves(page):
    go_to(page, "Layers")
    rows = page.locator(".sn-layers tbody tr:visible")
    head = page.locator(".sn-layers thead button", has_text="Parameters")
    head.focus()
    page.keyboard.press("Enter")
    expect(head.locator("xpath=ancestor::th")).to_have_attribute("aria-sort", "descending")
    expect(rows.first).to_contain_text("2,097,152")
    page.get_by_role("searchbox", name="Filter").focus()
    page.keyboard.type("se_gate group3")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("65,536")
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(rows.first).to_contain_text("131,072")
    expect(rows).to_have_count(6)
    press(page, "button", "Copy as CSV")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    lines = copied(page).splitlines()
    assert len(lines) == 7
    assert lines[1].startswith("group3_block1_se_gate,group3,block1,dense,1x1x1024,,,1,131072,0,131072,1024,")
    expect(page.locator(".sn-tools output")).to_have_text("6 of 241 layers: 786,432 parameters")
    for order in ("ascending", "none"):  # a third time: as in the network
        head.press("Enter")
        expect(head.locator("xpath=ancestor::th")).to_have_attribute("aria-sort", order)
    page.get_by_role("searchbox", name="Filter").fill("nonsense")
    expect(page.locator(".sn-tools output")).to_have_text("No layers match. Change the filter.")
    page.get_by_role("searchbox", name="Filter").fill("")


def test_a_measured_accuracy_opens_its_numbers_and_its_network(page):
    go_to(page, "Trade-offs")
    point = page.get_by_role("button", name="ratio 4: 99.1%")
    point.click()
    numbers = page.locator("details", has_text="Numbers and source: Ratio, SE-ResNet-6, Gate task")
    expect(numbers.get_by_role("table").first).to_be_visible()
    numbers.get_by_role("button", name="Show this network").click()
    expect(page.get_by_role("heading", name="SE-ResNet-6")).to_be_visible()
    expect(page.get_by_role("button", name="ratio 4: 99.1% (96.5 to 100.0), this network")).to_be_visible()


def test_two_networks_are_compared_by_keyboard(page):
    start_over(page)
    press(page, "button", "Pin as A")
    expect(page.get_by_role("button", name="Unpin A")).to_be_focused()
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(parameters(page)).to_contain_text("+2.51 M vs A")
    go_to(page, "Compare")
    expect(page.locator(".sn-explorer [role=tabpanel]")).to_contain_text("From A to B: ratio 16 \u2192 8.")
    press(page, "button", "Swap")
    expect(page.locator(".sn-explorer [role=tabpanel]")).to_contain_text("From A to B: ratio 8 \u2192 16.")
    expect(parameters(page)).to_contain_text("\u22122.51 M vs A")
    press(page, "button", "Unpin A")
    expect(page.locator(".sn-explorer [role=tabpanel]")).to_contain_text("Pin this network as A")


def test_what_is_done_once_is_not_done_again_with_the_moves_after_it(page):
    """All of it in one go, faster than any answer."""
    start_over(page)
    page.evaluate("""() => {
      const press = (words) => [...document.querySelectorAll('.sn-actions button')].find((b) => b.textContent === words).click();
      const ratio = document.querySelector('[aria-label=Ratio]');
      const slide = (stop) => { ratio.value = stop; ratio.dispatchEvent(new Event('input')); };
      press('Pin as A'); slide(2); slide(1); press('Swap'); slide(0);
    }""")
    expect(page.get_by_role("slider", name="Ratio")).to_have_attribute("aria-valuetext", "2")
    expect(parameters(page)).to_contain_text("+10.06 M vs A")


def test_each_form_of_the_code_is_shown_and_copied(page):
    start_over(page)
    go_to(page, "Code")
    for form in FORMS:
        press(page, "button", form)
        expect(page.get_by_role("button", name=form)).to_have_attribute("aria-pressed", "true")
        expect(page.get_by_role("button", name=form)).to_be_focused()
        press(page, "button", "Copy")
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert copied(page).strip() == code(FIRST, form).strip()
        expect(page.get_by_role("button", name="Copy", exact=True)).to_be_visible()


def test_the_token_is_copied_and_leads_back(page):
    page.get_by_role("slider", name="Depth").press("ArrowRight")
    expect(page.locator(".sn h2")).to_contain_text("101")
    press(page, "button", "Copy token")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert copied(page) == Architecture("resnext", 101).token()
    expect(page.get_by_role("button", name="Copy token")).to_be_visible()
    start_over(page)
    page.locator("summary", has_text="Convention and groups").press("Enter")
    field = page.get_by_role("textbox", name="Token")
    field.fill(Architecture("resnext", 101).token())
    field.press("Enter")
    expect(page.locator(".sn h2")).to_contain_text("101")
    page.locator("summary", has_text="Convention and groups").press("Enter")


def test_files_are_saved_with_what_they_should_hold(page):
    start_over(page)
    for suffix, words in (
        (".py", "Script (.py)"),
        (".csv", "Layers (.csv)"),
        (".svg", "Picture (.svg)"),
        (".txt", "Token (.txt)"),
    ):
        page.locator(".sn-menu summary").press("Enter")
        with page.expect_download() as download:
            press(page, "button", words)
        named = f"_{FORMS[0]}" if suffix == ".py" else ""
        assert download.value.suggested_filename == f"se_resnext_50_32x4d{named}{suffix}"
        form = {"form": FORMS[0]} if suffix == ".py" else {}
        assert Path(download.value.path()).read_bytes() == text_of(FIRST, suffix, **form).encode()


def opened_menu(page):
    """The menu of files, opened by keyboard; its button, and the first of what can be chosen."""
    button = page.locator(".sn-menu summary")
    button.press("Enter")
    expect(page.locator(".sn-menu[open]")).to_have_count(1)
    return button, page.get_by_role("button", name="Script (.py)")


def test_escape_closes_the_menu_and_leads_back_to_its_button(page):
    start_over(page)
    for goes_in in (True, False):
        button, first = opened_menu(page)
        if goes_in:
            page.keyboard.press("Tab")
            expect(first).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.locator(".sn-menu[open]")).to_have_count(0)
        expect(button).to_be_focused()
        expect(first).to_be_hidden()


@pytest.mark.parametrize(
    "place", [".sn-explorer h2", ".sn-explorer .sn-controls summary", ".jp-Toolbar", ".sn-menu + button"]
)
def test_the_menu_closes_when_something_else_is_pressed(page, place):
    start_over(page)
    opened_menu(page)
    page.locator(place).first.dispatch_event("pointerdown", {"bubbles": True})
    expect(page.locator(".sn-menu[open]")).to_have_count(0)


def test_the_menu_closes_when_the_pointer_presses_beside_it_and_when_the_focus_leaves_it(page):
    start_over(page)
    opened_menu(page)
    page.locator(".sn-explorer h2").click()
    expect(page.locator(".sn-menu[open]")).to_have_count(0)
    opened_menu(page)
    for _ in range(page.locator(".sn-menu[open]").get_by_role("button").count()):
        page.keyboard.press("Tab")
        expect(page.locator(".sn-menu[open] :focus")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator(".sn-menu[open]")).to_have_count(0)
    expect(page.get_by_role("button", name="Start over")).to_be_focused()


def test_what_is_chosen_in_the_menu_closes_it_and_leads_back_to_its_button(page):
    start_over(page)
    button, first = opened_menu(page)
    with page.expect_download():
        first.press("Enter")
    expect(page.locator(".sn-menu[open]")).to_have_count(0)
    expect(button).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_and_axe_finds_nothing_to_object_to_on_any_tab(page, theme):
    """At 1280 by 720; the page as a whole is kept as a picture."""
    start_over(page)
    set_theme(page, theme)
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    press(page, "button", "Pin as A")
    page.get_by_role("slider", name="Ratio").press("ArrowRight")
    for tab in TABS:
        go_to(page, tab)
        assert cut_off(page) == [], tab
        part = ".sn-explorer" if tab == TABS[0] else ".sn-explorer .sn-page"  # the controls are the same on every tab
        assert axe_faults(page, part, theme) == [], tab
        name = f"{TABS.index(tab)}_{tab.lower().replace(' ', '_')}_{theme}"
        keep_picture(page, name, page.locator(".sn-explorer"))
    start_over(page)
    set_theme(page, "light")


# Which of these cannot be seen whole between the edges of the notebook, with the panel scrolled to its top.
OUT_OF_SIGHT = """(panel) => {
  panel.scrollIntoView({ block: 'start' });
  const room = panel.closest('.jp-WindowedPanel-outer').getBoundingClientRect();
  const named = 'h2, .sn-actions, .sn-figures, p.sn-said:not([hidden]), .sn-tabs, .sn-drawing, .sn-hourglass, ' +
    ['Depth', 'Cardinality', 'Base width', 'Ratio', 'Image size'].map((name) => `[aria-label="${name}"]`).join();
  const found = [...panel.querySelectorAll(named)];
  const seen = (box) => box.top >= room.top - 1 && box.bottom <= room.bottom + 1 && box.left >= room.left && box.right <= room.right;
  return [found.length, ...found.filter((e) => !seen(e.getBoundingClientRect())).map((e) => e.outerHTML.slice(0, 80))];
}"""
SMALLEST_TYPE = """(panel) => Math.min(...[...panel.querySelectorAll('.sn-drawing text')].map((text) =>
  text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width
  * parseFloat(getComputedStyle(text).fontSize)))"""


def show_files(page, shown):
    """JupyterLab's file browser, beside the notebook."""
    if page.locator("#jp-left-stack").is_visible() != shown:
        page.keyboard.press("Control+b")
        expect(page.locator("#jp-left-stack")).to_be_visible(visible=shown)


def test_nothing_jumps_while_a_slider_is_dragged(page):
    """Beside the files and a pinned network, where a sentence takes three lines, as well."""
    heights = {}
    for pinned in (False, True):
        if pinned:
            press(page, "button", "Pin as A")
            show_files(page, shown=True)
        slider = page.get_by_role("slider", name="Cardinality")
        for key in ("ArrowLeft", "ArrowLeft", "Home", "End", "ArrowLeft"):
            slider.press(key)
            page.wait_for_timeout(150)
            tabs = page.get_by_role("tablist", name="Views").bounding_box()
            heights.setdefault(pinned, set()).add(tabs["y"] - slider.bounding_box()["y"])
    show_files(page, shown=False)
    assert {pinned: len(found) for pinned, found in heights.items()} == {False: 1, True: 1}


@pytest.mark.parametrize("files", [False, True])
@pytest.mark.parametrize("size", [(1280, 720), (1440, 900)])
def test_figures_network_hourglass_and_sliders_are_in_sight_together(page, size, files):
    """Beside a pinned network as well, which takes a line more."""
    start_over(page)
    press(page, "button", "Pin as A")
    page.locator(".sn-node[data-path='group4/block1']").first.press("Enter")
    expect(page.locator(".sn-card h3")).to_have_text("group 4 \u00b7 block 1")
    show_files(page, files)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.get_by_role("slider", name="Ratio").press("Home")
    expect(parameters(page)).to_contain_text("vs A")
    panel = page.locator(".sn-explorer")
    expect(page.locator(".sn-drawing")).to_have_count(2)
    assert panel.evaluate(OUT_OF_SIGHT) == [13]
    assert cut_off(page) == []
    keep_picture(page, f"in_sight_{size[0]}_{'files' if files else 'alone'}")
    for tab in TABS[:5]:
        go_to(page, tab)
        assert tab == "Layers" or panel.evaluate(SMALLEST_TYPE) >= 11
        assert cut_off(page) == [], tab
    page.set_viewport_size({"width": 1280, "height": 720})
    start_over(page)


def test_moves_are_undone_and_redone_by_keys_and_by_buttons(page):
    start_over(page)
    cells = page.locator(".jp-Cell").count()
    slider = page.get_by_role("slider", name="Ratio")
    slider.press("ArrowLeft")
    expect(parameters(page)).to_contain_text("30,058,792")
    page.keyboard.press("Control+z")
    expect(parameters(page)).to_contain_text("27,543,848")
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", "16")
    expect(page.get_by_role("status").filter(has_text="Ratio 8 \u2192 16")).to_be_visible()
    page.keyboard.press("Control+Shift+z")
    expect(parameters(page)).to_contain_text("30,058,792")
    expect(page.get_by_role("button", name="Redo")).to_have_attribute("aria-disabled", "true")
    press(page, "button", "Undo")
    expect(parameters(page)).to_contain_text("27,543,848")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    press(page, "button", "Redo")
    expect(parameters(page)).to_contain_text("30,058,792")
    page.keyboard.press("Enter")  # there is nothing to redo any more
    expect(page.get_by_role("button", name="Redo")).to_be_focused()
    page.get_by_role("textbox", name="Ratio").focus()
    page.keyboard.type("9")
    page.keyboard.press("Control+z")  # of what was typed alone
    expect(page.get_by_role("textbox", name="Ratio")).to_have_value("8")
    expect(parameters(page)).to_contain_text("30,058,792")
    assert page.locator(".jp-Cell").count() == cells
    start_over(page)


def test_the_line_about_a_move_follows_whoever_has_scrolled_away_from_it(page):
    start_over(page)
    page.locator("summary", has_text="Convention and groups").press("Enter")
    page.get_by_role("radio", name="timm").press("Space")
    echo = page.locator(".sn-echo")
    expect(echo).to_have_text(re.compile("^Convention original \u2192 timm: parameters"))
    expect(echo).to_be_in_viewport()
    page.get_by_role("group", name="This network").scroll_into_view_if_needed()
    expect(echo).to_be_hidden()
    page.locator("summary", has_text="Convention and groups").press("Enter")
    start_over(page)


def test_the_whole_notebook_runs(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    expect(page.get_by_text("senet1~family=resnext")).to_be_visible(timeout=60_000)
    expect(page.locator(".jp-RenderedText[data-mime-type*=error]")).to_have_count(0)
    page.get_by_role("group", name="Meta-parameters").scroll_into_view_if_needed()


def test_a_model_is_built_and_handed_to_the_notebook(page):
    start_over(page)
    page.get_by_role("combobox", name="Preset").select_option(label="CIFAR SE-ResNet-20")
    go_to(page, "Build")
    press(page, "button", "Build Keras model")
    expect(page.locator(".sn-explorer [role=tabpanel]")).to_contain_text(
        re.compile(r"All 109 layers match the ledger: 274,490 trainable"), timeout=60_000
    )
    cell = page.locator(".jp-CodeCell").nth(1)
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("f'{explorer.model.count_params():,} in all'")
    page.keyboard.press("Shift+Enter")
    expect(cell.locator(".jp-OutputArea")).to_contain_text("276,058 in all", timeout=20_000)
    page.get_by_role("group", name="Meta-parameters").scroll_into_view_if_needed()
    start_over(page)


def test_no_other_host_is_asked_and_nothing_goes_wrong_on_the_console(page, lab):
    assert hosts(page) == {urlsplit(lab).netloc}
    assert complaints(page) == []


def test_two_views_of_one_explorer_follow_each_other(page):
    page.locator(".jp-CodeCell").nth(1).scroll_into_view_if_needed()
    cell = page.locator(".jp-CodeCell").nth(1)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("from IPython.display import display\nexplorer = Explorer()\ndisplay(explorer, explorer)")
    page.keyboard.press("Shift+Enter")
    views = cell.locator(".sn-explorer")
    expect(views).to_have_count(2)
    views.nth(0).get_by_role("textbox", name="Ratio").fill("nonsense")
    views.nth(0).get_by_role("textbox", name="Ratio").press("Enter")
    expect(views.nth(1).get_by_role("alert")).to_contain_text("must be a whole number")
    expect(views.nth(1).get_by_role("textbox", name="Depth")).to_have_value("50")
    expect(views.nth(1).get_by_role("textbox", name="Depth")).to_have_attribute("aria-invalid", "false")
    views.nth(1).get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(views.nth(0).locator("[data-figure=params]")).to_contain_text("30,058,792")
    expect(views.nth(0).get_by_role("textbox", name="Ratio")).to_have_value("8")
    expect(views.nth(0).get_by_role("alert")).to_have_count(0)


def test_a_kernel_that_is_gone_is_noticed_and_said(page):
    """Last, since it ends the kernel."""
    page.locator("[title*='Restart the kernel']").first.click()
    page.locator(".jp-Dialog button", has_text="Restart").click()
    expect(page.get_by_role("alert").filter(has_text="Python is not responding").first).to_be_visible(timeout=10_000)
