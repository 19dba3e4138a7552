"""The site in a real Chromium: live without a server of its own, an installation, or another host."""

import json
import random
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import axe_faults, complaints, cut_off, heard_page, hosts
from class_files import write_class
from playwright.sync_api import expect
from servers import ROOT, files_served
from site_builder import PYODIDE, write_pages, write_panels

from senet_lab.architecture.presets import PRESETS
from senet_lab.exercises.catalogue import LESSONS, MAKERS
from senet_lab.exercises.learner import Learner
from senet_lab.explorer.messages import TABS
from senet_lab.serving.notebooks import notebooks_folder
from senet_lab.sweeps.evidence import read_evidence, stage_of
from senet_lab.web.host import KINDS, Host

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not PYODIDE.is_dir(), reason="Pyodide is not in node_modules; `make node_modules/.ready` fetches it"
    ),
]
LONG = 60_000
ON_GITHUB = {"GITHUB_REPOSITORY": "someone/senet_lab", "GITHUB_REF_NAME": "v1.0", "GITHUB_REF_TYPE": "tag"}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    write_panels(folder)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ON_GITHUB.items():
            patch.setenv(name, value)
        write_pages(folder, (folder / "explorer.html").stat().st_size)
    return folder


@pytest.fixture(scope="module")
def url(site):
    """Where the site is served, below a path as on GitHub Pages."""
    (site.parent / "served").mkdir()
    (site.parent / "served" / "below").symlink_to(site)
    with files_served(site.parent / "served") as url:
        yield f"{url}/below"


@pytest.fixture(scope="module")
def page(browser, url):
    page = heard_page(browser, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{url}/index.html")
    await_live(page)
    return page


def await_live(page):
    page.wait_for_function("document.body.dataset.live === 'done'", timeout=LONG)


def open_anew(page, address):
    """Open an address as if nothing had been done on the page; the browser has compiled Python for it before."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(color_scheme="null", reduced_motion="null")
    page.goto("about:blank")  # or another place of the same page would be the same document
    page.asked.clear()
    page.said.clear()
    page.goto(address)


def parameters(page):
    return page.locator("[data-figure=params]").first


def test_explorer_answers_by_keyboard_and_undo_leads_back(page):
    slider = page.get_by_role("slider", name="Ratio")
    expect(parameters(page)).to_contain_text("27,543,848")
    slider.press("ArrowLeft")
    expect(parameters(page)).to_contain_text("30,058,792")
    page.keyboard.press("Control+z")
    expect(parameters(page)).to_contain_text("27,543,848")


def test_every_tab_opens_and_build_says_what_it_needs(page):
    for tab in (*TABS[1:], TABS[0]):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
        if tab == "Build":
            expect(page.get_by_text("Keras does not run in a browser")).to_be_visible()


def test_ratio_none_and_nonsense_are_answered(page):
    field = page.get_by_role("textbox", name="Ratio")
    field.fill("none")
    field.press("Enter")
    expect(parameters(page)).to_contain_text("25,028,904")
    field.fill("sixteen")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Ratio must be a whole number")
    field.fill("16")
    field.press("Enter")
    expect(parameters(page)).to_contain_text("27,543,848")


def test_script_is_saved(page):
    page.locator("summary").filter(has_text="Save").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Script (.py)").click()
    compile(download.value.path().read_text(), download.value.suggested_filename, "exec")


def test_link_shows_what_its_sender_saw_and_back_leads_back(page, url):
    page.get_by_role("button", name="Pin as A").click()
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    page.get_by_role("tab", name="Compare").click()
    page.get_by_role("button", name="Copy link").click()
    link = page.evaluate("navigator.clipboard.readText()")
    said = "network=senet1~family=resnext~ratio=8&pinned=senet1~family=resnext&tab=Compare"
    assert link == f"{url}/index.html#{said}"
    page.wait_for_url(link)
    page.get_by_role("button", name="Copy embed code").click()
    code = page.evaluate("navigator.clipboard.readText()")
    assert code.startswith(f'<iframe src="{url}/embed.html#{said.replace("&", "&amp;")}" title=')
    receiver = page.context.new_page()
    receiver.set_content(code)
    frame = receiver.frame_locator("iframe")
    expect(frame.get_by_role("tab", name="Compare")).to_have_attribute("aria-selected", "true", timeout=LONG)
    expect(frame.locator("[data-figure=params]").first).to_contain_text("30,058,792")
    receiver.close()


def test_back_and_forward_restore_what_was_shown(page, url):
    page.goto(f"{url}/embed.html")
    await_live(page)
    for tab, address in (("Compare", "**tab=Compare"), ("Code", "**tab=Code")):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_url(address)
    for step, tab in ((page.go_back, "Compare"), (page.go_back, "Network"), (page.go_forward, "Compare")):
        step()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")
        page.wait_for_timeout(600)  # in which an entry of its own would be made
    page.go_forward()
    expect(page.get_by_role("tab", name="Code")).to_have_attribute("aria-selected", "true")
    page.evaluate("location.hash = 'main-content'")  # a place in the page
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(parameters(page)).to_contain_text("30,058,792")
    expect(page.get_by_role("tab", name="Code")).to_have_attribute("aria-selected", "true")
    page.evaluate("location.hash = 'network=nonsense'")
    expect(page.get_by_role("alert")).to_contain_text("must begin with 'senet1'")
    expect(parameters(page)).to_contain_text("30,058,792")
    page.goto(f"{url}/index.html")
    await_live(page)


def test_address_that_cannot_be_shown_is_explained(page, url):
    page.goto(f"{url}/index.html#network=senet1~ratio=0")
    page.reload()
    await_live(page)
    expect(page.get_by_role("alert")).to_contain_text("at least 1; try 1. Showing SE-ResNeXt-50")
    expect(parameters(page)).to_contain_text("27,543,848")


def test_page_asks_no_other_host_and_logs_no_error(page, url):
    assert hosts(page) == {urlsplit(url).netloc}
    assert complaints(page) == []


def severe_faults(page, theme="light", place=None):
    """What axe calls serious or critical, in a theme; in all of a page, or in one place."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # or colors would still be on their way
    return [fault for fault in axe_faults(page, place) if fault[1] in ("serious", "critical")]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (820, "dark"), (390, "light")])
