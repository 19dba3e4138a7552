"""Every layer of a network: as a table to sort and filter, and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape

from senet_lab.drawing.units import short, size
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Row, Shape

# Key to sort by, what people read, and whether the column is of words.
COLUMNS = (
    ("name", "Layer", True),
    ("kind", "Kind", True),
    ("channels", "Output", False),
    ("kernel", "Kernel /stride", False),
    ("groups", "Paths", False),
    ("params", "Parameters", False),
    ("state", "State", False),
    ("macs", "Multiply-adds", False),
    ("activations", "Activations", False),
    ("receptive_field", "Field, px", False),
)
WINDOWS = ("conv", "grouped conv", "pool", "global pool")
NOTE = (
    "per image, activations in numbers; field: pixels through convolutions, though a gate sees the whole map; "
    "longest bar: the largest layer"
)


def layer_table(ledger: Ledger, rows: Sequence[str] | None = None) -> str:
    """Each row of the ledger, with its part of the parameters and of the multiply-adds as a bar.

    Args:
        rows: what to put between head and foot; None for all of `layer_rows`. A page that draws only the rows in view
            passes none of them.
    """
    rows = layer_rows(ledger) if rows is None else rows
    head = "".join(_head(*column) for column in COLUMNS)
    total = ledger.total
    sums = (f"{total.params:,}", f"{total.state:,}", short(total.macs), short(total.activations))
    foot = "".join(f"<td>{cell}</td>" for cell in (*[""] * 4, *sums, f"{ledger.receptive_field:,}"))
    caption = f"<caption>{len(ledger.rows)} layers <small>{NOTE}</small></caption>"
    return (
        '<div class="sn-scroll" tabindex="0" role="region" aria-label="Layers">'
        f'<table class="sn-layers" aria-rowcount="{len(ledger.rows) + 2}">{caption}'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>"
        f'<tfoot><tr><th scope="row">total</th>{foot}</tr></tfoot></table></div>'
    )


def layer_rows(ledger: Ledger) -> list[str]:
    """The rows of the table, each by itself, in the order of the ledger.

    For what sorts and filters them in a browser: a row has `data-index` (its place in the network), `data-group`,
    `data-block` and `data-kind` (squeeze-excite is one, as in `Ledger.by_kind`); a cell whose words do not sort by
    themselves has `data-value`; the heads are buttons, and `data-key` names their column.
    """
    params, macs = (100 / (max((getattr(row, n) for row in ledger.rows), default=0) or 1) for n in ("params", "macs"))
    return [_row(index, row, params, macs) for index, row in enumerate(ledger.rows)]


def _head(key: str, name: str, words: bool) -> str:
    side = ' class="w"' if words else ""
    return f'<th scope="col"{side} aria-sort="none"><button type="button" data-key="{key}">{name}</button></th>'


def _row(index: int, row: Row, params: float, macs: float) -> str:
    """One row; `params` and `macs` turn a number into the length of its bar, in percent. Fast: there are up to 717."""
    name, group, block, kind, shape, p, state, m, _, kernel, stride, groups, activations, field, _role = row
    window = f'<td data-value="{kernel}">{_window(kernel, stride)}' if kind in WINDOWS else "<td>"
    kinds = f'squeeze-excite"><th scope="row">{_plain(name)}</th><td>SE: {kind}' if row.in_se else (
        f'{kind}"><th scope="row">{_plain(name)}</th><td>{kind}'
    )  # fmt: skip
    return (
        f'<tr data-index="{index}" data-group="{_plain(group)}" data-block="{block}" data-kind="{kinds}</td>'
        f"{_size(shape)}{window}</td><td>{groups if groups > 1 else ''}</td><td>{p:,}{_bar(p * params)}</td>"
        f'<td>{state:,}</td><td data-value="{m}">{_short(m)}{_bar(m * macs)}</td>'
        f'<td data-value="{activations}">{_short(activations)}</td>{_field(row, field)}</tr>'
    )


def _field(row: Row, field: int) -> str:
    """The cell of a receptive field; what comes of a global pooling has seen the whole map."""
    whole = row.kind == "global pool" or len(row.output_shape) == 2 or (row.in_se and row.kind != "scale")
    return f'<td data-value="{field}">{"whole" if whole else f"{field:,}"}</td>'


def _bar(length: float) -> str:
    return f'<i style="width:{length:.1f}%"></i>' if length >= 0.05 else ""


# A network has many layers, but few different ones.
_short = lru_cache(maxsize=2**12)(short)
_plain = lru_cache(maxsize=2**13)(escape)


@lru_cache(maxsize=2**12)
def _size(shape: Shape) -> str:
    """The cell of an output shape, which sorts by its channels."""
    return f'<td data-value="{shape[-1]}">{size(shape)}</td>'


@lru_cache(maxsize=2**8)
def _window(kernel: int, stride: int) -> str:
    """3\u00d73 /2 for a kernel of 3 and a stride of 2."""
    return f"{kernel}\u00d7{kernel}" + (f" /{stride}" if stride > 1 else "")
