"""Explore your own Keras model in real JupyterLab: what applies is there, and what needs meta-parameters is not."""

import re
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
    resize,
    set_theme,
    written_notebook,
)
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

CELL = """from senet_lab.nets.on_keras.quiet import wake_keras

wake_keras()
import keras

from senet_lab import Explorer

model = keras.applications.MobileNetV2((96, 96, 3), weights=None, classes=10)
Explorer(model)"""


@pytest.fixture(scope="module")
def page(browser, lab, workplace):
    """A notebook with the Explorer of a model."""
    written_notebook(workplace / "model.ipynb", CELL)
    page = heard_page(browser, accept_downloads=True)
    page.set_default_timeout(20_000)
    opened_notebook(page, lab, f"{workplace.name}/model.ipynb")
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".sn-explorer [role=tab]").first.wait_for(timeout=120_000)
    return page


def go_to(page, tab):
    go_to_tab(page, ".sn-explorer", tab)
    expect(page.get_by_role("tabpanel", name=tab, exact=True)).to_be_visible()


def test_a_model_is_shown_with_the_tabs_that_apply_and_without_controls(page):
    expect(page.locator("[data-figure=params]")).to_contain_text("2,236,682")
    expect(page.locator(".sn-explorer [role=tab]:visible")).to_have_text(["Network", "Layers", "Breakdown", "Compare"])
    expect(page.get_by_role("group", name="Meta-parameters")).to_be_hidden()
    expect(page.get_by_role("button", name="Pin as A")).to_be_hidden()
    keep_picture(page, "model_network", page.locator(".sn-explorer"))


def test_one_goes_into_a_block_of_the_model_and_back_by_keyboard(page):
    block = page.locator(".sn-node[data-path='group3/block2']").first
    block.press("Enter")
    where = page.get_by_role("navigation", name="Where you are")
    expect(where).to_contain_text("block 2")
    expect(page.locator(".sn-card h3")).to_have_text("group 3 \u00b7 block 2")
    keep_picture(page, "model_block", page.locator(".sn-explorer"))
    page.locator("svg .sn-node:focus").press("Escape")
    expect(page.locator(".sn-card h3")).to_have_text("group 3")


def test_all_layers_of_the_model_are_listed_and_saved(page):
    go_to(page, "Layers")
    page.get_by_role("searchbox").fill("depthwise")
    expect(page.locator(".sn-layers tbody tr:visible").first).to_contain_text("depthwise")
    page.get_by_text("Save", exact=True).press("Enter")
    items = page.locator(".sn-menu button:visible")
    expect(items).to_have_text(["Layers (.csv)"])
    with page.expect_download() as started:
        items.first.click()
    assert re.fullmatch(r"mobilenetv2.*\.csv", started.value.suggested_filename)
    assert started.value.path().read_text().count("\n") > 150


def test_one_compares_the_model_with_a_network_whose_controls_one_moves(page):
    go_to(page, "Compare")
    body = page.get_by_role("tabpanel", name="Compare")
    expect(body).to_contain_text("SE-ResNeXt-50")
    page.get_by_role("radio", name="ResNet", exact=True).focus()
    page.keyboard.press("Space")
    expect(body).to_contain_text("SE-ResNet-50")
    keep_picture(page, "model_compare", page.locator(".sn-explorer"))
    page.get_by_role("button", name=re.compile("Undo")).focus()
    page.keyboard.press("Enter")
    expect(body).to_contain_text("SE-ResNeXt-50")
    go_to(page, "Breakdown")
    expect(page.get_by_role("group", name="Meta-parameters")).to_be_hidden()
    keep_picture(page, "model_breakdown", page.locator(".sn-explorer"))


@pytest.mark.parametrize("width", [1440, 820])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_and_axe_finds_no_fault_at_any_width(page, theme, width):
    resize(page, width, 900)
    set_theme(page, theme)
    for tab in ("Network", "Layers", "Breakdown", "Compare"):
        go_to(page, tab)
        keep_picture(page, f"model_{tab.lower()}_{theme}_{width}", page.locator(".sn-explorer"))
        assert cut_off(page, ".sn-explorer") == []
    assert axe_faults(page, ".sn-explorer", theme) == []


def test_no_other_host_is_asked_and_nothing_goes_wrong_on_the_console(page, lab):
    assert hosts(page) == {urlsplit(lab).netloc}
    assert complaints(page) == []
