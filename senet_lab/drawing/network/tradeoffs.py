"""Trade-offs: what ratio and cardinality cost, all else as it is; the present network and the published ones marked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from itertools import chain
from typing import Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, log_range, ticks
from senet_lab.drawing.papers.charts import error_charts
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import short
from senet_lab.ledger.budget import cost, sweep
from senet_lab.papers import Results, kin, known, paths, ratios

RATIOS = (2, 4, 8, 16, 32, 64, None)
PATHS = (1, 2, 4, 8, 16, 32, 64)
LEFT, FIELD, APART, TOP, HIGH = 46, 272, 120, 34, 140  # of the two charts side by side
MEASURES = (("params", "Parameters", 1e6, "M"), ("macs", "Multiply-adds", 1e9, "G"))


Spot = tuple[float, float, bool]  # where a network is drawn, and whether it is a published one


class Curve(NamedTuple):
    """Stops of one meta-parameter with what they cost.

    Attributes:
        kind: how it is drawn: "", "-free" or "-kept".
        name: what it says at its end; "" where there is but one.
        points: place among the stops of the chart, and network.
    """

    kind: str
    name: str
    points: tuple[tuple[int, Architecture], ...]


@lru_cache(maxsize=2**7)
def tradeoffs(architecture: Architecture) -> str:
    """Curves over ratio and cardinality, and the published errors against cost; all for one image."""
    return ratio_curves(architecture) + cardinality_curves(architecture) + error_charts(architecture)


def ratio_curves(architecture: Architecture) -> str:
    """Parameters and multiply-adds over the ratio."""
    stops = _with(RATIOS, architecture.ratio)
    swept = dict(sweep(architecture, "ratio", stops))
    if len(swept) < 2:
        return _nothing("Ratio", "No other ratio fits this network.")
    names = ["none" if stop is None else "own" if isinstance(stop, tuple) else str(stop) for stop in swept]
    points = tuple((i, net) for i, (stop, net) in enumerate(swept.items()) if not isinstance(stop, tuple))
    return _section("Ratio", "ratio", names, [Curve("", "", points)], architecture, ratios())


def cardinality_curves(architecture: Architecture) -> str:
    """Parameters and multiply-adds over cardinality: with the width of a path kept, and with the cost of a block."""
    if architecture.family == "resnet":
        return _nothing("Cardinality", "A ResNet has one path; cardinality is a ResNeXt\u2019s.")
    swept = sweep(architecture, "cardinality", _with(PATHS, architecture.cardinality))
    if len(swept) < 2:
        return _nothing("Cardinality", "No other cardinality fits this network.")
    places = {stop: place for place, (stop, _) in enumerate(swept)}
    kept = sweep(architecture, "cardinality", places, keep_cost=True)
    free = Curve("-free", "width of a path kept", tuple((places[stop], net) for stop, net in swept))
    curves = [free, Curve("-kept", "cost kept", tuple((places[stop], net) for stop, net in kept))]
    return _section(
        "Cardinality", "cardinality", list(map(str, places)), [c for c in curves if c.points], architecture, paths()
    )


def _with(stops: Sequence[Any], present: Any) -> tuple[Any, ...]:
    """The stops and the present value, in order; None and a value of one's own for each group come last."""
    numbers = {stop for stop in (*stops, present) if isinstance(stop, int)}
    rest = [stop for stop in (None, present) if stop not in numbers and (stop in stops or stop == present)]
    return (*sorted(numbers), *dict.fromkeys(rest))


def _nothing(title: str, words: str) -> str:
    return f'<h3 class="sn-title">{title}</h3><p class="sn-source">{words}</p>'


