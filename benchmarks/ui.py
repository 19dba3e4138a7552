"""From a key press to the painted picture: real Chromium, real JupyterLab. `make bench-ui`.

Everything is measured inside the page, from the key's event to the first task after the frame that shows its answer:
the Explorer with SE-ResNeXt-152 and each tab open, and a bare ipywidgets slider that writes into a label, in the same
notebook. Ratios carry over to other machines; milliseconds do not.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import sync_playwright
from timing import emit

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from servers import TOKEN, lab_served

if TYPE_CHECKING:
    from playwright.sync_api import Page

TABS = ("Network", "Layers", "Where it goes", "Trade-offs", "Compare", "Published", "Code", "Build")
RANGES, EVENTS = 5, 30  # how often the ratio is moved through its stops of networks never seen; events of those seen
CELLS = (
    """from senet_lab import Architecture, Explorer

explorer = Explorer(Architecture("resnext", 152))
explorer""",
    """import os
from ipywidgets import HBox, IntSlider, Label

explorer.pinned = Architecture("resnext", 152, ratio=8)
slider, label = IntSlider(50, description="echo"), Label("50")
slider.observe(lambda change: setattr(label, "value", str(change.new)), "value")
display(HBox([slider, label]))
print(os.getpid())""",
)

# What is measured is the time from `start` to the task after the frame that shows what `watched` has become.
SCRIPT = """
window.painted = () => new Promise((done) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now());
  channel.port2.postMessage(0);
}));
window.measure = (source, watched) => {
  const times = (window.times = []);
  let start = 0;
  source.setAttribute("data-lm-suppress-shortcuts", "");
  source.addEventListener("keydown", () => (start = performance.now()), true);
  new MutationObserver(async () => {
    const began = start;
    start = 0;
    if (began) times.push((await painted()) - began);
  }).observe(watched, { attributes: true, childList: true, characterData: true, subtree: true });
};
window.token = () => document.querySelector("[data-part=token]");
window.changed = (node) => new Promise((done) => {
  const observer = new MutationObserver(() => (observer.disconnect(), done()));
  observer.observe(node, { attributes: true });
});
window.slide = (name, stop) => {
  const range = document.querySelector(`.sn-explorer input[type=range][aria-label="${name}"]`);
  range.value = stop;
  range.dispatchEvent(new Event("input"));
};
null; // what a script ends with, if it is a function, is called
"""
# 200 events as fast as the page takes them; the last value is one that none before it had.
BURST = """async () => {
  const turn = () => new Promise((done) => setTimeout(done));
  for (let i = 0; i < 199; i += 1) (slide("Ratio", i % 6), await turn());
  const start = performance.now();
  slide("Ratio", 6);
  while (!document.querySelector(".sn-explorer .sn-under").textContent.includes("no squeeze-excite")) await turn();
  return (await painted()) - start;
}"""
# Each event is answered before the next; three sliders go through their stops at different paces.
WALK = """async (events) => {
  const names = ["Ratio", "Image size", "Base width"];
  const stop = (max, i) => Math.abs((i % (2 * max)) - max);
  const range = (name) => document.querySelector(`.sn-explorer input[type=range][aria-label="${name}"]`);
  for (let i = 0; i < events; i += 1) {
    const name = names[i % 7 === 6 ? 2 : i % 3 === 2 ? 1 : 0];
    const max = Number(range(name).max);
    let to = stop(max, Math.floor(i / 2) + i);
    if (to === Number(range(name).value)) to = to === max ? 0 : to + 1;
    const answer = changed(token());
    slide(name, to);
    await answer;
  }
}"""
# From the key that runs the cell, the first Enter, to the first picture.
FIRST = """() => {
  const run = (event) => {
    if (event.key !== "Enter") return;
    document.removeEventListener("keydown", run, true);
    const start = performance.now();
    const observer = new MutationObserver(async () => {
      if (!document.querySelector(".sn-explorer .sn-drawing")) return;
      observer.disconnect();
      window.first = (await painted()) - start;
    });
    observer.observe(document.body, { childList: true, subtree: true });
  };
  document.addEventListener("keydown", run, true);
}"""


@contextmanager
def open_lab() -> Iterator[Page]:
    """A page of JupyterLab with the notebook of this benchmark, its kernel idle."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        (home / "notebooks").mkdir()
        cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
        kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), home / "notebooks" / "bench.ipynb")
        flags = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
        path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        with lab_served(home) as url:
            browser = playwright.chromium.launch(executable_path=path, args=flags)
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{url}/lab/tree/bench.ipynb?reset&token={TOKEN}")
            page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
            page.evaluate(SCRIPT)
            yield page
            browser.close()


