"""Break down parameters, multiply-adds and activations by group and by kind of layer; attention separately."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

from senet_lab.architecture.style import ATTENTIONS
from senet_lab.drawing import svg
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.svg import Drawing, Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import counted, percent, short, spaced, tied, whole_percent
from senet_lab.ledger.ledger import Ledger, Total
from senet_lab.nets.sketch import Row

MEASURES = {"params": ("Parameters", "trainable"), "macs": ("Multiply-adds", "per image"),
            "activations": ("Activations", "values per image")}  # fmt: skip
NAMES, COLUMN, BAR, LINE = 116, 221, 100, 21  # widths of names, of a measure, of its longest bar; height of a row
SHORT_NAMES = {"depthwise conv": "depthwise", "separable conv": "separable", "transposed conv": "transposed",
               "stochastic depth": "stoch. depth"}  # fmt: skip


class Line(NamedTuple):
    """One row of bars: the total of a part of the network, and the share of attention in it."""

    total: Total
    se: Total


def _breakdowns(ledger: Ledger) -> dict[str, list[Line]]:
    """Break down a ledger by group and by kind; kinds in order of size, squeeze-excite last.

    The input has a line because its values count as activations.
    """
    se_rows: dict[str, list[Row]] = {}
    for row, place in zip(ledger.rows, ledger.places, strict=True):
        if row.in_se:
            se_rows.setdefault(place, []).append(row)
    groups = [Line(total, Total.over("", se_rows.get(total.name, ()))) for total in ledger.by_group()]
    name = ledger.se.name
    kinds = sorted(ledger.by_kind(), key=lambda total: (total.name == name, -total.params, -total.activations))
    nothing = Total.over("", ())
    return {"By group": groups, "By kind": [Line(total, total if total.name == name else nothing) for total in kinds]}


def breakdown(ledger: Ledger) -> Html:
    """Return a sentence, the bars and their tables."""
    tables = "".join(_table(title, lines, ledger) for title, lines in _breakdowns(ledger).items())
    words = f'<p class="sn-finding">{tied(finding(ledger))}</p>'
    return html(words, draw_breakdown(ledger), behind("breakdown", tables))


def finding(ledger: Ledger) -> str:
    """Return the main finding in one or two sentences.

    >>> from senet_lab.architecture.architecture import Architecture
    >>> finding(Architecture(ratio=None).ledger())
    'Group 4 holds 59% of the parameters but 19% of the multiply-adds; activations peak in group 1, with 40%.'
    """
    if not ledger.params:
        return "No layer has parameters."
    whole, groups = ledger.total, ledger.by_group()
    largest, widest = (max(groups, key=lambda total: getattr(total, m)) for m in ("params", "activations"))
    peak = _share(widest, whole, "activations")
    params, macs = (_share(largest, whole, measure) for measure in ("params", "macs"))
    left_out = (
        f" The multiply-adds of {counted(len(ledger.unknown), 'layer')} are unknown, and in no sum."
        if ledger.unknown
        else ""
    )
    conjunction = "but" if not 0.6 < (macs or 1) / (params or 1) < 1.7 else "and"
    name, place = spaced(largest.name), spaced(widest.name)
    words = (
        f"{name[0].upper()}{name[1:]} holds {whole_percent(params)} of the parameters {conjunction} "
        f"{whole_percent(macs)} of the multiply-adds; activations peak in {place}, with {whole_percent(peak)}."
    )
    if not ledger.se.layers:
        return words + left_out
    shares = [percent(getattr(ledger.se, measure), getattr(whole, measure)) for measure in MEASURES]
    attention = ledger.se.name
    return (
        f"{words} {attention[0].upper()}{attention[1:]} has {shares[0]} of the parameters, {shares[1]} of the "
        f"multiply-adds and {shares[2]} of the activations.{left_out}"
    )


def _share(total: Total, whole: Total, measure: str) -> float:
    return float(100 * getattr(total, measure) / (getattr(whole, measure) or 1))


def draw_breakdown(ledger: Ledger) -> Drawing:
    """Draw bars in three columns on one scale; squeeze-excite is striped, grouped convolutions are lined."""
    whole, breakdowns = ledger.total, _breakdowns(ledger)
    lines = chain.from_iterable(breakdowns.values())
    longest = max((_share(line.total, whole, measure) for line in lines for measure in MEASURES), default=0)
    marks, y = list[Mark](), 44.0
    for column, (measure, (name, unit)) in enumerate(MEASURES.items()):
        x, total = NAMES + column * COLUMN, short(getattr(whole, measure))
        marks += [svg.text(x, 14, f"{name} {total}", "label", "start"), svg.text(x, 30, unit, "note", "start")]
    for title, group in breakdowns.items():
        marks.append(svg.text(NAMES - 12, y + 14, title, "label", "end"))
        y += 24
        for line in group:
            marks += _bars(line, y, whole, BAR / (longest or 1))
            y += LINE
        y += 12
    marks += _striped_bar(NAMES, 58 - 9, 24, 10)
    marks.append(svg.text(NAMES + 30, 58, f"striped: {ledger.se.name}", "note", "start"))
    return svg.Drawing(y - 8, f"Breakdown. {finding(ledger)}", marks)


def _bars(line: Line, y: float, whole: Total, scale: float) -> list[Mark]:
    name = SHORT_NAMES.get(line.total.name, line.total.name)
    marks: list[Mark] = [svg.text(NAMES - 12, y + 12, svg.cut(spaced(name), NAMES - 12), anchor="end")]
    for column, measure in enumerate(MEASURES):
        x, value = NAMES + column * COLUMN, getattr(line.total, measure)
        if not value:
            marks.append(svg.text(x, y + 12, "0", anchor="start"))
            continue
        width = max(scale * _share(line.total, whole, measure), 1)
        se_width = width * getattr(line.se, measure) / value
        grouped = line.total.name == "grouped conv"
        marks.append(svg.rect(x, y + 2, width - se_width, 13, "bar-strands" if grouped else "bar-rest", 0))
        if grouped:
            marks.append(svg.path("".join(f"M {x} {y + h} h {width:.1f} " for h in (5, 8.5, 12)), "hatch"))
        if se_width:
            marks += _striped_bar(x + width - se_width, y + 2, se_width, 13)
        words = f"{percent(value, getattr(whole, measure))} \u00b7 {short(value)}"
        marks.append(svg.text(x + width + 6, y + 12, words, anchor="start"))
    return marks


def _striped_bar(x: float, y: float, width: float, height: float) -> list[Mark]:
    """Draw the bar of squeeze-excite, with stripes if there is room for them."""
    bar = svg.rect(x, y, width, height, "bar-se", 0)
    steps = "".join(f"M {x + at:.1f} {y:g} v {height:g} " for at in range(3, int(width), 4))
    return [bar, svg.path(steps, "hatch")] if steps else [bar]


def _table(title: str, lines: list[Line], ledger: Ledger) -> str:
    whole = ledger.total
    head = ["Part", *(head for name, _ in MEASURES.values() for head in (name, "Share"))]
    head.append(f"{ATTENTIONS[ledger.attention]} parameters")
    rows = [
        [spaced(line.total.name)]
        + [words for m in MEASURES for words in _cells(getattr(line.total, m), getattr(whole, m))]
        + [f"{line.se.params:,}" if line.se.params else ""]
        for line in lines
    ]
    return listing(
        title, head, rows, note="per image, activations in values; the papers\u2019 \u201cFLOPs\u201d are multiply-adds"
    )


def _cells(value: int, whole: int) -> tuple[str, str]:
    return f"{value:,}", percent(value, whole)
