"""Tables as HTML: the numbers behind the drawings, for reading and copying."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from html import escape

from senet_lab.architecture.style import ATTENTIONS
from senet_lab.drawing.units import percent, short, size, spaced
from senet_lab.ledger.ledger import Ledger, Total

COLUMNS = ("Group", "Blocks", "Output", "Parameters", "Share", "Multiply-adds",
           "Activations (values)")  # fmt: skip
NOTE = "counts per image; the papers\u2019 \u201cFLOPs\u201d are multiply-adds"


def group_table(ledger: Ledger) -> str:
    """Return a table of parameters and cost by group, with the sum last and the parameters of attention."""
    head = "".join(f'<th scope="col">{name}</th>' for name in (*COLUMNS, f"{ATTENTIONS[ledger.attention]} parameters"))
    rows = "".join(_row(total, ledger) for total in (*ledger.by_group(), ledger.total))
    caption = f"<caption>By group <small>{NOTE}</small></caption>"
    return _wide("By group", f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>")


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


def listing(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    note: str = "",
    words: Sequence[int] = (),
    marked: Container[int] = (),
) -> str:
    """Return a plain table of words and numbers; the first cell of each row is its name.

    Args:
        note: small print after the caption.
        words: indices of text columns, which are left-aligned; numbers are right-aligned.
        marked: indices of highlighted rows, such as that of the present network.
    """
    kinds = [' class="sn-words"' if column in words else "" for column in range(len(head))]
    tops = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for name, kind in zip(head, kinds, strict=True))
    body = []
    for index, (name, *cells) in enumerate(rows):
        mark = ' class="sn-present"' if index in marked else ""
        tail = "".join(f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(cells, kinds[1:], strict=True))
        body.append(f'<tr{mark}><th scope="row">{escape(name)}</th>{tail}</tr>')
    small = f" <small>{escape(note)}</small>" if note else ""
    return _wide(
        caption,
        f'<table class="sn-listing"><caption>{escape(caption)}{small}</caption>'
        f"<thead><tr>{tops}</tr></thead><tbody>{''.join(body)}</tbody></table>",
    )


def _wide(name: str, table: str) -> str:
    """Return a table that scrolls sideways if it does not fit, also with the arrow keys."""
    return f'<div class="sn-wide" tabindex="0" role="region" aria-label="{escape(name)}">{table}</div>'


def behind(key: str, table: str, words: str = "Show numbers") -> str:
    """Return a collapsed table below a chart, opened by `words`; by `key`, a redrawn page keeps it open."""
    return f'<details class="sn-behind" data-key="{escape(key)}"><summary>{escape(words)}</summary>{table}</details>'
