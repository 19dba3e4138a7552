"""Every layer of a network: the frame of a table to sort and filter, and its rows as values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from senet_lab.drawing.units import short, size
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Row

# Key to sort by, what people read, and whether the column is of words; `layers.js` fills them.
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
SAME_FIELDS = ("name", "group", "block", "kind", "in_se", "groups", "params", "state", "macs", "activations")
WINDOWS = ("conv", "grouped conv", "pool", "global pool")
NOTE = (
    "per image, activations in numbers; field: pixels through convolutions, though a gate sees the whole map; "
    "longest bar: the largest layer"
)


class LayerRow(NamedTuple):
    """One layer as the page gets it: a list, since there are up to 5,000 of them.

    Attributes:
        name, group, block, kind: as in `Row`.
        in_se: whether it is part of a squeeze-excite block.
        shape: (height, width, channels) or (features,).
        size: the shape as people read it.
        kernel, stride: of layers with a window; 0 for others.
        groups, params, state, macs, activations: as in `Row`.
        macs_text, activations_text: as people read them.
        field: receptive field in pixels.
        sees_all: whether it has seen the whole map, as what comes of a global pooling has.
    """

    name: str
    group: str
    block: str
    kind: str
    in_se: bool
    shape: Sequence[int]
    size: str
    kernel: int
    stride: int
    groups: int
    params: int
    state: int
    macs: int
    macs_text: str
    activations: int
    activations_text: str
    field: int
    sees_all: bool


def layer_table() -> str:
    """Return the table's head, and a foot with room for the sums; the page puts in `layer_rows` and `layer_totals`."""
    head = "".join(_head(*column) for column in COLUMNS)
    foot = "<td></td>" * (len(COLUMNS) - 1)
    return (
        '<div class="sn-scroll" tabindex="0" role="region" aria-label="Layers">'
        f'<table class="sn-layers"><caption><span></span> layers <small>{NOTE}</small></caption>'
        f"<thead><tr>{head}</tr></thead><tbody></tbody>"
        f'<tfoot><tr><th scope="row">total</th>{foot}</tr></tfoot></table></div>'
    )


def layer_totals(ledger: Ledger) -> list[str]:
    """Return the foot's cells after its name, one for each other column."""
    total = ledger.total
    sums = (f"{total.params:,}", f"{total.state:,}", short(total.macs), short(total.activations))
    return [*[""] * 4, *sums, f"{ledger.receptive_field:,}"]


def layer_rows(ledger: Ledger, limit: int | None = None) -> list[LayerRow]:
    """Return the rows of the table in the order of the ledger, the first `limit` of them."""
    return [_row(row) for row in ledger.rows[:limit]]


def _head(key: str, name: str, words: bool) -> str:
    side = ' class="w"' if words else ""
    return f'<th scope="col"{side} aria-sort="none"><button type="button" data-key="{key}">{name}</button></th>'


def _row(row: Row) -> LayerRow:
    has_window = row.kind in WINDOWS
    return LayerRow(
        **{name: getattr(row, name) for name in SAME_FIELDS},
        shape=row.output_shape[1:],
        size=size(row.output_shape),
        kernel=row.kernel if has_window else 0,
        stride=row.stride if has_window else 0,
        macs_text=short(row.macs),
        activations_text=short(row.activations),
        field=row.receptive_field,
        sees_all=row.kind == "global pool" or len(row.output_shape) == 2 or (row.in_se and row.kind != "scale"),
    )
