"""A group as its blocks in a row: shapes, shortcuts, paths, squeeze-excite and what each of them costs."""

from __future__ import annotations

from math import sqrt

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Anatomy, Part
from senet_lab.drawing.network.words import side, spoken, stride_of, through, tip, title
from senet_lab.drawing.svg import Box
from senet_lab.drawing.units import counted, short, size
from senet_lab.ledger.ledger import Ledger

HEIGHT = 206
MIDDLE, TALL, WIDEST = 98, 68, 66  # of the blocks
LEAD = 66  # the room for what comes in
MARKS = 6  # blocks that are drawn; more are folded


def group_svg(thing: Ledger | Anatomy, path: str, *, interactive: bool = False, focus: str = "") -> str:
    """Draw the blocks of a group in a row: shapes, shortcuts, paths, squeeze-excite, parameters, multiply-adds.

    `focus` is the block that the keyboard comes to first.

    Raises:
        ValueError: there is no such group; the error names those there are.
    """
    anatomy = Anatomy.of(thing)
    group, blocks = anatomy.part(path), anatomy.groups[path.partition("/")[0]]
    runs: list[tuple[Part, ...]] = [(block,) for block in blocks]
    if len(blocks) > MARKS:
        runs = [*runs[:3], blocks[3:-1], runs[-1]]
    step = min(190.0, (svg.NETWORK - LEAD) / len(runs))
    scale = WIDEST / sqrt(max(block.leaving[-1] for block in blocks))
    start = (svg.NETWORK - LEAD - step * len(runs)) / 2 + 28
    marks = svg.lines(start, MIDDLE - 12, ("in", side(group.entered), f"\u00d7 {group.entered[-1]}"))
    marks.append(svg.path(f"M{start + 27:.1f} {MIDDLE}H{start + 38 + step * len(runs):.1f}", "line"))
    for index, run in enumerate(runs):
        x = start + 38 + step * (index + 0.5)
        marks.append(_folded(run, x, step) if len(run) > 1 else _block(run[0], x, step, scale))
    label = f"{title(path)}, {counted(len(blocks), 'block')}, {through(group)}"
    folded = next((run[0].path for run in runs if focus in [block.path for block in run]), "")
    return svg.drawing(HEIGHT, label, marks, interactive, folded, svg.NETWORK)


def _block(part: Part, x: float, step: float, scale: float) -> str:
    """A block: its slab with its paths, its shortcut around it, its squeeze-excite, its sums."""
    width, top = max(14.0, scale * sqrt(part.leaving[-1])), MIDDLE - TALL / 2
    box = Box(x - width / 2, top, width, TALL)
    half = step / 2 - 4
    around = f"M{x - half:.1f} {MIDDLE}V{top - 24:.1f}q{half:.1f} -16 {2 * half:.1f} 0V{MIDDLE}"
    stride = stride_of(part).partition(" in")[0]
    marks = [
        *([svg.path(around, f"arc-{part.kind}"), svg.text(x, 11, part.kind)] if part.kind != "plain" else []),
        svg.text(x, 25, stride),
        svg.rect(*box, part.kind, 3),
        svg.strands(box, part.paths, 1.7),
        *_squeeze(part, box, scale),
        *_sums(part, x, f"block {part.path.rpartition('block')[2]}"),
    ]
    return svg.node(marks, Box(x - step / 2 + 1, 3, step - 2, HEIGHT - 7), tip(part), spoken(part), part.path)


def _squeeze(part: Part, box: Box, scale: float) -> list[str]:
    """The bar of squeeze-excite with what the squeeze leaves, and both as numbers."""
    if not part.squeezed:
        return []
    neck = min(box.width, max(1.5, scale * sqrt(part.squeezed)))
    middle = box.x + box.width / 2
    words = f"SE {gated(part)}:{part.squeezed}"
    return [
        svg.rect(box.x, box.y - 9, box.width, 6, "se", 1),
        svg.rect(middle - neck / 2, box.y - 9, neck, 6, "neck", 0),
        svg.text(middle, box.y - 14, words, "count-se"),
    ]


def gated(part: Part) -> int:
    """Channels that its squeeze-excite scales."""
    return next(int(row.output_shape[-1]) for row in part.rows if row.role == "gate")


def _sums(part: Part, x: float, name: str) -> list[str]:
    words = (name, size(part.leaving), f"{short(part.params)} params", f"{short(part.macs)} MACs")
    return svg.lines(x, MIDDLE + TALL / 2 + 19, words)


def _folded(run: tuple[Part, ...], x: float, step: float) -> str:
    """Slices that stand for blocks in the middle, how many they are and what they come to together."""
    first, last = run[0], run[-1]
    numbers = f"{first.path.rpartition('block')[2]} to {last.path.rpartition('block')[2]}"
    alike = ", alike" if all(part.like(first) for part in run[1:]) else ""
    marks = [svg.rect(x - 27 + 15 * i, MIDDLE - TALL / 2, 9, TALL, first.kind, 3) for i in range(4)]
    params, macs = sum(part.params for part in run), sum(part.macs for part in run)
    words = (f"blocks {numbers}", size(last.leaving), f"{short(params)} params", f"{short(macs)} MACs")
    marks += [svg.text(x, MIDDLE - TALL / 2 - 12, f"\u00d7 {len(run)}", "label")]
    marks += svg.lines(x, MIDDLE + TALL / 2 + 19, words)
    lines = [
        f"blocks {numbers}{alike}",
        *tip(first)[1:2],
        f"together {params:,} parameters, {short(macs)} multiply-adds",
    ]
    hit = Box(x - step / 2 + 1, 3, step - 2, HEIGHT - 7)
    return svg.node(marks, hit, lines, f"{lines[0]}, {lines[2]}", first.path)
