"""The Trainer in real Chromium and real JupyterLab: trainings that are watched, stopped, left and found again."""

import re
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from browsing import (
    axe_faults,
    complaints,
    cut_off,
    heard_page,
    hosts,
    hung,
    keep_picture,
    opened_notebook,
    resize,
    set_theme,
    written_notebook,
)
from playwright.sync_api import expect
from runs import ALIVE, BRIEF, TINY, made

from senet_lab import Architecture
from senet_lab.assets import read_assets
from senet_lab.training.runs.inventory import list_runs

pytestmark = pytest.mark.slow

BUSY = """import pathlib, time
rest = pathlib.Path("rest")
while not rest.exists():
    time.sleep(0.1)
rest.unlink()
'rested'"""
CELLS = ("from senet_lab import Trainer\ntrainer = Trainer()\ntrainer", BUSY)
AT_WORK = r"of 900, step \d+ of 54 \u00b7 (training|validating)"
SMALL = replace(TINY, input_shape=(8, 8, 3))
HUGE = Architecture(groups=((256, 8), (512, 8)), stem="cifar", input_shape=(32, 32, 3), classes=10)
LONG = 240_000  # milliseconds that a process may need to load TensorFlow and compile, on a machine that is busy


@pytest.fixture(scope="module")
def page(browser, lab, workplace):
    """A notebook that shows a Trainer; what is still trained in its folder at the end is stopped."""
    written_notebook(workplace / "train.ipynb", *CELLS)
    page = heard_page(browser)
    page.set_default_timeout(15_000)
    opened_notebook(page, lab, f"{workplace.name}/train.ipynb")
    run_cell(page, 0)
    yield page
    for run in list_runs(workplace / "runs"):
        run.stop()
        run.wait(30)


def run_cell(page, index):
    """Run a cell, and have the Trainer in view again."""
    page.locator(".jp-CodeCell").nth(index).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.get_by_role("group", name="Training settings").wait_for(timeout=LONG)
    page.locator(".jp-CodeCell .jp-InputArea").first.scroll_into_view_if_needed()


def fill(page, name, value):
    field = page.get_by_role("textbox", name=name, exact=True)
    field.fill(str(value))
    field.press("Enter")