def test_first_page_has_nothing_cut_off_and_passes_axe(page, width, theme):
    page.set_viewport_size({"width": width, "height": 900})
    expect(page.get_by_role("tablist", name="Views")).to_be_visible()  # also where the window has grown narrower
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert cut_off(page) == []
    for name in ("By group", *(["Views"] if width == 390 else [])):  # which slides where it does not fit
        slides, shadow = page.get_by_label(name).evaluate(SLIDES)
        assert (slides, "local" in shadow) == (width == 390, True), name
    assert severe_faults(page, theme) == []


# What a search for "cardinality" finds, in this order.
SEARCHED = (
    "notebooks/",
    ("docs/course", "docs/glossary"),
    ("docs/performance", "docs/reference"),
    "docs/decisions/",
)
SLIDES = "(e) => [e.scrollWidth > e.clientWidth, getComputedStyle(e).backgroundAttachment]"
SMALLEST_TYPE = """(panel) => Math.min(...[...panel.querySelectorAll('.sn-drawing text')].filter((text) =>
  text.getClientRects().length).map((text) => parseFloat(getComputedStyle(text).fontSize)
  * text.ownerSVGElement.getBoundingClientRect().width / text.ownerSVGElement.viewBox.baseVal.width))"""


def test_every_tab_fits_a_phone_and_can_be_read_beside_a_pinned_network(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="More buttons").click()
    page.get_by_role("button", name="Pin as A").click()
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    for tab in (*TABS[1:], TABS[0]):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 390, tab
        assert cut_off(page) == [], tab
        assert page.locator(".sn-explorer").evaluate(SMALLEST_TYPE) >= 10.9, tab
    assert page.locator(".sn-network > .sn-drawing").bounding_box()["height"] >= 120  # a fifth of its width is too low
    page.get_by_role("button", name="Unpin A").click()
    page.get_by_role("button", name="More buttons").click()
    expect(page.get_by_role("button", name="Pin as A")).to_be_hidden()


@contextmanager
def touch_screen(page):
    """Within it the page is on a screen that is touched; gives what touches it."""
    hand = page.context.new_cdp_session(page)
    hand.send("Emulation.setTouchEmulationEnabled", {"enabled": True})
    yield hand
    hand.send("Emulation.setTouchEmulationEnabled", {"enabled": False})
    hand.detach()


def touch(hand, *points):
    """Put a finger on the first of these points, move it along the others and lift it."""
    for index, (x, y) in enumerate(points):
        kind = "touchMove" if index else "touchStart"
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    hand.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def thumb(slider):
    """Where the thumb of a slider is."""
    box, part = slider.bounding_box(), slider.evaluate("({ value, max }) => value / max")
    return box["x"] + 12 + part * (box["width"] - 24), box["y"] + box["height"] / 2


IN_SIGHT = """(panel) => {
  const edge = innerWidth > 680 ? innerHeight : panel.querySelector('.sn-controls').getBoundingClientRect().top;
  const named = '.sn-network > .sn-drawing, .sn-hourglass, p.sn-said:not([hidden])';
  return [...panel.querySelectorAll(named)].map((e) => e.getBoundingClientRect())
    .map(({ left, right, top, bottom }) => left >= 0 && right <= innerWidth && top >= 0 && bottom <= edge);
}"""


