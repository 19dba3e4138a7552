"""Draw the inside of CBAM and scSE: gates for the channels from an hourglass, and gates for the pixels."""

from __future__ import annotations

from collections.abc import Sequence

from senet_lab.architecture.style import Style
from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Part
from senet_lab.drawing.network.squeeze_excite import HEIGHT, SIGNS, activation, draw_map, write_formulas
from senet_lab.drawing.network.words import attention_words, function, kernel, layer_tip, side
from senet_lab.drawing.svg import Box, Drawing, Mark, Node
from senet_lab.drawing.units import short
from senet_lab.nets.sketch import Row

MAP, LINE = 48, 85
WIDTH, HOURGLASS_HEIGHT, CONV_HEIGHT = 140, 50, 42  # of what computes gates
# Horizontal positions: CBAM's parts follow each other, those of scSE are side by side.
CHANNELS, CHANNEL_SCALE, PIXELS, PIXEL_SCALE = 178, 290, 424, 564
BRANCH, BRANCH_SCALE, SUM, UPPER, LOWER = 230, 390, 500, 38, 105
OUTPUT = 644


def draw_pixel_gates(part: Part, block: Part, *, style: Style, interactive: bool = False) -> Drawing:
    """Draw both kinds of gates and what they scale, with the papers' formulas below.

    The formulas are eq. 2 and 3 of Woo et al. 2018 for CBAM, and those of Roy et al. 2018, sec. 2, for scSE.

    Args:
        part: a module of CBAM or scSE.
        block: the residual block that contains it.
        style: states the pooling and the gate.
    """
    draw = _one_after_the_other if part.attention == "cbam" else _side_by_side
    marks = [*draw_map(MAP, part), *draw_map(OUTPUT, part), *draw(part, style)]
    marks += write_formulas(part, block, _equations(part, style))
    name, words = attention_words(part.rows)
    label = f"{name}, {words}, {part.params:,} parameters"
    return svg.Drawing(HEIGHT, label, marks, interactive, width=svg.NETWORK_WIDTH)


def _one_after_the_other(part: Part, style: Style) -> list[Mark]:
    top = 14
    return [
        svg.path(_around(MAP + 28, CHANNELS, CHANNEL_SCALE - 13, LINE), "se-line"),
        svg.path(f"M{MAP} {LINE - 36}V{top}H{CHANNEL_SCALE}V{LINE - 13}", "line"),
        svg.path(_around(CHANNEL_SCALE + 13, PIXELS, PIXEL_SCALE - 13, LINE), "se-line"),
        svg.path(f"M{CHANNEL_SCALE + 9} {LINE - 9}V{top}H{PIXEL_SCALE}V{LINE - 13}", "line"),
        svg.path(f"M{PIXEL_SCALE + 13} {LINE}H{OUTPUT - 24}", "line"),
        _channel_gates(part, style, CHANNELS, LINE),
        _pixel_gates(part, PIXELS, LINE),
        _scaling(part, "scale", CHANNEL_SCALE, LINE),
        _scaling(part, "spatial scale", PIXEL_SCALE, LINE),
    ]


def _around(start: float, box: float, end: float, y: float) -> str:
    """Return a line with a gap for a box in its way."""
    return f"M{start} {y}H{box - WIDTH / 2}M{box + WIDTH / 2} {y}H{end}"


def _side_by_side(part: Part, style: Style) -> list[Mark]:
    total = next(row for row in part.rows if row.role == "sum")
    plus = [svg.circle(SUM, LINE, 13, "sum"), svg.text(SUM, LINE + 6, "+", "sign")]
    fork = MAP + 60
    marks: list[Mark] = []
    for y, over in ((UPPER, 5), (LOWER, 132)):
        marks += [
            svg.path(f"M{MAP + 28} {LINE}H{fork}V{y}{_around(fork, BRANCH, BRANCH_SCALE - 13, y)}", "se-line"),
            svg.path(f"M{fork} {y}V{over}H{BRANCH_SCALE}V{y + (-13 if over < y else 13)}", "line"),
            svg.path(f"M{BRANCH_SCALE + 13} {y}H{SUM}V{LINE + (-13 if y < LINE else 13)}", "line"),
        ]
    return [
        *marks,
        svg.path(f"M{SUM + 13} {LINE}H{OUTPUT - 24}", "line"),
        _channel_gates(part, style, BRANCH, UPPER),
        _pixel_gates(part, BRANCH, LOWER),
        _scaling(part, "scale", BRANCH_SCALE, UPPER),
        _scaling(part, "spatial scale", BRANCH_SCALE, LOWER),
        svg.Node(plus, Box(SUM - 16, LINE - 16, 32, 32), layer_tip(total, "sum of both"), "sum of both"),
    ]


