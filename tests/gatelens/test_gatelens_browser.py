"""The GateLens in real Chromium and real JupyterLab: by keyboard alone, with files dropped, in both themes."""

import io
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from browsing import (
    axe_faults,
    complaints,
    cut_off,
    go_to_tab,
    heard_page,
    hosts,
    keep_picture,
    losing,
    opened_notebook,
    set_theme,
    written_notebook,
)
from PIL import Image
from playwright.sync_api import expect

from senet_lab.drawing.sheet import style_sheet
from senet_lab.gatelens.state import FOLDS_OF_TAB, IMAGE, NEED, TABS, WHAT, WHICH

pytestmark = pytest.mark.slow

# A small network with gates, untrained: what is tested is the page. It is seeded, so that each run shows the same.
CELL = os.environ.get(
    "SENET_LAB_LENS",
    """from senet_lab import Architecture, GateLens
from senet_lab.nets.on_keras.quiet import wake_keras

wake_keras()  # a second faster than a plain import
import keras

keras.utils.set_random_seed(1)
groups = ((8, 1), (16, 2), (32, 1))
model = Architecture(groups=groups, block="basic", stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=10).build()
lens = GateLens(model)
lens""",
)


@pytest.fixture(scope="module")
def page(browser, lab, workplace):
    """The notebook with its cell run."""
    written_notebook(workplace / "lens.ipynb", CELL, "")
    page = heard_page(browser)
    page.set_default_timeout(20_000)
    opened_notebook(page, lab, f"{workplace.name}/lens.ipynb")
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".sn-lens").wait_for(timeout=120_000)
    expect(page.locator(".sn-lens [role=tabpanel] .sn-maps img").first).to_be_visible(timeout=120_000)
    expect(page.locator(".sn-lens [data-part=busy]")).to_be_hidden(timeout=120_000)
    return page


def go_to(page, tab):
    """Go to a tab by keyboard, and wait until nothing is at work any more."""
    go_to_tab(page, ".sn-lens", tab)
    expect(page.locator(".sn-lens [data-part=busy]")).to_be_hidden(timeout=120_000)