@pytest.mark.parametrize(("width", "height"), [(390, 844), (820, 1180)])
def test_a_finger_drags_a_slider_with_network_hourglass_and_sentence_in_sight(page, width, height):
    page.set_viewport_size({"width": width, "height": height})
    slider = page.get_by_role("slider", name="Ratio")
    slider.press("Home")
    for tab in ("Code", "Network"):  # where a part is opened, its squeeze-excite comes into sight
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
    with touch_screen(page) as hand:
        page.locator(".sn-frame").evaluate("(frame) => frame.scrollIntoView()")
        place, (x, y) = page.evaluate("scrollY"), thumb(slider)
        touch(hand, *((x + 8 * step, y - 3 * step) for step in range(8)))
        expect(page.locator("[data-part=said]")).to_contain_text("Ratio 2 \u2192")
        assert page.evaluate("scrollY") == place
        assert page.locator(".sn-explorer").evaluate(IN_SIGHT) == [True] * 3
        assert slider.evaluate("(e) => e.getBoundingClientRect().bottom <= innerHeight")
        figure = page.locator("[data-figure=field]").bounding_box()
        touch(hand, (figure["x"] + 20, figure["y"] + 20))
        expect(page.get_by_role("tooltip")).to_contain_text("Counts convolutions and pooling")


def test_search_finds_lessons_and_guides_first_and_quotes_no_drawings(page, url):
    page.goto(f"{url}/search.html?q=cardinality")
    results = page.locator("ul.search > li")
    expect(page.locator(".search-summary")).to_contain_text("Search finished")
    expect(results.locator("p.context")).to_have_count(page.locator("ul.search > li:not(.kind-object)").count())
    pages = results.locator("a").evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    kinds = [next(at for at, kind in enumerate(SEARCHED) if each.startswith(kind)) for each in pages]
    assert kinds == sorted(kinds)
    assert len({*kinds}) == len(SEARCHED)
    quoted = results.filter(has_text="Start here").first
    expect(quoted).to_contain_text("cardinality is the number of strands through the 3\u00d73")
    assert "classifier1000" not in "".join(results.all_inner_texts())  # a table's cells, side by side
    words = page.evaluate("Object.keys(Search._index.terms)")
    assert {"strand", "smooth"} & {*words} == {"strand"}  # one in prose, one in what a cell gave


def test_exercises_of_a_lesson_are_marked_and_remembered(page, url, site):
    open_anew(page, f"{url}/notebooks/02_macro_architecture.html")
    await_live(page)
    files = {urlsplit(each).path.removeprefix("/below/") for each in page.asked if each.startswith(url)}
    said = re.search(r"downloads about (\d+) MB", (notebooks_folder() / "teacher" / "plans.ipynb").read_text())[1]
    assert sum((site / file).stat().st_size for file in files) / 1e6 == pytest.approx(int(said), abs=1)
    exercise = page.locator("[data-panel=exercise]").filter(has=page.get_by_role("textbox")).first
    right = Learner().task(exercise.get_attribute("data-name")).answer
    field = exercise.get_by_label("Your answer")
    for answer, verdict in (("123", "Not yet"), (str(right), "Right")):
        field.fill(answer)
        field.press("Enter")
        expect(exercise.get_by_role("status")).to_contain_text(verdict)
    page.reload()
    await_live(page)
    expect(exercise).to_contain_text("solved alone, 2 tries")
    page.get_by_label("Class code").fill("9B-spring")
    page.get_by_label("Name or number").fill("Anna K.")
    page.get_by_label("Name or number").press("Enter")
    expect(exercise).to_contain_text("class 9b-spring \u00b7 Anna K.")
    theirs = Learner("9B-spring", "Anna K.").task(exercise.get_attribute("data-name"))
    expect(exercise).to_contain_text(theirs.question)
    for count in (1, 2):
        exercise.get_by_role("button", name="Hint").click()
        expect(exercise.get_by_role("list", name="Hints").get_by_role("listitem")).to_have_text([*theirs.hints[:count]])
    exercise.get_by_role("button", name="Solution").click()
    expect(exercise.get_by_role("status")).to_contain_text("Answer: ")
    expect(exercise.locator(".sn-mark")).to_be_hidden()  # so both lines begin at the same place
    with page.expect_download() as download:
        page.get_by_role("button", name="Hand in (.csv)").click()
    assert download.value.suggested_filename == "senet_lab_9b-spring_Anna-K.csv"
    expect(page.locator(".sn-record output")).to_contain_text("Your browser is saving the file.")
    done = f',{exercise.get_attribute("data-name")},,Anna K.,False,2,0,False,alone,"[""123"", ""{right}""]"\n'
    assert done in download.value.path().read_text()
    drawing = page.locator("[data-panel=drawing]").filter(has_text="stem").first
    drawing.get_by_role("button", name="Open in the Explorer").click()
    drawing.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(drawing.locator("[data-figure=params]")).to_contain_text("26,185,768")
    drawing.get_by_role("button", name="Back to the picture").click()
    expect(drawing.locator("[data-figure=params]")).to_be_hidden()
    drawing.get_by_role("button", name="Open in the Explorer").click()
    expect(drawing.locator("[data-figure=params]")).to_contain_text("26,185,768")
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete the record").click()
    expect(exercise).not_to_contain_text("class 9b-spring")
    expect(page.locator(".sn-record output")).to_contain_text("Deleted. 2 tries in this browser")
    assert severe_faults(page) == []
    explorer = page.locator(".sn-explorer").first
    assert explorer.bounding_box()["width"] >= 760
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    explorer.evaluate("(panel) => panel.scrollIntoView()")
    sliders = explorer.locator(".sn-controls").bounding_box()
    assert sliders["y"] + sliders["height"] == pytest.approx(844, abs=1)
    assert hosts(page) == {urlsplit(url).netloc}
    assert complaints(page) == []
    page.goto(f"{url}/docs/glossary.html")
    for theme in ("light", "dark"):
        assert severe_faults(page, theme) == []


