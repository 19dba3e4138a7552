"""Trade-offs: what ratio and cardinality cost, all else as it is; the present network and the published ones marked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from itertools import chain
from typing import Any, NamedTuple

from senet_lab.architecture import Architecture
from senet_lab.budget import sweep
from senet_lab.published_results import Results, kin, paths, ratios
from senet_lab.views import svg
from senet_lab.views.charts import Panel, floor_line, grid, line, rounded_up, ticks
from senet_lab.views.errors import error_charts
from senet_lab.views.tables import behind, listing
from senet_lab.views.units import short

RATIOS = (2, 4, 8, 16, 32, 64, None)
PATHS = (1, 2, 4, 8, 16, 32, 64)
LEFT, FIELD, APART, TOP, HIGH = 46, 312, 100, 46, 132  # of the two charts side by side
MEASURES = (("params", "Parameters", 1e6, "M"), ("macs", "Multiply-adds", 1e9, "G"))


class Cost(NamedTuple):
    """What a network costs: trainable parameters, and multiply-adds for one image."""

    params: int
    macs: int


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


@lru_cache(maxsize=2**12)
def cost(architecture: Architecture) -> Cost:
    """The sums of a ledger, remembered: a curve asks for the same networks on each move."""
    ledger = architecture.ledger()
    return Cost(ledger.params, ledger.macs)


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
    published = {kin(row.architecture) for row in results.rows}
    rings = {net for _, net in chain(*(curve.points for curve in curves)) if kin(net) in published}
    here = _place(present, curves, len(names))
    marks: list[str] = []
    for index, (measure, words, unit, prefix) in enumerate(MEASURES):
        left = LEFT + index * (FIELD + APART)
        values = [getattr(cost(net), measure) / unit for net in (present, *(n for c in curves for _, n in c.points))]
        panel = Panel(left, TOP, FIELD, HIGH, (-0.3, len(names) - 0.7), (0, rounded_up(1.02 * max(values))))
        marks.append(svg.text(left - 40, 14, words, "label", "start"))
        marks += _chart(panel, names, curves, rings, lambda net, m=measure, u=unit: getattr(cost(net), m) / u, prefix)
        marks += _mark(panel, here, getattr(cost(present), measure), unit, len(names), rising=len(curves) > 1)
        marks.append(svg.text(left + FIELD / 2, TOP + HIGH + 34, name, "note"))
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


def _chart(panel: Panel, names: list[str], curves: list[Curve], rings: Any, value: Any, prefix: str) -> list[str]:
    marks = grid(panel, ticks(*panel.y_range, 4), prefix)
    marks += [floor_line(panel)]
    marks += [svg.text(panel.x(i), panel.bottom + 17, stop) for i, stop in enumerate(names)]
    for curve in curves:
        spots = [(panel.x(place), panel.y(value(net)), net in rings) for place, net in curve.points]
        marks.append(line([(x, y) for x, y, _ in spots], f"curve{curve.kind}"))
        kind = "stop-kept" if curve.kind == "-kept" else "stop"
        marks += [svg.circle(x, y, 5 if ring else 3, "ring" if ring else kind) for x, y, ring in spots]
        if curve.name:
            (x, y, _), anchor = (spots[-1], "end") if curve.kind == "-free" else (spots[0], "start")
            marks.append(svg.text(x - 8 if anchor == "end" else x, y - 10, curve.name, f"word{curve.kind}", anchor))
    return marks


def _mark(panel: Panel, here: int, value: int, unit: float, n_stops: int, *, rising: bool) -> list[str]:
    """The present network and its number: above the dot on the side that its curve leaves free, below it at the ends."""
    x, y = panel.x(here), panel.y(value / unit)
    ends = rising and here in (0, n_stops - 1)
    anchor = "middle" if 0 < here < n_stops - 1 else "start" if here == 0 else "end"
    at = y + 20 if ends or y < panel.top + 14 else y - 12
    at = at if at < panel.bottom - 4 else y - 12
    return [svg.circle(x, y, 6, "here"), svg.text(x, at, short(value), "label", anchor)]


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
