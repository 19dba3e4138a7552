"""The strip: all blocks of a network side by side, over each a mark as high as its gates are class-specific."""

from __future__ import annotations

from collections.abc import Container, Mapping
from math import inf, log, sqrt
from typing import NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.anatomy import Anatomy, Part
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Box, Mark, Node
from senet_lab.drawing.units import spaced
from senet_lab.ledger.ledger import Ledger

HEIGHT = 138
FLOOR, TALL = 124, 44  # where slabs stand, and how high the tallest is
MARK, LEAST = 36, 3  # how high the mark of the most specific gate is, and that of one that knows no class
GAP, GROUP_GAP, MARGIN = 4, 16, 6
NUMBERED = 26  # pixels that a block must have for a number above its mark
LEVELS = 5  # of colour


class Bar(NamedTuple):
    """A block in its place: its path, kind, box of the slab, and the width that it has for words."""

    path: str
    kind: str
    box: Box
    room: float


def strip(
    thing: Ledger | Anatomy | None,
    specificity: Mapping[str, float],
    chosen: str = "",
    *,
    held: Container[str] = (),
    interactive: bool = False,
    untrained: Mapping[str, float] | None = None,
) -> Html:
    """Draw the blocks of a network with a mark over each that has a gate.

    Args:
        thing: the network; None where it has no ledger, and gates alone are drawn.
        specificity: F ratio of each gate, by path.
        chosen: the block that is framed.
        held: the blocks whose gate is held; their mark is crossed out.
        interactive: blocks can be pointed at and reached by keyboard.
        untrained: F ratio of each gate before the network was trained, which is said where a block is pointed at.
    """
    bars, names = _placed(thing, specificity)
    top = scale_top(specificity)
    marks: list[Mark] = [svg.text(x, 12, name, "label") for x, name in names]
    marks.append(svg.path(f"M{MARGIN} {FLOOR + 1}H{svg.WIDTH - MARGIN}", "axis"))
    for bar in bars:
        before = (untrained or {}).get(bar.path)
        marks.append(_block(bar, specificity.get(bar.path), top, bar.path in held, before))
        if bar.path == chosen:
            marks.append(_frame(bar, specificity.get(bar.path, 1.0), top))
    told = ", ".join(f"{title(path, ' ')} {value:.3g}" for path, value in specificity.items())
    label = f"How class-specific each gate is, as F ratio: {told}"
    return html(svg.drawing(HEIGHT, label, marks, interactive, chosen))


def strip_legend() -> str:
    """What colour, height and number of the marks say."""
    steps = "".join(f'<i class="sn-gate-key sn-level-{level}"></i>' for level in range(LEVELS))
    return (
        f'<p class="sn-legend"><span>gate marks: alike {steps} specific</span>'
        "<span>number and height: F ratio, variance between classes over that within; "
        "1: knows no class</span></p>"
    )


def scale_top(specificity: Mapping[str, float]) -> float:
    """The F ratio of the highest mark: at least 100, so that a network that tells little does not look as if it did."""
    return max([100.0, *(value for value in specificity.values() if value < inf)])


def level(value: float, top: float) -> int:
    """The colour of an F ratio, from 0 for alike to 4 for specific; equal steps are equal factors.

    >>> [level(value, 100) for value in (0.9, 1, 3, 10, 40, 100)]
    [0, 0, 1, 2, 4, 4]
    """
    return min(LEVELS - 1, int(LEVELS * part(value, top)))


def part(value: float, top: float) -> float:
    """How far an F ratio is up the scale, from 0 for 1 to 1 for `top`; equal steps are equal factors."""
    return min(1.0, log(min(max(1.0, value), top)) / log(top))


