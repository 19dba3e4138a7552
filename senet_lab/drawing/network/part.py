"""Draw an enlarged part: the network's costs, a group, a block, its attention, a stem or a classifier."""

from __future__ import annotations

from dataclasses import replace

from senet_lab.architecture.style import Style, style_of
from senet_lab.drawing.network.anatomy import Anatomy, Part
from senet_lab.drawing.network.block import block_foot, draw_block
from senet_lab.drawing.network.costs import draw_costs
from senet_lab.drawing.network.eca import draw_eca
from senet_lab.drawing.network.group import draw_group
from senet_lab.drawing.network.pixel_gates import draw_pixel_gates
from senet_lab.drawing.network.plain_part import EXTENT, draw_plain_part
from senet_lab.drawing.network.squeeze_excite import draw_squeeze_excite
from senet_lab.drawing.network.wired_block import draw_wired_block, is_drawable
from senet_lab.drawing.svg import Drawing, Group
from senet_lab.ledger.ledger import Ledger

PLAIN = style_of()
DRAW_INSIDE = {"eca": draw_eca, "cbam": draw_pixel_gates, "scse": draw_pixel_gates}  # the others as squeeze-excite
BLOCK_KINDS = {"conv", "grouped conv", "batch norm", "activation", "pad", "pool", "add"}  # of layers in our blocks


def draw_part(
    thing: Ledger | Anatomy, path: str = "", *, style: Style = PLAIN, interactive: bool = False, focus: str = ""
) -> Drawing:
    """Draw the part at a path; every level has the same height, apart from blocks of many branches.

    Args:
        path: "" for the network, "group2", "group2/block1", "group2/block1/se", "stem", "classifier".
        style: states place, pooling and gate of the attention, which a ledger does not contain.
        interactive: whether parts react to pointer and keyboard; otherwise the drawing is an image.
        focus: the path of the inner part that gets the keyboard focus first; by default the first one.

    Raises:
        ValueError: there is no such part; the error lists the parts.
    """
    anatomy = Anatomy.of(thing)
    part = anatomy.part(path)
    if part.kind == "network":
        return draw_costs(anatomy, interactive=interactive, focus=focus)
    if part.kind == "group":
        return draw_group(part, anatomy.groups[path], interactive=interactive, focus=focus)
    if part.kind == "se":
        block = anatomy.part(path.rpartition("/")[0])
        draw = DRAW_INSIDE.get(part.attention, draw_squeeze_excite)
        return draw(part, block, style=style, interactive=interactive)
    if _is_ours(part):
        return draw_block(part, place=style.place, interactive=interactive, focus=focus)
    if _is_wired(anatomy, part):
        return draw_wired_block(part, anatomy.ledger.sources, interactive=interactive, focus=focus)
    return draw_plain_part(part, anatomy.ledger.sources, interactive=interactive)


def _is_ours(part: Part) -> bool:
    """Return whether a part is a residual block of this package, to which nothing was added that it cannot have."""
    kinds = {row.kind for row in part.rows if not row.in_se}
    return "/" in part.path and any(row.role == "output" for row in part.rows) and kinds <= BLOCK_KINDS


def _is_wired(anatomy: Anatomy, part: Part) -> bool:
    """Return whether a part is a block of another package that can be drawn as its layers are connected."""
    return "/" in part.path and not _is_ours(part) and is_drawable(part, anatomy.ledger.sources)


def draw_cropped_part(anatomy: Anatomy, path: str, *, style: Style = PLAIN) -> Drawing:
    """Draw the part as an image, without the margins that keep the height constant while a slider moves."""
    part, drawing = anatomy.part(path), draw_part(anatomy, path, style=style)
    if part.kind in ("group", "se"):
        return drawing
    if _is_wired(anatomy, part):
        return draw_wired_block(part, anatomy.ledger.sources, is_cropped=True)
    top, bottom = (0.0, block_foot(part)) if _is_ours(part) else EXTENT
    return replace(drawing, height=bottom - top, marks=(Group(f"translate(0 {-top:g})", drawing.marks),))
