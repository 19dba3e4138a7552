"""Draw the parts of charts: panels with few lines, and ticks at round numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.svg import Mark


class Panel(NamedTuple):
    """The plotting area of one chart: its position in the drawing, and the ranges of its axes.

    Attributes:
        left, top, width, height: position and size of the area inside the axes, in drawing units.
        x_range, y_range: the values at its left and right, and at its bottom and top.
        log: whether the vertical axis is logarithmic.
    """

    left: float
    top: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    log: bool = False

    def x(self, value: float) -> float:
        """Return the horizontal position of a value."""
        low, high = self.x_range
        return self.left + self.width * (value - low) / (high - low)

    def y(self, value: float) -> float:
        """Return the vertical position of a value."""
        low, high = self.y_range
        part = log10(value / low) / log10(high / low) if self.log else (value - low) / (high - low)
        return self.top + self.height * (1 - part)

    @property
    def bottom(self) -> float:
        """The vertical position of the lower axis."""
        return self.top + self.height

    @property
    def right(self) -> float:
        """The horizontal position of the right end."""
        return self.left + self.width


def ticks(panel: Panel, max_count: int = 5) -> tuple[float, ...]:
    """Return at most `max_count` round numbers in the vertical range, in ascending order.

    >>> ticks(Panel(0, 0, 1, 1, (0, 1), (0, 45.7))), ticks(Panel(0, 0, 1, 1, (0, 1), (3, 60), log=True))
    ((0, 10, 20, 30, 40), (5, 10, 20, 50))
    """
    low, high = panel.y_range
    if panel.log:
        decades = range(floor(log10(low)), ceil(log10(high)))
        for factors in ((1, 2, 5), (1,)):
            values = [_plain(f * 10.0**d) for d in decades for f in factors if low <= f * 10.0**d <= high]
            if len(values) <= max_count:
                break
        return tuple(values)
    rough = (high - low) / max_count
    size = 10 ** floor(log10(rough))
    for step in (size * factor for factor in (1, 2, 2.5, 5, 10)):
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        if last - first < max_count:
            break
    return tuple(_plain(index * step) for index in range(first, last + 1))


def _plain(number: float) -> float:
    """Return 3 for 3.0, and 0.3 for 0.30000000000000004."""
    rounded = round(number, 10)
    return int(rounded) if rounded == int(rounded) else rounded


def grid(panel: Panel, values: Sequence[float]) -> list[Mark]:
    """Return a hairline for each value of the vertical axis, with its number on the left; the title states the unit."""
    marks: list[Mark] = []
    for value in values:
        y = panel.y(value)
        marks.append(svg.path(f"M {panel.left:.1f} {y:.1f} h {panel.width:.1f}", "grid"))
        marks.append(svg.text(panel.left - 6, y + 4, f"{value:g}", anchor="end"))
    return marks


def floor_line(panel: Panel) -> Mark:
    """Return the lower axis."""
    return svg.path(f"M {panel.left:.1f} {panel.bottom:.1f} h {panel.width:.1f}", "axis")


def axes(panel: Panel, labels: Iterable[tuple[float, str]], words: str, max_ticks: int = 5) -> list[Mark]:
    """Return the grid and the lower axis, with a label at each given value and a caption below."""
    marks = [*grid(panel, ticks(panel, max_ticks)), floor_line(panel)]
    marks += [svg.text(panel.x(value), panel.bottom + 17, label) for value, label in labels]
    return [*marks, svg.text(panel.left + panel.width / 2, panel.bottom + 35, words)]


def line(points: Sequence[tuple[float, float]], kind: str) -> Mark:
    """Return a line through points of the drawing."""
    steps = " L ".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return svg.path(f"M {steps}", kind)
