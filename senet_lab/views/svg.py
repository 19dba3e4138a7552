"""The few SVG marks that the drawings are made of. Colours come from `senet.css`, by class."""

from __future__ import annotations

from html import escape

WIDTH = 780  # of every drawing: on a 1280-pixel screen, beside the controls, words keep their size


def drawing(height: float, label: str, marks: list[str]) -> str:
    """An <svg> that scales with its container; `label` is what a screen reader says."""
    return (
        f'<svg class="sn-drawing" viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(label)}" '
        f'xmlns="http://www.w3.org/2000/svg">{"".join(marks)}</svg>'
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