def test_every_lesson_has_links_to_colab_and_binder_and_does_not_show_the_cell_that_installs(site):
    for path in notebooks_folder().glob("*.ipynb"):
        html = (site / "notebooks" / f"{path.stem}.html").read_text()
        github = f"https://colab.research.google.com/github/someone/senet_lab/blob/v1.0/notebooks/{path.name}"
        binder = f"https://mybinder.org/v2/gh/someone/senet_lab/v1.0?urlpath=lab/tree/my_notebooks/{path.name}"
        assert re.findall('href="(.+)">Open in ', html.replace("</a>", "\n")) == [github, binder]
        assert "pip install" not in html.partition("</h1>")[2]
    plans = (site / "notebooks" / "teacher" / "plans.html").read_text()
    assert "Open in" not in plans
    assert plans.count('<meta name="robots" content="noindex">') == 1


def test_no_answers_are_published_and_the_search_knows_nothing_for_teachers(site):
    assert not [path for path in site.rglob("*") if path.stem == "answers"]
    index = json.loads((site / "searchindex.js").read_text().partition("(")[2].rpartition(")")[0])
    theirs = {at for at, name in enumerate(index["docnames"]) if "teacher" in name}
    assert {index["titles"][at] for at in theirs} == {""}
    found = [places if isinstance(places, list) else [places] for places in index["terms"].values()]
    assert theirs.isdisjoint(at for places in found for at in places)


def test_site_has_pages_and_no_templates_or_source_maps(site):
    assert [
        path for path in site.rglob("*.html") if not path.read_text().lstrip().lower().startswith("<!doctype")
    ] == []
    assert [*site.rglob("*.map"), *site.rglob("_sources")] == []


def test_trainer_of_a_lesson_plays_recordings_and_says_so(page, url):
    open_anew(page, f"{url}/notebooks/07_training.html")
    trainer = page.locator("[data-panel=trainer]")
    heading, rows = trainer.get_by_role("heading"), trainer.locator("[data-part=numbers] tbody tr")
    expect(heading).to_contain_text("SE-ResNet-20")  # also in the picture that was stored
    await_live(page)
    expect(page.locator(".sn-lesson-note")).to_contain_text(
        "exercises on this page are live; the Trainer and the SweepBoard play recordings."
    )
    expect(heading).to_have_text("SE-ResNet-20 Recording")
    trainer.get_by_role("button", name="Play recording").click()
    expect(trainer.get_by_text("Recording of SE-ResNet-20: training.")).to_be_visible()
    trainer.get_by_role("button", name="Pause").click()
    expect(trainer.get_by_text("Recording of SE-ResNet-20: paused.")).to_be_visible()
    held = rows.count()
    assert 32 <= held < 64  # all of its twin, and some of its own
    gates = trainer.get_by_role("button", name="Show gates")
    expect(gates).to_have_css("border-style", "dashed")
    expect(gates).to_have_accessible_description(re.compile("install senet_lab: pip install"))
    gates.click()
    expect(trainer.get_by_role("alert")).to_contain_text("To show the gates of a run, install senet_lab: pip")
    assert rows.count() == held
    trainer.get_by_role("button", name="Resume").click()
    expect(rows).not_to_have_count(held)
    assert rows.count() > held
    trainer.get_by_label("Network", exact=True).first.select_option(label="ResNet-50")
    trainer.get_by_role("button", name="Start training").click()
    expect(trainer.get_by_role("alert")).to_contain_text("There is no recording of ResNet-50")
    expect(heading).to_have_text("SE-ResNet-20 Recording")
    assert hosts(page) == {urlsplit(url).netloc}
    assert complaints(page) == []
    expect_accessible(page, "[data-panel=trainer]")


