"""Draw cost and accuracy over ratio and cardinality, all else equal; present and published networks are marked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, line
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.accuracy import accuracy_chart, other_measurements, sources_over
from senet_lab.drawing.network.small import Stops, side_by_side, small_chart
from senet_lab.drawing.network.sources import Source, bundled_sources
from senet_lab.drawing.papers.charts import main_chart
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import PREFIXES, short
from senet_lab.ledger.budget import cost, sweep
from senet_lab.papers import Results, canonical_form, networks_in, paths, ratios

RATIOS = (2, 4, 8, 16, 32, 64, None)
GROUP_WIDTHS = (1, 4, 8, 16, 24, 32, 48, 64)
PATHS = (1, 2, 4, 8, 16, 32, 64)

Spot = tuple[float, float]  # the position of a network in the drawing


class Measure(NamedTuple):
    """What a chart shows of a network: the field of its cost, and its title."""

    field: str
    title: str

    def of(self, architecture: Architecture) -> int:
        """Return the cost of a network."""
        return int(getattr(cost(architecture), self.field))


MEASURES = (Measure("params", "Parameters"), Measure("macs", "Multiply-adds"))


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
def tradeoffs(architecture: Architecture, own: tuple[Source, ...] = ()) -> Html:
    """Draw cost and accuracy over ratio and cardinality, and the published errors against cost; costs per image.

    Args:
        own: the reader's sweeps.
    """
    measured = (*own, *bundled_sources())
    return html(
        ratio_curves(architecture, measured, interactive=True),
        cardinality_curves(architecture, measured, interactive=True),
        main_chart(architecture),
        other_measurements(measured),
    )


def ratio_curves(architecture: Architecture, measured: tuple[Source, ...] = (), *, interactive: bool = False) -> Html:
    """Draw parameters, multiply-adds and accuracy over the ratio."""
    if architecture.has_se and architecture.attention == "eca":
        return _nothing("Ratio", "ECA reduces nothing, so it has no ratio.")
    swept = dict(sweep(architecture, "ratio", _with(RATIOS, architecture.ratio)))
    if len(swept) < 2:
        return _nothing("Ratio", "No other ratio fits this network.")
    names = {stop: "none" if stop is None else "custom" if isinstance(stop, tuple) else str(stop) for stop in swept}
    points = tuple((i, net) for i, (stop, net) in enumerate(swept.items()) if not isinstance(stop, tuple))
    return _section("ratio", names, [Curve("", "", points)], architecture, measured, interactive=interactive)


def cardinality_curves(
    architecture: Architecture, measured: tuple[Source, ...] = (), *, interactive: bool = False
) -> Html:
    """Draw parameters, multiply-adds and accuracy over cardinality; costs also at a fixed width of each path."""
    if architecture.family == "resnet":
        return _nothing("Cardinality", "A ResNet has one path; only a ResNeXt has a cardinality.")
    if architecture.family == "regnet":
        return group_width_curves(architecture)
    swept = sweep(architecture, "cardinality", _with(PATHS, architecture.cardinality))
    if len(swept) < 2:
        return _nothing("Cardinality", "No other cardinality fits this network.")
    places = {stop: place for place, (stop, _) in enumerate(swept)}
    at_constant_cost = sweep(architecture, "cardinality", places, keep_cost=True)
    curves = [
        Curve("-free", "fixed path width", tuple((places[stop], net) for stop, net in swept)),
        Curve("-kept", "constant cost", tuple((places[stop], net) for stop, net in at_constant_cost)),
    ]
    names = {stop: str(stop) for stop in places}
    return _section(
        "cardinality",
        names,
        [curve for curve in curves if curve.points],
        architecture,
        measured,
        interactive=interactive,
    )


def group_width_curves(architecture: Architecture) -> Html:
    """Draw parameters and multiply-adds over the group width; the widths of the groups change with it."""
    swept = sweep(architecture, "group_width", _with(GROUP_WIDTHS, architecture.group_width))
    if len(swept) < 2:
        return _nothing("Group width", "No other group width fits this network.")
    names = {stop: str(stop) for stop, _ in swept}
    points = tuple((place, net) for place, (_, net) in enumerate(swept))
    return _section("group width", names, [Curve("", "", points)], architecture, (), interactive=False)


def _with(stops: Sequence[Any], present: Any) -> tuple[Any, ...]:
    """Return the stops and the present value, in order; None and a tuple with one value per group come last."""
    numbers = {stop for stop in (*stops, present) if isinstance(stop, int)}
    rest = [stop for stop in (None, present) if stop not in numbers and (stop in stops or stop == present)]
    return (*sorted(numbers), *dict.fromkeys(rest))


def _nothing(title: str, words: str) -> Html:
    return html(f'<h3 class="sn-title">{title}</h3><p class="sn-source">{words}</p>')


def _section(
    parameter: str,
    names: dict[Any, str],
    curves: list[Curve],
    present: Architecture,
    measured: tuple[Source, ...],
    *,
    interactive: bool,
) -> Html:
    title = parameter.capitalize()
    stops = Stops(parameter, names, _place(present, curves, len(names)))
    published = ratios() if parameter == "ratio" else paths()
    costs = [_cost_chart(measure, stops, curves, present, published) for measure in MEASURES]
    sources = sources_over(stops, present, measured)
    accuracies = [accuracy_chart(source, stops, present, interactive=interactive) for source in sources]
    return html(
        f'<h3 class="sn-title">{title}</h3>{_legend(curves, published)}',
        side_by_side((*costs, *accuracies)),
        behind(
            parameter, _table(title, list(names.values()), curves, stops.place), "Numbers: parameters and multiply-adds"
        ),
        *(behind(source.key, source.details, f"Numbers and source: {source.title}") for source in sources),
    )


def _legend(curves: Sequence[Curve], published: Results) -> str:
    is_published = any(canonical_form(net) in networks_in(published) for curve in curves for _, net in curve.points)
    ring = f'<span class="sn-key-ring"></span>published: {escape(published.source)}' if is_published else ""
    return f'<p class="sn-source"><span class="sn-key-here"></span>this network, on a dotted line {ring}</p>'


def _cost_chart(measure: Measure, stops: Stops, curves: list[Curve], present: Architecture, published: Results) -> Html:
    counts = [measure.of(net) for net in (present, *(net for curve in curves for _, net in curve.points))]
    unit, prefix = next(each for each in (*PREFIXES, (1, "")) if max(counts) >= each[0])
    low, high, log = min(counts) / unit, max(counts) / unit, len(curves) > 1
    # On a log axis, leave room for labels below the smallest and above the largest value.
    panel = stops.panel((low / 2.4, 1.7 * high) if log else (0.0, 1.2 * high), log=log)
    spots = [[(panel.x(stop), panel.y(measure.of(net) / unit)) for stop, net in curve.points] for curve in curves]
    marks = [*stops.axes(panel), *stops.guide(panel, short(measure.of(present)))]
    marks += _lines(curves, spots, networks_in(published)) + (_ends(panel, curves, spots) if log else [])
    marks.append(svg.circle(panel.x(stops.place), panel.y(measure.of(present) / unit), 6, "here"))
    names = [*stops.names.values()]
    label = f"{words_of(names, curves[0], stops.parameter)}; this network: {stops.parameter} {names[stops.place]}"
    title = f"{measure.title}{f' ({prefix})' if prefix else ''}{', log scale' if log else ''}"
    return small_chart(title, label, marks)


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


def _lines(curves: list[Curve], spots: list[list[Spot]], published: frozenset[Architecture]) -> list[Mark]:
    marks: list[Mark] = []
    for curve, row in zip(curves, spots, strict=True):
        marks.append(line(row, f"curve{curve.kind}"))
        kind = "stop-kept" if curve.kind == "-kept" else "stop"
        for (x, y), (_, net) in zip(row, curve.points, strict=True):
            is_published = canonical_form(net) in published
            marks.append(svg.circle(x, y, 5, "ring") if is_published else svg.circle(x, y, 3, kind))
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