def press(page, name):
    """By keyboard alone."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).not_to_have_attribute("aria-disabled", "true", timeout=LONG)
    button.focus()
    page.keyboard.press("Enter")


def progress(page):
    return page.locator(".sn-progress span")


def expect_change(page):
    expect(progress(page)).not_to_have_text(progress(page).text_content(), timeout=LONG)


def expect_progress(page, pattern):
    expect(progress(page)).to_contain_text(re.compile(pattern), timeout=LONG)


def test_nonsense_is_answered_at_its_control_and_changes_nothing(page):
    fill(page, "Batch size", "many")
    expect(page.get_by_role("alert")).to_have_text("Batch size must be a whole number, not 'many'; it remains 128.")
    expect(page.get_by_role("textbox", name="Batch size")).to_have_value("many")
    expect(page.get_by_role("textbox", name="Batch size")).to_have_attribute("aria-invalid", "true")
    fill(page, "Batch size", 250)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_start_anyway_is_offered_by_keyboard_only_without_enough_memory(page):
    anyway = page.get_by_role("button", name="Start anyway")
    expect(anyway).to_have_count(0)
    page.locator("summary", has_text=re.compile("^Token")).press("Enter")
    fill(page, "Network", HUGE.token())
    fill(page, "Batch size", 4500)
    expect(anyway).to_have_accessible_description(re.compile("the system may kill the run"), timeout=LONG)
    page.get_by_role("button", name="Start training").focus()
    page.keyboard.press("Tab")
    expect(anyway).to_be_focused()
    page.locator(".jp-CodeCell .jp-InputArea").first.scroll_into_view_if_needed()
    keep_picture(page, "trainer_anyway")
    assert cut_off(page) == []
    assert axe_faults(page, ".sn-trainer") == []
    fill(page, "Network", TINY.token())
    fill(page, "Batch size", 250)
    expect(anyway).to_have_count(0)
    page.locator("summary", has_text=re.compile("^Token")).press("Enter")


def test_a_training_is_set_up_and_started_by_keyboard_and_its_curve_grows(page, thumbnails):
    page.get_by_role("combobox", name="Images").press("End")  # a folder; its small images make many epochs quickly
    fill(page, "Path", thumbnails)
    page.locator("summary", has_text=re.compile("^Token")).press("Enter")
    fill(page, "Network", SMALL.token())
    fill(page, "Batch size", BRIEF.batch)
    fill(page, "Epochs", 900)
    press(page, "Start training")
    page.get_by_role("combobox", name="Images").press("Home")  # which changes nothing of what is trained
    expect_progress(page, AT_WORK)
    epochs = page.locator(".sn-trainer [data-part=strips] .sn-node")
    expect(epochs.nth(3)).to_be_attached(timeout=LONG)  # two epochs, in two charts
    expect(page.locator(".sn-trainer .sn-finding")).to_contain_text(re.compile(r"validation accuracy \d+\.\d% after"))


def test_start_progress_and_curves_are_in_view_at_once(page):
    page.locator(".jp-CodeCell .jp-InputArea").first.scroll_into_view_if_needed()
    seen = page.evaluate("""() => ['[data-ask=start]', '.sn-progress', '.sn-drawing'].map((part) => {
      const box = document.querySelector(`.sn-trainer ${part}`).getBoundingClientRect();
      return [box.top, box.bottom];
    })""")  # at once: what is drawn anew five times a second is gone before a second question
    assert all(top >= 0 and bottom <= 720 - 24 for top, bottom in seen), seen  # 24: its status bar


def test_epoch_shows_its_values_to_pointer_and_keyboard_and_keeps_the_focus_while_it_grows(page):
    press(page, "Pause")
    expect_progress(page, "paused")
    page.locator(".sn-trainer [data-part=strips] .sn-node[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tooltip")).to_contain_text(re.compile(r"epoch [2-9]\d*, accuracy"))
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tooltip")).to_contain_text(
        re.compile(r"epoch 1, accuracy\n.*training \d+\.\d%, validation")
    )
    press(page, "Resume")
    page.locator(".sn-trainer .sn-node[data-tip^='epoch 1, accuracy']").focus()
    page.evaluate("""() => {
      window.focused = 0;
      document.querySelector('.sn-trainer').addEventListener('focusin', () => (window.focused += 1));
    }""")
    drawn = page.locator(".sn-trainer [data-part=picture] .sn-drawing")
    for _ in range(3):
        expect(drawn).not_to_have_attribute("aria-label", drawn.get_attribute("aria-label"), timeout=LONG)
    expect(page.locator(".sn-node:focus")).to_have_attribute("data-tip", re.compile("^epoch 1, accuracy"))
    assert page.evaluate("window.focused") == 0  # or it would be read out again at each redraw
    assert page.locator(".sn-trainer .sn-curves .sn-drawing").count() == 2
    assert page.locator(".sn-trainer [data-part=strips] .sn-node[tabindex='0']").count() == 1


def test_the_numbers_are_opened_and_read_while_they_grow(page):
    summary = page.locator(".sn-trainer summary", has_text="Show numbers")
    lines = page.locator(".sn-trainer [data-part=numbers] tr")
    details = page.locator(".sn-trainer details.sn-behind")
    summary.scroll_into_view_if_needed()
    place = summary.bounding_box()
    for opened in (True, False) * 5:
        page.mouse.move(place["x"] + 10, place["y"] + place["height"] / 2)
        page.mouse.down()
        page.wait_for_timeout(250)  # longer than from one redraw to the next
        page.mouse.up()
        expect(details).to_have_js_property("open", opened)
        assert summary.bounding_box() == place  # a sentence above it that changes moves nothing
    page.keyboard.press("Enter")
    expect(lines.first).to_be_visible()
    before = lines.count()
    expect(lines.nth(before)).to_be_attached(timeout=LONG)
    expect(summary).to_be_focused()
    page.keyboard.press("Enter")
    expect(lines.first).to_be_hidden()


def test_curves_continue_after_a_press_whose_release_is_lost(page):
    """As that of a button that opens a menu of the system's, or one that ends in another window."""
    strips = page.locator(".sn-trainer [data-part=strips] .sn-drawing")
    for press in ({"button": 2}, {"button": 0}):
        strips.first.dispatch_event("pointerdown", {"bubbles": True, **press})
        if not press["button"]:
            page.evaluate("window.dispatchEvent(new Event('blur'))")
        nodes = page.locator(".sn-trainer [data-part=strips]")
        before = nodes.inner_html()
        page.wait_for_function(
            "(before) => document.querySelector('.sn-trainer [data-part=strips]').innerHTML !== before",
            arg=before,
            timeout=LONG,
        )


