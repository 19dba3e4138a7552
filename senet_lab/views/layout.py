"""Layout of the network's drawing: which blocks are folded, how wide slabs are, where columns stand."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

from senet_lab.nets.sketch import Shape
from senet_lab.views import svg
from senet_lab.views.anatomy import Anatomy, Part
from senet_lab.views.units import counted, size, spaced
from senet_lab.views.words import side

WIDEST = 46  # that a block may be
GAP, GROUP_GAP = 6, 14  # between blocks, between groups
STRONG, PLAIN = 7.8, 6.9  # width of a character in the name of a column, and in the words under it
# From roomy to dense: marks of a group, form of the words above it, and how narrow slabs may become for that.
DENSITIES = (
    *((shown, form, 0.55) for shown in (6, 5, 4, 3) for form in ("long", "broken")),
    (3, "broken", 0.12), (3, "bare", 0),
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


def laid_out(anatomy: Anatomy) -> tuple[list[Column], float]:
    """The columns in their places, input first, and the width of a slab for each unit of its root."""
    columns, scale = _fitted(anatomy)
    needed = [max(column.words(), column.breadth(scale)) for column in columns]
    spare = (svg.WIDTH - GROUP_GAP * len(columns) - sum(needed)) / len(columns)
    x, placed = GROUP_GAP / 2, []
    for column, need in zip(columns, needed, strict=True):
        placed.append(column._replace(x=x, room=need + spare))
        x += need + spare + GROUP_GAP
    return placed, scale


def _fitted(anatomy: Anatomy) -> tuple[list[Column], float]:
    """The least folded columns with the longest words that leave slabs wide enough; the densest if none does."""
    groups = {
        name: tuple([Slab((part,), sqrt(part.leaving[-1])) for part in parts]) for name, parts in anatomy.groups.items()
    }
    roots = [slab.root for slabs in groups.values() for slab in slabs if slab.parts[0].kind != "plain"]
    widest = WIDEST / max(roots, default=WIDEST)
    for shown, form, least in DENSITIES:
        folded = {name: _folded(slabs, shown) for name, slabs in groups.items()}
        columns = _columns(anatomy, folded, form)
        scale = _scale(columns, widest)
        if scale >= least * widest:
            break
    return columns, scale


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
    """Name, output shape and number of blocks; the shape in two lines if broken; without it, and short, if bare."""
    many = (counted(blocks, "block"),) if blocks else ()
    if form == "bare":
        return (svg.cut(name.replace("group", "g"), 56), *((f"\u00d7 {blocks}",) if blocks else ()))
    called = svg.cut(spaced(name), 110)
    if form == "long" or not side(shape):
        return (called, size(shape), *many)
    return (called, side(shape), f"\u00d7 {shape[-1]}", *many)


def _scale(columns: list[Column], widest: float) -> float:
    """The largest scale up to `widest` at which the columns fit, found by halving; near 0 where none does."""
    free = svg.WIDTH - GROUP_GAP * len(columns)
    needs = [
        (column.words(), sum([s.fixed for s in column.slabs]) + GAP * (len(column.slabs) - 1),
         sum([s.root for s in column.slabs if not s.fixed and s.parts[0].kind != "plain"]))
        for column in columns
    ]  # fmt: skip
    low, high = 0.0, 2 * widest
    for _ in range(10):
        middle = (low + high) / 2
        if sum([max(words, fixed + roots * middle) for words, fixed, roots in needs]) > free:
            high = middle
        elif middle == widest:
            return widest
        else:
            low = middle
    return low