def test_gates_of_a_lesson_are_looked_into(page, url):
    open_anew(page, f"{url}/notebooks/08_gates.html")
    lens = page.locator("[data-panel=gates]")
    await_live(page)
    expect(lens.get_by_role("heading", name="Gates of cifar_se_resnet20")).to_be_visible()
    sentence = lens.locator("[data-part=said]")
    expect(sentence).to_contain_text("of group 3 \u00b7 block 3 opens most for")
    lens.get_by_role("button", name="Channel", exact=False).nth(1).click()
    expect(lens.get_by_role("button", name="Channel", exact=False).nth(1)).to_have_attribute("aria-pressed", "true")
    lens.get_by_role("tab", name="Which classes?").click()
    lens.locator("summary", has_text="Heat map").press("Enter")
    expect(lens.locator(".sn-fold[open]")).to_contain_text("In group 3 \u00b7 block 3")
    lens.get_by_role("checkbox", name="cat").press("Space")
    expect(lens.get_by_text("5 of 10 shown")).to_be_visible()
    lens.get_by_role("button", name="Hold group 3").click()
    expect(lens.locator(".sn-effect")).to_contain_text("accuracy 88.7")
    lens.get_by_role("tab", name="This image").click()
    expect(sentence).to_contain_text("Image 1 is classified as")
    expect(sentence).to_contain_text("with all gates held at their mean, the network looks at")
    thumbs = lens.locator(".sn-thumb")
    second, third = (thumbs.nth(at).get_attribute("data-value") for at in (1, 2))
    thumbs.nth(1).click()
    expect(sentence).to_contain_text(f"Image {int(second) + 1} is classified as")
    expect(lens.get_by_role("group", name="Save figure")).to_contain_text("install senet_lab: pip install")
    page.route(f"**/recordings/*-{third}.json", lambda route: route.abort())
    thumbs.nth(2).click()
    expect(lens.get_by_role("alert")).to_contain_text(f"Couldn't load cifar_se_resnet20-{third}.json")
    page.unroute(f"**/recordings/*-{third}.json")
    lens.get_by_role("button", name="Retry").press("Enter")
    expect(sentence).to_contain_text(f"Image {int(third) + 1} is classified as")
    expect(lens.get_by_role("button", name="Retry")).to_be_hidden()
    expect(lens.get_by_role("tab", name="This image")).to_be_focused()
    assert hosts(page) == {urlsplit(url).netloc}
    held_back = ("ERR_FAILED", "TypeError: Failed to fetch")  # what the browser and the page say of that one file
    assert [said for said in complaints(page) if not any(words in said[1] for words in held_back)] == []
    expect_accessible(page, "[data-panel=gates]")


def test_sweep_of_a_guide_plays_seed_by_seed_and_shows_the_run_of_a_circle(page, url):
    evidence = read_evidence("gate-ratio")
    open_anew(page, f"{url}/notebooks/guides/sweeps.html")
    board = page.locator("[data-panel=sweep]")
    conclusion, progress = board.locator("[data-part=conclusion]"), board.locator("[data-part=progress]")
    circles = board.locator(".sn-node")

    def expect_seeds(words, count):
        expect(progress).to_contain_text(words)
        expect(conclusion).to_have_text(stage_of(evidence, 0, count)[1])
        expect(circles).to_have_count(count * len(evidence["arms"]))

    await_live(page)
    expect(page.locator(".sn-lesson-note")).to_contain_text("The SweepBoard plays recordings.")
    expect_seeds("Showing all 5 seeds.", 5)
    height = conclusion.bounding_box()["height"]
    board.get_by_role("button", name="Play recording").click()
    expect_seeds("Playing 1 of 5 seeds.", 1)
    assert conclusion.bounding_box()["height"] == height  # though it is shorter: nothing below it jumps
    expect_seeds("Playing 2 of 5 seeds.", 2)
    board.get_by_role("button", name="Pause recording").click()
    expect(progress).to_contain_text("Showing 2 of 5 seeds.")
    for _ in range(2):
        board.get_by_role("slider", name="Seeds").press("ArrowRight")
    expect_seeds("Showing 4 of 5 seeds.", 4)
    board.get_by_role("button", name="Play recording").click()
    expect_seeds("Showing all 5 seeds.", 5)
    circles.and_(board.locator("[data-path=arm-1-seed-3]")).click()
    accuracy = 100 * evidence["arms"][1]["accuracies"]["3"]
    expect(board.locator("[data-part=run]")).to_contain_text(f"ratio 16, seed 3: finished, {accuracy:.1f}%.")
    expect(board.locator(".sn-square[aria-pressed=true]")).to_have_attribute("data-value", "arm-1-seed-3")
    assert hosts(page) == {urlsplit(url).netloc}
    assert complaints(page) == []
    expect_accessible(page, "[data-panel=sweep]")
    assert cut_off(page, ".sn-sweep") == []


