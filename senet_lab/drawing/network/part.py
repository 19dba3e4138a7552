"""A part of the network drawn large: the network's cost, a group, a block, its squeeze-excite, a stem, a classifier."""

from __future__ import annotations

import re

from senet_lab.architecture.style import Style, style_of
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.block import block_foot, block_svg
from senet_lab.drawing.network.costs import costs_svg
from senet_lab.drawing.network.group import group_svg
from senet_lab.drawing.network.plain_part import EXTENT, ends_svg
from senet_lab.drawing.network.squeeze_excite import excite_svg
from senet_lab.ledger.ledger import Ledger

PLAIN = style_of()


def part_svg(
    thing: Ledger | Anatomy, path: str = "", *, style: Style = PLAIN, interactive: bool = False, focus: str = ""
) -> str:
    """Draw the part at a path; every level has the same height.

    Args:
        path: "" for the network, "group2", "group2/block1", "group2/block1/se", "stem", "classifier".
        style: says where squeeze-excite stands, how it pools and what its gate is; a ledger does not.
        interactive: parts can be pointed at and reached by keyboard; else the drawing is an image.
        focus: the path of the part in it that the keyboard comes to first; without it, that is the first.

    Raises:
        ValueError: there is no such part; the error names those there are.
    """
    anatomy = Anatomy.of(thing)
    kind = anatomy.part(path).kind if path else "network"
    if kind == "network":
        return costs_svg(anatomy, interactive=interactive, focus=focus)
    if kind == "group":
        return group_svg(anatomy, path, interactive=interactive, focus=focus)
    if kind == "se":
        return excite_svg(anatomy, path, style=style, interactive=interactive)
    if "/" in path:
        return block_svg(anatomy, path, place=style.place, interactive=interactive, focus=focus)
    return ends_svg(anatomy, path, interactive=interactive)


def cropped_svg(anatomy: Anatomy, path: str, *, style: Style = PLAIN) -> str:
    """The same as an image, without the room above and below that keeps the height while a slider moves."""
    part, drawing = anatomy.part(path), part_svg(anatomy, path, style=style)
    if part.kind in ("group", "se"):
        return drawing
    top, bottom = (0.0, block_foot(part)) if "/" in path else EXTENT
    head, _, marks = drawing.removesuffix("</svg>").partition(">")
    head = re.sub(r'viewBox="0 0 (\d+) [\d.]+"', rf'viewBox="0 0 \1 {bottom - top:g}"', head)
    return f'{head}><g transform="translate(0 {-top:g})">{marks}</g></svg>'
