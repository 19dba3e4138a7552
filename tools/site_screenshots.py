"""Take screenshots of the site's pages in four widths, light and dark. Run `make site` first.

python tools/site_screenshots.py FOLDER [PAGE...]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from servers import CHROMIUM_FLAGS, ROOT, files_served, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Page

SITE = ROOT / "site"
SIZES = ((1440, 900), (1280, 720), (820, 1180), (390, 844))
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
DOCUMENTS = ("course", "guides", "installation", "serving", "glossary", "teachers")
MAX_HEIGHT = 12_000  # pixels; what is below is cut off


def list_pages() -> list[str]:
    """Return the first page, explorer.html, the lessons, the guides and the documents for readers."""
    lessons = sorted(path.relative_to(SITE).as_posix() for path in (SITE / "notebooks").rglob("*.html"))
    return ["index.html", "embed.html", *lessons, *(f"docs/{name}.html" for name in DOCUMENTS)]


def look(page: Page, address: str) -> Iterator[tuple[str, bytes]]:
    """Give a name and a picture for each size and theme."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if page.locator("[data-panel]").count():
        page.wait_for_function("document.body.dataset.live === 'done'", timeout=60_000)
    for theme, (width, height) in product(THEMES, SIZES):
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(400)
        whole = min(page.evaluate("document.documentElement.scrollHeight"), MAX_HEIGHT)
        clip: FloatRect = {"x": 0, "y": 0, "width": width, "height": whole}
        yield f"{width}-{theme}", page.screenshot(full_page=True, clip=clip, type="jpeg", quality=70)


def main() -> None:
    """Write all pictures into a folder."""
    from playwright.sync_api import sync_playwright

    folder, *pages = sys.argv[1:]
    with sync_playwright() as playwright, files_served(SITE) as url:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        for name in pages or list_pages():
            page = browser.new_page()
            for look_name, picture in look(page, f"{url}/{name}"):
                path = Path(folder, f"{name.removesuffix('.html').replace('/', '-')}-{look_name}.jpg")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(picture)
            print(name)
            page.close()
        browser.close()


if __name__ == "__main__":
    main() if sys.argv[1:] else sys.exit(__doc__)