def expect_accessible(page, place):
    """Nothing of a panel is wider than the page, and axe finds nothing serious, on a screen and on a phone."""
    for width, theme in ((1280, "dark"), (390, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert severe_faults(page, theme, place) == []


def test_single_file_is_live_from_the_disk_and_asks_nothing(browser, site):
    assert (site / "explorer.html").stat().st_size <= 9e6
    page = heard_page(browser)
    page.goto((site / "explorer.html").as_uri())
    await_live(page)
    page.get_by_role("slider", name="Ratio").press("ArrowLeft")
    expect(parameters(page)).to_contain_text("30,058,792")
    page.wait_for_url("**#network=senet1~family=resnext~ratio=8")
    assert {urlsplit(each).scheme for each in page.asked} <= {"file", "data", "blob"}
    assert complaints(page) == []
    page.context.close()


def firefox():
    found = shutil.which("firefox-esr") or shutil.which("firefox")
    return found or pytest.skip("no Firefox on the PATH; install the package firefox-esr to try the site there as well")


def driven(script, *arguments, reads=None):
    """Return what a script of this folder, which drives a browser, prints."""
    command = ["node", str(ROOT / "tests" / "web" / script), *arguments]
    done = subprocess.run(command, input=reads, capture_output=True, text=True, check=True, timeout=400)
    return json.loads(done.stdout)


def expect_quiet(seen, address):
    """A page asked no other host, and its console has neither an error nor a warning."""
    assert [said for said in seen["said"] if said[0] in ("error", "warn")] == []
    asked = {urlsplit(each).netloc for each in seen["asked"] if not each.startswith(("data:", "blob:"))}
    assert asked <= {urlsplit(address).netloc}


def test_explorer_answers_in_firefox_from_the_disk(site):
    address = (site / "explorer.html").as_uri()
    [seen] = driven("firefox.mjs", firefox(), address)
    assert seen["params"] == ["27,543,848", "30,058,792", "27,543,848"]
    assert seen["tabs"] == len(TABS)
    expect_quiet(seen, address)


@pytest.fixture(params=["chrome", "firefox"])
def program(request):
    """A browser's kind and its program."""
    return request.param, firefox() if request.param == "firefox" else request.getfixturevalue("chromium")


def test_lessons_are_walked_from_top_to_bottom_and_each_step_answers(program, url):
    """In Firefox, the last three lessons, which have a panel of each kind."""
    right = {name: str(Learner().task(name).answer) for name in MAKERS}
    paths = sorted(notebooks_folder().glob("*.ipynb"))[-3 if program[0] == "firefox" else 0 :]
    lessons = {f"{url}/notebooks/{path.stem}.html": right for path in paths}
    walked, solved, kinds = driven("walk.mjs", *program, reads=json.dumps(lessons)), 0, set()
    assert [*walked] == [*lessons]
    for address, seen in walked.items():
        assert [kind for kind, answer in seen["steps"] if not answer] == [], address
        verdicts = [answer for kind, answer in seen["steps"] if kind == "exercise"]
        assert {*verdicts} <= {"Right."}, address
        kinds |= {kind for kind, _ in seen["steps"]}
        solved += len(verdicts)
        expect_quiet(seen, address)
    assert solved >= (len(MAKERS) if program[0] == "chrome" else 10)
    assert kinds >= KINDS.keys() - {"answers"}


def test_pages_opened_from_the_disk_say_why_they_stay_still(browser, site):
    page = heard_page(browser)
    page.goto((site / "index.html").as_uri())
    expect(page.get_by_role("status").filter(has_text="opened from a disk")).to_contain_text("open explorer.html")
    assert page.title() == "Explore squeeze-and-excitation networks \u2014 senet_lab"
    page.goto((site / "notebooks" / "08_gates.html").as_uri())
    expect(page.locator(".sn-lesson-note")).to_contain_text(
        "its panels are pictures. To have live panels, run python -m http"
    )
    expect(page.get_by_role("link", name="explorer.html")).to_have_attribute("href", "../explorer.html")
    page.context.close()


def test_a_lesson_passes_axe_and_its_students_are_offered_no_answers(page, url):
    open_anew(page, f"{url}/notebooks/05_squeeze_and_excitation.html")
    await_live(page)
    assert severe_faults(page, "dark") == []
    assert page.locator("a[href*='teacher/']").count() == 0
    numbers = [words.strip()[0] for words in page.locator(".bd-links a").all_text_contents()]
    assert numbers == list("0123456789")
    page.goto(f"{url}/docs/teachers.html")
    await_live(page)
    page.locator("[data-panel=answers]").get_by_label("Class code").fill("9B-spring")
    page.locator("[data-panel=answers]").get_by_label("Student").fill("Anna K.")
    page.get_by_role("button", name="Show answers").click()
    answer = Learner("9B-spring", "Anna K.").answer_rows("05")[0].answer
    expect(page.get_by_role("region", name="5 \u00b7 Squeeze-and-excitation").get_by_role("cell", name=answer, exact=True)).to_be_visible()  # fmt: skip
    assert severe_faults(page) == []


def test_a_projector_shows_one_section_at_a_time_and_keys_lead_on(page, url):
    open_anew(page, f"{url}/notebooks/04_cardinality.html")
    await_live(page)
    first, second = page.get_by_text("You will", exact=True), page.get_by_role("heading", name="A convolution in paths")
    small = page.locator(".bd-article p").first.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    page.get_by_role("button", name="Projector").click()
    expect(first).to_be_visible()
    expect(second).to_be_hidden()
    expect(page.get_by_role("banner")).to_be_hidden()
    expect(page.locator(".sn-record")).to_be_hidden()  # a name, and a button that deletes
    large = page.locator(".bd-article p").first.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    assert large >= 1.4 * small
    page.keyboard.press("ArrowRight")
    expect(second).to_be_visible()
    expect(first).to_be_hidden()
    expect(page.locator(".sn-record")).to_be_hidden()  # although it has come after the page
    expect(page.get_by_role("navigation", name="Projector")).to_contain_text("2 / 7 A convolution in paths")
    assert page.url.endswith("04_cardinality.html?projector#a-convolution-in-paths")
    field = page.get_by_label("Your answer").first
    field.fill("12")
    field.press("ArrowLeft")  # a key of the field, not of the projector
    expect(second).to_be_visible()
    page.keyboard.press("Tab")
    page.mouse.click(5, 5)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("next section")
    assert severe_faults(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert severe_faults(page, "dark") == []
    page.reload()  # the address says where it was
    expect(page.get_by_role("heading", name="A convolution in paths")).to_be_visible()
    expect(page.get_by_role("banner")).to_be_hidden()
    for _ in range(9):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="In short")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("banner")).to_be_visible()
    expect(second).to_be_visible()
    assert page.url.endswith("04_cardinality.html#in-short")
    assert complaints(page) == []


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=["720p", "1080p"])
def test_a_projector_shows_exercises_as_large_as_the_text_and_its_bar_covers_neither(page, url, size):
    open_anew(page, f"{url}/notebooks/04_cardinality.html?projector#a-convolution-in-paths")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    await_live(page)
    text, asked = (
        page.locator(selector).filter(visible=True).first.evaluate(
            "(e) => parseFloat(getComputedStyle(e).fontSize) * e.currentCSSZoom"
        )
        for selector in (".bd-article section > p", ".sn-exercise .sn-ask")
    )  # fmt: skip
    assert abs(asked - text) < 0.5
    page.evaluate("scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' })")
    end = page.locator(".sn-shown").evaluate_all(
        "(parts) => Math.max(...parts.map((e) => e.getBoundingClientRect().bottom))"
    )
    assert end <= page.get_by_role("navigation", name="Projector").bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_presenters_remote_control_scrolls_through_a_section_and_then_goes_on(page, url):
    open_anew(page, f"{url}/notebooks/04_cardinality.html?projector#at-equal-cost")
    here, further = (page.get_by_role("heading", name=name) for name in ("At equal cost", "When it does not divide"))
    expect(here).to_be_visible()
    page.keyboard.press("PageDown")
    expect(here).not_to_be_in_viewport()
    expect(further).to_be_hidden()
    for _ in range(12):
        if further.is_hidden():
            page.keyboard.press("PageDown")
    expect(further).to_be_visible()
    page.keyboard.press("PageUp")
    expect(here).to_be_visible()


