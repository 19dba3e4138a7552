"""Draw accuracy over ratio or cardinality, each source in a chart of its own: a paper's table, or a sweep.

Accuracies of different data, networks or recipes cannot be compared, so no two sources share an axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import isnan

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, line
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.intervals import CUT, axis_range, interval_marks, is_cut
from senet_lab.drawing.network.small import Stops, small_chart
from senet_lab.drawing.network.sources import Measured, Source, published_sources
from senet_lab.drawing.svg import Box, Mark, Node
from senet_lab.drawing.tables import behind
from senet_lab.papers import find_published


def sources_over(stops: Stops, present: Architecture, measured: Sequence[Source]) -> list[Source]:
    """Return the sources of accuracies over a parameter: first the papers, then sweeps."""
    sources = (*published_sources(find_published(present)), *measured)
    return [each for each in sources if each.parameter == stops.parameter and _points(each, stops)]


def other_measurements(measured: Sequence[Source]) -> Html:
    """Return the conclusions of the sweeps that have no line over ratio or cardinality."""
    others = [source for source in measured if not source.parameter]
    return html(
        '<h3 class="sn-title">Other measurements</h3>' if others else "",
        *(
            f'<p class="sn-measured"><b>{escape(source.title)}.</b> {escape(source.conclusion)}</p>'
            f"{behind(source.key, source.details) if source.details else ''}"
            for source in others
        ),
    )


def accuracy_chart(source: Source, stops: Stops, present: Architecture, *, interactive: bool = True) -> Html:
    """Draw the accuracies of a source; its points open its numbers."""
    title = f"Accuracy (%), {source.data}"
    points = _points(source, stops)
    intervals = [(point.low, point.high) for point in points]
    panel = stops.panel(axis_range([point.mean for point in points], intervals))
    here = next((point for point in points if source.has(point, present)), None)
    marks: list[Mark | Node] = [*stops.axes(panel), *stops.guide(panel, f"{here.mean:.1f}%" if here else "")]
    for kind, (name, each) in zip(("", "-kept"), source.lines, strict=False):
        spots = {point: _spot(point, panel, stops) for point in each if point.stop in stops.names}
        marks.append(line([*spots.values()], f"curve{kind}"))
        marks += [_node(source, point, panel, spot, kind, is_here=point is here) for point, spot in spots.items()]
        if name:
            x, y = [*spots.values()][-1]
            marks.append(svg.text(x, y - 12, name, f"word{kind or '-free'}", "end"))
    words = "; ".join(f"{source.parameter} {stops.names[point.stop]} {_words(point)}" for point in points)
    cut = any(is_cut(interval, panel.y_range) for interval in intervals)
    about = "".join(f'<p class="sn-source">{escape(each)}</p>' for each in (source.about, *[CUT] * cut))
    return small_chart(title, f"{title}, {source.about}. {words}", marks, about, interactive=interactive)


def _points(source: Source, stops: Stops) -> list[Measured]:
    return [point for _, points in source.lines for point in points if point.stop in stops.names]


def _spot(point: Measured, panel: Panel, stops: Stops) -> tuple[float, float]:
    return panel.x(stops.places[point.stop]), panel.y(point.mean)


def _node(
    source: Source, point: Measured, panel: Panel, spot: tuple[float, float], kind: str, *, is_here: bool
) -> Node:
    """Draw a point with its interval; a click opens the numbers and the source."""
    x, y = spot
    marks: list[Mark] = [*interval_marks((point.low, point.high), panel, x, "run-0 sn-val")]
    marks.append(svg.circle(x, y, 6, "here") if is_here else svg.circle(x, y, 3.5, f"stop{kind}"))
    value = "none" if point.stop is None else point.stop
    words = f"{source.parameter} {value}: {_words(point)}{', this network' if is_here else ''}"
    return Node(marks, Box(x - 9, y - 9, 18, 18), [words, "Click for the numbers and the source"], words, source.key)


def _words(point: Measured) -> str:
    interval = "" if isnan(point.low) else f" ({point.low:.1f} to {point.high:.1f})"
    return f"{point.mean:.1f}%{interval}"
