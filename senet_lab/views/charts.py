"""What the charts are made of: panels with few lines, ticks at round numbers, labels that keep their distance."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from senet_lab.views import svg

CHARACTER = 6.7  # width of one, at 12 pixels, about: for labels to keep out of each other's way


class Panel(NamedTuple):
    """The field of one chart: where it lies in the drawing, and what its sides stand for.

    Attributes:
        left, top, width, height: of the field inside the axes.
        x_range, y_range: the values at its left and right, at its bottom and top.
    """

    left: float
    top: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]

    def x(self, value: float) -> float:
        """Where a value lies from left to right."""
        low, high = self.x_range
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """Where a value lies from bottom to top."""
        low, high = self.y_range
        return self.top + self.height * (high - value) / (high - low)

    @property
    def bottom(self) -> float:
        """Where the lower axis lies."""
        return self.top + self.height


def ticks(low: float, high: float, most: int = 5) -> tuple[float, ...]:
    """At most `most` round numbers from `low` to `high`.

    >>> ticks(0, 45.7), ticks(20.5, 25)
    ((0, 10, 20, 30, 40), (21, 22, 23, 24, 25))
    """
    rough = (high - low) / most or 1
    size = 10 ** floor(log10(rough))
    for step in (size * factor for factor in (1, 2, 2.5, 5, 10)):
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        if last - first < most:
            return tuple(_plain(index * step) for index in range(first, last + 1))
    return ()


def _plain(number: float) -> float:
    """3 for 3.0, and 0.3 for 0.30000000000000004."""
    rounded = round(number, 10)
    return int(rounded) if rounded == int(rounded) else rounded


def rounded_up(value: float) -> float:
    """The next round number: an axis that begins with 0 ends there."""
    marks = ticks(0, value) if value > 0 else (0, 1)
    return marks[-1] if marks[-1] >= value else marks[-1] + marks[1] - marks[0]


def grid(panel: Panel, marks: Sequence[float], unit: str) -> list[str]:
    """A hairline for each mark of the upright axis, its number on the left; the topmost says the unit."""
    drawn = []
    for mark in marks:
        y = panel.y(mark)
        kind = "axis" if y >= panel.bottom - 0.5 else "grid"
        drawn.append(svg.path(f"M {panel.left:.1f} {y:.1f} h {panel.width:.1f}", kind))
        drawn.append(svg.text(panel.left - 6, y + 4, f"{mark:g}", anchor="end"))
    return [*drawn, svg.text(panel.left - 6, panel.y(marks[-1]) - 11, unit, anchor="end")] if marks else drawn


def floor_line(panel: Panel) -> str:
    """The lower axis."""
    return svg.path(f"M {panel.left:.1f} {panel.bottom:.1f} h {panel.width:.1f}", "axis")


def line(points: Sequence[tuple[float, float]], kind: str) -> str:
    """A line through points of the drawing."""
    steps = " L ".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return svg.path(f"M {steps}", kind)


def spread(wanted: Sequence[float], gap: float = 14) -> list[float]:
    """Heights as near to the wanted ones as may be, in their order, none nearer to the next than `gap`.

    >>> spread([10, 12, 60])
    [4.0, 18.0, 60.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    heaps: list[list[int]] = []
    for index in order:
        heaps.append([index])
        while len(heaps) > 1 and _top(heaps[-1], wanted, gap) < _top(heaps[-2], wanted, gap) + gap * len(heaps[-2]):
            heaps[-2:] = [heaps[-2] + heaps[-1]]
    found = [0.0] * len(wanted)
    for heap in heaps:
        for place, index in enumerate(heap):
            found[index] = _top(heap, wanted, gap) + gap * place
    return found


def _top(heap: list[int], wanted: Sequence[float], gap: float) -> float:
    """Where the uppermost label of some that touch each other has to be, for the least way of all."""
    return sum(wanted[index] for index in heap) / len(heap) - gap * (len(heap) - 1) / 2