def test_what_answers_a_question_is_folded_and_a_key_of_the_projector_opens_it(page, url):
    open_anew(page, f"{url}/notebooks/04_cardinality.html")
    await_live(page)
    text, output = page.get_by_text("The output is the last slice, four times"), page.get_by_text("array([6., 7., 6.")
    expect(text).to_be_hidden()
    expect(output).to_be_hidden()
    page.locator("summary", has_text="Look").filter(visible=True).nth(2).click()
    expect(text).to_be_visible()
    page.goto(f"{url}/notebooks/04_cardinality.html?projector#the-bug-hunt")
    expect(output).to_be_hidden()
    page.keyboard.press("o")
    expect(output).to_be_visible()
    expect(page.get_by_text("early = [lambda i=i")).to_be_visible()
    page.keyboard.press("o")
    expect(output).to_be_hidden()


def test_each_lesson_with_exercises_has_a_worksheet_that_the_page_for_teachers_links(page, url):
    open_anew(page, f"{url}/docs/teachers.html")
    links = page.locator("a[href*='worksheets/']").evaluate_all("(links) => links.map((link) => link.href)")
    assert links == [f"{url}/worksheets/{lesson}{end}.html" for lesson in LESSONS for end in ("", "_answers")]
    for link in links:
        assert page.request.get(link).ok
    page.goto(links[0])
    expect(page.get_by_role("heading", name="2 \u00b7 Macro-architecture")).to_be_visible()
    assert hosts(page) == {urlsplit(url).netloc}


