"""Published errors against cost. Each recipe has its own chart: an error is worth nothing beside one of another."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, ticks
from senet_lab.drawing.papers.conventions import apart
from senet_lab.drawing.tables import behind, listing
from senet_lab.ledger.ledger import Total
from senet_lab.papers import Result, Results, in_tables, kin, main, paths, ratios

LEFT, TOP = 46, 14


@lru_cache(maxsize=2**8)
def total(architecture: Architecture) -> Total:
    """All layers of a published network, counted once."""
    return architecture.ledger().total


def error_charts(architecture: Architecture) -> str:
    """Three charts, of three recipes: squeeze-excite in five networks, the ratio, cardinality against width."""
    return _error_charts(in_tables(architecture))


@lru_cache(maxsize=2**6)
def _error_charts(present: Architecture | None) -> str:
    charts = ((main(), main_svg), (ratios(), ratio_svg), (paths(), paths_svg))
    return "".join(
        f'<h3 class="sn-title">{escape(results.title)}</h3>'
        f'<p class="sn-source">Top-1 error on ImageNet, %, one crop \u00b7 {escape(results.source)} \u00b7 '
        f"{escape(results.recipe)}</p>{draw(present)}{behind(draw.__name__, results_table(results, present))}"
        for results, draw in charts
    )


def main_svg(present: Architecture | None) -> str:
    """Error against multiply-adds: each network without squeeze-excite, and what becomes of it."""
    panel = Panel(LEFT, TOP, 700, 240, (3, 13), (20, 25))
    marks = _axes(panel, (4, 6, 8, 10, 12), "G multiply-adds, counted")
    rows = main().rows
    for without, with_se in zip(rows[::2], rows[1::2], strict=True):
        (x, y), (to_x, to_y) = (_spot(panel, row, total(row.architecture).macs / 1e9) for row in (without, with_se))
        marks += [line([(x, y), (to_x, to_y)], "pair")]
        marks += [svg.circle(x, y, 4.5, "dot-without"), svg.circle(to_x, to_y, 5, "dot-with")]
        name = without.architecture.name.partition(" ")[0]
        marks += [svg.text(x + 11, y + 4, f"{without.top1:.2f}", anchor="start"),
                  svg.text(x + 50, y + 4, name, "label", "start"),
                  svg.text(to_x + 11, to_y + 4, f"{with_se.top1:.2f} with SE", "word-se", "start")]  # fmt: skip
        marks += _present(present, ((without, (x, y)), (with_se, (to_x, to_y))), (-14, 4), "end")
    label = "Top-1 error against multiply-adds: squeeze-excite lowers it in all five networks, at hardly any cost"
    return svg.drawing(panel.bottom + 44, label, marks)


def ratio_svg(present: Architecture | None) -> str:
    """Error against parameters: SE-ResNet-50 at each ratio, in the ablations' recipe."""
    panel = Panel(LEFT, TOP, 700, 180, (24, 48), (21.8, 23.5))
    marks = _axes(panel, (25, 30, 35, 40, 45), "M parameters, counted")
    spots = []
    for row in ratios().rows:
        x, y = _spot(panel, row, total(row.architecture).params / 1e6)
        spots.append((row, (x, y)))
        ratio = row.architecture.ratio
        marks.append(svg.circle(x, y, 5, "dot-with" if ratio else "dot-without"))
        words = f"ratio {ratio}" if ratio else "no SE"
        if isinstance(ratio, int) and ratio <= 16:
            marks.append(svg.text(x, y + 20, words, "label"))
            marks.append(svg.text(x, y + 34, f"{row.top1:.2f}"))
        else:
            marks.append(svg.text(x + 11, y + 4, words, "label", "start"))
            marks.append(svg.text(x + 22 + 7 * len(words), y + 4, f"{row.top1:.2f}", anchor="start"))
    label = "Top-1 error against parameters: from ratio 2 to 16 all but the same error, for fewer parameters"
    return svg.drawing(panel.bottom + 44, label, [*marks, *_present(present, tuple(spots), (0, -16))])


