"""Drive a panel as its page does: send moves, wait for their effects, and return the new page."""

from __future__ import annotations

import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

from messages import post

from senet_lab import GateLens, Trainer
from senet_lab.gatelens.page import PARTS


def page(panel: Any) -> dict[str, Any]:
    """Return the complete page."""
    if isinstance(panel, GateLens):
        return {**panel.shown, **{part: getattr(panel, part) for part in PARTS}}
    return panel.form if isinstance(panel, Trainer) else panel.shown


def ask(panel: Any, **moves: Any) -> dict[str, Any]:
    """Send moves in one message; `hold` says for blocks of a GateLens whether their gates are held."""
    held = moves.pop("hold", {})
    post(panel, {**moves, **{f"hold {path}": on for path, on in held.items()}})
    if isinstance(panel, GateLens):
        panel._work.wait(300)
    return page(panel)


def send(lens: Any, name: str, content: bytes, parts: int = 1) -> dict[str, Any]:
    """Send a file to a GateLens in a given number of messages."""
    step = max(1, -(-len(content) // parts))
    for part in range(parts):
        piece = memoryview(content[part * step : (part + 1) * step])
        post(lens, {"upload": {"file": name, "turn": name, "part": part, "parts": parts}}, buffers=[piece])
    lens._uploads.wait(300)
    lens._work.wait(300)
    return page(lens)


def seen(lens: Any, words: str) -> dict[str, Any]:
    """Return the page of a GateLens once it contains the words; a thread reads the folder periodically."""
    end = time.monotonic() + 20
    while words not in "".join(page(lens)[part] for part in ("heading", "said", "side", "body", "error")):
        assert time.monotonic() < end, page(lens)["said"]
        time.sleep(0.05)
    return page(lens)


def await_that(happens: Callable[[], object], seconds: float = 60) -> None:
    """Wait until a condition is true, and fail if it takes too long."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


def well_formed(html: str) -> ElementTree.Element:
    """Parse part of a page."""
    return ElementTree.fromstring(f"<div>{html}</div>")
