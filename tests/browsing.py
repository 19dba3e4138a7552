"""Browsing: helpers of the browser tests: pages that record requests and console, and checks of panels."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Locator, Page, expect
from servers import CHROMIUM_FLAGS, TOKEN

# Another name of this machine, for which a browser does not treat plain http as a secure context, as in a classroom.
HOST = "lab.test"
QUIET = [*CHROMIUM_FLAGS, f"--host-resolver-rules=MAP {HOST} 127.0.0.1"]

# What a page hears of its kernel and sends it passes `window.loses(direction, message)`, where a test has set it, which
# says for how many milliseconds it is held back; for Infinity it is lost. `window.lost` has what was.
LOSSY = """() => {
  const read = (data) => {
    if (typeof data === 'string') return JSON.parse(data);
    const view = new DataView(data);
    const offset = (index) => Number(view.getBigUint64(8 * (index + 1), true));
    const text = (index) => new TextDecoder().decode(data.slice(offset(index), offset(index + 1)));
    const [header, parent_header, , content] = [1, 2, 3, 4].map((index) => JSON.parse(text(index)));
    return { channel: text(0), header, parent_header, content };
  };
  const held = (direction, data) => {
    const message = window.loses && read(data);
    const time = message?.content ? window.loses(direction, message) : 0; // other sockets say other things
    if (time) (window.lost ??= []).push(message);
    return time;
  };
  const pass = (time, go) => (time === Infinity ? undefined : time ? setTimeout(go, time) : go());
  const { get, set } = Object.getOwnPropertyDescriptor(WebSocket.prototype, 'onmessage');
  Object.defineProperty(WebSocket.prototype, 'onmessage', {
    get,
    set(listener) {
      set.call(this, listener && ((event) => pass(held('in', event.data), () => listener.call(this, event))));
    },
  });
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) { return pass(held('out', data), () => send.call(this, data)); };
}"""

# A folder for pictures of each view, for inspection only; without a folder, none are taken.
PICTURES = os.environ.get("SENET_LAB_ARTEFACTS")
IDLE = "Python 3 (ipykernel) | Idle"

AXE_OPTIONS = {"resultTypes": ["violations"], "preload": False}  # it would look for style sheets in the wrong folder
# In the dark theme, axe checks only rules about colors: the page has passed all others in the light theme.
AXE_RULES = {"light": {}, "dark": {"runOnly": ["color-contrast", "link-in-text-block"]}}
AXE_RUN = """([place, options]) => axe.run(place ?? document, options).then(({ violations }) =>
  violations.map(({ id, impact, nodes }) => [id, impact, nodes.map((node) => `${node.html}: ${node.failureSummary}`)]))"""


def written_notebook(path: Path, *cells: str) -> None:
    """Write a notebook with these code cells."""
    made = [nbformat.v4.new_code_cell(source, id=f"cell{index}") for index, source in enumerate(cells)]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel}), path)


def heard_page(browser: Browser, **context) -> Page:
    """Open a page of 1280 by 720; `asked` has the address of each request, `said` each line of the console."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}, **context).new_page()
    page.add_init_script(f"({LOSSY})()")
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("websocket", lambda socket: page.asked.append(socket.url))
    page.on("console", lambda message: page.said.append((message.type, message.text)))
    page.on("pageerror", lambda error: page.said.append(("error", str(error))))
    return page


def opened_notebook(page: Page, lab: str, name: str) -> None:
    """Open a notebook by itself, and wait until its kernel is ready; `name` includes its folder."""
    page.goto(f"{lab}/lab/tree/{name}?reset&token={TOKEN}")
    page.get_by_text(IDLE).wait_for(timeout=60_000)


@contextmanager
def hung(page: Page) -> Iterator[None]:
    """Hold back all messages of the page while the context lasts; at its end, deliver them in order."""
    page.evaluate("""() => {
      const send = WebSocket.prototype.send;
      const held = [];
      WebSocket.prototype.send = function (...said) { held.push(() => send.apply(this, said)); };
      window.letThrough = () => { WebSocket.prototype.send = send; held.forEach((each) => each()); };
    }""")
    yield
    page.evaluate("() => window.letThrough()")


@contextmanager
def losing(page: Page, which: str) -> Iterator[list[dict]]:
    """Delay or lose the messages that `which`, a JavaScript function, selects; yield a list of these for the end.

    In `which`, `isFirst(key)` returns whether it is called with that key for the first time.
    """
    lost: list[dict] = []
    page.evaluate(f"""() => {{
      const keys = new Set();
      window.isFirst = (key) => !keys.has(key) && Boolean(keys.add(key));
      [window.lost, window.loses] = [[], {which}];
    }}""")
    yield lost
    lost += page.evaluate("() => { window.loses = null; return window.lost; }")


