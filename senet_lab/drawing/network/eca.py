"""Draw the inside of ECA: one number per channel, a convolution over neighboring channels, scaling."""

from __future__ import annotations

from senet_lab.architecture.style import Style
from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Part
from senet_lab.drawing.network.squeeze_excite import (
    COLUMN_HEIGHT,
    COLUMN_WIDTH,
    GATE,
    HEIGHT,
    LINE,
    MAP,
    POOL,
    SCALE,
    SIGNS,
    activation,
    draw_column,
    draw_connections,
    draw_map,
    draw_pooling,
    draw_scaling,
    write_formulas,
)
from senet_lab.drawing.network.words import attention_words, gate_kernel, layer_tip
from senet_lab.drawing.svg import Box, Drawing, Mark, Node
from senet_lab.nets.sketch import Row

MIN_CELLS = 9  # of a column; each stands for one of the channels around one gate


def draw_eca(part: Part, block: Part, *, style: Style, interactive: bool = False) -> Drawing:
    """Draw pooling, the convolution over channels, gate and scaling, with formulas below (Wang et al. 2020, sec. 3.2).

    Args:
        part: an ECA module.
        block: the residual block that contains it.
        style: states the pooling and the gate.
    """
    by_role = {row.role: row for row in reversed(part.rows)}
    conv = next(row for row in part.rows if row.kind == "conv")
    channels, gating = part.output_shape[-1], activation(part, "gate", style.gate)
    marks: list[Mark] = [
        *draw_map(MAP, part), *draw_map(SCALE + 80, part), *draw_connections(),
        draw_pooling(part, by_role["squeeze"], style),
        _convolution(conv, gating),
        *draw_column(POOL, COLUMN_HEIGHT, channels), *draw_column(GATE, COLUMN_HEIGHT, channels),
        *_cells(conv.kernel),
        draw_scaling(by_role["scale"]),
        *write_formulas(part, block, _equations(part, style, gating)),
    ]  # fmt: skip
    name, words = attention_words(part.rows)
    label = f"{name}, {words}, {part.params:,} parameters"
    return svg.Drawing(HEIGHT, label, marks, interactive, width=svg.NETWORK_WIDTH)


def _window(kernel: int) -> tuple[int, float]:
    """Return the number of cells of a column, and the height of one."""
    cells = max(MIN_CELLS, kernel + 4)
    return cells, COLUMN_HEIGHT / cells


def _convolution(row: Row, gating: str) -> Node:
    """Draw how the numbers of neighboring channels become one gate."""
    left, right = POOL + COLUMN_WIDTH / 2, GATE - COLUMN_WIDTH / 2
    _, cell = _window(row.kernel)
    before, middle = cell * row.kernel, (left + right) / 2
    fan = f"M{left} {LINE - before / 2:.1f}L{right} {LINE - cell / 2:.1f}v{cell:.1f}L{left} {LINE + before / 2:.1f}z"
    words = f"convolution over channels, kernel {row.kernel}"
    marks = [
        svg.path(fan, "hourglass"),
        svg.text(middle, LINE - COLUMN_HEIGHT / 2 - 19, f"{words}, {gating}", "label"),
        svg.text(middle, LINE - COLUMN_HEIGHT / 2 - 6, f"{row.params:,} weights, the same for all channels", "inked"),
    ]
    hit = Box(left, LINE - COLUMN_HEIGHT / 2 - 31, right - left, COLUMN_HEIGHT + 31)
    return svg.Node(marks, hit, layer_tip(row, words), f"{words}, {gating}, {row.params:,} parameters")


def _cells(kernel: int) -> list[Mark]:
    """Draw the borders between channels near one gate."""
    cells, height = _window(kernel)
    top, half = LINE - COLUMN_HEIGHT / 2, COLUMN_WIDTH / 2
    borders = [(x - half, top + at * height) for x in (POOL, GATE) for at in range(1, cells)]
    return [svg.path("".join(f"M{x:.1f} {y:.1f}h{COLUMN_WIDTH}" for x, y in borders), "hatch")]


def _equations(part: Part, style: Style, gating: str) -> list[tuple[str, str]]:
    height, width, channels = part.output_shape[1:]
    kernel, half = gate_kernel(part.rows), gate_kernel(part.rows) // 2
    pooling = "mean" if style.squeeze == "average" else "maximum"
    return [
        ("pool", f"z = {pooling} of u over {height} \u00d7 {width}, for each of {channels} channels"),
        ("gate", f"s\u1d62 = {SIGNS.get(gating, gating)}(\u03a3\u2c7c w\u2c7c z\u1d62\u208a\u2c7c), "
                 f"j from \u2212{half} to {half}; {kernel} weights w, zeros beyond the ends"),
        ("scale", "x\u0303 = s \u00b7 u, channel by channel"),
    ]  # fmt: skip