def paths_svg(present: Architecture | None) -> str:
    """Error over cardinality, at equal cost of a block: 50 and 101 layers."""
    panel = Panel(LEFT, TOP, 600, 170, (-0.3, 4.3), (20.5, 24.4))
    marks = [*grid(panel, ticks(panel)), floor_line(panel)]
    rows = paths().rows
    for place, row in enumerate(rows[:5]):
        net = row.architecture
        marks.append(svg.text(panel.x(place), panel.bottom + 17, f"{net.cardinality}\u00d7{net.base_width}d"))
    # What is said of a network stands on the far side of the other curve.
    for its, layers, aside in ((rows[:5], "50 layers", -29), (rows[5:], "101 layers", 24)):
        spots = [(panel.x(place), panel.y(row.top1)) for place, row in enumerate(its)]
        marks.append(line(spots, "curve-kept"))
        for row, (x, y) in zip(its, spots, strict=True):
            marks += [svg.circle(x, y, 4.5, "stop-kept"), svg.text(x, y - 13, f"{row.top1:.1f}")]
        marks.append(svg.text(spots[-1][0] + 14, spots[-1][1] + 4, layers, "word-kept", "start"))
        marks += _present(present, tuple(zip(its, spots, strict=True)), (0, aside))
    marks.append(
        svg.text(panel.left + panel.width / 2, panel.bottom + 35, "paths \u00d7 channels of a path in group 1")
    )
    label = "Top-1 error over cardinality: more and narrower paths, at equal cost, lower it"
    return svg.drawing(panel.bottom + 44, label, marks)


def _axes(panel: Panel, marks: tuple[float, ...], words: str) -> list[str]:
    drawn = [*grid(panel, ticks(panel)), floor_line(panel)]
    drawn += [svg.text(panel.x(mark), panel.bottom + 17, f"{mark:g}") for mark in marks]
    return [*drawn, svg.text(panel.left + panel.width / 2, panel.bottom + 35, words)]


def _spot(panel: Panel, row: Result, cost: float) -> tuple[float, float]:
    return panel.x(cost), panel.y(row.top1)


def _present(
    present: Architecture | None,
    spots: tuple[tuple[Result, tuple[float, float]], ...],
    aside: tuple[float, float],
    anchor: str = "middle",
) -> list[str]:
    """A ring around the present network, with words, if it is one of these."""
    marks = []
    for row, (x, y) in spots:
        if kin(row.architecture) == present:
            marks += [
                svg.circle(x, y, 9, "around"),
                svg.text(x + aside[0], y + aside[1], "this network", "label", anchor),
            ]
    return marks


def results_table(results: Results, present: Architecture | None, architecture: Architecture | None = None) -> str:
    """A table of a paper: what the ledger counts, what the paper prints.

    Args:
        present: the network to mark, from `in_tables`.
        architecture: the same in its own convention; what that makes of the counts is said below.
    """
    head = [
        "Network",
        "Parameters",
        "State",
        "Multiply-adds",
        "GMACs printed",
        "M params printed",
        "Top-1 error, %",
        "Top-5 error, %",
    ]
    rows = [_cells(row, results) for row in results.rows]
    marked = [index for index, row in enumerate(results.rows) if kin(row.architecture) == present]
    note = "; ".join(filter(None, (results.source, results.recipe, counted_how(results))))
    kept = [i for i in range(len(head)) if any(row[i] for row in rows)]
    few = [[row[i] for i in kept] for row in rows]
    table = listing(results.title, [head[i] for i in kept], few, note=note, marked=marked)
    if architecture is None or not marked:
        return table
    words = apart(results.rows[marked[0]].architecture, architecture)
    return f'{table}<p class="sn-source">{escape(words)}</p>' if words else table


def counted_how(results: Results) -> str:
    """In which convention a table is counted, and what the printed counts include."""
    words = {row.architecture.style.se_bias for row in results.rows if row.architecture.ratio}
    told = ["counted with biases in squeeze-excite" if True in words else "counted without biases in squeeze-excite"]
    printed = [row for row in results.rows if row.mparams is not None]
    if printed:
        odd = [row for row in printed if abs(_with_state(row) - (row.mparams or 0)) > 0.05 + 1e-9]
        told.append("printed with the state of batch normalization, rounded")
        told += [f"{_with_state(row):.2f} M with state, printed as {row.mparams:.1f}" for row in odd]
    return "; ".join(told) if words else ""


def _with_state(row: Result) -> float:
    counts = total(row.architecture)
    return (counts.params + counts.state) / 1e6


def _cells(row: Result, results: Results) -> tuple[str, ...]:
    ratio, counts = row.architecture.ratio, total(row.architecture)
    digits = 1 if row.top5 is None else 2
    return (
        row.what or row.architecture.name + (f", ratio {ratio}" if ratio and results is ratios() else ""),
        *(f"{count:,}" for count in (counts.params, counts.state, counts.macs)),
        "" if row.gmacs is None else f"{row.gmacs:.2f}",
        "" if row.mparams is None else f"{row.mparams:.1f}",
        f"{row.top1:.{digits}f}",
        "" if row.top5 is None else f"{row.top5:.2f}",
    )
