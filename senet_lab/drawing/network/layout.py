"""Layout of the network's drawing: which blocks are folded, how wide slabs are, where columns stand."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from senet_lab.drawing import svg
from senet_lab.drawing.network.anatomy import Anatomy, Part
from senet_lab.drawing.units import size, spaced
from senet_lab.ledger.differences import merged
from senet_lab.nets.sketch import Shape

WIDEST = 42  # that a block may be
GAP, GROUP_GAP = 6, 14  # between blocks, between groups
STRONG, PLAIN = 7.8, 6.9  # width of a character in the name of a column, and in the words under it
# From roomy to dense: marks of a group, form of the words above it, and how narrow slabs may become for that.
DENSITIES = (
    *((shown, form, 0.55) for shown in (6, 5, 4, 3) for form in ("long", "tight")),
    (3, "tight", 0.12), (3, "bare", 0.02), (2, "bare", 0),
)  # fmt: skip


class Slab(NamedTuple):
    """A block, or several that are folded into one mark; `root` is that of the channels, to be scaled."""

    parts: tuple[Part, ...]
    root: float

    @property
    def fixed(self) -> float:
        """The width of a fold, which is that of its number; 0 for what is to scale."""
        return 12 + 7 * len(str(len(self.parts))) if len(self.parts) > 1 else 0

    def width(self, scale: float) -> float:
        """The width at a scale; what has no blocks, as a stem, is kept visible and narrow."""
        if self.parts[0].kind == "plain":
            return min(WIDEST, max(12.0, self.root * scale))
        return self.fixed or max(3.0, self.root * scale)


class Column(NamedTuple):
    """A group: its slabs, the words above them and, once it has its place, where it begins and how wide it is."""

    name: str
    slabs: tuple[Slab, ...]
    lines: tuple[str, ...]
    x: float = 0
    room: float = 0

    def breadth(self, scale: float) -> float:
        """The room that the slabs need at a scale."""
        return sum([slab.width(scale) for slab in self.slabs]) + GAP * (len(self.slabs) - 1)

    def words(self) -> float:
        """The room that the words need."""
        return max(len(line) * (PLAIN if i else STRONG) for i, line in enumerate(self.lines))


def laid_out(anatomy: Anatomy, beside: Anatomy | None = None) -> tuple[list[Column], float]:
    """The columns in their places, input first, and the width of a slab for each unit of its root.

    Args:
        beside: a network drawn above or below: both get one scale, and columns of one name stand in one place.
    """
    fitted, scale = _fitted([anatomy, beside] if beside else [anatomy])
    needed = {
        name: max([max(column.words(), column.breadth(scale)) for column in alike])
        for name, alike in _by_name(fitted).items()
    }
    spare = (svg.NETWORK - GROUP_GAP * len(needed) - sum(needed.values())) / len(needed)
    x, places = GROUP_GAP / 2, {}
    for name, need in needed.items():
        places[name] = x, need + spare
        x += need + spare + GROUP_GAP
    return [column._replace(x=places[column.name][0], room=places[column.name][1]) for column in fitted[0]], scale


def _fitted(anatomies: list[Anatomy]) -> tuple[list[list[Column]], float]:
    """The least folded columns with the longest words that leave slabs wide enough; the densest if none does."""
    slabs = [
        {name: tuple([Slab((part,), sqrt(part.leaving[-1])) for part in parts]) for name, parts in each.groups.items()}
        for each in anatomies
    ]
    every = [slab for groups in slabs for its in groups.values() for slab in its]
    widest = WIDEST / max([slab.root for slab in every if slab.parts[0].kind != "plain"], default=WIDEST)
    for shown, form, least in DENSITIES:
        columns = [
            _columns(each, {name: _folded(its, shown) for name, its in groups.items()}, form)
            for each, groups in zip(anatomies, slabs, strict=True)
        ]
        scale = _scale(list(_by_name(columns).values()), widest)
        if scale >= least * widest:
            break
    return columns, scale


def _by_name(networks: list[list[Column]]) -> dict[str, list[Column]]:
    """The columns that share a place, in the order of the networks."""
    first, *others = [{column.name: column for column in columns} for columns in networks]
    names = merged(tuple(first), *(tuple(other) for other in others)) if others else tuple(first)
    return {name: [each[name] for each in (first, *others) if name in each] for name in names}


def _folded(slabs: tuple[Slab, ...], shown: int) -> tuple[Slab, ...]:
    """At most so many marks for a group: the first blocks, those in the middle as one mark, the last block."""
    if len(slabs) <= shown:
        return slabs
    middle = slabs[shown - 2 : -1]
    fold = middle[0]._replace(parts=tuple([slab.parts[0] for slab in middle]))
    return (*slabs[: shown - 2], fold, slabs[-1])


def _columns(anatomy: Anatomy, groups: dict[str, tuple[Slab, ...]], form: str) -> list[Column]:
    """The input and the groups, with their words in one of the forms."""
    shape = anatomy.input_shape
    columns = [Column("input", (), _lines("input", shape, 0, form))]
    for name, slabs in groups.items():
        blocks = len(anatomy.groups[name]) if "/" in slabs[0].parts[0].path else 0
        columns.append(Column(name, slabs, _lines(name, slabs[-1].parts[-1].leaving, blocks, form)))
    return columns


def _lines(name: str, shape: Shape, blocks: int, form: str) -> tuple[str, ...]:
    """Name with the number of blocks, and output shape, without spaces if tight; short, and without it, if bare."""
    many = f"\u00d7{blocks}" if blocks else ""
    if form == "bare":
        return (svg.cut(name.replace("group", "g"), 56), *((many,) if many else ()))
    called = f"{svg.cut(spaced(name), 110)} {many}".rstrip()
    return (called, size(shape) if form == "long" else size(shape).replace(" ", ""))


def _scale(places: list[list[Column]], widest: float) -> float:
    """The largest scale up to `widest` at which the columns fit, found by halving; near 0 where none does."""
    free = svg.NETWORK - GROUP_GAP * len(places)
    needs = [[_needs(column) for column in alike] for alike in places]
    low, high = 0.0, 2 * widest
    for _ in range(10):
        middle = (low + high) / 2
        if sum([max([max(words, fixed + roots * middle) for words, fixed, roots in alike]) for alike in needs]) > free:
            high = middle
        elif middle == widest:
            return widest
        else:
            low = middle
    return low


def _needs(column: Column) -> tuple[float, float, float]:
    """The room for its words, that for its slabs at any scale, and the roots of those that are to scale."""
    return (
        column.words(),
        sum([slab.fixed for slab in column.slabs]) + GAP * (len(column.slabs) - 1),
        sum([slab.root for slab in column.slabs if not slab.fixed and slab.parts[0].kind != "plain"]),
    )