def test_teachers_print_worksheets_and_look_over_a_class_without_an_installation(page, url, tmp_path):
    open_anew(page, f"{url}/docs/teachers.html")
    await_live(page)
    form = page.locator("[data-teacher=worksheets]")
    form.get_by_label("Lesson").select_option("3")
    form.get_by_label("Class code").fill("9B-spring")
    question = Learner("9B-spring").task("micro-shortcut").question
    for button, shown in (("Open worksheet", question), ("Open answers", "Common wrong answers")):
        with page.expect_popup() as opened:
            form.get_by_role("button", name=button).click()
        expect(opened.value.get_by_text(shown).first).to_be_visible()
        opened.value.close()
    write_class(tmp_path)
    overview = page.locator("[data-teacher=class]")
    overview.get_by_role("button", name="Open overview").click()
    expect(overview.get_by_role("status")).to_have_text("Choose the files first.")
    overview.get_by_label("Files that were handed in").set_input_files(sorted(tmp_path.glob("*.csv")))
    with page.expect_popup() as opened:
        overview.get_by_role("button", name="Open overview").click()
    expect(opened.value.locator(".matrix tbody tr")).to_have_count(62)
    opened.value.close()
    overview.get_by_label("Lessons").fill("1")
    overview.get_by_role("button", name="Open overview").click()
    expect(overview.get_by_role("status")).to_contain_text("There are no exercises in lesson '1'")
    submissions = Path(shutil.make_archive(str(tmp_path.parent / "submissions"), "zip", tmp_path))
    overview.get_by_label("Files that were handed in").set_input_files(submissions)
    overview.get_by_label("Class code").fill("9B-spring")
    overview.get_by_label("Lessons").fill("2, 5")
    with page.expect_popup() as opened:
        overview.get_by_role("button", name="Open overview").click()
    expect(opened.value.locator(".matrix tbody tr")).to_have_count(62)
    expect(opened.value.locator(".matrix thead .name")).to_have_count(9)
    opened.value.close()
    with page.expect_download() as saved:
        overview.get_by_role("button", name="Save table").click()
    assert saved.value.suggested_filename == "class.csv"
    assert len(saved.value.path().read_text("utf-8").splitlines()) == 63
    assert severe_faults(page, "dark") == []
    assert hosts(page) == {urlsplit(url).netloc}
    assert complaints(page) == []


def test_picture_stays_with_the_reason_above_it_where_python_cannot_start(browser, url):
    page = heard_page(browser)
    page.set_viewport_size({"width": 390, "height": 844})
    page.add_init_script("delete globalThis.WebAssembly")
    page.goto(f"{url}/index.html")
    await_live(page)
    reason, picture = page.get_by_role("status"), page.locator("[data-panel] svg").first
    expect(reason).to_contain_text("because Python could not start")
    assert reason.bounding_box()["y"] < picture.bounding_box()["y"] < 844
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.context.close()


@pytest.fixture
def page_without_scripts(browser):
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_picture_stays_with_the_reason_where_javascript_is_off(page_without_scripts, url):
    page_without_scripts.goto(f"{url}/index.html")
    reason = page_without_scripts.locator("noscript p").filter(has_text="JavaScript is turned off")
    expect(reason).to_be_visible()
    expect(page_without_scripts.locator("[data-panel] svg").first).to_be_visible()


def random_walk(length):
    """Moves of every kind in an Explorer, as messages to a host."""
    draw = random.Random(5)
    moves = {
        "ratio": [2, 4, 8, 16, "none", "16,none,8,4", "0", "x"], "cardinality": [1, 8, 32, 64, "1e9"],
        "base_width": [4, 8, 64], "depth": [26, 50, 101, 152], "family": ["resnet", "resnext"], "tab": TABS,
        "preset": [*PRESETS], "input_size": [32, 64, 224], "keep_cost": [True, False], "undo": [True], "redo": [True],
        "pin": [True, False], "swap": [True], "path": ["", "group1", "group2/block1/se", "nowhere"], "source": [True, False],
        "batch": [1, 32, 256], "details": [True, False], "save": [".py", ".csv", ".svg", ".txt"], "reset": [True],
    }  # fmt: skip
    yield ["open", "explorer", "{}"]
    for number in range(1, length + 1):
        name = draw.choice([*moves])
        message = {
            "view": "a",
            "number": number,
            "moves": {name: draw.choice(moves[name])},
            "gesture": f"{number // 3}",
        }
        yield ["receive", 0, json.dumps(message)]


def played_recording():
    """A recording that is played, as messages to a host after those of `random_walk`."""
    yield ["open", "trainer", "{}"]
    for number, moves in enumerate(({"start": True}, {"pause": True}, {"resume": True}, {"network": "resnet50"}), 1):
        yield ["receive", 1, json.dumps({"view": "a", "number": number, "moves": moves})]
        yield ["tick", 1, 1.7]


def test_python_in_a_browser_gives_the_messages_of_cpython_over_300_random_moves(site):
    walk, host = [*random_walk(300), *played_recording()], Host()
    command = ["node", "--stack-size=4000", str(ROOT / "tests" / "web" / "answers.mjs"), str(site / "live")]
    said = subprocess.run(command, input=json.dumps(walk), capture_output=True, text=True, check=True).stdout
    theirs = json.loads(said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "platform", "emscripten")  # for what Build says
        for (method, *arguments), answer in zip(walk, theirs, strict=True):
            assert getattr(host, method)(*arguments) == answer, arguments
