"""Measure the time from a key press to the painted picture, in JupyterLab and Chromium. `make bench-ui`.

Times are measured in the page, from the key's event to the first task after the frame that shows its answer. Each tab
of the Explorer, with SE-ResNeXt-152, is compared with an echo: an ipywidgets slider in the same notebook that writes
into a label. Ratios carry over to other machines; milliseconds do not.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import sync_playwright
from timing import emit
from ui_page import BURST, SCRIPT, TABS, WALK, browser_of, keys, report, tab, watch

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from servers import TOKEN, lab_served

if TYPE_CHECKING:
    from playwright.sync_api import Page

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

# Events as fast as the page takes them; the last value is new.
SEND_BURST = """async (events) => {
  const turn = () => new Promise((done) => setTimeout(done));
  for (let i = 0; i < events - 1; i += 1) (slide("Ratio", i % 6), await turn());
  const start = performance.now();
  slide("Ratio", 6);
  while (!document.querySelector(".sn-explorer .sn-under").textContent.includes("no squeeze-excite")) await turn();
  return (await painted())[0] - start;
}"""
# Each event is answered before the next; three sliders go through their stops at different paces.
SEND_WALK = """async (events) => {
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
      window.first = (await painted())[0] - start;
    });
    observer.observe(document.body, { childList: true, subtree: true });
  };
  document.addEventListener("keydown", run, true);
}"""


@contextmanager
def open_lab() -> Iterator[Page]:
    """Open JupyterLab with the notebook of this benchmark and an idle kernel."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = Path(folder)
        (home / "notebooks").mkdir()
        cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
        kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), home / "notebooks" / "bench.ipynb")
        with lab_served(home) as url:
            browser = browser_of(playwright)
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{url}/lab/tree/bench.ipynb?reset&token={TOKEN}")
            page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=60_000)
            page.evaluate(SCRIPT)
            yield page
            browser.close()


def echo(page: Page) -> None:
    """Measure the plain slider that the Explorer is compared with."""
    handle = page.locator(".widget-slider [role=slider]").first
    handle.evaluate("(handle) => measure(handle, document.querySelector('.widget-hbox .widget-label:last-child'))")
    handle.focus()
    answers = keys(page, ["ArrowRight", "ArrowLeft"] * 50)[20:]
    report("key to picture", "echo", "echo", [each.time for each in answers])


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Measure first picture, echo, tabs, bursts and memory."""
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
        watch(page)
        for index, name in enumerate(TABS):
            for way, answers in tab(page, name, 161 + 20 * index).items():
                report("key to picture", name, way, [each.time for each in answers])
        for name in TABS:
            page.locator(".sn-explorer").get_by_role("tab", name=name, exact=True).click()
            page.wait_for_timeout(500)
            emit("burst", name, "senet_lab", "ms", [page.evaluate(SEND_BURST, BURST) for _ in range(3)])
        for name in ("Layers", "Trade-offs", "Network"):
            page.locator(".sn-explorer").get_by_role("tab", name=name, exact=True).click()
            page.evaluate(SEND_WALK, 300)
            before = resident(kernel)
            page.evaluate(SEND_WALK, WALK)
            emit("memory", name, "senet_lab", "MB", [resident(kernel) - before])
    emit("load", "after", "1 min", "", [os.getloadavg()[0]])


if __name__ == "__main__":
    main()
