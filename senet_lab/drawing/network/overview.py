"""The network to scale: a slab per block, as high as the root of its image side, as wide as that of its channels."""

from __future__ import annotations

from math import sqrt

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Anatomy, Part
from senet_lab.drawing.network.layout import GAP, Column, Slab, laid_out
from senet_lab.drawing.network.words import costs, spoken, tip, title, told
from senet_lab.drawing.svg import Box
from senet_lab.drawing.units import counted, size
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Shape

HEIGHT, MIDDLE = 138, 80  # low, so that the part below is in sight without scrolling
TALLEST, TALLEST_BLOCK = 100, 50  # of a map; of a block, above which there are arcs and words
PITCH = 2.2  # between the paths through a slab: closer ones could not be told apart
ABOVE = 28  # from the top of a slab to that of its arc


def network_svg(
    thing: Ledger | Anatomy, chosen: str = "", *, interactive: bool = False, beside: Ledger | None = None
) -> str:
    """Draw a network from left to right: input, stem, groups, classifier.

    Purple slabs have a projection shortcut (dashed), blue ones an identity shortcut (solid). Lines through a slab are
    its paths, as many as can be told apart. The orange bar is squeeze-excite; its dark middle is what the squeeze
    leaves, to the scale of the channels. Blocks alike are folded where there are many.

    Args:
        chosen: path of the part that is framed, with lines from the frame to the lower corners of the drawing.
        interactive: parts can be pointed at and reached by keyboard; else the drawing is an image.
        beside: a network to compare with: what both have stands in one place, and both are to one scale.
    """
    anatomy = Anatomy.of(thing)
    other = Anatomy(beside) if beside else None
    columns, scale = laid_out(anatomy, other)
    high = min(map(_high, filter(None, (anatomy, other))))
    marks: list[str] = []
    framed: list[Box] = []
    focus = chosen
    for column in columns:
        marks += _words(column, anatomy)
        before, lines = None, []
        for slab, box in _boxes(column, scale, high):
            if not before or not slab.parts[0].like(before):  # blocks alike are put into words once
                before, lines = slab.parts[0], told(slab.parts[0])
            marks.append(_slab(slab, box, (scale, high), lines))
            if _holds(slab, column.name, chosen):
                # The number over a fold takes room, the squeeze-excite that what has no blocks lacks does not.
                raised = 12 if slab.fixed else -9 if slab.parts[0].kind == "plain" else 0
                framed.append(Box(box.x, box.y - raised, box.width, box.height + raised))
                focus = slab.parts[0].path if "/" in chosen else chosen
    if framed:
        frame = _frame(framed)
        marks = [_funnel(frame), *marks, svg.rect(*frame, "chosen", 4)]
    return svg.drawing(
        HEIGHT, _label(anatomy), [_input(columns[0], anatomy, high), *marks], interactive, focus, svg.NETWORK
    )


def _high(anatomy: Anatomy) -> float:
    """The height of a slab for each unit of the root of its side."""
    blocks = [_side(part.leaving) for parts in anatomy.groups.values() for part in parts if part.kind != "plain"]
    return min(TALLEST / sqrt(max(_side(anatomy.input_shape), *blocks)), TALLEST_BLOCK / sqrt(max(blocks, default=1)))


def _side(shape: Shape) -> int:
    return max(shape[1:-1], default=1)


def _boxes(column: Column, scale: float, high: float) -> list[tuple[Slab, Box]]:
    """Where the slabs of a column are drawn: side by side, in the middle of its room."""
    x = column.x + (column.room - column.breadth(scale)) / 2
    boxes = []
    for slab in column.slabs:
        part = slab.parts[0]
        side = max(_side(part.leaving), _side(part.entered) if part.kind == "plain" else 1)
        width, height = slab.width(scale), max(6.0, sqrt(side) * high)
        boxes.append((slab, Box(x, MIDDLE - height / 2, width, height)))
        x += width + GAP
    return boxes


def _slab(slab: Slab, box: Box, scales: tuple[float, float], lines: list[str]) -> str:
    """The node of a block, of a fold, or of what has no blocks."""
    scale, high = scales
    part = slab.parts[0]
    hit = Box(box.x - GAP / 2, box.y - ABOVE + 2, box.width + GAP, box.height + ABOVE + 4)
    if slab.fixed:
        return _fold(slab, box, hit, lines)
    if part.kind == "plain":
        right = max(6.0, sqrt(_side(part.leaving)) * high)
        up = (box.height - right) / 2
        steps = f"M{box.x:.1f} {box.y:.1f}l{box.width:.1f} {up:.1f}v{right:.1f}l-{box.width:.1f} {up:.1f}z"
        hit = Box(box.x - 7, box.y - 6, box.width + 14, box.height + 12)
        return svg.node([svg.path(steps, "plain")], hit, tip(part, lines), spoken(part), part.path)
    marks = [svg.rect(*box, part.kind), svg.strands(box, part.paths, PITCH), *_squeeze(part, box, scale)]
    return svg.node([*marks, _arc(part, box)], hit, tip(part, lines), spoken(part), part.path)


