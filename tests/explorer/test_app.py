"""The Explorer as an app: what `make app` starts, in a real Chromium."""

import json
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

import psutil
import pytest
from browsing import heard_page, hosts
from playwright.sync_api import expect
from servers import ROOT, TOKEN, served

pytestmark = pytest.mark.slow

TABS = ("Layers", "Breakdown", "Trade-offs", "Compare", "Published", "Code", "Build", "Network")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="module")
def app(home):
    """One that soon ends the kernels of pages that are gone."""
    with served("app", home, f"--Voila.token={TOKEN}", GONE=10, LOOK=1) as url:
        yield url


@pytest.fixture(scope="module")
def page(browser, app):
    page = heard_page(browser, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{app}/?token={TOKEN}&theme=dark")
    page.get_by_role("group", name="Meta-parameters").wait_for(timeout=60_000)
    return page


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """An app for one visitor at a time, whose kernel has little memory."""
    home = tmp_path_factory.mktemp("small")
    with served("app", home, f"--Voila.token={TOKEN}", "--theme=dark", KERNELS=1, MEMORY=700) as url:
        yield url, home


@contextmanager
def opened(browser, app, query=""):
    """A page of the app on which the Explorer is there."""
    page = heard_page(browser)
    page.goto(f"{app}/?token={TOKEN}{query}")
    page.get_by_role("group", name="Meta-parameters").wait_for(timeout=60_000)
    yield page
    page.context.close()


def kernel_of(page):
    return json.loads(page.locator("#jupyter-config-data").text_content())["kernelId"]


def process_of(page):
    """The process of a page's kernel, which has the kernel's name on its command line."""
    kernel = kernel_of(page)
    return next(each for each in psutil.process_iter(["cmdline"]) if kernel in " ".join(each.info["cmdline"] or ()))


def is_light(page):
    return page.locator("body").get_attribute("data-jp-theme-light") == "true"


def status(url, method="GET", **headers):
    try:
        return urlopen(Request(url, method=method, headers=headers), timeout=60).status
    except HTTPError as error:
        return error.code


def test_who_has_no_token_gets_no_kernel(browser, app):
    page = browser.new_page()
    page.goto(app)
    assert urlsplit(page.url).path == "/login"
    page.close()


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("api/kernels/{}", "GET"),
        ("api/kernels/{}", "DELETE"),
        ("api/kernels/{}/channels", "GET"),
        ("voila/api/shutdown/{}", "POST"),
    ],
)
def test_a_kernel_is_reached_with_the_token_alone(page, app, path, method):
    for headers in ({}, {"Authorization": "token wrong"}):
        assert status(f"{app}/{path.format(kernel_of(page))}", method, **headers) == 403
    assert status(f"{app}/api/kernels/{kernel_of(page)}", Authorization=f"token {TOKEN}") == 200


SCRIPT = quote('"><script>window.ran = true</script>')
IMAGE = quote("<img src=x onerror='window.ran = true'>")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (f"theme={SCRIPT}&template=lab&network={IMAGE}", "Couldn\u2019t open the network in the address"),
        ("template=../..&network=senet1~family=resnext~ratio=0", "Ratio (0) must be at least 1; try 1."),
    ],
)
def test_an_address_changes_neither_scripts_nor_hosts_nor_template_and_the_first_network_is_shown(
    browser, app, query, words
):
    with opened(browser, app, f"&{query}") as page:
        alert = page.get_by_role("alert").filter(has_text="Couldn\u2019t open the network in the address")
        expect(alert).to_contain_text(words)
        expect(page.locator("[data-figure=params]")).to_contain_text("27,543,848")
        assert page.evaluate("window.ran") is None
        assert is_light(page)
        page.get_by_role("slider", name="Ratio").press("ArrowLeft")
        expect(page.locator("[data-figure=params]")).to_contain_text("30,058,792")
        expect(alert).to_have_count(0)
        assert hosts(page) == {urlsplit(app).netloc}
        assert [text for kind, text in page.said if kind == "error"] == []