def _section(
    title: str, name: str, names: list[str], curves: list[Curve], present: Architecture, results: Results
) -> str:
    """Title, legend, two charts, the table behind them."""
    rings = {net for _, net in chain(*(curve.points for curve in curves)) if kin(net) in known(results)}
    here = _place(present, curves, len(names))
    marks: list[str] = []
    for index, (measure, words, unit, prefix) in enumerate(MEASURES):
        left = LEFT + index * (FIELD + APART)
        values = [getattr(cost(net), measure) / unit for net in (present, *(n for c in curves for _, n in c.points))]
        log = len(curves) > 1
        y_range = log_range(values) if log else (0.0, 1.2 * max(values))
        panel = Panel(left, TOP, FIELD, HIGH, (-0.3, len(names) - 0.7), y_range, log)
        marks.append(svg.text(left - 40, 14, f"{words}, {prefix}{', log scale' if log else ''}", "label", "start"))
        spots = [
            [(panel.x(place), panel.y(getattr(cost(net), measure) / unit), net in rings) for place, net in curve.points]
            for curve in curves
        ]
        marks += _frame(panel, names, name) + _lines(curves, spots)
        if log:
            marks += _ends(panel, curves, spots)
        marks += _mark(panel, here, getattr(cost(present), measure), unit, len(names))
    label = f"{words_of(names, curves[0])} by {name}, this network at {names[here]}"
    seen = f' <span class="sn-key-ring"></span>published: {escape(results.source)}' if rings else ""
    legend = f'<p class="sn-source"><span class="sn-key-here"></span>this network{seen}</p>'
    return (
        f'<h3 class="sn-title">{title}</h3>{legend}{svg.drawing(TOP + HIGH + 42, label, marks)}'
        f"{behind(name, _table(title, names, curves, here))}"
    )


def words_of(names: Sequence[str], curve: Curve) -> str:
    """The range of a curve in words, for those who do not see it."""
    first, last = (cost(curve.points[index][1]) for index in (0, -1))
    return (
        f"Parameters from {short(first.params)} at {names[curve.points[0][0]]} to {short(last.params)} at "
        f"{names[curve.points[-1][0]]}, multiply-adds from {short(first.macs)} to {short(last.macs)},"
    )


def _place(present: Architecture, curves: list[Curve], n_stops: int) -> int:
    """Where the present network stands: on a curve, or on the last stop, which is its own."""
    return next((place for curve in curves for place, net in curve.points if net == present), n_stops - 1)


def _frame(panel: Panel, names: list[str], name: str) -> list[str]:
    marks = [*grid(panel, ticks(panel)), floor_line(panel)]
    marks += [svg.text(panel.x(i), panel.bottom + 17, stop) for i, stop in enumerate(names)]
    return [*marks, svg.text(panel.left + FIELD / 2, panel.bottom + 34, name)]


def _lines(curves: list[Curve], spots: list[list[Spot]]) -> list[str]:
    marks = []
    for curve, its in zip(curves, spots, strict=True):
        marks.append(line([(x, y) for x, y, _ in its], f"curve{curve.kind}"))
        kind = "stop-kept" if curve.kind == "-kept" else "stop"
        marks += [svg.circle(x, y, 5 if ring else 3, "ring" if ring else kind) for x, y, ring in its]
    return marks


def _ends(panel: Panel, curves: list[Curve], spots: list[list[Spot]]) -> list[str]:
    """The names of two curves, at the end where they are further apart: over the upper one, under the lower one."""
    free, kept = spots
    end = max((0, -1), key=lambda index: abs(free[index][1] - kept[index][1]))
    marks = []
    for curve, its, other in zip(curves, spots, (kept, free), strict=True):
        x, y, _ = its[end]
        below = y > other[end][1] and y + 20 < panel.bottom
        anchor = "end" if end else "start"
        marks.append(svg.text(x, y + 20 if below else y - 11, curve.name, f"word{curve.kind}", anchor))
    return marks


def _mark(panel: Panel, here: int, value: int, unit: float, n_stops: int) -> list[str]:
    """The present network and its number: over a curve that falls, to the lower right of one that rises."""
    x, y = panel.x(here), panel.y(value / unit)
    if panel.log:
        last = here == n_stops - 1
        spot = svg.text(x + (11 if last else 5), y + (4 if last else 19), short(value), "step-sum", "start")
    else:
        spot = svg.text(x, y - 12, short(value), "step-sum", "middle" if here else "start")
    return [svg.circle(x, y, 6, "here"), spot]


def _table(title: str, names: list[str], curves: list[Curve], here: int) -> str:
    found: dict[int, list[str]] = {}
    for curve in curves:
        nets = dict(curve.points)
        for place, name in enumerate(names):
            net = nets.get(place)
            cells = [f"{cost(net).params:,}", f"{cost(net).macs:,}"] if net else ["", ""]
            width = [str(net.base_width) if net else ""] if curve.kind == "-kept" else []
            found.setdefault(place, [name]).extend([*width, *cells])
    head = [title]
    for curve in curves:
        which = ", cost kept" if curve.kind == "-kept" else ""
        head += [*(["Base width"] if which else []), f"Parameters{which}", f"Multiply-adds{which}"]
    return listing(title, head, list(found.values()), marked=(here,))
