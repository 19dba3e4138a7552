"""Measure the time from a key press to the painted picture on any page with an Explorer."""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, NamedTuple

from timing import emit

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from servers import CHROMIUM_FLAGS, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Playwright

TABS = ("Network", "Layers", "Breakdown", "Trade-offs", "Compare", "Published", "Code", "Build")
RANGES, EVENTS = 5, 30  # rounds of the ratio through all stops, for new networks; events, for networks seen before
BURST, WALK = 200, 2000  # events in a burst; events that each wait for their answer
PAUSE = 150  # milliseconds between two keys, in which a page of the site draws the neighbors
STARTS = 5  # of a browser with an empty cache

# The time from `start` to the task after the frame that shows the new value of `watched`.
SCRIPT = """
window.painted = () => new Promise((done) => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  const begun = performance.now();
  channel.port1.onmessage = () => done([performance.now(), performance.now() - begun]);
  channel.port2.postMessage(0);
}));
window.measure = (source, watched) => {
  const times = (window.times = []);
  const works = (window.works = []);
  let start = 0;
  source.setAttribute("data-lm-suppress-shortcuts", "");
  source.addEventListener("keydown", () => (start = performance.now()), true);
  new MutationObserver(async () => {
    const began = start;
    start = 0;
    if (!began) return;
    const answered = performance.now();
    const [end, drawing] = await painted();
    works.push(answered - began + drawing); // what is left of the time waits for the screen
    times.push(end - began);
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


def browser_of(playwright: Playwright) -> Browser:
    """Start Chromium."""
    return playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)


class Answer(NamedTuple):
    """The milliseconds from a key to its picture, and without the time spent waiting for the screen."""

    time: float
    work: float


def keys(page: Page, presses: list[str], pause: int = 0) -> list[Answer]:
    """Press keys, each after the previous one is answered and a pause in milliseconds."""
    page.evaluate("times.length = works.length = 0")
    for count, key in enumerate(presses, 1):
        page.wait_for_timeout(pause)
        page.keyboard.press(key)
        page.wait_for_function("(count) => times.length >= count", arg=count, timeout=20_000)
    return [Answer(*pair) for pair in page.evaluate("times.map((time, at) => [time, works[at]])")]


def report(part: str, case: str, way: str, times: list[float]) -> None:
    """Print one line for the median and one for the 95th percentile."""
    emit(part, case, way, "ms", times)
    emit(f"{part}, p95", case, way, "ms", [quantiles(times, n=20)[-1]])


def watch(page: Page) -> None:
    """Measure from each key of the Explorer's ratio until its token, the last thing to change, is painted."""
    page.locator(".sn-explorer").evaluate(
        "(el) => measure(el.querySelector('input[type=range][aria-label=Ratio]'), token())"
    )


def tab(page: Page, name: str, side: int, pause: int = 0) -> dict[str, list[Answer]]:
    """Return the answers in a tab for networks never seen before, then for some seen just now."""
    explorer = page.locator(".sn-explorer")
    explorer.get_by_role("tab", name=name, exact=True).click()
    ratio, field = explorer.get_by_role("slider", name="Ratio"), explorer.get_by_role("textbox", name="Image size")
    new: list[Answer] = []
    for k in range(RANGES + 1):
        field.fill(str(side + k))
        field.press("Enter")
        explorer.get_by_text(f"{side + k}\u00d7{side + k}").first.wait_for()
        ratio.focus()
        keys(page, [])
        page.keyboard.press("Home")
        page.wait_for_timeout(150)
        new += keys(page, ["ArrowRight"] * 6, pause)
    seen = keys(page, ["ArrowLeft", "ArrowRight"] * (EVENTS // 2 + 5), pause)
    return {"new": new[6:], "seen": seen[10:]}  # the first values are the warm-up