def pressed(page, name):
    """Press a button by key, wherever the focus was before."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def said(page):
    return page.locator(".sn-lens p[data-part=said]")


def alert(page):
    return page.locator(".sn-lens p[data-part=error]")


def test_the_first_picture_and_its_sentence_are_there_without_a_click(page):
    expect(page.get_by_role("heading", name="Gates of")).to_be_visible()
    expect(page.locator(".sn-lens .sn-strip .sn-gate-mark")).to_have_count(4)
    expect(said(page)).to_contain_text(re.compile(r"Channel \d+ of group 3 . block 1 opens most for"))
    expect(alert(page)).to_be_hidden()


def test_a_block_is_chosen_by_arrow_keys(page):
    node = page.locator(".sn-strip .sn-node[tabindex='0']")
    node.focus()
    page.keyboard.press("Home")
    for path in ("group1/block1", "group2/block1", "group2/block2", "group3/block1"):
        expect(page.locator(".sn-strip .sn-node:focus")).to_have_attribute("data-path", path)
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Hold group 2 \u00b7 block 2")).to_be_visible()


def test_classes_are_chosen_by_check_boxes_and_focus_stays(page):
    go_to(page, WHICH)
    box = page.get_by_role("checkbox", name="truck")
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator(".sn-class-key")).to_contain_text("truck")
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    page.keyboard.press("Space")
    expect(page.locator(".sn-class-key")).not_to_contain_text("truck")
    pressed(page, "None")
    expect(said(page)).to_contain_text("Choose at least two classes")
    expect(page.get_by_role("button", name="None", exact=True)).to_be_focused()
    pressed(page, "All")
    expect(page.locator(".sn-class-key span")).to_have_count(10)
    expect(page.get_by_role("button", name="All", exact=True)).to_be_focused()


LOOKS = """(name) => Object.fromEntries([...document.querySelectorAll('.sn-lens .sn-drawing .sn-mean')].map((line) => {
  const style = getComputedStyle(line);
  return [line.getAttribute('class').match(/sn-class-\\d/)[0], style[name]];
}))"""


def test_a_class_stands_out_when_it_is_pointed_at_or_reached_by_key(page):
    go_to(page, WHICH)
    pressed(page, "All")
    expect(page.locator(".sn-class-key span")).to_have_count(10)
    box = page.get_by_role("checkbox", name="deer")
    for reach in (
        box.focus,
        page.locator(".sn-side .sn-class", has_text="deer").hover,
        page.locator(".sn-class-key span", has_text="deer").hover,
    ):
        page.mouse.move(5, 5)
        page.get_by_role("tab", name=WHICH).focus()
        assert set(page.evaluate(LOOKS, "opacity").values()) == {"1"}
        page.keyboard.press("Shift")  # by key from here on: what has the focus is shown
        reach()
        seen = page.evaluate(LOOKS, "opacity")
        assert seen.pop("sn-class-4") == "1"
        assert set(seen.values()) == {"0.12"}
        assert page.evaluate(LOOKS, "strokeWidth")["sn-class-4"] == "2.6px"
    page.mouse.move(5, 5)


def test_lines_keep_their_colours_when_another_panel_brings_its_sheet_later(page):
    """As an Explorer below does, or a stored page: the rules that all views share come behind those of the gates."""
    go_to(page, WHICH)
    before = page.evaluate(LOOKS, "stroke")
    assert len(set(before.values())) == len(before) == 10
    page.add_style_tag(content=style_sheet())
    assert page.evaluate(LOOKS, "stroke") == before


def fold(page, name):
    return page.locator(f".sn-lens summary[data-value='{name}']")


def test_views_are_unfolded_by_key_and_have_their_numbers_behind_them(page):
    for tab in TABS:
        go_to(page, tab)
        for name in FOLDS_OF_TAB[tab]:
            details = page.locator(".sn-lens .sn-fold").filter(has=page.locator(f"summary[data-value='{name}']"))
            fold(page, name).focus()
            page.keyboard.press("Enter")
            expect(details.locator("svg, img, pre").first).to_be_visible()
            expect(fold(page, name)).to_be_focused()
            if name != "Training":  # of which nothing was recorded
                details.get_by_text("Show numbers").press("Enter")
                expect(details.locator(".sn-behind table").first).to_be_visible()
            fold(page, name).focus()
            page.keyboard.press("Enter")
            expect(details.locator("svg, img, pre")).to_have_count(0)


def test_a_channel_is_chosen_by_number_or_by_button(page):
    go_to(page, WHAT)
    number = page.get_by_role("spinbutton", name="channel")
    number.fill("7")
    number.press("Enter")
    expect(said(page)).to_contain_text("Channel 7 of", timeout=60_000)
    expect(number).to_be_focused()
    expect(page.locator(".sn-lens .sn-maps img")).to_have_count(16)
    number.fill("99")
    number.press("Enter")
    expect(alert(page)).to_contain_text("Channel (99) must be at most")
    button = page.get_by_role("group", name="Most class-specific channels").get_by_role("button").first
    button.press("Enter")
    expect(said(page)).to_contain_text(f"Channel {button.inner_text()} of", timeout=60_000)
    expect(button).to_be_focused()
    expect(alert(page)).to_be_hidden()
    expect(page.locator(".sn-lens [data-part=busy]")).to_be_hidden(timeout=60_000)


def test_a_gate_is_held_with_a_key_and_accuracy_moves(page):
    go_to(page, NEED)
    bar = page.locator(".sn-node[data-hold='group3/block1']")
    bar.focus()
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text(re.compile("Group 3 . block 1 held at 1"), timeout=60_000)
    expect(page.locator(".sn-strip .sn-cross")).to_have_count(1)
    go_to(page, WHICH)
    for place in (".sn-effect", "[data-part=doing]"):  # seen from every tab
        expect(page.locator(f".sn-lens {place}")).to_have_text(re.compile(r"held at 1: accuracy .* points\)"))
    go_to(page, NEED)
    page.get_by_role("radio", name="shuffled").focus()
    page.keyboard.press("Space")
    expect(said(page)).to_contain_text("held shuffled: accuracy", timeout=60_000)
    pressed(page, "Release all")
    expect(page.locator(".sn-strip .sn-cross")).to_have_count(0)
    expect(page.get_by_role("button", name="Release all")).to_be_focused()
    expect(page.locator(".sn-lens [data-part=busy]")).to_be_hidden(timeout=60_000)


def test_an_image_of_the_sample_goes_through_the_network(page):
    go_to(page, IMAGE)
    thumb = page.locator(".sn-thumb").nth(2)
    words = thumb.get_attribute("aria-label")
    thumb.press("Enter")
    name = re.search(r"Image \d+", words)[0]
    expect(said(page)).to_contain_text(f"{name} is classified as", timeout=60_000)
    expect(page.locator(".sn-thumb[aria-pressed=true]")).to_be_focused()
    expect(page.locator(".sn-look img + img").first).to_be_visible(timeout=60_000)
    expect(said(page)).to_contain_text("with all gates held at their mean, the network looks at")
    fold(page, "Channels").press("Enter")
    expect(page.locator(".sn-fold .sn-maps img")).to_have_count(16)
    fold(page, "Channels").press("Enter")
    expect(page.locator(".sn-fold .sn-maps img")).to_have_count(0)
    pressed(page, "Next")
    for number in (2, 3):
        expect(page.get_by_text(f"page {number} of")).to_be_visible()
        expect(page.get_by_role("button", name="Next")).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.get_by_text("page 4 of")).to_be_visible()
    pressed(page, "Previous")
    expect(page.get_by_text("page 3 of")).to_be_visible()


def test_a_list_of_classes_stays_where_it_was_scrolled_to(page):
    go_to(page, WHICH)
    boxes = page.locator(".sn-boxes")
    page.add_style_tag(content=".sn-side .sn-boxes { max-height: 80px !important; }")
    boxes.evaluate("(list) => (list.scrollTop = 60)")
    box = page.get_by_role("checkbox", name="deer")
    box.focus()
    top = boxes.evaluate("(list) => list.scrollTop")
    page.keyboard.press("Space")
    expect(page.locator(".sn-class-key")).not_to_contain_text("deer")
    assert boxes.evaluate("(list) => list.scrollTop") == top > 0
    page.keyboard.press("Space")
    expect(page.locator(".sn-class-key")).to_contain_text("deer")
    page.add_style_tag(content=".sn-side .sn-boxes { max-height: 250px !important; }")


def encoded(image, form="PNG"):
    kept = io.BytesIO()
    image.save(kept, form)
    return kept.getvalue()


def choose_file(page, file):
    """Through the browser's dialog, as people do: the input that was clicked is heard, even if it is drawn anew."""
    with page.expect_file_chooser() as chooser:
        page.locator(".sn-lens input[type=file]").click()
    chooser.value.set_files(file)