def hosts(page: Page) -> set[str]:
    """Return the hosts of the page's requests."""
    return {urlsplit(url).netloc for url in page.asked if url.startswith(("http", "ws"))}


def complaints(page: Page) -> list[tuple[str, str]]:
    """Return the errors and warnings on the page's console, except JupyterLab's about a slow machine."""
    slow = re.compile(r"Plugin \S+ .*(to activate|too long)|Could not restore the debugger state: Canceled future")
    return [said for said in page.said if said[0] in ("error", "warning") and not slow.match(said[1])]


def resize(page: Page, width: int, height: int) -> None:
    """Resize the page, and wait until JupyterLab has laid it out in the next frame."""
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def keep_picture(page: Page, name: str, part: Locator | None = None, height: int = 2000) -> None:
    """Save a picture of the page, or of a part of it in a window that is tall enough for it."""
    if not PICTURES:
        return
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    path = Path(PICTURES, f"{name}.png")
    if part is None:
        page.screenshot(path=path)
        return
    size = page.viewport_size
    page.set_viewport_size({"width": size["width"], "height": height})
    part.screenshot(path=path)
    page.set_viewport_size(size)


def axe_faults(
    page: Page, place: str | dict[str, object] | None = None, theme: str = "light"
) -> list[tuple[str, str, list[str]]]:
    """Return what axe finds on a page, or in a place of it: rules, with their impact and the elements that break them."""
    if not page.evaluate("'axe' in window"):  # half a megabyte of script, which is the same for all places of a page
        page.evaluate(AXE_SCRIPT)
    return [tuple(each) for each in page.evaluate(AXE_RUN, [place, AXE_OPTIONS | AXE_RULES[theme]])]


def go_to_tab(page: Page, panel: str, name: str) -> None:
    """Go from the selected tab of a panel to another one by keyboard, on the shortest path."""
    tabs = page.locator(f"{panel} [role=tab]:visible")
    names = tabs.all_text_contents()
    selected = page.locator(f"{panel} [role=tab][aria-selected=true]")
    steps = names.index(name) - names.index(selected.text_content())
    selected.focus()
    if name in (names[0], names[-1]):
        page.keyboard.press("Home" if name == names[0] else "End")
    else:
        for _ in range(abs(steps)):
            page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    tab = page.get_by_role("tab", name=name, exact=True)
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(tab).to_be_focused()


def set_theme(page: Page, theme: str) -> None:
    """Choose JupyterLab's "light" or "dark" theme from its menu unless it is already selected."""
    is_light = page.locator("body").get_attribute("data-jp-theme-light") == "true"
    if is_light == (theme == "light"):
        return
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    page.locator(".lm-Menu-item", has_text="Theme").first.hover()
    page.locator(".lm-Menu-item", has_text=f"JupyterLab {theme.title()}").first.click()
    expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(theme == "light").lower())


def cut_off(page: Page, panel: str = ".sn-explorer") -> list[str]:
    """Return texts that extend beyond their box or drawing, and boxes that extend beyond the panel."""
    return page.locator(panel).evaluate("""(panel) => {
      const frame = panel.getBoundingClientRect();
      const scrolls = '.sn-scroll, .sn-wide, .sn-code, [hidden], .sn-tip, .sn-boxes';
      const slides = (e, around) => e.closest(around) && getComputedStyle(e.closest(around)).overflowX === 'auto';
      const isChart = (e) => e.matches('.sn-drawing:not(.sn-network > .sn-drawing), figure');
      const isSliding = (e) => slides(e, '.sn-tabs') || (isChart(e) && slides(e, '[data-part=body]')); // on a phone
      const seen = (e) => !e.closest(scrolls) && !isSliding(e) && e.getClientRects().length;
      const named = 'svg, .sn-figures > div, .sn-figures > div > *, .sn-slider, .sn-choice label, table, p, h2, h3, button, figure';
      const parts = [...panel.querySelectorAll(named)].filter(seen);
      const texts = [...panel.querySelectorAll('svg text')].filter((e) => e.getClientRects().length);
      const outside = (box, frame) => box.left < frame.left - 1 || box.right > frame.right + 1;
      const beyond = (box, svg) => outside(box, svg) || box.top < svg.top - 1 || box.bottom > svg.bottom + 1;
      const full = (e) => !['svg', 'TABLE'].includes(e.tagName) && e.scrollWidth > e.clientWidth + 1;
      return [
        ...parts.filter((e) => outside(e.getBoundingClientRect(), frame)),
        ...parts.filter((e) => full(e) && getComputedStyle(e).display !== 'inline'),
        ...texts.filter((e) => beyond(e.getBoundingClientRect(), e.ownerSVGElement.getBoundingClientRect())),
      ].map((e) => `${e.tagName} ${e.className.baseVal ?? e.className}: ${e.textContent.slice(0, 60)}`);
    }""")
