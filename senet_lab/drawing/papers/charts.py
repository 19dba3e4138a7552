"""Draw published errors against cost, each recipe in its own chart: errors of two recipes cannot be compared."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, axes, line
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.papers.conventions import explain_counts
from senet_lab.drawing.svg import Drawing, Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.ledger.ledger import Total
from senet_lab.papers import Result, Results, canonical_form, find_published, main, paths, ratios

LEFT, TOP = 46, 14


@lru_cache(maxsize=2**8)
def total(architecture: Architecture) -> Total:
    """Return the sum over all layers of a published network, counted once."""
    return architecture.ledger().total


def main_chart(architecture: Architecture) -> Html:
    """Return the chart of five networks with and without squeeze-excite, trained with one recipe."""
    return _main_chart(find_published(architecture))


@lru_cache(maxsize=2**6)
def _main_chart(present: Architecture | None) -> Html:
    return html(
        f'<h3 class="sn-title">{escape(main().title)}</h3>{source_line(main())}',
        draw_main(present),
        behind(main().title, results_table(main(), present)),
    )


def source_line(results: Results) -> str:
    """Return a line that states the metric of a table, its source and how the networks were trained."""
    words = f"Top-1 error on ImageNet (%), single crop \u00b7 {results.source} \u00b7 {results.recipe}"
    return f'<p class="sn-source">{escape(words)}</p>'


def draw_main(present: Architecture | None) -> Drawing:
    """Draw error against multiply-adds, for each network with and without squeeze-excite."""
    panel = Panel(LEFT, TOP, 700, 240, (3, 13), (20, 25))
    marks = axes(panel, ((value, str(value)) for value in (4, 6, 8, 10, 12)), "multiply-adds (G), counted")
    rows = main().rows
    for without, with_se in zip(rows[::2], rows[1::2], strict=True):
        (x, y), (to_x, to_y) = (
            (panel.x(total(row.architecture).macs / 1e9), panel.y(row.top1)) for row in (without, with_se)
        )
        marks += [line([(x, y), (to_x, to_y)], "pair")]
        marks += [svg.circle(x, y, 4.5, "dot-without"), svg.circle(to_x, to_y, 5, "dot-with")]
        name = without.architecture.name.partition(" ")[0]
        marks += [svg.text(x + 14, y + 4, f"{without.top1:.2f}", anchor="start"),
                  svg.text(x + 58, y + 4, name, "label", "start"),
                  svg.text(to_x + 14, to_y + 4, f"{with_se.top1:.2f} with SE", "word-se", "start")]  # fmt: skip
        marks += _present(present, ((without, (x, y)), (with_se, (to_x, to_y))), (-14, 4), "end")
    label = "Top-1 error against multiply-adds: squeeze-excite lowers it in all five networks at almost no extra cost"
    return svg.Drawing(panel.bottom + 44, label, marks)


def draw_ratios(present: Architecture | None) -> Drawing:
    """Draw error against parameters: SE-ResNet-50 at each ratio, in the ablations' recipe."""
    panel = Panel(LEFT, TOP, 700, 180, (24, 48), (21.8, 23.5))
    marks = axes(panel, ((value, str(value)) for value in (25, 30, 35, 40, 45)), "parameters (M), counted")
    spots = []
    for row in ratios().rows:
        x, y = panel.x(total(row.architecture).params / 1e6), panel.y(row.top1)
        spots.append((row, (x, y)))
        ratio = row.architecture.ratio
        marks.append(svg.circle(x, y, 5, "dot-with" if ratio else "dot-without"))
        words = f"ratio {ratio}" if ratio else "no SE"
        if isinstance(ratio, int) and ratio <= 16:
            marks += [svg.text(x, y + 20, words, "label"), svg.text(x, y + 34, f"{row.top1:.2f}", "step")]
        else:
            marks += [svg.text(x + 11, y + 4, words, "label", "start"),
                      svg.text(x + 22 + 7 * len(words), y + 4, f"{row.top1:.2f}", anchor="start")]  # fmt: skip
    label = "Top-1 error against parameters: from ratio 2 to 16, the error hardly changes while parameters decrease"
    return svg.Drawing(panel.bottom + 44, label, [*marks, *_present(present, tuple(spots), (0, -16))])


