"""The few SVG marks that the drawings are made of. Colours come from `senet.css`, by class."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from typing import NamedTuple

WIDTH = 780  # of a chart
# Of a network and its parts: 12 units of type are 11 pixels in what JupyterLab's file browser leaves of 1280.
NETWORK = 690
NODE = re.compile(r'<g class="sn-node"[^>]*>|<rect class="sn-hit"[^>]*/>')


class Box(NamedTuple):
    """A rectangle from its top left corner, in drawing units."""

    x: float
    y: float
    width: float
    height: float


def drawing(
    height: float, label: str, marks: Iterable[str], interactive: bool = False, focus: str = "", width: float = WIDTH
) -> str:
    """An <svg> that scales with its container; `label` is what a screen reader says.

    Args:
        interactive: keep the nodes, of which one can be reached with Tab; else the drawing is an image.
        focus: the path of that node; without it, or where there is no such node, it is the first.
    """
    body = "".join(marks)
    if interactive:
        wanted = f'tabindex="-1" data-path="{escape(focus)}"'
        found = wanted if focus and wanted in body else 'tabindex="-1"'
        body = body.replace(found, found.replace("-1", "0", 1), 1)
    else:
        body = NODE.sub(lambda found: "<g>" if found[0].startswith("<g") else "", body)
    return (
        f'<svg class="sn-drawing" viewBox="0 0 {width:g} {height:g}" role="{"group" if interactive else "img"}" '
        f'aria-label="{escape(label)}" xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    )


def node(marks: Iterable[str], hit: Box, tip: Iterable[str], label: str, path: str | None = None) -> str:
    """Marks that answer to pointer and keyboard; `path` is where they lead, if they can be entered.

    Args:
        hit: what can be clicked.
        tip: lines to show on hover and focus.
        label: what a screen reader says.
    """
    said, lines, to = escape("\0".join((label, "\n".join(tip), path or ""))).split("\0")  # escaped in one go
    lines = lines.replace("\n", "&#10;")
    leads = 'role="img"' if path is None else f'data-path="{to}" role="button"'
    return (
        f'<g class="sn-node" tabindex="-1" {leads} aria-label="{said}" data-tip="{lines}">'
        f"{rect(*hit, 'hit', 4)}{''.join(marks)}</g>"
    )


def rect(x: float, y: float, width: float, height: float, kind: str, radius: float = 2) -> str:
    """A rectangle from its top left corner."""
    return (
        f'<rect class="sn-{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius:g}"/>'
    )


def path(steps: str, kind: str) -> str:
    """A line along SVG path steps."""
    return f'<path class="sn-{kind}" d="{steps}"/>'


def circle(x: float, y: float, radius: float, kind: str) -> str:
    """A circle around (x, y)."""
    return f'<circle class="sn-{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>'


def text(x: float, y: float, words: str, kind: str = "note", anchor: str = "middle") -> str:
    """Words on the baseline y."""
    return f'<text class="sn-{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def lines(x: float, y: float, words: Iterable[str], step: float = 15) -> list[str]:
    """Lines below each other, the first one stronger."""
    return [text(x, y + step * i, line, "note" if i else "label") for i, line in enumerate(words)]


def cut(words: str, width: float, each: float = 7.2) -> str:
    """Words that fit into a width: those that do not, end in an ellipsis. `each` is a generous width of a character.

    >>> cut("projection", 40)
    'proj\u2026'
    """
    most = max(1, int(width / each))
    return words if len(words) <= most else f"{words[: most - 1]}\u2026"


def strands(box: Box, paths: int, pitch: float, kind: str = "paths-through") -> str:
    """A line through the box for each of several paths, no closer than `pitch`; one path is not worth a line."""
    shown = min(paths, int(box.height / pitch))
    if paths < 2 or shown < 2:
        return ""
    step = box.height / shown
    steps = f"M{box.x:.1f} {box.y + step / 2:.1f}h{box.width:.1f}"
    return path(steps + f"m-{box.width:.1f} {step:.2f}h{box.width:.1f}" * (shown - 1), kind)
