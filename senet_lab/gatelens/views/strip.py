"""The strip: all blocks of a network side by side, each below a mark whose height shows how class-specific it is."""

from __future__ import annotations

from collections.abc import Container, Mapping
from itertools import chain
from math import inf, log, sqrt
from typing import NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.anatomy import Anatomy, Part
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Box, Mark
from senet_lab.drawing.units import spaced
from senet_lab.gatelens.views.numbers import brief, precise
from senet_lab.ledger.ledger import Ledger

HEIGHT = 138
FLOOR, MAX_SLAB_HEIGHT = 124, 44  # the y coordinate below the slabs, and the height of the tallest slab
MAX_MARK_HEIGHT, MIN_MARK_HEIGHT = 36, 3  # for the most class-specific gate, and for an F ratio of 1
GAP, GROUP_GAP, MARGIN = 4, 16, 6
MIN_NUMBERED_WIDTH = 26  # of a block with a number above its mark
N_LEVELS = 5  # of color


class Slab(NamedTuple):
    """A block as it is drawn.

    Attributes:
        channels, side: of its feature maps; the side is 0 if it has none.
        box, text_width: its place once it has been laid out, and the width available for text.
    """

    path: str
    kind: str = "plain"
    channels: int = 1
    side: int = 0
    box: Box = Box(0, 0, 0, 0)
    text_width: float = 0


def strip(
    thing: Ledger | Anatomy | None,
    specificity: Mapping[str, float],
    selected: str = "",
    *,
    held: Container[str] = (),
    interactive: bool = False,
    untrained: Mapping[str, float] | None = None,
) -> Html:
    """Draw the blocks of a network with a mark above each block that has a gate.

    Args:
        thing: the network; None if it has no ledger, so that only gates are drawn.
        specificity: F ratio of each gate, by path.
        selected: the block that is framed.
        held: the blocks whose gates are held; their marks are crossed out.
        interactive: whether blocks have tooltips and can be reached with the keyboard.
        untrained: F ratio of each gate in the untrained network, shown in the tooltips.
    """
    slabs, names = _lay_out(thing, specificity)
    top = scale_top(specificity)
    marks: list[Mark] = [svg.text(x, 12, name, "label") for x, name in names]
    marks.append(svg.path(f"M{MARGIN} {FLOOR + 1}H{svg.WIDTH - MARGIN}", "axis"))
    for slab in slabs:
        before = (untrained or {}).get(slab.path)
        marks.append(_block(slab, specificity.get(slab.path), top, slab.path in held, before))
        if slab.path == selected:
            marks.append(_frame(slab, specificity.get(slab.path, 1.0), top))
    ratios = ", ".join(f"{title(path, ' ')} {precise(value)}" for path, value in specificity.items())
    label = f"How class-specific each gate is, as F ratio: {ratios}"
    return html(svg.Drawing(HEIGHT, label, marks, interactive, selected))


def strip_legend() -> str:
    """Return the legend for color, height and number of the marks."""
    steps = "".join(f'<i class="sn-gate-key sn-level-{level}"></i>' for level in range(N_LEVELS))
    return (
        f'<p class="sn-legend"><span>gate color: same for all classes {steps} class-specific</span>'
        "<span>number and height: F ratio, variance between classes / variance within; "
        "1: no class information</span></p>"
    )


def scale_top(specificity: Mapping[str, float]) -> float:
    """Return the F ratio of the highest mark: at least 100, so that low F ratios look low."""
    return max([100.0, *(value for value in specificity.values() if value < inf)])


def level(value: float, top: float) -> int:
    """Return the color level of an F ratio, from 0 (same for all classes) to 4 (class-specific), on a log scale.

    >>> [level(value, 100) for value in (0.9, 1, 3, 10, 40, 100)]
    [0, 0, 1, 2, 4, 4]
    """
    return min(N_LEVELS - 1, int(N_LEVELS * part(value, top)))


def part(value: float, top: float) -> float:
    """Return the position of an F ratio on the log scale, from 0 for F = 1 to 1 for `top`."""
    return min(1.0, log(min(max(1.0, value), top)) / log(top))


