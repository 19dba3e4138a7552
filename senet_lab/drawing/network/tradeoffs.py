"""Draw the cost of ratio and cardinality, all else equal; the present and the published networks are marked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, axes, line
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.papers.charts import error_charts
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import short
from senet_lab.ledger.budget import cost, sweep
from senet_lab.papers import Results, canonical_form, networks_in, paths, ratios

RATIOS = (2, 4, 8, 16, 32, 64, None)
PATHS = (1, 2, 4, 8, 16, 32, 64)
LEFT, TOP, WIDTH, HEIGHT, GAP = 46, 34, 272, 140, 120  # of the two charts side by side


Spot = tuple[float, float]  # the position of a network in the drawing


class Measure(NamedTuple):
    """What a chart shows of a network: the field of its cost, its title, and its unit as number and prefix."""

    field: str
    title: str
    unit: float
    prefix: str

    def of(self, architecture: Architecture) -> float:
        """Return the cost of a network in this unit."""
        return float(getattr(cost(architecture), self.field) / self.unit)


MEASURES = (Measure("params", "Parameters", 1e6, "M"), Measure("macs", "Multiply-adds", 1e9, "G"))


class Curve(NamedTuple):
    """Networks for the values of one meta-parameter.

    Attributes:
        kind: how it is drawn: "", "-free" or "-kept".
        name: its label; "" if it is the only curve.
        points: position on the horizontal axis, and network.
    """

    kind: str
    name: str
    points: tuple[tuple[int, Architecture], ...]


@lru_cache(maxsize=2**7)
def tradeoffs(architecture: Architecture) -> Html:
    """Draw curves over ratio and cardinality, and the published errors against cost; costs per image."""
    return html(ratio_curves(architecture), cardinality_curves(architecture), error_charts(architecture))


def ratio_curves(architecture: Architecture) -> Html:
    """Draw parameters and multiply-adds over the ratio."""
    stops = _with(RATIOS, architecture.ratio)
    swept = dict(sweep(architecture, "ratio", stops))
    if len(swept) < 2:
        return _nothing("Ratio", "No other ratio fits this network.")
    names = ["none" if stop is None else "custom" if isinstance(stop, tuple) else str(stop) for stop in swept]
    points = tuple((i, net) for i, (stop, net) in enumerate(swept.items()) if not isinstance(stop, tuple))
    return _section("Ratio", "ratio", names, [Curve("", "", points)], architecture, ratios())


def cardinality_curves(architecture: Architecture) -> Html:
    """Draw parameters and multiply-adds over cardinality: at fixed path width, and at fixed cost."""
    if architecture.family == "resnet":
        return _nothing("Cardinality", "A ResNet has one path; only a ResNeXt has a cardinality.")
    swept = sweep(architecture, "cardinality", _with(PATHS, architecture.cardinality))
    if len(swept) < 2:
        return _nothing("Cardinality", "No other cardinality fits this network.")
    places = {stop: place for place, (stop, _) in enumerate(swept)}
    at_constant_cost = sweep(architecture, "cardinality", places, keep_cost=True)
    curves = [
        Curve("-free", "fixed path width", tuple((places[stop], net) for stop, net in swept)),
        Curve("-kept", "constant cost", tuple((places[stop], net) for stop, net in at_constant_cost)),
    ]
    curves = [curve for curve in curves if curve.points]
    return _section("Cardinality", "cardinality", list(map(str, places)), curves, architecture, paths())


def _with(stops: Sequence[Any], present: Any) -> tuple[Any, ...]:
    """Return the stops and the present value, in order; None and a tuple with one value per group come last."""
    numbers = {stop for stop in (*stops, present) if isinstance(stop, int)}
    rest = [stop for stop in (None, present) if stop not in numbers and (stop in stops or stop == present)]
    return (*sorted(numbers), *dict.fromkeys(rest))


def _nothing(title: str, words: str) -> Html:
    return html(f'<h3 class="sn-title">{title}</h3><p class="sn-source">{words}</p>')


def _section(
    title: str, name: str, names: list[str], curves: list[Curve], present: Architecture, results: Results
) -> Html:
    published = {net for curve in curves for _, net in curve.points if canonical_form(net) in networks_in(results)}
    place = _place(present, curves, len(names))
    marks: list[Mark] = []
    for index, measure in enumerate(MEASURES):
        left = LEFT + index * (WIDTH + GAP)
        values = [measure.of(net) for net in (present, *(net for curve in curves for _, net in curve.points))]
        log = len(curves) > 1
        # On a log axis, leave room for labels below the smallest and above the largest value.
        y_range = (min(values) / 2.4, 1.7 * max(values)) if log else (0.0, 1.2 * max(values))
        panel = Panel(left, TOP, WIDTH, HEIGHT, (-0.3, len(names) - 0.7), y_range, log)
        heading = f"{measure.title} ({measure.prefix}){', log scale' if log else ''}"
        marks.append(svg.text(left - 40, 14, heading, "label", "start"))
        spots = [[(panel.x(stop), panel.y(measure.of(net))) for stop, net in curve.points] for curve in curves]
        marks += axes(panel, enumerate(names), name) + _lines(curves, spots, published)
        if log:
            marks += _ends(panel, curves, spots)
        marks += _present(panel, place, present, measure, is_last=place == len(names) - 1)
    label = f"{words_of(names, curves[0], name)}; this network: {name} {names[place]}"
    key = f' <span class="sn-key-ring"></span>published: {escape(results.source)}' if published else ""
    legend = f'<p class="sn-source"><span class="sn-key-here"></span>this network{key}</p>'
    return html(
        f'<h3 class="sn-title">{title}</h3>{legend}',
        svg.Drawing(TOP + HEIGHT + 42, label, marks),
        behind(name, _table(title, names, curves, place)),
    )


def words_of(names: Sequence[str], curve: Curve, name: str) -> str:
    """Return the range of a curve over a meta-parameter in words, for readers who cannot see it."""
    first, last = (cost(curve.points[index][1]) for index in (0, -1))
    start, end = (f"{name} {names[curve.points[index][0]]}" for index in (0, -1))
    return (
        f"Parameters from {short(first.params)} at {start} to {short(last.params)} at {end}, "
        f"multiply-adds from {short(first.macs)} to {short(last.macs)}"
    )


def _place(present: Architecture, curves: list[Curve], n_stops: int) -> int:
    """Return the position of the present network: on a curve, or at the last stop, its own."""
    return next((place for curve in curves for place, net in curve.points if net == present), n_stops - 1)


def _lines(curves: list[Curve], spots: list[list[Spot]], published: set[Architecture]) -> list[Mark]:
    marks: list[Mark] = []
    for curve, row in zip(curves, spots, strict=True):
        marks.append(line(row, f"curve{curve.kind}"))
        kind = "stop-kept" if curve.kind == "-kept" else "stop"
        for (x, y), (_, net) in zip(row, curve.points, strict=True):
            marks.append(svg.circle(x, y, 5, "ring") if net in published else svg.circle(x, y, 3, kind))
    return marks


def _ends(panel: Panel, curves: list[Curve], spots: list[list[Spot]]) -> list[Mark]:
    """Label two curves at the end where they are further apart: above the upper one, below the lower one."""
    first, second = spots
    end = max((0, -1), key=lambda index: abs(first[index][1] - second[index][1]))
    marks: list[Mark] = []
    for curve, row, other in zip(curves, spots, (second, first), strict=True):
        x, y = row[end]
        below = y > other[end][1] and y + 20 < panel.bottom
        anchor = "end" if end else "start"
        marks.append(svg.text(x, y + 20 if below else y - 11, curve.name, f"word{curve.kind}", anchor))
    return marks


def _present(panel: Panel, place: int, present: Architecture, measure: Measure, *, is_last: bool) -> list[Mark]:
    """Draw the present network and its number: above a falling curve, to the lower right of a rising one."""
    x, y = panel.x(place), panel.y(measure.of(present))
    number = short(getattr(cost(present), measure.field))
    if panel.log:
        words = svg.text(x + (11 if is_last else 5), y + (4 if is_last else 19), number, "step-sum", "start")
    else:
        words = svg.text(x, y - 12, number, "step-sum", "middle" if place else "start")
    return [svg.circle(x, y, 6, "here"), words]


def _table(title: str, names: list[str], curves: list[Curve], place: int) -> str:
    rows = [[name] for name in names]
    head = [title]
    for curve in curves:
        keeps_cost = curve.kind == "-kept"
        suffix = ", constant cost" if keeps_cost else ""
        head += [*(["Base width"] if keeps_cost else []), f"Parameters{suffix}", f"Multiply-adds{suffix}"]
        networks = dict(curve.points)
        for stop, row in enumerate(rows):
            net = networks.get(stop)
            cells = [str(net.base_width), f"{cost(net).params:,}", f"{cost(net).macs:,}"] if net else ["", "", ""]
            row.extend(cells if keeps_cost else cells[1:])
    return listing(title, head, rows, marked=(place,))
