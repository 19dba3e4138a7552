"""Draw the blocks of a group in a row, with shapes, shortcuts, paths, squeeze-excite and costs."""

from __future__ import annotations

from math import sqrt

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import SHORTCUTS, Part
from senet_lab.drawing.network.words import (
    attention_step,
    block_number,
    node_label,
    shape_change,
    side,
    stride_of,
    tip,
    title,
)
from senet_lab.drawing.svg import Box, Drawing, Mark, Node
from senet_lab.drawing.units import counted, short, size

HEIGHT = 206
MIDDLE, SLAB_HEIGHT, MAX_SLAB_WIDTH = 98, 68, 66  # of the blocks
SUMS = MIDDLE + SLAB_HEIGHT / 2 + 19  # the first line under a block
INPUT_WIDTH = 66  # the room for the input
MAX_BLOCKS = 6  # the number of blocks drawn; more are folded


def draw_group(group: Part, blocks: tuple[Part, ...], *, interactive: bool = False, focus: str = "") -> Drawing:
    """Draw the blocks of a group in a row, with shapes, shortcuts, paths, squeeze-excite, parameters and multiply-adds.

    `focus` is the block that gets the keyboard focus first.
    """
    runs: list[tuple[Part, ...]] = [(block,) for block in blocks]
    if len(blocks) > MAX_BLOCKS:
        runs = [*runs[:3], blocks[3:-1], runs[-1]]
    step = min(190.0, (svg.NETWORK_WIDTH - INPUT_WIDTH) / len(runs))
    scale = MAX_SLAB_WIDTH / sqrt(max(block.output_shape[-1] for block in blocks))
    start = (svg.NETWORK_WIDTH - INPUT_WIDTH - step * len(runs)) / 2 + 28
    marks = svg.lines(start, MIDDLE - 12, ("in", side(group.input_shape), f"\u00d7 {group.input_shape[-1]}"))
    marks.append(svg.path(f"M{start + 27:.1f} {MIDDLE}H{start + 38 + step * len(runs):.1f}", "line"))
    for index, run in enumerate(runs):
        x = start + 38 + step * (index + 0.5)
        marks.append(_fold(run, x, step) if len(run) > 1 else _block(run[0], x, step, scale))
    label = f"{title(group.path)}, {counted(len(blocks), 'block')}, {shape_change(group)}"
    focus = next((run[0].path for run in runs if focus in [block.path for block in run]), "")
    return svg.Drawing(HEIGHT, label, marks, interactive, focus, svg.NETWORK_WIDTH)


def _block(part: Part, x: float, step: float, scale: float) -> Node:
    """Draw a block: its slab with its paths, the shortcut around it, its squeeze-excite and its sums."""
    width, top = max(14.0, scale * sqrt(part.output_shape[-1])), MIDDLE - SLAB_HEIGHT / 2
    box = Box(x - width / 2, top, width, SLAB_HEIGHT)
    half = step / 2 - 4
    around = f"M{x - half:.1f} {MIDDLE}V{top - 24:.1f}q{half:.1f} -16 {2 * half:.1f} 0V{MIDDLE}"
    stride = stride_of(part).partition(" in")[0]
    marks = [
        *([svg.path(around, f"arc-{part.kind}"), svg.text(x, 11, part.kind)] if part.kind in SHORTCUTS else []),
        svg.text(x, 25, stride),
        svg.rect(*box, part.color, 3),
        *svg.strands(box, part.paths, 1.7),
        *_attention(part, box, scale),
        *svg.lines(x, SUMS, (f"block {block_number(part)}", size(part.output_shape), *_sums(part.params, part.macs))),
    ]
    return svg.Node(marks, Box(x - step / 2 + 1, 3, step - 2, HEIGHT - 7), tip(part), node_label(part), part.path)


def _attention(part: Part, box: Box, scale: float) -> list[Mark]:
    if not part.attention:
        return []
    neck = min(box.width, max(1.5, scale * sqrt(part.squeezed_channels)))
    middle = box.x + box.width / 2
    dark = [svg.rect(middle - neck / 2, box.y - 9, neck, 6, "neck", 0)] if part.squeezed_channels else []
    return [
        svg.rect(box.x, box.y - 9, box.width, 6, "se", 1),
        *dark,
        svg.text(middle, box.y - 14, attention_step(part), "count-se"),
    ]


def _sums(params: int, macs: int) -> tuple[str, str]:
    return f"{short(params)} params", f"{short(macs)} MACs"


def _fold(run: tuple[Part, ...], x: float, step: float) -> Node:
    """Draw slices that represent the blocks in the middle, with their number and their sums."""
    first, last = run[0], run[-1]
    numbers = f"{block_number(first)} to {block_number(last)}"
    alike = ", identical" if all(part.is_like(first) for part in run[1:]) else ""
    top = MIDDLE - SLAB_HEIGHT / 2
    marks: list[Mark] = [svg.rect(x - 27 + 15 * i, top, 9, SLAB_HEIGHT, first.color, 3) for i in range(4)]
    params, macs = sum(part.params for part in run), sum(part.macs for part in run)
    marks.append(svg.text(x, top - 12, f"\u00d7 {len(run)}", "label"))
    marks += svg.lines(x, SUMS, (f"blocks {numbers}", size(last.output_shape), *_sums(params, macs)))
    lines = [
        f"blocks {numbers}{alike}",
        *tip(first)[1:2],
        f"in total: {params:,} parameters, {short(macs)} multiply-adds",
    ]
    hit = Box(x - step / 2 + 1, 3, step - 2, HEIGHT - 7)
    return svg.Node(marks, hit, lines, f"{lines[0]}, {lines[2]}", first.path)
