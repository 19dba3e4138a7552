"""Draw the inside of squeeze-excite: one number per channel is squeezed, restored and used to scale the channel."""

from __future__ import annotations

from collections.abc import Sequence

from senet_lab.architecture.style import Style
from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Part
from senet_lab.drawing.network.words import function, layer_tip, side
from senet_lab.drawing.svg import Box, Drawing, Mark, Node
from senet_lab.drawing.units import percent, short, size
from senet_lab.nets.sketch import Row

HEIGHT = 206
LINE, COLUMN_HEIGHT, COLUMN_WIDTH = 85, 58, 14  # vertical center; size of a column with all channels
MAP, POOL, REDUCE, GATE, SCALE = 48, 172, 320, 470, 564  # horizontal positions of map, columns and scaling
SIGNS = {"sigmoid": "\u03c3", "tanh": "tanh", "relu": "\u03b4"}


def draw_squeeze_excite(part: Part, block: Part, *, style: Style, interactive: bool = False) -> Drawing:
    """Draw squeeze, reduction, gate and scaling, with columns of channels to scale and the paper's formulas below.

    The formulas are eq. 2 to 4 of Hu et al. 2018.

    Args:
        part: a squeeze-excite block.
        block: the residual block that contains it.
        style: states the pooling and the gate.
    """
    rows = _layers(part)
    reduce, gate = rows["reduce"], rows["gate"]
    channels, squeezed = gate.output_shape[-1], reduce.output_shape[-1]
    neck = max(1.0, COLUMN_HEIGHT * min(1, squeezed / channels))
    marks: list[Mark] = [
        *draw_map(MAP, part), *draw_map(SCALE + 80, part), *draw_connections(),
        draw_pooling(part, rows["squeeze"], style),
        _dense(reduce, POOL, (COLUMN_HEIGHT, neck), "reduce", activation(part, "reduce", "ReLU")),
        _dense(gate, REDUCE, (neck, COLUMN_HEIGHT), "gate", activation(part, "gate", style.gate)),
        *draw_column(POOL, COLUMN_HEIGHT, channels), *draw_column(REDUCE, neck, squeezed),
        *draw_column(GATE, COLUMN_HEIGHT, channels),
        draw_scaling(rows["scale"]),
        *_formulas(part, block, (reduce, gate), style),
    ]  # fmt: skip
    label = f"squeeze-excite, {channels} \u2192 {squeezed} \u2192 {channels} channels, {part.params:,} parameters"
    return svg.Drawing(HEIGHT, label, marks, interactive, width=svg.NETWORK_WIDTH)


def _layers(part: Part) -> dict[str, Row]:
    """Return one layer per role: that with weights, if activations have rows of their own."""
    rows: dict[str, Row] = {}
    for row in part.rows:
        if row.role not in rows or (row.macs and not rows[row.role].macs):
            rows[row.role] = row
    return rows


def activation(part: Part, role: str, default: str) -> str:
    """Return the activation of the layers with a role; `default` if it has the usual one, or rows do not state it."""
    rows = [row for row in part.rows if row.role == role]
    names = [function(row) for row in rows if row.function]
    if "ReLU6" in names and any(row.kind == "arithmetic" for row in rows):
        return "hard sigmoid"  # relu6(x + 3) / 6, as in MobileNetV3
    return names[-1] if names else default


def draw_map(x: float, part: Part) -> list[Mark]:
    """Draw feature maps as sheets, with their size."""
    sheets = [svg.rect(x - 22 + 7 * i, LINE - 24 - 5 * i, 36, 52, "sheet") for i in (2, 1, 0)]
    return [*sheets, svg.text(x, LINE + 44, size(part.output_shape))]


def draw_connections() -> list[Mark]:
    """Draw the lines from the maps to the pooled numbers and to the scaling."""
    top = 4
    return [
        svg.path(f"M{MAP + 28} {LINE}H{POOL - COLUMN_WIDTH / 2}", "se-line"),
        svg.path(f"M{GATE + COLUMN_WIDTH / 2} {LINE}H{SCALE - 13}", "se-line"),
        svg.path(f"M{MAP} {LINE - 36}V{top}H{SCALE}V{LINE - 13}", "line"),
        svg.path(f"M{SCALE + 13} {LINE}H{SCALE + 56}", "line"),
    ]


def draw_pooling(part: Part, row: Row, style: Style) -> Node:
    """Write what the squeeze does, between the maps and the column."""
    x, sides = (MAP + 28 + POOL) / 2 - 4, side(part.output_shape)
    words = f"{style.squeeze} over"
    marks = [svg.text(x, LINE - 24, "squeeze", "label"), svg.text(x, LINE - 9, words), svg.text(x, LINE + 18, sides)]
    hit = Box(MAP + 30, LINE - 42, POOL - MAP - 34, 84)
    return svg.Node(marks, hit, layer_tip(row, f"{words} {sides}"), f"squeeze: {style.squeeze} pooling")


