"""Draw the network to scale: one slab per block; height and width are square roots of map side and channels."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import SHORTCUTS, Anatomy, Part
from senet_lab.drawing.network.layout import GAP, GROUP_GAP, Column, Slab, lay_out
from senet_lab.drawing.network.words import block_number, costs, details, node_label, tip, title
from senet_lab.drawing.svg import Box, Drawing, Mark, Node
from senet_lab.drawing.units import counted, size
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Shape

HEIGHT, MIDDLE = 138, 80  # low, so that the part below is visible without scrolling
MAX_MAP_HEIGHT, MAX_BLOCK_HEIGHT = 100, 50  # arcs and words need room above a block
PATH_PITCH = 2.2  # between the paths through a slab; closer ones would blur
ARC_HEIGHT = 28  # from the top of a slab to that of its arc
MAX_SHORT_HEADINGS = 7  # groups whose words fit on a phone with that of the input
SHORT_CHARACTER = 10.6  # width of a character in the words for phones


class Scale(NamedTuple):
    """Drawing units per unit of a square root: of the channels horizontally, of the image side vertically."""

    across: float
    upwards: float


def draw_network(
    thing: Ledger | Anatomy, selected: str = "", *, interactive: bool = False, beside: Ledger | Anatomy | None = None
) -> Drawing:
    """Draw a network from left to right: input, stem, groups, classifier.

    Purple slabs have a projection shortcut (dashed), blue ones an identity shortcut (solid), brown ones concatenate
    their branches, dark gray ones have no shortcut. Light gray shapes are layers without blocks. Lines through a slab
    are its paths, as many as can be drawn without blurring. The orange bar is attention; its dark middle shows the
    squeezed channels, to scale. If there are many identical blocks, they are folded.

    Args:
        selected: path of the part to frame, with lines from the frame to the lower corners of the drawing.
        interactive: whether parts react to pointer and keyboard; otherwise the drawing is an image.
        beside: a network to compare with; both are drawn to the same scale, with shared groups aligned.
    """
    anatomy = Anatomy.of(thing)
    other = Anatomy.of(beside) if beside else None
    columns, across = lay_out(anatomy, other)
    scale = Scale(across, min(map(_upwards, filter(None, (anatomy, other)))))
    marks: list[Mark] = []
    selected_boxes: list[Box] = []
    focus = selected
    for column in columns:
        marks += _heading(column, anatomy, interactive=interactive)
        before, lines = None, []
        for slab, box in _boxes(column, scale):
            if not before or not slab.parts[0].is_like(before):  # identical blocks are described only once
                before, lines = slab.parts[0], details(slab.parts[0])
            marks.append(_slab(slab, box, scale, lines))
            if _holds(slab, column.name, selected):
                # A fold needs room for the number above it; a part without blocks needs none for squeeze-excite.
                raised = 12 if slab.fixed else -9 if slab.parts[0].kind == "plain" else 0
                selected_boxes.append(Box(box.x, box.y - raised, box.width, box.height + raised))
                focus = slab.parts[0].path if "/" in selected else selected
    if selected_boxes:
        frame = _frame(selected_boxes)
        marks = [_funnel(frame), *marks, svg.rect(*frame, "chosen", 4)]
    marks.insert(0, _input(columns[0], anatomy, scale))
    return svg.Drawing(HEIGHT, _label(anatomy), marks, interactive, focus, svg.NETWORK_WIDTH)


def _upwards(anatomy: Anatomy) -> float:
    """Return the height of a slab per unit of the square root of its side."""
    sides = [_side(part.output_shape) for parts in anatomy.groups.values() for part in parts if part.kind != "plain"]
    tallest_map = MAX_MAP_HEIGHT / sqrt(max([_side(anatomy.input_shape), *sides]))
    return min(tallest_map, MAX_BLOCK_HEIGHT / sqrt(max(sides, default=1)))


def _side(shape: Shape) -> int:
    return max(shape[1:-1], default=1)


def _boxes(column: Column, scale: Scale) -> list[tuple[Slab, Box]]:
    """Return the boxes of a column's slabs: side by side, centered in the column."""
    x = column.x + (column.room - column.breadth(scale.across)) / 2
    boxes = []
    for slab in column.slabs:
        part = slab.parts[0]
        side = max(_side(part.output_shape), _side(part.input_shape) if part.kind == "plain" else 1)
        width, height = slab.width(scale.across), max(6.0, sqrt(side) * scale.upwards)
        boxes.append((slab, Box(x, MIDDLE - height / 2, width, height)))
        x += width + GAP
    return boxes


def _slab(slab: Slab, box: Box, scale: Scale, lines: list[str]) -> Node:
    part = slab.parts[0]
    hit = Box(box.x - GAP / 2, box.y - ARC_HEIGHT + 2, box.width + GAP, box.height + ARC_HEIGHT + 4)
    if slab.fixed:
        return _fold(slab, box, scale, hit, lines)
    if part.kind == "plain":
        right = max(6.0, sqrt(_side(part.output_shape)) * scale.upwards)
        slope = (box.height - right) / 2
        steps = f"M{box.x:.1f} {box.y:.1f}l{box.width:.1f} {slope:.1f}v{right:.1f}l-{box.width:.1f} {slope:.1f}z"
        hit = Box(box.x - 7, box.y - 6, box.width + 14, box.height + 12)
        return svg.Node([svg.path(steps, "plain")], hit, tip(part, lines), node_label(part), part.path)
    marks = [svg.rect(*box, part.color), *svg.strands(box, part.paths, PATH_PITCH)]
    marks += _attention(part, box, scale)
    marks += [_arc(part, box)] if part.kind in SHORTCUTS else []
    return svg.Node(marks, hit, tip(part, lines), node_label(part), part.path)