def keys(page: Page, presses: list[str]) -> list[float]:
    """Milliseconds from each key press to its picture."""
    page.evaluate("times.length = 0")
    for count, key in enumerate(presses, 1):
        page.keyboard.press(key)
        page.wait_for_function("(count) => times.length >= count", arg=count, timeout=20_000)
    return [float(time) for time in page.evaluate("times")]


def report(case: str, way: str, times: list[float]) -> None:
    """One line for the middle, one for what 95 % stay below."""
    emit("key to picture", case, way, "ms", times)
    emit("key to picture, p95", case, way, "ms", [quantiles(times, n=20)[-1]])


def echo(page: Page) -> None:
    """The bare slider, which the Explorer is compared with."""
    handle = page.locator(".widget-slider [role=slider]").first
    handle.evaluate("(handle) => measure(handle, document.querySelector('.widget-hbox .widget-label:last-child'))")
    handle.focus()
    report("echo", "echo", keys(page, ["ArrowRight", "ArrowLeft"] * 50)[20:])


def tab(page: Page, name: str, side: int) -> None:
    """A tab with networks never seen before, then with some seen just now."""
    explorer = page.locator(".sn-explorer")
    explorer.get_by_role("tab", name=name, exact=True).click()
    ratio, field = explorer.get_by_role("slider", name="Ratio"), explorer.get_by_role("textbox", name="Image size")
    new: list[float] = []
    for k in range(RANGES + 1):
        field.fill(str(side + k))
        field.press("Enter")
        explorer.get_by_text(f"{side + k}\u00d7{side + k}").first.wait_for()
        ratio.focus()
        keys(page, [])
        page.keyboard.press("Home")
        page.wait_for_timeout(150)
        new += keys(page, ["ArrowRight"] * 6)
    report(name, "new", new[6:])  # the first six are the warm-up
    report(name, "seen", keys(page, ["ArrowLeft", "ArrowRight"] * (EVENTS // 2 + 5))[10:])


def resident(pid: int) -> float:
    """MB that a process holds."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """First picture, echo, tabs, bursts, memory."""
    emit("load", "before", "1 min", "", [os.getloadavg()[0]])
    with open_lab() as page:
        page.evaluate(FIRST)
        page.locator(".jp-CodeCell").first.click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_function("window.first", timeout=60_000)
        emit("first picture", "fresh kernel", "senet_lab", "ms", [page.evaluate("first")])
        page.keyboard.press("Shift+Enter")
        kernel = int(page.locator(".jp-OutputArea-output[data-mime-type*=stdout]").inner_text(timeout=30_000))
        page.wait_for_timeout(1000)
        echo(page)
        page.locator(".sn-explorer").evaluate(
            "(el) => measure(el.querySelector('input[type=range][aria-label=Ratio]'), token())"
        )
        for index, name in enumerate(TABS):
            tab(page, name, 161 + 20 * index)
        for name in TABS:
            page.locator(".sn-explorer").get_by_role("tab", name=name, exact=True).click()
            page.wait_for_timeout(500)
            emit("burst", name, "senet_lab", "ms", [page.evaluate(BURST) for _ in range(3)])
        for name in ("Layers", "Trade-offs", "Network"):
            page.locator(".sn-explorer").get_by_role("tab", name=name, exact=True).click()
            page.evaluate(WALK, 300)
            before = resident(kernel)
            page.evaluate(WALK, 2000)
            emit("memory", name, "senet_lab", "MB", [resident(kernel) - before])
    emit("load", "after", "1 min", "", [os.getloadavg()[0]])


if __name__ == "__main__":
    main()
