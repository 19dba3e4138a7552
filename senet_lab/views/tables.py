"""Tables as HTML: what the drawings show, to read off and to copy."""

from __future__ import annotations

from html import escape

from senet_lab.ledger import Ledger, Total
from senet_lab.views.units import percent, short, size, spaced

COLUMNS = ("Group", "Blocks", "Output", "Parameters", "Share", "Multiply-adds", "Activations", "SE parameters")
NOTE = "multiply-adds (the papers\u2019 \u201cFLOPs\u201d) and activations, in numbers, are for one image"


def group_table(ledger: Ledger) -> str:
    """Parameters and cost by group, the sum last; the last column is what squeeze-excite has of the parameters."""
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    rows = "".join(_row(total, ledger) for total in (*ledger.by_group(), ledger.total) if total.name != "input")
    caption = f"<caption>By group <small>{NOTE}</small></caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(total: Total, ledger: Ledger) -> str:
    rows = ledger.rows if total is ledger.total else ledger.in_group(total.name)
    blocks = len({(row.group, row.block) for row in rows if row.block})
    se_params = sum(row.params for row in rows if row.in_se)
    cells = (
        str(blocks or ""),
        size(rows[-1].output_shape),
        f"{total.params:,}",
        percent(total.params, ledger.params) + _bar(total.params, ledger.params),
        short(total.macs),
        short(total.activations),
        f"{se_params:,}" if se_params else "",
    )
    return f'<tr><th scope="row">{escape(spaced(total.name))}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


def _bar(part: int, whole: int) -> str:
    share = 100 * part / whole if whole else 0
    return f'<span class="sn-bar" aria-hidden="true"><span style="width:{share:.1f}%"></span></span>'
