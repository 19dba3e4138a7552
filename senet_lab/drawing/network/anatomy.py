"""Anatomy: the parts of a network by their paths, such as "group2/block1", and what there is to say of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from senet_lab.checks import quoted
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Row, Shape

PARAMS, MACS = itemgetter(Row._fields.index("params")), itemgetter(Row._fields.index("macs"))


class Part(NamedTuple):
    """A part of a network.

    Attributes:
        path: "stem", "group2", "group2/block1", "group2/block1/se".
        kind: "projection" or "identity" for a residual block, "group", "se", else "plain".
        rows: its layers.
        entered: the shape that comes in.
        params, macs: sums over its layers, as in `Row`.
    """

    path: str
    kind: str
    rows: tuple[Row, ...]
    entered: Shape
    params: int
    macs: int

    @classmethod
    def over(cls, path: str, kind: str, rows: Iterable[Row], entered: Shape) -> Part:
        """A part with its sums."""
        rows = tuple(rows)
        return cls(path, kind, rows, entered, sum(map(PARAMS, rows)), sum(map(MACS, rows)))

    @property
    def leaving(self) -> Shape:
        """The shape that goes out."""
        return self.rows[-1].output_shape

    @property
    def squeezed(self) -> int:
        """Channels that the squeeze of its first squeeze-excite leaves; 0 without one."""
        for row in self.rows:
            if row.role == "reduce":
                return int(row.output_shape[-1])
        return 0

    @property
    def paths(self) -> int:
        """Its cardinality: groups of its grouped convolution, 1 without one."""
        return max([row.groups for row in self.rows])

    def like(self, other: Part) -> bool:
        """Whether it is such a block as the other: kind, shapes and sums are the same."""
        return self[3:] == other[3:] and self.kind == other.kind and self.leaving == other.leaving


@dataclass(frozen=True, eq=False)
class Anatomy:
    """The parts of a ledger's network, found once for all that is drawn of it."""

    ledger: Ledger

    @classmethod
    def of(cls, thing: Ledger | Anatomy) -> Anatomy:
        """The anatomy of a ledger; an anatomy as it is."""
        return thing if isinstance(thing, Anatomy) else cls(thing)

    @cached_property
    def groups(self) -> dict[str, tuple[Part, ...]]:
        """The blocks of each group, in order; what has no blocks, as a stem, is one part."""
        found: dict[str, list[Part]] = {}
        for (name, block), (entered, rows) in self._runs().items():
            if name != "input":
                kind = _kind(rows) if block else "plain"
                part = Part.over(f"{name}/{block}" if block else name, kind, rows, entered)
                found.setdefault(name, []).append(part)
        return {name: tuple(parts) for name, parts in found.items()}

    def _runs(self) -> dict[tuple[str, str], tuple[Shape, list[Row]]]:
        """For each (place, block) its rows, and the shape in front of the first: blocks are written in a chain."""
        runs: dict[tuple[str, str], tuple[Shape, list[Row]]] = {}
        last, rows, before = ("", "-"), [], self.ledger.rows[0]
        for row, place in zip(self.ledger.rows, self.ledger.places, strict=True):
            key = (place, row[2])
            if key != last:
                last, rows = key, runs.setdefault(key, (before.output_shape, []))[1]
            rows.append(row)
            before = row
        return runs

    @property
    def input_shape(self) -> Shape:
        """The shape of the images."""
        return self.ledger.rows[0].output_shape

    def part(self, path: str) -> Part:
        """The part at a path.

        Raises:
            ValueError: there is none; the error names those of its group, or else the groups.
        """
        name, _, block = path.partition("/")
        blocks = self.groups.get(name, ())
        if not path:
            return Part.over("", "network", self.ledger.rows, self.input_shape)
        if blocks and not block:
            return blocks[0] if blocks[0].path == name else _whole(name, blocks)
        for part in blocks:
            if part.path == path:
                return part
            if f"{part.path}/se" == path and part.squeezed:
                return _squeeze_excite(part)
        known = [part.path for part in blocks] or list(self.groups)
        raise ValueError(f"`path` (={quoted(path)}) must be one of {', '.join(known) or 'a residual network'}.")


def _kind(rows: Iterable[Row]) -> str:
    """Of a block: it has a projection shortcut, an identity shortcut, or none."""
    if "add" not in [row.kind for row in rows]:
        return "plain"
    return "projection" if "shortcut" in [row.role for row in rows] else "identity"


def _whole(name: str, blocks: tuple[Part, ...]) -> Part:
    rows = tuple(chain.from_iterable([block.rows for block in blocks]))
    params, macs = sum([block.params for block in blocks]), sum([block.macs for block in blocks])
    return Part(name, "group", rows, blocks[0].entered, params, macs)


def _squeeze_excite(block: Part) -> Part:
    rows = tuple(row for row in block.rows if row.in_se)
    return Part.over(f"{block.path}/se", "se", rows, rows[-1].output_shape)
