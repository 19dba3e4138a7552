"""Measure a page of the site, whose Python runs in the browser: key presses, cold starts and download sizes.

Work is the time in which the page is busy: from the key to the answer, and from the next frame until it is drawn; in
between, the page waits for the screen. Neighbors are new networks that the page has drawn in advance, during a pause
between two keys.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright
from timing import emit
from ui_page import PAUSE, SCRIPT, STARTS, TABS, browser_of, report, tab, watch

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from servers import files_served
from site_builder import write_panels

if TYPE_CHECKING:
    from playwright.sync_api import Page, Playwright

NETWORK = "network=senet1~depth=152&pinned=senet1~depth=152~ratio=8"  # as in the notebook of ui.py
REQUESTS = "performance.getEntriesByType('resource').filter(({ name }) => /^(http|file)/.test(name)).length"


def start(playwright: Playwright, way: str, address: str) -> None:
    """Open a page in a browser with an empty cache; measure the milliseconds to its picture, and until it is live."""
    stills, lives, requests = [], [], 0
    for _ in range(STARTS + 1):
        browser = browser_of(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(address)
        page.wait_for_function("document.body.dataset.live === 'done'", timeout=120_000)
        lives.append(page.evaluate("performance.now()"))
        stills.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        requests = 1 + page.evaluate(REQUESTS)
        browser.close()
    emit("site: start", "still picture", way, "ms", stills[1:])
    emit("site: start", "live", way, "ms", lives[1:])
    emit("site: size", "requests", way, "", [requests])


def sizes(folder: Path) -> None:
    """Measure the files that a live page loads, uncompressed and compressed as most servers send them."""
    single, fetched = folder / "explorer.html", filter(Path.is_file, (folder / "live").iterdir())
    for way, paths in (("embed.html", [folder / "embed.html", *fetched]), (single.name, [single])):
        contents = [path.read_bytes() for path in paths]
        emit("site: size", "uncompressed", way, "MB", [sum(map(len, contents)) / 1e6])
        emit("site: size", "compressed", way, "MB", [sum(len(gzip.compress(each, 6)) for each in contents) / 1e6])


def measure(page: Page, index: int, name: str) -> None:
    """Measure a tab: new networks as fast as possible, neighbors drawn in advance, and recently shown networks."""
    ways = {"new": tab(page, name, 161 + 20 * index)["new"]}
    ways |= {"neighbor": (paused := tab(page, name, 351 + 20 * index, PAUSE))["new"], "seen": paused["seen"]}
    for way, answers in ways.items():
        report("site: key to picture", name, way, [each.time for each in answers])
        report("site: work", name, way, [each.work for each in answers])


def main() -> None:
    """Measure sizes, cold starts and tabs."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        folder = Path(place)
        write_panels(folder)
        sizes(folder)
        with files_served(folder) as url:
            start(playwright, "embed.html", f"{url}/embed.html")
            start(playwright, "explorer.html", (folder / "explorer.html").as_uri())
            browser = browser_of(playwright)
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.goto(f"{url}/embed.html#{NETWORK}")
            page.wait_for_function("document.body.dataset.live === 'done'", timeout=120_000)
            page.evaluate(SCRIPT)
            watch(page)
            for index, name in enumerate(TABS):
                measure(page, index, name)
            browser.close()


if __name__ == "__main__":
    main()
