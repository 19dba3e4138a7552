"""Define the ledger: every layer of a network with its shape, parameters and costs, and their sums. Plain Python."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import quoted
from senet_lab.extras import require
from senet_lab.memory import collection_paused
from senet_lab.nets.network import network
from senet_lab.nets.on_keras.entries import UNKNOWN
from senet_lab.nets.on_keras.graph import sketch_of
from senet_lab.nets.places import find_places
from senet_lab.nets.roles import ATTENTION_NAMES, attention_of
from senet_lab.nets.sketch import Row, Sketch

if TYPE_CHECKING:
    import pandas as pd

K = TypeVar("K")
SUMMED = ("params", "state", "macs", "elementwise", "activations")
_SUMMED = tuple(map(attrgetter, SUMMED))  # a loop would make a tuple of each row, which the collector then visits


class Total(NamedTuple):
    """Sums over some layers; units as in `Row`."""

    name: str
    layers: int
    params: int
    state: int
    macs: int
    elementwise: int
    activations: int

    @classmethod
    def over(cls, name: str, rows: Iterable[Row]) -> Total:
        """Sum `rows` under a name."""
        rows = tuple(rows)
        return cls(name, len(rows), *(sum(map(value, rows)) for value in _SUMMED))


MAX_KEPT = 32  # ledgers; a page needs that of one network many times
MAX_KEPT_ROWS = 50_000  # of all of them, 16 MB; the last two are kept anyway, since a move and a comparison need both
_kept = OrderedDict["Architecture", "Ledger"]()
_keeping = threading.Lock()


def counted(architecture: Architecture) -> Ledger:
    """Return `Ledger.of(architecture)`, cached.

    With 12,000 blocks, a ledger has 168,000 rows in 55 MB: 32 of them would fill the memory of a small machine, and
    Python's garbage collector would visit all of their rows again and again.
    """
    with _keeping:
        if architecture in _kept:
            _kept.move_to_end(architecture)
            return _kept[architecture]
    ledger = Ledger.of(architecture)
    with _keeping:
        _kept[architecture] = ledger
        rows = sum(len(each.rows) for each in _kept.values())
        while len(_kept) > MAX_KEPT or (rows > MAX_KEPT_ROWS and len(_kept) > 2):
            rows -= len(_kept.popitem(last=False)[1].rows)
    return ledger


@dataclass(frozen=True, repr=False)
class Ledger:
    """The layers of a network in the order in which they are called, and their sums.

    >>> Architecture("resnext", 50).ledger()
    <Ledger of 241 layers: 27,543,848 params, 68,224 state, 4.233 GMACs>

    Attributes:
        rows: one `Row` per layer.
        sources: of a Keras model, the names of the rows on which each row is called; empty for other networks.
    """

    rows: tuple[Row, ...]
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, thing: Any, input_shape: Sequence[Any] | None = None) -> Ledger:
        """Return the ledger of an `Architecture`, of a `Sketch` that layers returned, or of any functional Keras model.

        The layers of a Keras model get groups and blocks, see `senet_lab.nets.places`. Custom layers, and a few of
        Keras's, are counted for their weights and the shape of their output only; their kind is "unknown", see
        `unknown`. Nothing is computed; custom layers are called on shapes.

        Args:
            thing: the network.
            input_shape: (height, width, channels) where a Keras model leaves its size open; a list of such shapes if it
                has several inputs.

        Raises:
            TypeError: the argument is none of these.
            ValueError: the model has no graph or its own `call`, or the size of an input is unknown or does not fit.
        """
        if isinstance(thing, Architecture):
            with collection_paused():  # 168,000 rows may be written
                thing = network(Sketch(thing.input_shape), thing)
        if isinstance(thing, Sketch):
            if input_shape is not None:
                raise ValueError(
                    "`input_shape` is for Keras models that leave it open; this network has one. Leave it out."
                )
            return cls(tuple(thing.rows))
        if not hasattr(thing, "layers"):
            raise TypeError(
                f"A ledger is made of an Architecture, a Sketch or a Keras model, not of {quoted(thing)}; "
                "senet_lab.load(path) opens a saved model."
            )
        return cls(*find_places(sketch_of(thing, input_shape)))

    def __repr__(self) -> str:
        number = len(self.unknown)
        unknown = f", and {number:,} {'layer' if number == 1 else 'layers'} of unknown cost" if number else ""
        return (
            f"<Ledger of {len(self.rows)} layers: {self.params:,} params, {self.state:,} state, "
            f"{self.macs / 1e9:.3f} GMACs{unknown}>"
        )

    @cached_property
    def total(self) -> Total:
        """All layers."""
        return Total.over("total", self.rows)

    @cached_property
    def unknown(self) -> tuple[Row, ...]:
        """The layers whose multiply-adds are not known, and are in no sum: custom layers, and a few of Keras's."""
        return tuple(row for row in self.rows if row.kind == UNKNOWN)

    @cached_property
    def attention(self) -> str:
        """The attention module in its blocks: "se", "eca", "cbam" or "scse"; "se" for a network without one."""
        return attention_of(self.rows) or "se"

    @cached_property
    def se(self) -> Total:
        """The squeeze-excite blocks, or other attention modules."""
        return Total.over(ATTENTION_NAMES[self.attention], (row for row in self.rows if row.in_se))

    @property
    def se_share(self) -> float:
        """The share of squeeze-excite, or other attention, in the trainable parameters, from 0 to 1."""
        return self.se.params / self.params if self.params else 0.0

    @property
    def params(self) -> int:
        """Trainable parameters."""
        return self.total.params

    @property
    def state(self) -> int:
        """Moving means and variances of batch normalization: stored, not trained."""
        return self.total.state

    @property
    def macs(self) -> int:
        """Multiply-adds of convolutions and dense layers, per image."""
        return self.total.macs

    @property
    def macs_paper(self) -> int:
        """`macs` plus one for each number that is pooled globally or scaled, as Hu et al. 2018 count (sec. 4)."""
        return self.total.macs + self.total.elementwise

    @property
    def activations(self) -> int:
        """Numbers in the outputs of all layers, per image; 4 bytes each in float32."""
        return self.total.activations

    @cached_property
    def receptive_field(self) -> int:
        """Pixels of the input, along one side, that a unit of the last feature map sees (Araujo et al. 2019)."""
        maps = (row for row in self.rows if len(row.output_shape) == 4 and not row.sees_all)
        return max((row.receptive_field for row in maps), default=1)

    def blocks(self) -> dict[tuple[str, str], tuple[Row, ...]]:
        """Return the rows of each (group, block), in order; a stem and a classifier have one block, named ""."""
        return {key: tuple(rows) for key, rows in self._collect((row.group, row.block) for row in self.rows).items()}

    @cached_property
    def places(self) -> tuple[str, ...]:
        """The group of each row; for rows outside any group "before", "between" or "after" the groups, or "other"."""
        names = [row.group for row in self.rows]
        if "" not in names:
            return tuple(names)
        inside = [index for index, name in enumerate(names) if name not in ("", "input")]
        if not inside:
            return tuple([name or "other" for name in names])
        first, last = inside[0], inside[-1]
        return tuple([
            name or ("before" if index < first else "after" if index > last else "between")
            for index, name in enumerate(names)
        ])  # fmt: skip

    def in_group(self, name: str) -> tuple[Row, ...]:
        """Return the rows of one group, or of one of the other `places`."""
        return self._rows_by_place.get(name, ())

    @cached_property
    def _rows_by_place(self) -> dict[str, tuple[Row, ...]]:
        return {name: tuple(rows) for name, rows in self._collect(self.places).items()}

    def by_group(self) -> tuple[Total, ...]:
        """Return one total for each of `places`: stem, groups, classifier, and the layers outside of these."""
        return self._group_totals

    @cached_property
    def _group_totals(self) -> tuple[Total, ...]:
        return tuple(Total.over(name, rows) for name, rows in self._rows_by_place.items())

    def by_kind(self) -> tuple[Total, ...]:
        """Return one total per kind of layer; all layers of squeeze-excite, or other attention, count as one kind."""
        attention = ATTENTION_NAMES[self.attention]
        return self._totals(attention if row.in_se else row.kind for row in self.rows)

    def _totals(self, names: Iterable[str]) -> tuple[Total, ...]:
        return tuple(Total.over(name, rows) for name, rows in self._collect(names).items())

    def _collect(self, keys: Iterable[K]) -> dict[K, list[Row]]:
        """Return the rows of each key, in order; `keys` has one key per row."""
        collected: dict[K, list[Row]] = {}
        for row, key in zip(self.rows, keys, strict=True):
            collected.setdefault(key, []).append(row)
        return collected

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame, with one column per attribute of `Row`."""
        require("pandas", by="a table")
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(Row._fields))


def beside(networks: Mapping[str, Architecture | Ledger]) -> pd.DataFrame:
    """Return the sums of several networks as a pandas DataFrame, with one row per network, indexed by the given names.

    >>> beside({"one": Architecture(), "two": Architecture(ratio=8)}).params.tolist()
    [28071976, 30586920]
    """
    require("pandas", by="a table")
    import pandas as pd

    totals = [(each if isinstance(each, Ledger) else each.ledger()).total for each in networks.values()]
    return pd.DataFrame(totals, index=list(networks))[["params", "state", "macs", "activations"]]
