"""Return the table of all layers: its frame as HTML and its rows as values, which the page sorts and filters."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import ceil
from os.path import commonprefix
from typing import NamedTuple

from senet_lab.architecture.style import ATTENTIONS
from senet_lab.drawing.network.words import WINDOWS, kernel
from senet_lab.drawing.units import short, size
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.on_keras.entries import UNKNOWN
from senet_lab.nets.sketch import Row

# Sort key, heading, and whether the column holds text; `layers.js` fills them.
COLUMNS = (
    ("name", "Layer", True),
    ("kind", "Kind", True),
    ("channels", "Output", False),
    ("kernel", "Kernel /stride", False),
    ("groups", "Paths", False),
    ("params", "Parameters", False),
    ("state", "State", False),
    ("macs", "Multiply-adds", False),
    ("activations", "Activations (values)", False),
    ("receptive_field", "Field (px)", False),
)
SAME_FIELDS = ("kind", "groups", "params", "state", "macs", "activations")
NOTE = (
    "per image; field: receptive field through convolutions and pooling, though a gate per channel sees the whole map; "
    "bars are relative to the largest layer"
)


class LayerRow(NamedTuple):
    """One layer of a block, wherever the block is, as the page receives it: a list, since there are many.

    Attributes:
        suffix: its name without that of the block.
        kind: as in `Row`.
        attention: the attention module to which it belongs, such as "SE"; "" outside any.
        shape: (height, width, channels) or (features,).
        size: the shape as text.
        kernel, stride: of layers with a window; else 0.
        window: both as text.
        groups, params, state, macs, activations: as in `Row`.
        macs_text, activations_text: the two numbers as text.
        field: receptive field in pixels, less that of the block's first layer.
        sees_all: as in `Row`.
    """

    suffix: str
    kind: str
    attention: str
    shape: Sequence[int]
    size: str
    kernel: int
    stride: float
    window: str
    groups: int
    params: int
    state: int
    macs: int
    macs_text: str
    activations: int
    activations_text: str
    field: int
    sees_all: bool


class LayerBlock(NamedTuple):
    """Consecutive layers of one block, or of no block, as the page receives them: a list.

    Attributes:
        group, block: as in `Row`.
        prefix: what the names of its layers begin with.
        content: the position of its rows among the distinct ones.
        field: receptive field of its first layer in pixels.
    """

    group: str
    block: str
    prefix: str
    content: int
    field: int


def layer_table() -> str:
    """Return the table's head and an empty foot; the page inserts `layer_blocks` and `layer_totals`."""
    head = "".join(_head(*column) for column in COLUMNS)
    foot = "<td></td>" * (len(COLUMNS) - 1)
    return (
        '<div class="sn-scroll" tabindex="0" role="region" aria-label="Layers">'
        f'<table class="sn-layers"><caption><span></span> layers <small>{NOTE}</small></caption>'
        f"<thead><tr>{head}</tr></thead><tbody></tbody>"
        f'<tfoot><tr><th scope="row">total</th>{foot}</tr></tfoot></table></div>'
    )


def layer_totals(ledger: Ledger) -> list[str]:
    """Return the cells of the foot, one for each column after the name."""
    total = ledger.total
    sums = (f"{total.params:,}", f"{total.state:,}", short(total.macs), short(total.activations))
    return [*[""] * 4, *sums, f"{ledger.receptive_field:,}"]


def layer_blocks(ledger: Ledger, limit: int) -> tuple[list[LayerBlock], list[list[LayerRow]]]:
    """Return the blocks of the table, in the order of the ledger, and their distinct rows, at most `limit` of them.

    A network repeats few blocks many times, so that 168,000 layers are a few hundred distinct rows. If there are more
    than `limit`, the last layers are left out.
    """
    attention = ATTENTIONS[ledger.attention]
    blocks, distinct, places = [], list[list[LayerRow]](), dict[object, int]()
    room = limit
    for (group, block), consecutive in groupby(ledger.rows, key=lambda row: (row.group, row.block)):
        rows = list(consecutive)
        prefix = commonprefix([row.name for row in rows])  # noqa: RUF071 - names, not paths
        field = ceil(rows[0].receptive_field)
        key = tuple(_layer_key(row, len(prefix), field) for row in rows)
        if key not in places:
            rows, places[key] = rows[:room], len(distinct)
            distinct.append([_row(row, len(prefix), field, attention if row.in_se else "") for row in rows])
            room -= len(rows)
        blocks.append(LayerBlock(group, block, prefix, places[key], field))
        if not room:
            break
    return blocks, distinct


def _layer_key(row: Row, start: int, field: int) -> tuple[object, ...]:
    """Return a key that is the same for layers that differ only in their place; arguments as in `_row`."""
    name, _, _, *measures, receptive_field, role = row
    return (name[start:], *measures, ceil(receptive_field) - field, role)


def _head(key: str, name: str, words: bool) -> str:
    side = ' class="w"' if words else ""
    return f'<th scope="col"{side} aria-sort="none"><button type="button" data-key="{key}">{name}</button></th>'


def _row(row: Row, start: int, field: int, attention: str) -> LayerRow:
    """Return a layer; its name begins at `start`, and its receptive field counts from `field`."""
    has_window = row.kind in (*WINDOWS, "global pool")
    return LayerRow(
        suffix=row.name[start:],
        **{name: getattr(row, name) for name in SAME_FIELDS},
        attention=attention,
        shape=row.output_shape[1:],
        size=size(row.output_shape),
        kernel=row.kernel if has_window else 0,
        stride=float(row.stride) if has_window and row.stride < 1 else row.stride if has_window else 0,
        window=_window(row) if has_window else "",
        macs_text="unknown" if row.kind == UNKNOWN else short(row.macs),
        activations_text=short(row.activations),
        field=ceil(row.receptive_field) - field,
        sees_all=row.sees_all,
    )


def _window(row: Row) -> str:
    """Return kernel and stride: 3\u00d73 /2; a layer that enlarges the map has its factor: 2\u00d72 \u00d72."""
    stride = f" /{row.stride}" if row.stride > 1 else f" \u00d7{round(1 / row.stride)}" if row.stride < 1 else ""
    return f"{kernel(row) if row.kind != 'global pool' else _square(row)}{stride}"


def _square(row: Row) -> str:
    return f"{row.kernel}\u00d7{row.kernel}"