def test_a_slider_moves_the_parameters(page):
    expect(page.locator("[data-figure=params]")).to_contain_text("27,543,848")
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(page.locator("[data-figure=params]")).to_contain_text("30,058,792")


def test_every_tab_opens(page):
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()


def test_nonsense_is_answered_in_the_page(page):
    field = page.get_by_role("textbox", name="Ratio")
    field.fill("sixteen")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Ratio must be a whole number")
    field.fill("16")
    field.press("Enter")
    expect(page.locator("[data-figure=params]")).to_contain_text("27,543,848")


def test_a_network_is_shared_as_a_link_that_asks_for_the_token(page, browser, app):
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(page.locator("[data-figure=params]")).to_contain_text("30,058,792")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == f"{app}/?network=senet1~family=resnext~ratio=8"
    visitor = browser.new_context().new_page()
    visitor.goto(link)
    visitor.get_by_label("Password or token").fill(TOKEN)
    visitor.get_by_role("button", name="Log in", exact=True).click()
    expect(visitor.locator("[data-figure=params]")).to_contain_text("30,058,792", timeout=60_000)
    visitor.close()
    page.get_by_role("slider", name="Ratio").press("ArrowRight")
    expect(page.locator("[data-figure=params]")).to_contain_text("27,543,848")


def test_the_page_is_the_panel_alone_over_its_full_width_in_the_theme_asked_for(page):
    assert page.title() == "Explorer \u00b7 senet_lab"
    expect(page.locator(".jp-InputArea:visible, .jp-OutputPrompt:visible")).to_have_count(0)
    box = page.locator(".sn-explorer").bounding_box()
    assert box["width"] > 1220
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    assert page.locator("body").get_attribute("data-jp-theme-light") == "false"


def test_a_script_is_downloaded(page):
    page.locator("summary").filter(has_text="Save").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Script (.py)").click()
    compile(download.value.path().read_text(), download.value.suggested_filename, "exec")


def test_the_largest_preset_is_built_beside_the_page_and_saved_within_the_memory_that_a_kernel_has_by_default(
    page, home
):
    page.get_by_role("combobox", name="Preset").select_option(label="SENet-154")
    page.get_by_role("tab", name="Build").click()
    ratio = page.get_by_role("slider", name="Ratio")
    said = page.get_by_role("status").filter(has_text="All 723 layers match the ledger")
    for _ in range(2):  # the second time beside what the first has left
        page.get_by_role("button", name="Build Keras model").click()
        expect(said).to_have_count(0)
        ratio.press("ArrowRight")  # in the meantime
        expect(ratio).to_have_attribute("aria-valuetext", "32")
        ratio.press("ArrowLeft")
        expect(said).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="Save .keras").click()
    expect(page.get_by_text("Saved as senet_154")).to_be_visible(timeout=120_000)
    [saved] = (home / "notebooks").iterdir()
    assert saved.suffix == ".keras"
    saved.unlink()  # half a gigabyte


def test_no_other_host_is_asked_and_nothing_goes_wrong_on_the_console(page, app):
    assert hosts(page) == {urlsplit(app).netloc}
    assert [text for kind, text in page.said if kind == "error"] == []


def test_the_kernel_of_a_page_that_is_gone_is_ended_and_that_of_an_open_one_stays(browser, page, app, home):
    with opened(browser, app) as left:
        gone = kernel_of(left)

    def culled():
        return re.findall(r"Culling 'idle' kernel '\S+' \((\S+)\)", (home / "log").read_text())

    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and gone not in culled():
        time.sleep(0.1)
    time.sleep(3)  # two more looks
    assert culled().count(gone) == 1
    assert kernel_of(page) not in culled()
    page.get_by_role("combobox", name="Preset").select_option(label="SE-ResNeXt-50 32x4d")
    expect(page.locator("[data-figure=params]")).to_contain_text("27,543,848")