def _squeeze(part: Part, box: Box, scale: float) -> list[str]:
    """The bar of squeeze-excite, in its middle what the squeeze leaves."""
    if not part.squeezed:
        return []
    neck = min(box.width, max(1.0, sqrt(part.squeezed) * scale))
    x = box.x + (box.width - neck) / 2
    return [svg.rect(box.x, box.y - 8, box.width, 5, "se", 1), svg.rect(x, box.y - 8, neck, 5, "neck", 0)]


def _arc(part: Part, box: Box) -> str:
    left, top, half = box.x - GAP / 2, box.y - 11, box.width / 2 + GAP / 2
    return svg.path(f"M{left:.1f} {top:.1f}q{half:.1f} -26 {2 * half:.1f} 0", f"arc-{part.kind}")


def _fold(slab: Slab, box: Box, hit: Box, lines: list[str]) -> str:
    """Three slices that stand for blocks alike, and how many they are."""
    first, last = slab.parts[0], slab.parts[-1]
    slice_ = (box.width - 8) / 3
    marks = [svg.rect(box.x + i * (slice_ + 4), box.y, slice_, box.height, first.kind) for i in range(3)]
    marks.append(svg.text(box.x + box.width / 2, box.y - 9, f"\u00d7{len(slab.parts)}", "label"))
    alike = all(part.like(first) for part in slab.parts[1:])
    numbers = f"{first.path.rpartition('block')[2]} to {last.path.rpartition('block')[2]}"
    name = f"{title(first.path.partition('/')[0])}, blocks {numbers}{', alike' if alike else ''}"
    lines = [name, f"each: {costs(first)}" if alike else f"first: {costs(first)}", lines[0], lines[-1]]
    return svg.node(marks, hit, lines, f"{name}, {lines[1]}", first.path)


def _words(column: Column, anatomy: Anatomy) -> list[str]:
    """Name, shape and number of blocks over a column; a group's are a node, where its blocks have theirs."""
    x = column.x + column.room / 2
    words = svg.lines(x, 13, column.lines, 14)
    parts = anatomy.groups.get(column.name, ())
    if not parts or parts[0].path == column.name:
        return words
    part = anatomy.part(column.name)
    hit = Box(x - column.words() / 2 - 3, 1, column.words() + 6, 14 * len(column.lines) + 4)
    lines = [f"{title(part.path)}, {counted(len(parts), 'block')}", *tip(part)[1:3]]
    return [svg.node(words, hit, lines, f"{lines[0]}, {spoken(part).partition(', ')[2]}", part.path)]


def _input(column: Column, anatomy: Anatomy, high: float) -> str:
    """The images: as high as the others are to scale, as thin as three channels."""
    height = sqrt(_side(anatomy.input_shape)) * high
    return svg.rect(column.x + column.room / 2 - 2, MIDDLE - height / 2, 4, height, "input", 1)


def _holds(slab: Slab, name: str, chosen: str) -> bool:
    """Whether the slab is of the chosen group, or is the chosen block, or has it folded away."""
    if not chosen.startswith(name):
        return False
    return chosen == name or chosen.removesuffix("/se") in [part.path for part in slab.parts]


def _frame(boxes: list[Box]) -> Box:
    """A frame around slabs and the squeeze-excite bars above them."""
    left, top = min(box.x for box in boxes) - 4, min(box.y for box in boxes) - 12
    right, bottom = max(box.x + box.width for box in boxes) + 4, max(box.y + box.height for box in boxes) + 4
    return Box(left, top, right - left, bottom - top)


def _funnel(frame: Box) -> str:
    """From the lower corners of the frame to those of the drawing, under which the part is drawn large."""
    bottom = frame.y + frame.height
    right = frame.x + frame.width
    return svg.path(f"M{frame.x:.1f} {bottom:.1f}L0 {HEIGHT}H{svg.NETWORK}L{right:.1f} {bottom:.1f}", "funnel")


def _label(anatomy: Anatomy) -> str:
    parts = [f"input {size(anatomy.input_shape)}"]
    for name, its in anatomy.groups.items():
        many = f"{len(its)} blocks, " if len(its) > 1 else ""
        parts.append(f"{name}, {many}output {size(its[-1].leaving)}")
    return "The network to scale: " + "; ".join(parts)
