"""Marks: parts of drawings that only the GateLens needs, beside those of `drawing.svg`."""

from __future__ import annotations

from senet_lab.drawing.svg import Box, Shape


def image(uri: str, box: Box) -> Shape:
    """Return a picture in a drawing, its pixels as they are."""
    place = f' x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    return Shape("image", "pixels", f' href="{uri}"{place} preserveAspectRatio="none"')


def turned_text(x: float, y: float, angle: float, words: str, kind: str, anchor: str = "start") -> Shape:
    """Return words that are turned around the point where they begin, or around their middle."""
    turn = f"translate({x:.1f} {y:.1f}) rotate({angle:g})"
    return Shape("text", kind, f' transform="{turn}" text-anchor="{anchor}"', words)


def tinted_rect(box: Box, kind: str, opacity: float) -> Shape:
    """Return a rectangle that is filled as far as `opacity` says."""
    place = f' x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    return Shape("rect", kind, place, style=(("fill-opacity", f"{opacity:.2f}"),))
