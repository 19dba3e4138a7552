"""Find the parts of a network by their paths, such as "group2/block1", with shapes and sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from senet_lab.checks import quoted
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.on_keras.entries import SUMS, UNKNOWN
from senet_lab.nets.roles import attention_of
from senet_lab.nets.sketch import Row, Shape

# The style sheet has these colors under other names; every stored page contains it, and would change with it.
COLORS = {"joined": "of-run-4", "chain": "whole"}
SHORTCUTS = ("projection", "identity")  # the kinds of blocks that have one
PARAMS, MACS = attrgetter("params"), attrgetter("macs")  # faster than a loop: a network has many rows


class Part(NamedTuple):
    """A part of a network.

    Attributes:
        path: "stem", "group2", "group2/block1"; "group2/block1/se", or another attention module in place of "se".
        kind: "projection" or "identity" for a residual block, "joined" for one that concatenates its branches, "chain"
            for one without a sum, "group", "se" for an attention module, else "plain".
        rows: its layers.
        input_shape: shape of its input.
        params, macs: sums over its layers, as in `Row`.
    """

    path: str
    kind: str
    rows: tuple[Row, ...]
    input_shape: Shape
    params: int
    macs: int

    @classmethod
    def over(cls, path: str, kind: str, rows: Iterable[Row], input_shape: Shape) -> Part:
        """Create a part and compute its sums."""
        rows = tuple(rows)
        return cls(path, kind, rows, input_shape, sum(map(PARAMS, rows)), sum(map(MACS, rows)))

    @property
    def output_shape(self) -> Shape:
        """The shape of its output."""
        return self.rows[-1].output_shape

    @property
    def attention(self) -> str:
        """Its first attention module: "se", "eca", "cbam" or "scse"; "" without one."""
        return attention_of(self.rows)

    @property
    def squeezed_channels(self) -> int:
        """Channels after the squeeze of its first attention module; 0 without one, or if it reduces nothing."""
        return next((int(row.output_shape[-1]) for row in self.rows if row.role == "reduce"), 0)

    @property
    def gated_channels(self) -> int:
        """Channels that its attention module scales; 0 without one."""
        return next((int(row.output_shape[-1]) for row in self.rows if row.role == "gate"), 0)

    @property
    def attention_path(self) -> str:
        """The path of its attention module, such as "group2/block1/se"; "" without one."""
        return f"{self.path}/{name}" if (name := self.attention) else ""

    @property
    def paths(self) -> int:
        """Its cardinality: groups of its grouped or depthwise convolution, 1 without one."""
        return max([row.groups for row in self.rows])

    @property
    def color(self) -> str:
        """The class of its slab."""
        return COLORS.get(self.kind, self.kind)

    @property
    def unknown(self) -> int:
        """The number of its layers whose cost is not known."""
        return sum([row.kind == UNKNOWN for row in self.rows])

    def is_like(self, other: Part) -> bool:
        """Return whether both blocks have the same kind, shapes and sums."""
        return (
            self.params == other.params
            and self.macs == other.macs
            and self.kind == other.kind
            and (self.input_shape, self.output_shape) == (other.input_shape, other.output_shape)
        )


@dataclass(frozen=True, eq=False)
class Anatomy:
    """The parts of a ledger's network, computed once for all drawings of it."""

    ledger: Ledger

    @classmethod
    def of(cls, thing: Ledger | Anatomy) -> Anatomy:
        """Return the anatomy of a ledger; return an anatomy unchanged."""
        return thing if isinstance(thing, Anatomy) else cls(thing)

    @cached_property
    def groups(self) -> dict[str, tuple[Part, ...]]:
        """The blocks of each group, in order; a place without blocks, such as a stem, is one part."""
        groups: dict[str, list[Part]] = {}
        for (name, block), (input_shape, rows) in self._runs().items():
            if name != "input":
                kind = _kind(rows) if block else "plain"
                part = Part.over(f"{name}/{block}" if block else name, kind, rows, input_shape)
                groups.setdefault(name, []).append(part)
        return {name: tuple(parts) for name, parts in groups.items()}

    def _runs(self) -> dict[tuple[str, str], tuple[Shape, list[Row]]]:
        """Return the rows and the input shape of each (place, block); the output of each is the input of the next."""
        runs: dict[tuple[str, str], tuple[Shape, list[Row]]] = {}
        last, rows, before = ("", "-"), [], self.ledger.rows[0]
        for row, place in zip(self.ledger.rows, self.ledger.places, strict=True):
            key = (place, row.block)
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
        """Return the part at a path.

        Raises:
            ValueError: there is no such part; the error lists those of its group, or the groups.
        """
        name, _, block = path.partition("/")
        blocks = self.groups.get(name, ())
        if not path:
            return Part.over("", "network", self.ledger.rows, self.input_shape)
        if blocks and not block:
            return blocks[0] if blocks[0].path == name else _group(name, blocks)
        for part in blocks:
            if part.path == path:
                return part
            if path.startswith(f"{part.path}/") and path == part.attention_path:
                return _attention(part)
        paths = [part.path for part in blocks] or list(self.groups)
        raise ValueError(f"`path` (={quoted(path)}) must be one of {', '.join(paths) or 'a residual network'}.")


def _kind(rows: Iterable[Row]) -> str:
    """Return the kind of a block: it has a projection shortcut, an identity shortcut, or none."""
    kinds = [row.kind for row in rows]
    if not any(kind in SUMS for kind in kinds):
        return "joined" if "concatenate" in kinds else "chain"
    return "projection" if "shortcut" in [row.role for row in rows] else "identity"


def _group(name: str, blocks: tuple[Part, ...]) -> Part:
    rows = tuple(chain.from_iterable([block.rows for block in blocks]))
    return Part(name, "group", rows, blocks[0].input_shape, sum(map(PARAMS, blocks)), sum(map(MACS, blocks)))


def _attention(block: Part) -> Part:
    rows = tuple(row for row in block.rows if row.in_se)
    return Part.over(block.attention_path, "se", rows, rows[-1].output_shape)
