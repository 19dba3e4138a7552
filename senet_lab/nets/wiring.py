"""Wiring: the layers of a network as a list, with what each is called on, and ranges of that list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from senet_lab.nets.sketch import Row, Sketch

KERNELS = ("conv", "grouped conv", "depthwise conv", "separable conv", "transposed conv", "dense", "attention",
           "recurrent", "unknown")  # fmt: skip

Indices = tuple[str, ...]


class Span(NamedTuple):
    """A range of layers from the first to the last; of a block, with the indices and the pattern of its names."""

    first: int
    last: int
    indices: Indices = ()
    pattern: str = ""

    @property
    def places(self) -> range:
        """The places of its layers in the list."""
        return range(self.first, self.last + 1)


@dataclass(frozen=True, eq=False)
class Wiring:
    """The layers of a network.

    Attributes:
        rows: each layer after those on which it is called.
        sources: the places of these, for each layer.
    """

    rows: tuple[Row, ...]
    sources: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, sketch: Sketch) -> Wiring:
        """Return the wiring up to the output of a sketch; further outputs of a layer are that layer."""
        rows: list[Row] = []
        sources: list[tuple[int, ...]] = []
        places: dict[int, tuple[int, ...]] = {}  # of the layers that have an output
        for each in sketch.ordered():
            inputs = tuple(dict.fromkeys(at for source in each.inputs for at in places[id(source)]))
            for row in each.written:
                rows.append(row)
                sources.append(inputs)
                inputs = (len(rows) - 1,)
            places[id(each)] = inputs
        return cls(tuple(rows), tuple(sources))

    @property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The names of the layers on which each layer is called."""
        return {
            row.name: tuple(self.rows[at].name for at in sources)
            for row, sources in zip(self.rows, self.sources, strict=True)
        }

    @cached_property
    def is_cut(self) -> tuple[bool, ...]:
        """For each layer, whether all paths lead through it: nothing before it is used after it."""
        last_uses = list(range(len(self.rows)))
        for at, sources in enumerate(self.sources):
            for source in sources:
                last_uses[source] = at
        cuts, reach = [], -1
        for at, use in enumerate(last_uses):
            cuts.append(reach <= at and self.rows[at].kind != "input")
            reach = max(reach, use)
        return tuple(cuts)

    def kernels(self, places: Iterable[int]) -> int:
        """Return the number of layers with kernels, apart from those of squeeze-excite."""
        rows = (self.rows[at] for at in places)
        return sum(row.kind in KERNELS and not row.in_se for row in rows)

    def has_paths(self, places: Iterable[int]) -> bool:
        """Return whether paths meet in layers, apart from those of squeeze-excite."""
        return any(len(self.sources[at]) > 1 and not self.rows[at].in_se for at in places)
