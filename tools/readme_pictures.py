"""Take the pictures of the README in Chromium, from the site that `make site` has written; `make pictures` does both.

    python tools/readme_pictures.py

Each picture has a fingerprint of the panel's page and the styles in `docs/pictures/fingerprints.json`; when these
change, a test asks for new pictures. The fingerprint does not cover the JavaScript.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from servers import CHROMIUM_FLAGS, files_served, find_chromium
from site_builder import ROOT, styles

from senet_lab.files import written_whole
from senet_lab.web.host import Host

if TYPE_CHECKING:
    from PIL.Image import Image
    from playwright.sync_api import Page

PICTURES, RECORDINGS = ROOT / "docs" / "pictures", ROOT / "docs" / "recordings"
FINGERPRINTS = PICTURES / "fingerprints.json"
RATIOS = (16, 8, 4, 2, 4, 8)  # that the animated picture loops through
FRAME, REST = 500, 1400  # milliseconds that each ratio is shown, and the first and smallest one
# Only the panel, without the header and the navigation of the lesson's page.
ALONE = (
    ".bd-header, .bd-sidebar-primary { display: none !important; } html { scroll-padding: 0; } body { padding: 12px; }"
)
CURSOR = """([x, y]) => {
  const cursor = document.querySelector(".picture-cursor") ?? document.body.appendChild(document.createElement("div"));
  cursor.className = "picture-cursor";
  cursor.style = `position: fixed; left: ${x - 13}px; top: ${y - 13}px; width: 26px; height: 26px; border-radius: 50%;
    background: rgb(63 144 218 / 35%); border: 1.5px solid rgb(63 144 218 / 90%); box-sizing: border-box; z-index: 9`;
}"""


class Picture(NamedTuple):
    """The contents of a picture.

    Attributes:
        page: a page of the site, with the address of its state.
        size: the size of the window, in pixels.
        selector: the element whose top is the top of the picture.
        panel: kind and options, as `Host.open` takes them.
    """

    page: str
    size: tuple[int, int]
    selector: str
    panel: tuple[str, Mapping[str, str]]


LESSONS, LENS, NECK = "notebooks/", "cifar_se_resnet20", "se-neck"
BLOCK = "network=senet1~family=resnext&part=group2/block1"
HOURGLASS = "network=senet1~family=resnext&part=group4/block1/se"
EXERCISE = f"section:has(> * [data-name={NECK}])"
SHOTS = {
    "ratio": Picture(f"embed.html#{HOURGLASS}", (1280, 690), ".sn-explorer", ("explorer", {"address": HOURGLASS})),
    "explorer": Picture(f"embed.html#{BLOCK}", (1280, 720), ".sn-explorer", ("explorer", {"address": BLOCK})),
    "trainer": Picture(f"{LESSONS}07_training.html", (1280, 720), ".sn-trainer", ("trainer", {})),
    "gatelens": Picture(f"{LESSONS}08_gates.html", (1280, 720), ".sn-lens", ("gates", {"network": LENS})),
    "lesson": Picture(f"{LESSONS}05_squeeze_and_excitation.html", (1280, 720), EXERCISE, ("exercise", {"name": NECK})),
}


def fingerprint(name: str) -> str:
    """Return a fingerprint of the contents of a picture."""
    kind, options = SHOTS[name].panel
    host = Host()
    shown = [host.open(kind, json.dumps(options)), styles()]
    if kind == "gates":
        files = json.loads(host.awaited(0))
        shown += [host.take(0, file, (RECORDINGS / file).read_text("utf-8")) for file in files]
    if name == "lesson":
        shown += [(ROOT / SHOTS[name].page).with_suffix(".ipynb").read_text("utf-8")]
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()[:16]


@contextmanager
def opened(picture: Picture, url: str) -> Iterator[Page]:
    """Yield a page of the site whose panels are live."""
    from playwright.sync_api import sync_playwright

    width, height = picture.size
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
        page.goto(f"{url}/{picture.page}")
        page.add_style_tag(content=ALONE)
        page.wait_for_function("document.body.dataset.live === 'done'", timeout=60_000)
        yield page
        browser.close()


def photo(page: Page, picture: Picture) -> Image:
    """Return a screenshot of the window, scrolled to the top of the picture's element."""
    from PIL import Image

    page.locator(picture.selector).last.evaluate("(element) => element.scrollIntoView()")
    page.wait_for_timeout(300)
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def drag(page: Page, picture: Picture) -> list[Image]:
    """Return a photo for each ratio, with the pointer on the slider."""
    slider, photos = page.get_by_role("slider", name="Ratio"), []
    stops = json.loads(slider.evaluate("(range) => JSON.stringify([range.min, range.max])"))
    photo(page, picture)  # scrolls to it
    for ratio in RATIOS:
        page.get_by_role("textbox", name="Ratio").fill(str(ratio))
        page.get_by_role("textbox", name="Ratio").press("Enter")
        page.wait_for_timeout(300)
        box, value = slider.bounding_box(), float(slider.input_value())
        assert box, "the slider is not in sight"
        share = (value - float(stops[0])) / (float(stops[1]) - float(stops[0]))
        page.evaluate("document.activeElement.blur()")
        page.evaluate(CURSOR, [box["x"] + 8 + share * (box["width"] - 16), box["y"] + box["height"] / 2])
        photos.append(photo(page, picture))
    return photos


def prepare(page: Page, name: str) -> None:
    """Bring a panel to the state that the picture shows."""
    if name == "trainer":
        page.locator("#train-it").get_by_role("button", name="Play recording").click()
        page.get_by_text("Recording of SE-ResNet-20: finished").wait_for(timeout=60_000)
    if name == "gatelens":
        page.locator(".sn-lens .sn-maps img").first.wait_for(timeout=60_000)
    if name == "lesson":
        exercise = page.locator(f"[data-name={NECK}]")
        exercise.get_by_role("textbox").fill("16")
        exercise.get_by_role("button", name="Check").click()


def take(name: str, url: str) -> None:
    """Take one picture."""
    picture = SHOTS[name]
    with opened(picture, url) as page:
        prepare(page, name)
        photos = drag(page, picture) if name == "ratio" else [photo(page, picture)]
    durations = [REST if ratio in (max(RATIOS), min(RATIOS)) else FRAME for ratio in RATIOS]
    path = PICTURES / f"{name}.webp"
    moving: dict[str, Any] = {"duration": durations, "loop": 0} if len(photos) > 1 else {}
    how = {"format": "webp", "quality": 80, "method": 6, **moving}
    with written_whole(path, overwrite=True) as unfinished:
        photos[0].save(unfinished, save_all=len(photos) > 1, append_images=photos[1:], **how)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")


def note(name: str) -> None:
    """Store the fingerprint of a picture."""
    notes = json.loads(FINGERPRINTS.read_text(encoding="utf-8")) if FINGERPRINTS.is_file() else {}
    with written_whole(FINGERPRINTS, overwrite=True) as unfinished:
        unfinished.write_text(json.dumps({**notes, name: fingerprint(name)}, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Take all pictures, or some, and store their fingerprints."""
    PICTURES.mkdir(exist_ok=True)
    with files_served(ROOT / "site") as url:
        for name in sys.argv[1:] or SHOTS:
            take(name, url)
            note(name)


if __name__ == "__main__":
    main()
