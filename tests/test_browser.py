"""A person's first minute: real Chromium, real JupyterLab, the first notebook, the keyboard."""

import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import HOST
from playwright.sync_api import expect, sync_playwright
from servers import TOKEN

pytestmark = pytest.mark.slow

# Chromium asks its maker for updates of its own; these keep what is left down to what the page asks.
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
QUIET += [f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]


@pytest.fixture(scope="module")
def browser(chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def page(browser, lab):
    """The first notebook with its first cell run; everything that the page asked and said is kept."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda socket: page.asked.append(socket.url))
    page.on("console", lambda message: page.said.append((message.type, message.text)))
    page.on("pageerror", lambda error: page.said.append(("error", str(error))))
    open_notebook(page, lab)
    return page


def open_notebook(page, lab):
    """Open the first notebook and run its first code cell."""
    page.goto(f"{lab}/lab/tree/01_explore.ipynb?reset&token={TOKEN}")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.get_by_role("group", name="Meta-parameters").wait_for(timeout=60_000)


def parameters(page):
    return page.locator("[data-figure=params]")


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
    expect(alert).to_have_text("`ratio` must be a whole number, not 'sixteen'; try 1.")
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
    page.get_by_role("radio", name="SE-ResNet", exact=True).focus()
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


def test_nothing_is_cut_off_at_1280_by_720(page):
    box = page.locator(".sn-explorer").bounding_box()
    for selector in (".sn-drawing", ".sn-figures > div", ".sn-slider", ".sn table"):
        for part in page.locator(selector).all():
            inner = part.bounding_box()
            assert inner["x"] >= box["x"] - 1
            assert inner["x"] + inner["width"] <= box["x"] + box["width"] + 1, selector
    overflowing = "(elements) => elements.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"
    assert page.locator(".sn-figures > div, .sn-slider, .sn-choice label").evaluate_all(overflowing) == []


def test_the_whole_notebook_runs(page):
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    expect(page.get_by_text("senet1~family=resnext")).to_be_visible(timeout=60_000)
    expect(page.locator(".jp-RenderedText[data-mime-type*=error]")).to_have_count(0)
    page.get_by_role("group", name="Meta-parameters").scroll_into_view_if_needed()


def test_axe_finds_nothing_to_object_to(page):
    found = Axe().run(page, context=".sn-explorer")
    assert found.violations_count == 0, found.generate_report()


def test_no_other_host_is_asked_and_nothing_goes_wrong_on_the_console(page, lab):
    hosts = {urlsplit(url).netloc for url in page.asked if url.startswith(("http", "ws"))}
    assert hosts == {urlsplit(lab).netloc}
    assert [said for said in page.said if said[0] in ("error", "warning")] == []


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


def test_the_explorer_works_where_http_is_no_secure_context(browser, lab):
    """A browser hides part of its interface there, crypto.randomUUID for one."""
    page = browser.new_page()
    open_notebook(page, lab.replace("127.0.0.1", HOST))
    assert page.evaluate("isSecureContext") is False
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(page.locator("[data-figure=params]")).to_contain_text("30,058,792")
    page.close()


def test_a_kernel_that_is_gone_is_noticed_and_said(page):
    """Last, since it ends the kernel."""
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_role("menuitem", name="Shut Down Kernel", exact=True).click()
    page.get_by_text("No Kernel").first.wait_for()
    page.get_by_role("slider", name="Ratio").first.press("ArrowLeft")
    expect(page.get_by_role("alert").filter(has_text="kernel has not answered")).to_be_visible(timeout=10_000)