def expect_obeyed_while_busy(page, workplace):
    """Curves go on, and Stop is obeyed, while a cell is busy; which then may rest."""
    rested = page.locator(".jp-OutputArea-output", has_text="rested")
    expect_change(page)
    press(page, "Stop")
    expect_progress(page, "of 900 epochs \u00b7 stop(ping|ped)")
    expect_progress(page, "of 900 epochs \u00b7 stopped")
    assert rested.count() == 0
    (workplace / "rest").touch()
    expect(rested).to_be_visible(timeout=LONG)


def test_stop_is_obeyed_while_a_cell_is_busy_and_the_curves_continue(page, workplace):
    run_cell(page, 1)
    expect_obeyed_while_busy(page, workplace)


def test_stopped_run_is_resumed_where_it_was(page):
    expect_progress(page, "stopped")
    stopped = int(re.match(r"\d+", progress(page).text_content())[0])
    assert stopped >= 2
    press(page, "Resume")
    expect_progress(page, AT_WORK)
    assert int(re.search(r"Epoch (\d+)", progress(page).text_content())[1]) > stopped


def test_restarted_kernel_shows_the_training(page):
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.locator(".lm-Menu-itemLabel", has_text=re.compile(r"^Restart Kernel(\u2026|\.\.\.)$")).click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=LONG)
    run_cell(page, 0)
    expect_progress(page, AT_WORK)
    expect_change(page)


def test_reloaded_page_shows_the_training_and_its_gates(page):
    gates = page.get_by_role("group", name="Gates of the run")
    press(page, "Pause")
    press(page, "Show gates")
    expect(gates.get_by_text(re.compile(r"gates in 2 blocks"))).to_be_visible(timeout=LONG)
    fill(page, "Epochs", 800)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=LONG)
    page.locator(".jp-CodeCell").first.locator(".cm-content").click()
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    page.reload()
    page.get_by_role("group", name="Training settings").wait_for(timeout=LONG)
    expect_progress(page, "paused")
    press(page, "Resume")
    expect_change(page)
    expect(page.get_by_role("textbox", name="Epochs")).to_have_value("800")
    expect(gates.get_by_text(re.compile(r"gates in 2 blocks"))).to_be_visible(timeout=LONG)


def test_panel_that_appears_while_the_next_cell_is_busy_follows_and_stops(page, workplace):
    page.get_by_role("group", name="Training settings").evaluate("(part) => (part.dataset.old = 'yes')")
    page.locator(".jp-CodeCell").first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")  # the page of the first cell says hello when the second is under way
    expect(page.locator(".sn-trainer [data-old]")).to_have_count(0, timeout=LONG)
    page.get_by_role("group", name="Training settings").wait_for(timeout=LONG)
    page.locator(".jp-CodeCell .jp-InputArea").first.scroll_into_view_if_needed()
    expect_obeyed_while_busy(page, workplace)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_second_run_is_compared_with_the_first_and_taken_out_again(page):
    press(page, "Copy settings")
    expect(page.get_by_role("textbox", name="Epochs")).to_have_value("900")
    fill(page, "Epochs", 2)
    fill(page, "Seed", 7)
    with hung(page):
        press(page, "Start training")
        expect(page.get_by_role("alert")).to_contain_text("is not responding", timeout=LONG)
        press(page, "Start training")  # what is on its way is not asked for twice
    expect_progress(page, "2 of 2 epochs \u00b7 finished")
    boxes = page.locator(".sn-results input[type=checkbox]")
    expect(boxes).to_have_count(2)
    boxes.nth(1).focus()
    page.keyboard.press("Space")
    expect(page.locator(".sn-trainer .sn-finding")).to_contain_text(
        re.compile(r"seed \d .*(points above|level).*after 2 epochs")
    )
    expect(boxes.nth(1)).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".sn-trainer .sn-legend")).to_have_count(0)
    page.keyboard.press("Space")
    page.locator(".sn-results button").nth(1).press("Enter")
    expect_progress(page, "of 900 epochs")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_has_nothing_cut_off_and_passes_axe(page, theme):
    set_theme(page, theme)
    for width, height in ((1280, 720), (1440, 900)):
        resize(page, width, height)
        page.locator(".jp-CodeCell .jp-InputArea").first.scroll_into_view_if_needed()
        keep_picture(page, f"trainer_{theme}_{width}")
        assert cut_off(page) == []
        assert axe_faults(page, ".sn-trainer", theme) == []
    set_theme(page, "light")