def png(name, content):
    return {"name": name, "mimeType": "image/png", "buffer": content}


def test_a_file_of_ones_own_goes_through_the_network(page):
    go_to(page, IMAGE)
    ramp = np.linspace(0, 255, 300 * 200).reshape(200, 300).astype("uint8")
    choose_file(page, png("my ramp.png", encoded(Image.fromarray(ramp))))
    expect(said(page)).to_contain_text("my ramp.png is classified as", timeout=60_000)
    expect(page.locator("figcaption").first).to_contain_text("gray copied to three channels")


def test_a_file_is_dropped_on_any_view(page):
    go_to(page, WHICH)
    image = encoded(Image.new("RGBA", (40, 40), (200, 30, 30, 120)))
    page.locator(".sn-lens").evaluate(
        """(panel, bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], 'dropped.png', { type: 'image/png' }));
          for (const name of ['dragenter', 'dragover', 'drop'])
            panel.dispatchEvent(new DragEvent(name, { bubbles: true, cancelable: true, dataTransfer: data }));
        }""",
        list(image),
    )
    expect(said(page)).to_contain_text("dropped.png is classified as", timeout=60_000)
    expect(page.locator("figcaption").first).to_contain_text("transparent pixels made white")


def test_a_file_that_gets_lost_is_sent_again(page):
    go_to(page, IMAGE)
    lost_once = "(d, m) => (d === 'out' && m.content.data?.content?.moves?.upload && isFirst('part') ? Infinity : 0)"
    with losing(page, lost_once) as lost:
        choose_file(page, png("lost.png", encoded(Image.new("RGB", (40, 40), (30, 200, 30)))))
        expect(said(page)).to_contain_text("lost.png is classified as", timeout=60_000)
    assert len(lost) == 1


def test_a_file_that_cannot_be_read_is_said(page):
    page.locator(".sn-lens").evaluate("""(panel) => {
      const file = new File(["x"], "gone.png");
      file.slice = () => ({ arrayBuffer: () => Promise.reject(new Error("not found")) });
      const drop = new Event("drop", { bubbles: true });
      drop.dataTransfer = { files: [file] };
      panel.dispatchEvent(drop);
    }""")
    expect(alert(page)).to_have_text("Couldn't read 'gone.png' (not found). Choose the file again.")