def _of_role(part: Part, *roles: str) -> list[Row]:
    return [row for row in part.rows if row.role in roles]


def _channel_gates(part: Part, style: Style, x: float, y: float) -> Node:
    """Draw the hourglass through which the gates of the channels are computed, with its pooling above."""
    rows, left, half = _of_role(part, "squeeze", "reduce", "gate"), x - WIDTH / 2, HOURGLASS_HEIGHT / 2
    channels, squeezed = part.output_shape[-1], part.squeezed_channels
    neck = max(2.0, HOURGLASS_HEIGHT * min(1, squeezed / channels) ** 0.5)
    slope = half - neck / 2
    pooled = "mean and max" if part.attention == "cbam" else {"average": "mean", "max": "max"}[style.squeeze]
    words = f"{pooled} over {side(part.output_shape)}"
    marks = [
        svg.path(
            f"M{left} {y - half}l{WIDTH / 2} {slope:.1f}l{WIDTH / 2} -{slope:.1f}v{HOURGLASS_HEIGHT}"
            f"l-{WIDTH / 2} -{slope:.1f}l-{WIDTH / 2} {slope:.1f}z",
            "hourglass",
        ),
        svg.text(left + 4, y + 4, str(channels), "label", "start"),
        svg.text(x, y - neck / 2 - 4, str(squeezed), "label"),
        svg.text(left + WIDTH - 4, y + 4, str(channels), "label", "end"),
        *([svg.text(x, y + half + 14, words)] if part.attention == "cbam" else []),
    ]
    return _node(rows, marks, Box(left, y - half, WIDTH, HOURGLASS_HEIGHT), ("gates of channels", words))


def _pixel_gates(part: Part, x: float, y: float) -> Node:
    """Draw the convolution that computes the gates of the pixels."""
    rows = _of_role(part, "spatial squeeze", "spatial gate")
    conv = next(row for row in rows if row.kind == "conv")
    channels = part.output_shape[-1]
    words = f"mean and max of {channels}" if conv.channels_in < channels else f"{channels} channels"
    box = Box(x - WIDTH / 2, y - CONV_HEIGHT / 2, WIDTH, CONV_HEIGHT)
    marks: list[Mark] = [
        svg.rect(*box, "hourglass", 6),
        *svg.lines(x, y - 4, (f"{kernel(conv)}, {conv.channels_in} \u2192 1", words)),
    ]
    return _node(rows, marks, box, ("gates of pixels", f"{kernel(conv)} convolution over {words}"))


def _node(rows: Sequence[Row], marks: Sequence[Mark], box: Box, words: tuple[str, str]) -> Node:
    params, macs = sum(row.params for row in rows), sum(row.macs for row in rows)
    tip = [*words, f"{params:,} parameters, {short(macs)} multiply-adds"]
    return svg.Node(marks, box, tip, f"{', '.join(words)}, {params:,} parameters")


def _scaling(part: Part, role: str, x: float, y: float) -> Node:
    (row,) = _of_role(part, role)
    words = "scale each channel" if role == "scale" else "scale each pixel"
    marks = [svg.circle(x, y, 13, "gate"), svg.text(x, y + 6, "\u00d7", "sign")]
    return svg.Node(marks, Box(x - 16, y - 16, 32, 32), layer_tip(row, words), words)


def _equations(part: Part, style: Style) -> list[tuple[str, str]]:
    gating = next((function(row) for row in reversed(_of_role(part, "spatial gate")) if row.function), style.gate)
    sign = SIGNS.get(gating, gating)
    conv = next(row for row in _of_role(part, "spatial gate") if row.kind == "conv")
    inner = activation(part, "reduce", "ReLU")
    (reduce,) = _of_role(part, "reduce")
    biases = ", with biases" if reduce.params > reduce.channels_in * reduce.output_shape[-1] else ""
    if part.attention == "cbam":
        return [
            (
                "eq. 2",
                f"s = {sign}(MLP(mean u) + MLP(max u)), MLP z = W\u2082 \u03b4(W\u2081 z){biases}; \u03b4 is {inner}",
            ),
            ("eq. 3", f"t = {sign}(BN({kernel(conv)} [mean, max] of s \u00b7 u over channels))"),
            ("output", "x\u0303 = t \u00b7 s \u00b7 u"),
        ]
    pooled = "mean" if style.squeeze == "average" else "max"
    return [
        ("cSE", f"s = {sign}(W\u2082 \u03b4(W\u2081 {pooled} u)){biases}; \u03b4 is {inner}"),
        ("sSE", f"t = {sign}(w \u00b7 u at each pixel), {conv.channels_in} weights w"),
        ("scSE", "x\u0303 = s \u00b7 u + t \u00b7 u"),
    ]