def test_the_network_of_a_run_is_saved_by_keyboard_and_nothing_jumps(page, workplace):
    expect(page.locator(".sn-progress")).to_be_visible()
    top = page.locator(".sn-progress").bounding_box()["y"]
    menu = page.locator("summary", has_text="Save network")
    menu.press("Enter")
    press(page, "Keras (.keras)")
    said = page.locator("[data-part=said]")
    expect(said).to_have_text(
        re.compile(r"^Saved as \S+\.keras, in the notebook\u2019s folder; open it with keras"), timeout=LONG
    )
    assert page.locator(".sn-progress").bounding_box()["y"] == top
    expect(menu).to_be_focused()
    keep_picture(page, "trainer_saved")
    assert cut_off(page) == []
    assert [path.stat().st_size > 100_000 for path in workplace.glob("*.keras")] == [True]


def test_the_gates_of_a_run_open_below_by_keyboard(page):
    gates = page.get_by_role("group", name="Gates of the run")
    press(page, "Show gates")
    expect(gates).to_be_focused(timeout=LONG)
    expect(gates.get_by_role("heading", name="Gates of")).to_be_in_viewport(timeout=LONG)
    expect(gates.get_by_text(re.compile(r"gates in 2 blocks"))).to_be_visible(timeout=LONG)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.sn-lens') !== null")
    keep_picture(page, "trainer_gates")
    assert cut_off(page, ".sn-lens") == []
    assert axe_faults(page, ".sn-below") == []
    first = gates.get_by_role("heading", name="Gates of").text_content()
    press(page, "Show gates")
    expect(gates).to_be_focused()
    expect(page.locator(".sn-lens")).to_have_count(1)
    others = page.locator(".sn-results button:not([aria-current])")
    others.first.press("Enter")
    expect(page.locator(".sn-results button[aria-current]")).to_be_focused()
    press(page, "Show gates")
    expect(gates.get_by_role("heading", name="Gates of")).not_to_have_text(first, timeout=LONG)
    expect(gates).to_be_focused()
    expect(page.locator(".sn-lens")).to_have_count(1)


def test_page_contacts_no_other_host_and_logs_no_error(page, lab):
    assert hosts(page) == {urlsplit(lab).netloc}
    # What JupyterLab says of a kernel that it restarts; and of itself, now and then, when a page is loaded anew.
    its_own = (
        "Connection lost, reconnecting in 0 seconds.",
        "TypeError: Cannot read properties of undefined (reading 'cellRef')",
    )
    assert [said for said in complaints(page) if not said[1].startswith(its_own)] == []


def show(page, folder):
    """Let the first cell show the runs of another folder."""
    cell = page.locator(".jp-CodeCell").first
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(f"Trainer(folder={folder!r})")
    run_cell(page, 0)


@pytest.fixture(scope="module")
def gated(page, workplace):
    """The page with three runs that have gates, the first of them in focus; their weights are damaged, which the lens says."""
    for name in ("third", "second", "first"):
        run = made(workplace / "gated", name)
        (run.folder / "checkpoints").mkdir()
        (run.folder / "checkpoints" / "best.npz").write_bytes(b"")
    resize(page, 1280, 720)
    show(page, "gated")
    return page


def press_gates_of(page, name):
    """Those of a run, and by keyboard."""
    run = page.locator(f".sn-results button[data-value={name}]")
    run.press("Enter")
    expect(run).to_have_attribute("aria-current", "true", timeout=LONG)  # while the lens before loads Keras
    press(page, "Show gates")


def test_gates_of_another_run_get_the_focus(gated):
    gates = gated.get_by_role("group", name="Gates of the run")
    for name in ("first", "second", "second", "first"):
        press_gates_of(gated, name)
        expect(gates).to_be_focused(timeout=LONG)
        expect(gates.locator(".sn-lens")).to_have_count(1)
        expect(gates.locator(".sn-lens [data-ask=network]")).to_have_value(name)