def _placed(
    thing: Ledger | Anatomy | None, specificity: Mapping[str, float]
) -> tuple[list[Bar], list[tuple[float, str]]]:
    """Blocks from left to right, as wide as the root of their channels allows, and the names of groups above them."""
    groups = _groups(thing, specificity)
    roots = [sqrt(part.output_shape[-1]) if part else 1.0 for parts in groups.values() for _, part in parts]
    free = svg.WIDTH - 2 * MARGIN - GROUP_GAP * (len(groups) - 1) - GAP * (len(roots) - len(groups))
    scale = min(46 / max(roots, default=1), free / max(1.0, sum(roots)))
    spare = max(0.0, free - scale * sum(roots)) / max(1, len(roots))
    sides = [
        part.output_shape[1] for parts in groups.values() for _, part in parts if part and len(part.output_shape) == 4
    ]
    high = TALL / sqrt(max(sides, default=1))
    x, bars, names = float(MARGIN), [], []
    for name, parts in groups.items():
        left = x
        for path, part in parts:
            width = scale * (sqrt(part.output_shape[-1]) if part else 1.0)
            tall = max(5.0, high * sqrt(part.output_shape[1])) if part and len(part.output_shape) == 4 else 12.0
            kind = part.kind if part else "plain"
            bars.append(Bar(path, kind, Box(x + spare / 2, FLOOR - tall, width, tall), width + spare + GAP))
            x += width + spare + GAP
        names.append(((left + x - GAP) / 2, svg.cut(spaced(name), x - left + GROUP_GAP)))
        x += GROUP_GAP - GAP
    return bars, names


def _groups(
    thing: Ledger | Anatomy | None, specificity: Mapping[str, float]
) -> dict[str, list[tuple[str, Part | None]]]:
    """The blocks to draw by group: residual ones, and whatever else has a gate."""
    if thing is None:
        alone: dict[str, list[tuple[str, Part | None]]] = {}
        for path in specificity:
            alone.setdefault(path.partition("/")[0], []).append((path, None))
        return alone
    found = {}
    for name, parts in Anatomy.of(thing).groups.items():
        kept: list[tuple[str, Part | None]] = [
            (part.path, part) for part in parts if part.kind != "plain" or part.path in specificity
        ]
        if kept:
            found[name] = kept
    return found


def _block(bar: Bar, value: float | None, top: float, held: bool, before: float | None) -> Node:
    """A slab, over it the mark of its gate and, where there is room, the F ratio as a number."""
    box = bar.box
    words = title(bar.path)
    if value is None:
        lines = [words, "no squeeze-excite, so no gate"]
        hit = Box(box.x - GAP / 2, box.y - 4, box.width + GAP, box.height + 8)
        return svg.node([svg.rect(*box, bar.kind)], hit, lines, ", ".join(lines))
    high = _height(value, top)
    mark = Box(box.x, box.y - 3 - high, box.width, high)
    marks = [svg.rect(*box, bar.kind), svg.rect(*mark, f"gate-mark sn-level-{level(value, top)}", 1)]
    if bar.room >= NUMBERED:
        marks.append(svg.text(box.x + box.width / 2, mark.y - 4, brief(value), "inked"))
    if held:
        marks.append(
            svg.path(
                f"M{mark.x:.1f} {mark.y:.1f}l{mark.width:.1f} {high:.1f}m0 -{high:.1f}l-{mark.width:.1f} {high:.1f}",
                "cross",
            )
        )
    lines = [words, f"F ratio {value:.3g}" + (f", untrained {before:.3g}" if before is not None else "")]
    lines += ["its gate is held"] if held else []
    hit = Box(box.x - GAP / 2, FLOOR - TALL - MARK - 18, box.width + GAP, TALL + MARK + 20)
    return svg.node(marks, hit, lines, ", ".join(lines), bar.path)


def _frame(bar: Bar, value: float, top: float) -> Mark:
    """A frame around a block, its mark and its number."""
    above = bar.box.y - 3 - _height(value, top) - (19 if bar.room >= NUMBERED else 4)
    return svg.rect(bar.box.x - 3, above, bar.box.width + 6, FLOOR + 4 - above, "chosen", 4)


def _height(value: float, top: float) -> float:
    return LEAST + (MARK - LEAST) * part(value, top)


def brief(value: float) -> str:
    """An F ratio in at most four characters.

    >>> brief(0.937), brief(12.34), brief(1234.5)
    ('0.9', '12', '1.2k')
    """
    if value == inf:
        return "\u221e"
    if value >= 1000:
        return f"{value / 1000:.1f}k" if value < 99_500 else f"{value / 1000:.0f}k"
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
