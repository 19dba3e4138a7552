"""Intervals around means in a chart, whose axis need not hold the widest ones whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isnan

from senet_lab.drawing.charts import Panel, line
from senet_lab.drawing.svg import Mark

CUT = "A bar without a mark at its end extends beyond the plot."
CAP = 3.5  # half the length of the mark at the end of an interval
MIN_SPREAD = 0.5  # percentage points; accuracies that differ by less are not spread over the whole axis

Interval = tuple[float, float]  # its ends; NaN if they are unknown


def axis_range(values: Sequence[float], intervals: Iterable[Interval]) -> tuple[float, float]:
    """Return the range of values in percent, and of intervals as far as these are not much wider."""
    spread = max(MIN_SPREAD, max(values) - min(values))
    ends = [end for interval in intervals for end in interval if not isnan(end)]
    low = max(min([*values, *ends]), min(values) - spread)
    high = min(max([*values, *ends]), max(values) + spread)
    margin = max(0.07 * (high - low), 0.2 * MIN_SPREAD)
    return low - margin, high + margin


def is_cut(interval: Interval, y_range: tuple[float, float]) -> bool:
    """Return whether an interval extends beyond a plot."""
    return interval[0] < y_range[0] or interval[1] > y_range[1]


def visible_part(interval: Interval, panel: Panel) -> Interval | None:
    """Return the positions of the lower and the upper end in a plot; None if the interval is unknown."""
    low, high = interval
    if isnan(low):
        return None
    bottom, top = panel.y_range
    return panel.y(max(low, bottom)), panel.y(min(high, top))


def interval_marks(interval: Interval, panel: Panel, x: float, kind: str) -> Iterator[Mark]:
    """Draw an interval as a bar, with a mark at each end that is within the plot."""
    if part := visible_part(interval, panel):
        yield line([(x, y) for y in part], kind)
        for end, y in zip(interval, part, strict=True):
            if panel.y_range[0] <= end <= panel.y_range[1]:
                yield line([(x - CAP, y), (x + CAP, y)], kind)