def draw_paths(present: Architecture | None) -> Drawing:
    """Draw error over cardinality, at equal cost of a block: 50 and 101 layers."""
    panel = Panel(LEFT, TOP, 600, 170, (-0.3, 4.3), (20.5, 24.4))
    rows = paths().rows
    stops = [f"{row.architecture.cardinality}x{row.architecture.base_width}d" for row in rows[:5]]
    marks = axes(panel, enumerate(stops), "paths \u00d7 channels per path in group 1")
    # "This network" is placed away from the other curve.
    for networks, layers, offset, kind in ((rows[:5], "50 layers", -29, "-kept"), (rows[5:], "101 layers", 24, "")):
        spots = [(panel.x(place), panel.y(row.top1)) for place, row in enumerate(networks)]
        marks.append(line(spots, f"curve{kind}"))
        for row, (x, y) in zip(networks, spots, strict=True):
            marks += [svg.circle(x, y, 4.5, f"stop{kind}"), svg.text(x, y - 13, f"{row.top1:.1f}")]
        marks.append(svg.text(spots[-1][0] + 14, spots[-1][1] + 4, layers, f"word{kind or '-free'}", "start"))
        marks += _present(present, tuple(zip(networks, spots, strict=True)), (0, offset))
    label = "Top-1 error over cardinality: more and narrower paths, at equal cost, lower it"
    return svg.Drawing(panel.bottom + 44, label, marks)


def _present(
    present: Architecture | None,
    spots: tuple[tuple[Result, tuple[float, float]], ...],
    offset: tuple[float, float],
    anchor: str = "middle",
) -> list[Mark]:
    """Draw a ring around the present network, with a label, if it is one of these."""
    marks: list[Mark] = []
    for row, (x, y) in spots:
        if canonical_form(row.architecture) == present:
            words = svg.text(x + offset[0], y + offset[1], "this network", "label", anchor)
            marks += [svg.circle(x, y, 9, "around"), words]
    return marks


def results_table(results: Results, present: Architecture | None, architecture: Architecture | None = None) -> str:
    """Return a table of a paper with our counts next to the printed ones.

    Args:
        present: the network to mark, from `find_published`.
        architecture: the same network in its own convention; a note explains how its counts differ.
    """
    head = [
        "Network", "Parameters", "State", "Multiply-adds", "Printed GMACs", "Printed params (M)",
        "Printed activations (M)", "Top-1 error (%)", "Top-5 error (%)", "Errors quoted from",
    ]  # fmt: skip
    rows = [_cells(row, results) for row in results.rows]
    marked = [index for index, row in enumerate(results.rows) if canonical_form(row.architecture) == present]
    note = "; ".join(filter(None, (results.source, results.recipe, counting_note(results))))
    filled = [i for i in range(len(head)) if any(row[i] for row in rows)]
    cells = [[row[i] for i in filled] for row in rows]
    words = [place for place, i in enumerate(filled) if i == len(head) - 1]
    table = listing(results.title, [head[i] for i in filled], cells, note=note, words=words, marked=marked)
    if architecture is None or not marked:
        return table
    reasons = explain_counts(results.rows[marked[0]].architecture, architecture)
    return f'{table}<p class="sn-source">{escape(reasons)}</p>' if reasons else table


def counting_note(results: Results) -> str:
    """Return a note on the convention of our counts and on what the printed counts include."""
    biases = {row.architecture.style.se_bias for row in results.rows if row.architecture.ratio}
    if not biases:
        return ""
    notes = [f"counted {'with' if True in biases else 'without'} biases in squeeze-excite"]
    printed = [row for row in results.rows if row.mparams is not None]
    if printed:
        unit, decimals, with_state = results.params_format
        odd = [row for row in printed if abs(_params(row, results) - (row.mparams or 0)) > 0.5 / 10**decimals + 1e-9]
        verb = "include" if with_state else "leave out"
        units = "" if unit == 10**6 else f", in units of {unit:,}"
        notes.append(f"printed counts {verb} the state of batch normalization and are rounded{units}")
        words = " with state" if with_state else ""
        notes += [
            f"{_params(row, results):.{decimals + 1}f} M{words}, where the paper prints {row.mparams:.{decimals}f}"
            for row in odd
        ]
    if any(row.mactivations is not None for row in results.rows):
        notes.append("printed activations are those of convolutions and dense layers alone")
    return "; ".join(notes)


def _params(row: Result, results: Results) -> float:
    """Return the parameters as the table would print them, not rounded."""
    counts, (unit, _, with_state) = total(row.architecture), results.params_format
    return (counts.params + counts.state * with_state) / unit


def _cells(row: Result, results: Results) -> tuple[str, ...]:
    ratio, counts = row.architecture.ratio, total(row.architecture)
    digits = 1 if row.top5 is None else 2
    return (
        row.what or row.architecture.name + (f", ratio {ratio}" if ratio and results is ratios() else ""),
        *(f"{count:,}" for count in (counts.params, counts.state, counts.macs)),
        "" if row.gmacs is None else f"{row.gmacs:.{digits}f}",
        "" if row.mparams is None else f"{row.mparams:.{results.params_format.decimals}f}",
        "" if row.mactivations is None else f"{row.mactivations:.1f}",
        f"{row.top1:.{digits}f}",
        "" if row.top5 is None else f"{row.top5:.2f}",
        row.quoted,
    )