def _lay_out(
    thing: Ledger | Anatomy | None, specificity: Mapping[str, float]
) -> tuple[list[Slab], list[tuple[float, str]]]:
    """Place blocks from left to right, with widths by the root of their channels, and the names of groups above."""
    groups = _groups(thing, specificity)
    slabs = list(chain.from_iterable(groups.values()))
    roots = [sqrt(slab.channels) for slab in slabs]
    free = svg.WIDTH - 2 * MARGIN - GROUP_GAP * (len(groups) - 1) - GAP * (len(roots) - len(groups))
    scale = min(46 / max(roots, default=1), free / max(1.0, sum(roots)))
    spare = max(0.0, free - scale * sum(roots)) / max(1, len(roots))
    unit = MAX_SLAB_HEIGHT / sqrt(max((slab.side for slab in slabs), default=0) or 1)
    x, row, names = float(MARGIN), [], []
    for name, its in groups.items():
        left = x
        for slab in its:
            width = scale * sqrt(slab.channels)
            height = max(5.0, unit * sqrt(slab.side)) if slab.side else 12.0
            box = Box(x + spare / 2, FLOOR - height, width, height)
            row.append(slab._replace(box=box, text_width=width + spare + GAP))
            x += width + spare + GAP
        names.append(((left + x - GAP) / 2, svg.cut(spaced(name), x - left + GROUP_GAP)))
        x += GROUP_GAP - GAP
    return row, names


def _groups(thing: Ledger | Anatomy | None, specificity: Mapping[str, float]) -> dict[str, list[Slab]]:
    """Return the blocks to draw by group: residual blocks, and any others with a gate."""
    groups: dict[str, list[Slab]] = {}
    if thing is None:
        for path in specificity:
            groups.setdefault(path.partition("/")[0], []).append(Slab(path))
        return groups
    for name, parts in Anatomy.of(thing).groups.items():
        slabs = [_slab(part) for part in parts if part.kind != "plain" or part.path in specificity]
        if slabs:
            groups[name] = slabs
    return groups


def _slab(part: Part) -> Slab:
    shape = part.output_shape
    return Slab(part.path, part.kind, int(shape[-1] or 1), int(shape[1] or 0) if len(shape) == 4 else 0)


def _block(slab: Slab, value: float | None, top: float, is_held: bool, before: float | None) -> Mark:
    """Draw a slab, above it the mark of its gate and, if there is room, the F ratio as a number."""
    box = slab.box
    words = title(slab.path)
    if value is None:
        lines = [words, "no squeeze-excite, hence no gate"]
        hit = Box(box.x - GAP / 2, box.y - 4, box.width + GAP, box.height + 8)
        return svg.Node([svg.rect(*box, slab.kind)], hit, lines, ", ".join(lines))
    height = _height(value, top)
    mark = Box(box.x, box.y - 3 - height, box.width, height)
    marks: list[Mark] = [svg.rect(*box, slab.kind), svg.rect(*mark, f"gate-mark sn-level-{level(value, top)}", 1)]
    if slab.text_width >= MIN_NUMBERED_WIDTH:
        marks.append(svg.text(box.x + box.width / 2, mark.y - 4, brief(value), "inked"))
    if is_held:
        diagonals = f"l{mark.width:.1f} {height:.1f}m0 -{height:.1f}l-{mark.width:.1f} {height:.1f}"
        marks.append(svg.path(f"M{mark.x:.1f} {mark.y:.1f}{diagonals}", "cross"))
    lines = [words, f"F ratio {precise(value)}" + (f", untrained {precise(before)}" if before is not None else "")]
    lines += ["separates the classes perfectly"] if value == inf else []
    lines += ["gate held"] if is_held else []
    tallest = MAX_SLAB_HEIGHT + MAX_MARK_HEIGHT
    hit = Box(box.x - GAP / 2, FLOOR - tallest - 18, box.width + GAP, tallest + 20)
    return svg.Node(marks, hit, lines, ", ".join(lines), slab.path)


def _frame(slab: Slab, value: float, top: float) -> Mark:
    above = slab.box.y - 3 - _height(value, top) - (19 if slab.text_width >= MIN_NUMBERED_WIDTH else 4)
    return svg.rect(slab.box.x - 3, above, slab.box.width + 6, FLOOR + 4 - above, "chosen", 4)


def _height(value: float, top: float) -> float:
    return MIN_MARK_HEIGHT + (MAX_MARK_HEIGHT - MIN_MARK_HEIGHT) * part(value, top)
