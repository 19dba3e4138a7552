"""Marks: parts of drawings that only the GateLens needs, beside those of `drawing.svg`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TypeAlias

from senet_lab.drawing import svg
from senet_lab.drawing.svg import Box

Mark: TypeAlias = str


def image(uri: str, box: Box) -> Mark:
    """Return a picture in a drawing, its pixels as they are."""
    return (
        f'<image class="sn-pixels" href="{uri}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" preserveAspectRatio="none"/>'
    )


def turned_text(x: float, y: float, angle: float, words: str, kind: str, anchor: str = "start") -> Mark:
    """Return words that are turned around the point where they begin, or around their middle."""
    turn = f"translate({x:.1f} {y:.1f}) rotate({angle:g})"
    return f'<text class="sn-{kind}" transform="{turn}" text-anchor="{anchor}">{escape(words)}</text>'


def tinted_rect(box: Box, kind: str, opacity: float) -> Mark:
    """Return a rectangle that is filled as far as `opacity` says."""
    return (
        f'<rect class="sn-{kind}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'fill-opacity="{opacity:.2f}"/>'
    )


def toggle(marks: Sequence[Mark], hit: Box, tip: Sequence[str], label: str, path: str, is_held: bool) -> Mark:
    """Return a node that holds or frees the gate of a block."""
    role = f'role="button" aria-pressed="{str(is_held).lower()}" data-hold="{escape(path)}"'
    return svg.node(marks, hit, tip, label).replace('role="img"', role, 1)
