"""Draw the layers of a part without blocks in a row: a stem, a classifier, or layers outside any group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Part
from senet_lab.drawing.network.words import (
    AFTER,
    WINDOWS,
    after,
    function,
    join_blurs,
    kernel,
    layer_tip,
    shape_change,
    side,
    stride_words,
    title,
)
from senet_lab.drawing.svg import Box, Drawing, Node
from senet_lab.drawing.units import counted, short, size
from senet_lab.nets.on_keras.entries import UNKNOWN
from senet_lab.nets.sketch import Row

HEIGHT, MIDDLE = 206, 84
LABEL_CHARACTER = 8.0  # width of a character in the first line of a box
EXTENT = (MIDDLE - 52.0, MIDDLE + 106.0)  # top and bottom of the drawn area
MAX_LAYERS = 5  # the number of layers drawn; more are folded


def draw_plain_part(
    part: Part, sources: Mapping[str, Sequence[str]] | None = None, *, interactive: bool = False
) -> Drawing:
    """Draw the layers of a part without blocks in a row: a stem, a classifier, or layers outside any group.

    Args:
        sources: the names of the layers on which each is called, if known; a layer that joins several states them.
    """
    stations = _stations(part.rows)
    hidden = stations[MAX_LAYERS - 1 : -1] if len(stations) > MAX_LAYERS + 1 else []
    columns = [*stations[: MAX_LAYERS - 1], [], stations[-1]] if hidden else stations
    step = min(200.0, (svg.NETWORK_WIDTH - 88) / max(1, len(columns)))
    start = (svg.NETWORK_WIDTH - 88 - step * len(columns)) / 2 + 44
    words = (
        (side(part.input_shape), f"\u00d7 {part.input_shape[-1]}")
        if side(part.input_shape)
        else (size(part.input_shape),)
    )
    marks = svg.lines(start, MIDDLE - 12, ("in", *words))
    marks.append(svg.path(f"M{start + 32:.1f} {MIDDLE}H{start + 36 + step * len(columns):.1f}", "line"))
    for index, rows in enumerate(columns):
        x = start + 44 + step * (index + 0.5)
        marks += (
            [_layer(rows, x, step, (sources or {}).get(rows[0].name, ()))]
            if rows
            else svg.lines(x, MIDDLE - 12, ("\u22ef", f"{len(hidden)} more"))
        )
    label = f"{title(part.path)}, {shape_change(part)}, {counted(len(part.rows), 'layer')}"
    return svg.Drawing(HEIGHT, label, marks, interactive, width=svg.NETWORK_WIDTH)


def _stations(rows: tuple[Row, ...]) -> list[list[Row]]:
    """Return the layers, each with the batch normalization and activation that follow it, and without padding."""
    stations: list[list[Row]] = []
    for row in join_blurs(rows):
        if row.kind in (*AFTER, "activation") and stations:
            stations[-1].append(row)
        elif row.kind not in ("pad", "crop", "input"):
            stations.append([row])
    return stations


def _layer(rows: list[Row], x: float, step: float, sources: Sequence[str]) -> Node:
    row = rows[0]
    width = min(148.0, step - 12)
    box = Box(x - width / 2, MIDDLE - 44, width, 88)
    stride = f", {stride_words(row)}" if row.stride != 1 else ""
    channels = f"{row.channels_in} \u2192 {row.output_shape[-1]}" if row.channels_in else ""
    first = f"{kernel(row)} {row.kind}" if row.kind in WINDOWS else after([row]) or row.kind
    own = function(row) if row.channels_in and row.function != "softmax" else ""
    is_long = row.kind in WINDOWS and LABEL_CHARACTER * len(first) > width
    lines = [
        *([kernel(row), row.kind] if is_long else [first]),
        stride[2:] if row.kind in WINDOWS else "",
        channels,
        f"of {len(sources)} maps" if len(sources) > 1 else "",
        ", ".join(filter(None, (own, after(rows[1:])))),
    ]
    lines = [svg.cut(line, width) for line in lines if line]
    top = MIDDLE + 5 - 8 * (len(lines) - 1)
    params, macs = sum(each.params for each in rows), sum(each.macs for each in rows)
    cost = "cost unknown" if row.kind == UNKNOWN else f"{short(macs)} MACs"
    sums = (size(rows[-1].output_shape), f"{params:,} params", cost)
    marks = [svg.rect(*box, "conv" if row.macs else "box", 6), *svg.lines(x, top, lines, 16)]
    marks += svg.lines(x, MIDDLE + 66, sums)
    tip = [*layer_tip(row), *([f"called on {' and '.join(sources)}"] if len(sources) > 1 else [])]
    return svg.Node(marks, Box(box.x - 3, box.y - 3, width + 6, 94), tip, f"{first}{stride}, {', '.join(sums)}")