def test_of_three_visitors_at_the_same_moment_a_small_app_lets_in_one(small):
    app, home = small
    with ThreadPoolExecutor() as threads:  # none of them opens the page in a browser
        came = list(threads.map(status, [f"{app}/?token={TOKEN}"] * 3))
    assert sorted(came) == [200, 503, 503]
    kernel = (home / "log").read_text().rpartition("Kernel started: ")[2].split()[0]
    assert status(f"{app}/voila/api/shutdown/{kernel}", "POST", Authorization=f"token {TOKEN}") == 204


@pytest.fixture(scope="module")
def visitor(browser, small):
    """The one page that the small app has room for."""
    with opened(browser, small[0], "&theme=blue") as page:
        yield page


def test_a_theme_that_is_none_leaves_the_one_that_the_app_was_started_with(visitor):
    assert not is_light(visitor)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process")
def test_a_network_for_which_memory_is_too_small_is_refused_and_a_smaller_one_is_built(visitor):
    page = visitor
    assert process_of(page).rlimit(psutil.RLIMIT_DATA) == (700 << 20, 700 << 20)
    page.get_by_role("combobox", name="Preset").select_option(label="SENet-154")
    page.get_by_role("tab", name="Build").click()
    page.get_by_role("button", name="Build Keras model").click()
    refused = re.compile(
        r"Couldn\u2019t build the model: the network \(SENet-154\) needs about .* MiB are free; try .*\."
    )
    expect(page.get_by_role("status").filter(has_text=refused)).to_be_visible(timeout=60_000)
    page.get_by_role("combobox", name="Preset").select_option(label="CIFAR SE-ResNet-20")
    page.get_by_role("button", name="Build Keras model").click()
    expect(page.get_by_role("status").filter(has_text="layers match the ledger")).to_be_visible(timeout=60_000)


def test_a_kernel_that_dies_is_said_at_once_and_its_place_is_free(visitor):
    page = visitor
    process_of(page).send_signal(signal.SIGABRT)
    alert = page.get_by_role("alert").filter(has_text="probably because it ran out of memory")
    expect(alert).to_contain_text("reload the page", timeout=10_000)
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    page.wait_for_timeout(4000)  # longer than the page waits for an answer
    expect(alert).to_be_visible()
    page.reload()
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(page.locator("[data-figure=params]")).to_contain_text("30,058,792")


def test_in_a_full_app_a_visitor_is_turned_away_until_another_page_is_closed(browser, small, visitor):
    app, _ = small
    second = heard_page(browser)
    answer = second.goto(f"{app}/?token={TOKEN}")
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    expect(second.get_by_role("heading")).to_have_text("The app is full")
    expect(second.locator("body")).to_contain_text("Try again in a few minutes")
    assert hosts(second) == {urlsplit(app).netloc}

    visitor.goto("about:blank")
    visitor.wait_for_timeout(1000)
    second.get_by_role("link", name="load this page again").click()
    second.get_by_role("group", name="Meta-parameters").wait_for(timeout=60_000)
    second.context.close()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["make", "-C", ROOT, "app", "NOTEBOOKS={}", "MEMORY=100"], "`memory` (=100) must be at least 600; try 600."),
        (
            [sys.executable, "-m", "senet_lab", "app", "{}", "--kernels=many"],
            "`kernels` must be a whole number, not 'many'; try 1.",
        ),
    ],
)
def test_a_limit_that_cannot_be_is_refused_with_one_that_can(tmp_path, command, said):
    command = [str(part).format(tmp_path) for part in command]
    refused = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert refused.returncode != 0
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_kernel_that_is_gone_is_noticed_and_said(page, app):
    """Last, since it ends the kernel."""
    asked = page.request.post(
        f"{app}/voila/api/shutdown/{kernel_of(page)}", headers={"Authorization": f"token {TOKEN}"}
    )
    assert asked.ok
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(page.get_by_role("alert").filter(has_text="reload the page")).to_be_visible(timeout=10_000)
