"""Small charts over the values of one meta-parameter, laid out in three columns, or fewer where there is less room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, axes, line
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.svg import Drawing, Mark, Node

LEFT, TOP, PANEL_WIDTH, PANEL_HEIGHT, RIGHT = 42, 22, 206, 140, 12
WIDTH = LEFT + PANEL_WIDTH + RIGHT
BELOW = 42  # room for the labels of the axis


class Stops(NamedTuple):
    """The values of a meta-parameter along the horizontal axis of small charts.

    Attributes:
        parameter: its name.
        names: each value with its name, in order.
        place: the position of the present network's value.
    """

    parameter: str
    names: dict[Any, str]
    place: int

    @property
    def places(self) -> dict[Any, int]:
        """The position of each value."""
        return {stop: place for place, stop in enumerate(self.names)}

    def panel(self, y_range: tuple[float, float], *, log: bool = False) -> Panel:
        """Return the plotting area of a chart."""
        return Panel(LEFT, TOP, PANEL_WIDTH, PANEL_HEIGHT, (-0.3, len(self.names) - 0.7), y_range, log)

    def axes(self, panel: Panel) -> list[Mark]:
        """Return both axes; the name of a network's own mix of values, which is last, stands lower, as it is long."""
        return axes(panel, (), self.parameter) + [
            svg.text(panel.x(place), panel.bottom + (31 if name == "custom" else 17), name)
            for place, name in enumerate(self.names.values())
        ]

    def guide(self, panel: Panel, words: str = "") -> list[Mark]:
        """Return a line at the present network's value, with its number on top."""
        x = panel.x(self.place)
        anchor = "start" if x < panel.left + 30 else "end" if x > panel.left + panel.width - 30 else "middle"
        at = x + {"start": -12, "middle": 0, "end": 12}[anchor]
        label = [svg.text(at, panel.top - 8, words, "step-sum", anchor)] if words else []
        return [line([(x, panel.top - 3), (x, panel.bottom)], "at"), *label]


def small_chart(
    title: str, label: str, marks: Sequence[Mark | Node], below: str = "", *, interactive: bool = False
) -> Html:
    """Return a small chart with its title, and HTML below it.

    Args:
        label: what the chart shows, for readers who cannot see it.
    """
    drawing = Drawing(TOP + PANEL_HEIGHT + BELOW, label, marks, interactive=interactive, width=WIDTH)
    return html(f"<figure><figcaption>{escape(title)}</figcaption>", drawing, f"{below}</figure>")


def side_by_side(charts: Iterable[Html]) -> Html:
    """Return charts next to each other, in as many rows as they need."""
    return html('<div class="sn-small">', *charts, "</div>")
