"""Lay out the drawing of a network: choose the blocks to fold, the widths of slabs and the positions of columns."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Anatomy, Part
from senet_lab.drawing.units import size, spaced
from senet_lab.ledger.differences import merged
from senet_lab.nets.sketch import Shape

MAX_SLAB_WIDTH = 42
MAX_GROUPS = 14  # as many as our networks have at most, with stem and classifier
GAP, GROUP_GAP = 6, 14  # between blocks, between groups
NAME_CHARACTER, CHARACTER = 7.8, 6.9  # width of a character in the name of a column, and in the words below it


class Density(NamedTuple):
    """How crowded a drawing may be: slabs of a group, form of the words above it, and how narrow slabs may become.

    `min_scale` is a fraction of the scale at which slabs are widest.
    """

    max_slabs: int
    form: str
    min_scale: float


DENSITIES = (
    *(Density(max_slabs, form, 0.55) for max_slabs in (6, 5, 4, 3) for form in ("long", "tight")),
    Density(3, "tight", 0.12), Density(3, "bare", 0.02), Density(2, "bare", 0),
)  # fmt: skip


class Slab(NamedTuple):
    """A block, or several that are folded into one; `root` is the square root of the channels, before scaling."""

    parts: tuple[Part, ...]
    root: float

    @property
    def fixed(self) -> float:
        """The width of a fold, which is that of its label; 0 for a slab drawn to scale."""
        return 12 + 7 * len(str(len(self.parts))) if len(self.parts) > 1 else 0

    def width(self, scale: float) -> float:
        """Return the width at a scale; a part without blocks, such as a stem, is kept narrow but visible."""
        if self.parts[0].kind == "plain":
            return min(MAX_SLAB_WIDTH, max(12.0, self.root * scale))
        return self.fixed or self.breadth(scale)

    def breadth(self, scale: float) -> float:
        """Return the width of one of its blocks at a scale."""
        return max(3.0, self.root * scale)


class Column(NamedTuple):
    """A group: its slabs, the words above them and, after layout, its left edge and its width."""

    name: str
    slabs: tuple[Slab, ...]
    lines: tuple[str, ...]
    x: float = 0
    room: float = 0

    def breadth(self, scale: float) -> float:
        """Return the room that the slabs need at a scale."""
        return sum([slab.width(scale) for slab in self.slabs]) + GAP * (len(self.slabs) - 1)

    def words(self) -> float:
        """Return the room that the words need."""
        return max(len(line) * (CHARACTER if i else NAME_CHARACTER) for i, line in enumerate(self.lines))


def lay_out(anatomy: Anatomy, beside: Anatomy | None = None) -> tuple[list[Column], float]:
    """Return the columns in their places, input first, and the width of a slab per unit of its root.

    Args:
        beside: a network drawn above or below; both get the same scale, and columns with the same name are aligned.
    """
    networks, scale = _fit([anatomy, beside] if beside else [anatomy])
    widths = {
        name: max([max(column.words(), column.breadth(scale)) for column in columns])
        for name, columns in _by_name(networks).items()
    }
    spare = (svg.NETWORK_WIDTH - GROUP_GAP * len(widths) - sum(widths.values())) / len(widths)
    x, lefts = GROUP_GAP / 2, {}
    for name, width in widths.items():
        lefts[name] = x
        x += width + spare + GROUP_GAP
    return [column._replace(x=lefts[column.name], room=widths[column.name] + spare) for column in networks[0]], scale


def _fit(anatomies: list[Anatomy]) -> tuple[list[list[Column]], float]:
    """Return columns as little folded and with words as long as fit; the densest ones if none fit."""
    slabs = [
        {
            name: tuple([Slab((part,), sqrt(part.output_shape[-1])) for part in each.groups[name]])
            for name in _drawn_groups(each)
        }
        for each in anatomies
    ]
    blocks = [slab for groups in slabs for row in groups.values() for slab in row if slab.parts[0].kind != "plain"]
    max_scale = MAX_SLAB_WIDTH / max([slab.root for slab in blocks], default=MAX_SLAB_WIDTH)
    for density in DENSITIES:
        networks = [
            _columns(each, {name: _fold(row, density.max_slabs) for name, row in groups.items()}, density.form)
            for each, groups in zip(anatomies, slabs, strict=True)
        ]
        min_scale = density.min_scale * max_scale
        scale = _scale(list(_by_name(networks).values()), min_scale, max_scale)
        if scale >= min_scale:
            break
    return networks, scale


def _drawn_groups(anatomy: Anatomy) -> list[str]:
    """Return the groups for which there is room: all, or the first and the last ones."""
    names = list(anatomy.groups)
    return names if len(names) <= MAX_GROUPS else [*names[: MAX_GROUPS - 4], *names[-2:]]


def _by_name(networks: list[list[Column]]) -> dict[str, list[Column]]:
    """Return the columns that share a place, by name, in the order of the networks."""
    first, *others = [{column.name: column for column in columns} for columns in networks]
    names = merged(tuple(first), *(tuple(other) for other in others)) if others else tuple(first)
    return {name: [each[name] for each in (first, *others) if name in each] for name in names}


def _fold(slabs: tuple[Slab, ...], max_slabs: int) -> tuple[Slab, ...]:
    """Return at most `max_slabs` slabs for a group: the first blocks, one fold for the middle, and the last block."""
    if len(slabs) <= max_slabs:
        return slabs
    middle = slabs[max_slabs - 2 : -1]
    fold = middle[0]._replace(parts=tuple([slab.parts[0] for slab in middle]))
    return (*slabs[: max_slabs - 2], fold, slabs[-1])


def _columns(anatomy: Anatomy, groups: dict[str, tuple[Slab, ...]], form: str) -> list[Column]:
    """Return the columns of the input and of the groups, with their words in the given form."""
    shape = anatomy.input_shape
    columns = [Column("input", (), _lines("input", shape, 0, form))]
    for name, slabs in groups.items():
        blocks = len(anatomy.groups[name]) if "/" in slabs[0].parts[0].path else 0
        columns.append(Column(name, slabs, _lines(name, slabs[-1].parts[-1].output_shape, blocks, form)))
    if hidden := len(anatomy.groups) - len(groups):
        columns.insert(-2, Column("more", (), ("\u22ef", f"{hidden} more")))
    return columns


def _lines(name: str, shape: Shape, blocks: int, form: str) -> tuple[str, ...]:
    """Return name, number of blocks and output shape; "tight" omits spaces, "bare" abbreviates and omits the shape."""
    count = f"\u00d7{blocks}" if blocks else ""
    if form == "bare":
        return (svg.cut(name.replace("group", "g").replace("transition", "trans "), 56), *((count,) if count else ()))
    heading = f"{svg.cut(spaced(name), 110)} {count}".rstrip()
    return (heading, size(shape) if form == "long" else size(shape).replace(" ", ""))


def _scale(places: list[list[Column]], min_scale: float, max_scale: float) -> float:
    """Return the largest scale up to `max_scale` at which the columns fit, by halving; 0 if they need one too small."""
    free = svg.NETWORK_WIDTH - GROUP_GAP * len(places)
    needs = [[_needs(column) for column in columns] for columns in places]

    def fits(scale: float) -> bool:
        return free >= sum([max([max(words, rest + roots * scale) for words, rest, roots in each]) for each in needs])

    if not fits(min_scale):
        return 0
    if fits(max_scale):
        return max_scale
    low, high = 0.0, max_scale
    for _ in range(9):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _needs(column: Column) -> tuple[float, float, float]:
    """Return the room for the words, the fixed room for the slabs, and the roots of the slabs drawn to scale."""
    return (
        column.words(),
        sum([slab.fixed for slab in column.slabs]) + GAP * (len(column.slabs) - 1),
        sum([slab.root for slab in column.slabs if not slab.fixed and slab.parts[0].kind != "plain"]),
    )