def test_a_file_of_many_parts_arrives_whole(page, tmp_path):
    go_to(page, IMAGE)
    noise = np.random.default_rng(0).integers(0, 256, (1700, 1700, 3), dtype="uint8")
    file = tmp_path / "large.png"
    file.write_bytes(encoded(Image.fromarray(noise)))
    assert file.stat().st_size > 8 * 2**20
    choose_file(page, file)
    expect(said(page)).to_contain_text("large.png is classified as", timeout=120_000)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.png", b"these are words", "'notes.png' cannot be read as an image"),
        ("cut.png", encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype="uint8")))[:9000], "'cut.png' is damaged"),
        ("empty.png", b"", "'empty.png' is empty; choose another file."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_image_is_refused_in_words(page, name, content, words):
    go_to(page, IMAGE)
    expect(said(page)).to_contain_text("is classified as", timeout=60_000)
    before = said(page).inner_text()
    choose_file(page, png(name, content))
    expect(alert(page)).to_contain_text(words, timeout=60_000)
    expect(page.locator(".sn-drop .sn-refused")).to_contain_text(words)
    expect(said(page)).to_have_text(before)
    page.locator(".sn-thumb").first.press("Enter")
    expect(alert(page)).to_be_hidden()
    expect(page.locator(".sn-lens [data-part=busy]")).to_be_hidden(timeout=60_000)


def test_a_figure_is_saved_with_a_key_and_the_panel_says_where(page):
    go_to(page, WHICH)
    button = page.get_by_role("button", name="Save figure as SVG")
    button.focus()
    page.keyboard.press("Enter")
    told = page.locator(".sn-lens [data-part=doing]")
    expect(told).to_have_text(re.compile(r"Saved as /.*gates_.*_means\.svg"), timeout=60_000)
    path = Path(told.inner_text().removeprefix("Saved as "))
    assert path.read_text().startswith("<?xml")
    expect(page.locator(".sn-side .sn-path")).to_contain_text(str(path))
    expect(button).to_be_focused()


def test_one_of_timms_networks_is_fetched_only_on_a_further_word(page):
    networks = page.get_by_role("combobox", name="Network")
    mine = networks.input_value()
    networks.select_option("timm/seresnet50.ra2_in1k")
    expect(said(page)).to_contain_text("have not been downloaded yet (112.56 MB, from huggingface.co)")
    expect(page.get_by_role("button", name="Download and load network")).to_be_visible()
    expect(page.locator(".sn-lens [data-part=busy]")).to_be_hidden()
    networks.select_option(mine)
    expect(page.locator(".sn-lens .sn-strip .sn-gate-mark")).to_have_count(4)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_cut_off_and_axe_finds_nothing_to_object_to_on_any_tab(page, theme):
    """At 1280 by 720; the page as a whole is kept as a picture."""
    set_theme(page, theme)
    page.locator(".sn-lens button[data-hold]").press("Enter")
    for tab in TABS:
        go_to(page, tab)
        for name in FOLDS_OF_TAB[tab]:
            fold(page, name).press("Enter")
            expect(
                page.locator(".sn-lens .sn-fold[open] .sn-finding").nth(FOLDS_OF_TAB[tab].index(name))
            ).to_be_visible()
        assert cut_off(page, ".sn-lens") == [], tab
        assert axe_faults(page, ".sn-lens", theme) == [], tab
        keep_picture(page, f"lens_{TABS.index(tab)}_{theme}", page.locator(".sn-lens"), height=2200)
        for name in FOLDS_OF_TAB[tab]:
            fold(page, name).press("Enter")
    page.get_by_role("button", name="Release all").press("Enter")
    set_theme(page, "light")


def test_the_tabs_stand_still_whatever_is_chosen(page):
    tops = set()
    for tab in TABS:
        go_to(page, tab)
        tops.add(
            round(
                page.get_by_role("tablist", name="Views").bounding_box()["y"]
                - page.locator(".sn-lens").bounding_box()["y"]
            )
        )
    assert len(tops) == 1


def run(page, number, *lines):
    """Write a cell, run it, and return it."""
    cell = page.locator(".jp-CodeCell").nth(number)
    cell.scroll_into_view_if_needed()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("\n".join(lines))
    page.keyboard.press("Shift+Enter")
    return cell


def test_a_run_made_since_is_in_the_list_when_it_is_pointed_at_and_is_looked_into_when_it_is_chosen(page):
    networks = page.get_by_role("combobox", name="Network")
    mine = networks.input_value()
    cell = run(
        page, 1,
        "from senet_lab.training.runs import checkpoint",
        "from senet_lab.training.recipe import Recipe",
        "from senet_lab.training.runs.run import Run",
        "how = dict(block='basic', stem='cifar', ratio=4, input_shape=(32, 32, 3), classes=10)",
        "made = Run.create(Architecture(groups=groups, **how), Recipe())",
        "checkpoint.write(made.folder / 'checkpoints' / 'best.npz', model.get_weights(), {'epoch': 1})",
        "print('made it')",
    )  # fmt: skip
    expect(cell.locator(".jp-OutputArea-output")).to_contain_text("made it", timeout=60_000)
    offered = networks.locator("optgroup[label=Runs] option")
    expect(offered).to_have_count(0)
    networks.hover()
    expect(offered).to_have_count(1, timeout=60_000)
    networks.select_option(offered.get_attribute("value"))
    expect(page.locator(".sn-lens [data-part=heading]")).to_contain_text("a run of", timeout=60_000)
    expect(alert(page)).to_be_hidden()
    networks.select_option(mine)
    expect(page.locator(".sn-lens [data-part=busy]")).to_be_hidden(timeout=120_000)


def test_the_panel_answers_while_a_fit_keeps_its_cell_busy_and_reads_the_gates_when_it_has_ended(page, tmp_path):
    """The first epoch ends when the file is there, so that the cell is busy for as long as the panel is looked at."""
    done = tmp_path / "done"
    cell = run(
        page, 1,
        "import keras, pathlib, time",
        "from senet_lab.gates.watch import GateWatch",
        "from senet_lab.training.optimizers import compiled",
        "x, y = lens.scene.work.loaded.images, lens.scene.work.loaded.labels",
        "watch = GateWatch(x[:100], y[:100])",
        "def hold(*_):",
        f"    while not pathlib.Path({str(done)!r}).exists(): time.sleep(0.1)",
        "lens.close()",
        "lens = GateLens(model, watch=watch)",
        "display(lens)",
        "held = keras.callbacks.LambdaCallback(on_epoch_end=hold)",
        "_ = compiled(model).fit(x[:64], y[:64], epochs=3, verbose=0, callbacks=[watch, held])",
    )  # fmt: skip
    panel, prompt = cell.locator(".sn-lens"), cell.locator(".jp-InputPrompt")
    tabs = {name: panel.get_by_role("tab", name=name) for name in (WHAT, WHICH)}
    try:
        expect(tabs[WHAT]).to_have_attribute("aria-selected", "true", timeout=60_000)
        for name in (WHICH, WHAT):
            tabs[name].click()
            expect(tabs[name]).to_have_attribute("aria-selected", "true", timeout=60_000)
        expect(panel.locator(".sn-fold[open]")).to_contain_text("From epoch 0 to 1", timeout=180_000)
        tabs[WHICH].click()
        expect(tabs[WHICH]).to_have_attribute("aria-selected", "true", timeout=60_000)
        expect(panel.get_by_role("heading", name="Gates of").locator("+ p")).to_contain_text("being trained")
        expect(prompt).to_have_text("[*]:")
    finally:
        done.write_text("")
    expect(prompt).not_to_have_text("[*]:", timeout=180_000)
    expect(panel.locator("[data-part=heading]")).not_to_contain_text("being trained", timeout=60_000)
    tabs[WHAT].click()
    expect(panel.locator(".sn-fold[open]")).to_contain_text("From epoch 0 to 3", timeout=60_000)
    expect(panel.locator("[data-part=busy]")).to_be_hidden(timeout=120_000)


def test_a_page_that_is_loaded_again_finds_its_panel_and_a_cell_that_is_run_again_ends_the_old_one(
    page, lab, workplace
):
    run(page, 1, "lens = GateLens(model)", "lens")
    panel = page.locator(".jp-CodeCell").nth(1).locator(".sn-lens")
    expect(panel.locator("[role=tabpanel] .sn-maps img").first).to_be_visible(timeout=120_000)
    page.keyboard.press("Control+S")
    expect(page.get_by_text("Saving completed")).to_be_visible()
    other = page.context.new_page()
    opened_notebook(other, lab, f"{workplace.name}/lens.ipynb")
    again = other.locator(".jp-CodeCell").nth(1).locator(".sn-lens")
    again.get_by_role("tab", name=WHICH).click(timeout=60_000)
    expect(again.get_by_role("tab", name=WHICH)).to_have_attribute("aria-selected", "true", timeout=60_000)
    cell = run(page, 1, "lens = GateLens(model)", "print('its successor is made')", "lens")
    expect(cell.locator(".jp-OutputArea-output").first).to_contain_text("its successor is made", timeout=60_000)
    late = again.get_by_role("tab", name=NEED)
    late.click()
    expect(again.locator("p[data-part=error]")).to_contain_text("was run again", timeout=60_000)
    other.close()
    expect(panel.locator("[role=tabpanel] .sn-maps img").first).to_be_visible(timeout=120_000)


def test_no_other_host_is_asked_and_nothing_goes_wrong_on_the_console(page, lab):
    assert hosts(page) == {urlsplit(lab).netloc}
    assert complaints(page) == []