def test_key_pressed_in_the_gates_does_not_reach_the_notebook(gated):
    gates = gated.get_by_role("group", name="Gates of the run")
    press_gates_of(gated, "first")
    expect(gates).to_be_focused(timeout=LONG)
    cells, count = gated.locator(".jp-CodeCell"), gated.locator(".jp-CodeCell").count()
    active = gated.locator(".jp-CodeCell.jp-mod-active")
    gated.locator(".jp-CodeCell .jp-InputPrompt").first.click()  # of the cell that has the Trainer, in command mode
    gated.keyboard.press("Escape")
    gates.focus()
    before = active.evaluate("(cell) => [...cell.parentNode.children].indexOf(cell)")
    for key in ("ArrowDown", "ArrowDown", "d", "d"):
        gated.keyboard.press(key)
    gated.wait_for_timeout(500)  # in which JupyterLab would act
    assert active.evaluate("(cell) => [...cell.parentNode.children].indexOf(cell)") == before
    expect(cells).to_have_count(count)
    expect(gates).to_be_focused()


@contextmanager
def late_lens(page, name):
    """The page fetches the script of the next lens from an address that answers when it is told to; gives how to.

    `name` is of the address: a page imports a module once, and then has it.
    """
    held = []
    script = read_assets("gatelens/widget.bundle.js")

    def hold(route):
        held.append(route)

    def let_come():
        with page.expect_response(f"**/{name}.js"):
            held[0].fulfill(body=script, content_type="text/javascript")

    page.route(f"**/{name}.js", hold)
    page.evaluate(
        """(name) => {
      const own = URL.createObjectURL;
      URL.createObjectURL = () => {
        URL.createObjectURL = own;
        return `${location.origin}/${name}.js`;
      };
    }""",
        name,
    )
    yield let_come
    page.unroute(f"**/{name}.js")


def test_gates_that_were_requested_last_are_shown_whichever_arrive_first(gated):
    gates = gated.get_by_role("group", name="Gates of the run")
    press_gates_of(gated, "third")
    expect(gates.locator(".sn-lens [data-ask=network]")).to_have_value("third", timeout=LONG)
    with late_lens(gated, "late") as let_come:
        with gated.expect_request("**/late.js"):
            press_gates_of(gated, "second")
        press_gates_of(gated, "third")
        expect(gates.locator(".sn-lens [data-ask=network]")).to_have_value("third", timeout=LONG)
        let_come()
    gated.wait_for_timeout(500)  # in which it would be drawn
    expect(gates.locator(".sn-lens")).to_have_count(1)
    expect(gates.locator(".sn-lens [data-ask=network]")).to_have_value("third")


def test_gates_that_fail_to_load_are_reported_and_loaded_on_the_next_request(gated):
    gates = gated.get_by_role("group", name="Gates of the run")
    with late_lens(gated, "later") as let_come:
        press_gates_of(gated, "first")
        expect(gated.locator(".sn-trainer [role=alert]")).to_contain_text(
            "Couldn't load this run's gates", timeout=LONG
        )  # ten seconds
        expect(gates).to_have_count(0)
        expect(gated.get_by_role("button", name="Show gates")).to_be_focused()
        let_come()
    press(gated, "Show gates")
    expect(gates).to_be_focused(timeout=LONG)
    expect(gates.locator(".sn-lens [data-ask=network]")).to_have_value("first")
    expect(gated.locator(".sn-trainer [role=alert]")).to_be_hidden()


# Of each line of the figures: its text, and how far it ends before the next figure.
GAPS = """(figures) => [...figures.children].flatMap((cell) => [...cell.children].map((line) => {
  const words = document.createRange();
  words.selectNodeContents(line);
  const next = cell.nextElementSibling?.getBoundingClientRect().left ?? figures.getBoundingClientRect().right;
  return [line.textContent, next - words.getBoundingClientRect().right];
}))"""


def test_the_widest_figures_are_read_side_by_side(page, workplace):
    """Beside JupyterLab's list of files, as it is at first; the run says that this process trains it."""
    widest = {"seconds": 9 * 3600 + 59 * 60, "step": 12, "macs_per_s": 888.88e9, "memory": 888 * 2**20}
    run = made(workplace / "wide", "widest", state="training", accuracy=0.95, images_per_s=88_888, **widest, **ALIVE)
    show(page, "wide")
    figures = page.locator(".sn-trainer .sn-figures")
    for width, height in ((1280, 720), (1440, 900)):
        resize(page, width, height)
        expect(figures).to_contain_text("9 h 59 min")
        expect(figures).to_contain_text("88,888")
        assert page.locator(".jp-FileBrowser").is_visible()
        keep_picture(page, f"trainer_wide_{width}")
        gaps = figures.evaluate(GAPS)
        assert len(gaps) == 18
        assert [gap for gap in gaps if gap[1] < 6] == []
        assert cut_off(page) == []
    run.tell(run.status()._replace(state="stopped"))