def _attention(part: Part, box: Box, scale: Scale) -> list[Mark]:
    if not part.attention:
        return []
    bar = svg.rect(box.x, box.y - 8, box.width, 5, "se", 1)
    if not part.squeezed_channels:
        return [bar]
    neck = min(box.width, max(1.0, sqrt(part.squeezed_channels) * scale.across))
    x = box.x + (box.width - neck) / 2
    return [bar, svg.rect(x, box.y - 8, neck, 5, "neck", 0)]


def _arc(part: Part, box: Box) -> Mark:
    left, top, half = box.x - GAP / 2, box.y - 11, box.width / 2 + GAP / 2
    return svg.path(f"M{left:.1f} {top:.1f}q{half:.1f} -26 {2 * half:.1f} 0", f"arc-{part.kind}")


def _fold(slab: Slab, box: Box, scale: Scale, hit: Box, lines: list[str]) -> Node:
    """Draw three slices that represent identical blocks, and the number of these."""
    first, last = slab.parts[0], slab.parts[-1]
    width = min((box.width - 8) / 3, slab.breadth(scale.across))  # at most that of the blocks that are drawn
    left = box.x + box.width / 2 - 1.5 * width - 4
    marks = [svg.rect(left + i * (width + 4), box.y, width, box.height, first.color) for i in range(3)]
    marks.append(svg.text(box.x + box.width / 2, box.y - 9, f"\u00d7{len(slab.parts)}", "label"))
    alike = all(part.is_like(first) for part in slab.parts[1:])
    numbers = f"{block_number(first)} to {block_number(last)}"
    name = f"{title(first.path.partition('/')[0])}, blocks {numbers}{', identical' if alike else ''}"
    lines = [name, f"each: {costs(first)}" if alike else f"first: {costs(first)}", lines[0], lines[-1]]
    return svg.Node(marks, hit, lines, f"{name}, {lines[1]}", first.path)


def _heading(column: Column, anatomy: Anatomy, *, interactive: bool) -> list[Mark]:
    """Draw name, shape and number of blocks above a column; they are a node if the column is a group of blocks."""
    x = column.x + column.room / 2
    marks = svg.lines(x, 13, column.lines, 14)
    # Large words over many columns would meet; what the first bar is needs no word.
    is_crowded = bool(anatomy.ledger.sources) and len(anatomy.groups) > MAX_SHORT_HEADINGS
    if interactive and not (is_crowded and column.name == "input"):
        marks.append(_short_heading(column, x))
    parts = anatomy.groups.get(column.name, ())
    if not parts or parts[0].path == column.name:
        return marks
    part = anatomy.part(column.name)
    hit = Box(x - column.words() / 2 - 3, 1, column.words() + 6, 14 * len(column.lines) + 4)
    lines = [f"{title(part.path)}, {counted(len(parts), 'block')}", *tip(part)[1:3]]
    return [svg.Node(marks, hit, lines, f"{lines[0]}, {node_label(part).partition(', ')[2]}", part.path)]


def _short_heading(column: Column, x: float) -> Mark:
    """Return the shorter and larger words that the Explorer's style sheet shows on phones."""
    words = svg.cut(column.lines[0].replace("group ", "g"), column.room + 2 * GROUP_GAP, SHORT_CHARACTER)
    half = SHORT_CHARACTER * len(words) / 2
    return svg.text(min(max(x, half), svg.NETWORK_WIDTH - half), 24, words, "short")


def _input(column: Column, anatomy: Anatomy, scale: Scale) -> Mark:
    """Draw the input images: their height to the same scale, their width that of three channels."""
    height = sqrt(_side(anatomy.input_shape)) * scale.upwards
    return svg.rect(column.x + column.room / 2 - 2, MIDDLE - height / 2, 4, height, "input", 1)


def _holds(slab: Slab, group: str, selected: str) -> bool:
    """Return whether the slab belongs to the selected group, or is or contains the selected block."""
    if not selected.startswith(group):
        return False
    return selected == group or "/".join(selected.split("/")[:2]) in [part.path for part in slab.parts]


def _frame(boxes: list[Box]) -> Box:
    left, top = min(box.x for box in boxes) - 4, min(box.y for box in boxes) - 12
    right, bottom = max(box.x + box.width for box in boxes) + 4, max(box.y + box.height for box in boxes) + 4
    return Box(left, top, right - left, bottom - top)


def _funnel(frame: Box) -> Mark:
    """Draw lines from the lower corners of the frame to those of the drawing, which lead to the enlarged part below."""
    bottom = frame.y + frame.height
    right = frame.x + frame.width
    return svg.path(f"M{frame.x:.1f} {bottom:.1f}L0 {HEIGHT}H{svg.NETWORK_WIDTH}L{right:.1f} {bottom:.1f}", "funnel")


def _label(anatomy: Anatomy) -> str:
    parts = [f"input {size(anatomy.input_shape)}"]
    for name, blocks in anatomy.groups.items():
        count = f"{len(blocks)} blocks, " if len(blocks) > 1 else ""
        parts.append(f"{name}, {count}output {size(blocks[-1].output_shape)}")
    return "The network to scale: " + "; ".join(parts)