def draw_scaling(row: Row) -> Node:
    """Draw the multiplication of the maps by their gates."""
    marks = [svg.circle(SCALE, LINE, 13, "gate"), svg.text(SCALE, LINE + 6, "\u00d7", "sign")]
    words = "scale each channel"
    return svg.Node(marks, Box(SCALE - 16, LINE - 16, 32, 32), layer_tip(row, words), words)


def draw_column(x: float, height: float, channels: int) -> list[Mark]:
    """Draw a column of numbers, one per channel."""
    return [
        svg.rect(x - COLUMN_WIDTH / 2, LINE - height / 2, COLUMN_WIDTH, height, "neck", 1),
        svg.text(x, LINE + COLUMN_HEIGHT / 2 + 15, f"1\u00d71 \u00d7 {channels}", "label"),
    ]


def _dense(row: Row, x: float, heights: tuple[float, float], name: str, activation: str) -> Node:
    left, right = x + COLUMN_WIDTH / 2, x + REDUCE - POOL - COLUMN_WIDTH / 2
    before, after = heights
    steps = (
        f"M{left} {LINE - before / 2:.1f}L{right} {LINE - after / 2:.1f}v{after:.1f}L{left} {LINE + before / 2:.1f}z"
    )
    inputs, outputs = row.channels_in, row.output_shape[-1]
    biases = row.params - inputs * outputs
    counts = [f"{_digits(inputs * outputs)} weights", *([f"{biases:,} biases"] if biases else [])]
    top = LINE - COLUMN_HEIGHT / 2 - 6 - 13 * len(counts)  # the words are above: a narrow neck has no room for them
    marks = [
        svg.path(steps, "hourglass"),
        svg.text((left + right) / 2, top, f"{name}, {activation}", "label"),
        *(svg.text((left + right) / 2, top + 13 * line, count, "inked") for line, count in enumerate(counts, 1)),
    ]
    hit = Box(left, top - 12, right - left, LINE + COLUMN_HEIGHT / 2 - top + 12)
    words = f"{name}, {activation}: {inputs} \u2192 {outputs} channels, {row.params:,} parameters"
    return svg.Node(marks, hit, layer_tip(row, f"{name}: dense, {activation}"), words)


def _digits(number: int) -> str:
    """Return all digits if there is room for them, otherwise a short form."""
    return f"{number:,}" if number < 10**9 else short(number)


def _formulas(part: Part, block: Part, layers: tuple[Row, Row], style: Style) -> list[Mark]:
    """Write equations 2 to 4 with the numbers of this block."""
    reduce, gate = layers
    height, width, channels = part.output_shape[1:]
    squeezed = reduce.output_shape[-1]
    pooling = "mean" if style.squeeze == "average" else "maximum"
    has_biases = reduce.params > reduce.channels_in * squeezed
    first, second = (" + b\u2081", " + b\u2082") if has_biases else ("", "")
    weights = f"W\u2081 {squeezed} \u00d7 {channels}, W\u2082 {gate.output_shape[-1]} \u00d7 {squeezed}"
    gating, reducing = activation(part, "gate", style.gate), activation(part, "reduce", "ReLU")
    sign = SIGNS.get(gating, gating)
    words = [
        ("eq. 2", f"z = {pooling} of u over {height} \u00d7 {width}, for each of {channels} channels"),
        ("eq. 3", f"s = {sign}(W\u2082 \u03b4(W\u2081 z{first}){second}), {weights}; \u03b4 is {reducing}"),
        ("eq. 4", "x\u0303 = s \u00b7 u, channel by channel"),
    ]
    return write_formulas(part, block, words)


def write_formulas(part: Part, block: Part, formulas: Sequence[tuple[str, str]]) -> list[Mark]:
    """Write named formulas, and the share of an attention module in its block."""
    of_params, of_macs = percent(part.params, block.params), percent(part.macs, block.macs)
    words = (
        *formulas,
        ("params", f"{part.params:,} of the block\u2019s {block.params:,}, {of_params}"),
        ("macs", f"{short(part.macs)} of the block\u2019s {short(block.macs)} multiply-adds, {of_macs}"),
    )
    marks: list[Mark] = []
    for index, (name, line) in enumerate(words):
        y = 147 + 13.8 * index
        marks += [svg.text(24, y, name, "label", "start"), svg.text(90, y, line, "note", "start")]
    return marks
