"""Profile: measure on this machine how long each layer of a model takes, next to its multiply-adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import whole
from senet_lab.extras import require
from senet_lab.nets.on_keras.graph import read_graph
from senet_lab.nets.on_keras.timing import time_calls
from senet_lab.nets.roles import ATTENTION_NAMES, attention_of

if TYPE_CHECKING:
    import pandas as pd

MAX_BATCH, MAX_REPEATS = 4096, 1000


class Measured(NamedTuple):
    """A layer with its cost, counted and measured.

    Attributes:
        name, kind: of its row in the ledger; a layer of squeeze-excite has the kind "squeeze-excite", one of ECA "ECA".
        macs: multiply-adds per image; 0 also if they are not known.
        ms: milliseconds per batch: the fastest of several turns, less what an empty call takes.
    """

    name: str
    kind: str
    macs: int
    ms: float


@dataclass(frozen=True, repr=False)
class Profile:
    """The layers of a model, measured one by one.

    Attributes:
        rows: one per call of a layer, in order.
        batch: images per batch.
        model_ms: milliseconds per batch of the model as a whole. Layers that a backend merges are faster there than one
            by one, so the sum over the layers differs from it.
    """

    rows: tuple[Measured, ...]
    batch: int
    model_ms: float

    def __repr__(self) -> str:
        total = sum(row.ms for row in self.rows)
        return (
            f"<Profile of {len(self.rows)} layers, batch {self.batch}: {self.model_ms:.1f} ms as a whole, "
            f"{total:.1f} ms one by one>"
        )

    def by_kind(self) -> tuple[Measured, ...]:
        """Return the sums by kind of layer, the slowest first; the names are the kinds."""
        kinds = dict.fromkeys(row.kind for row in self.rows)
        sums = [_sum(kind, [row for row in self.rows if row.kind == kind]) for kind in kinds]
        return tuple(sorted(sums, key=lambda each: -each.ms))

    def to_frame(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame, with G multiply-adds per second in the last column."""
        require("pandas", by="a table")
        import pandas as pd

        frame = pd.DataFrame(list(self.rows), columns=list(Measured._fields))
        frame["gmacs_per_s"] = self.batch * frame.macs / frame.ms.where(frame.ms > 0) / 1e6
        return frame


def _sum(name: str, rows: Sequence[Measured]) -> Measured:
    return Measured(name, name, sum(row.macs for row in rows), sum(row.ms for row in rows))


def profile(model: Any, batch: int = 8, *, input_shape: Sequence[Any] | None = None, repeats: int = 10) -> Profile:
    """Measure each layer of a model for prediction, with random input, on the device that Keras uses.

    The model stays as it is, including the seeds of random layers. Layers of one shape and configuration are measured
    once. All are called by turns, so that what else the machine does affects them alike.

    Args:
        model: an `Architecture`, which is built, or a functional `keras.Model`.
        batch: images per call.
        input_shape: as in `Ledger.of`.
        repeats: turns of each layer, of which the fastest counts.

    Raises:
        ValueError: as from `Ledger.of`, or a number is out of range, or there is not enough memory for the batch.
        MissingExtraError: Keras or psutil is not installed.
    """
    require("keras", "psutil", by="a profile")
    batch, repeats = whole("batch", batch, 1, MAX_BATCH), whole("repeats", repeats, 1, MAX_REPEATS)
    model = model.build() if isinstance(model, Architecture) else model
    graph = read_graph(model, input_shape)
    times, whole_model = time_calls(model, graph, batch, repeats)
    rows = {row.name: row for row in graph.sketch.rows}
    attention = ATTENTION_NAMES[attention_of(rows.values()) or "se"]
    measured = [
        Measured(name, attention if rows[name].in_se else rows[name].kind, rows[name].macs, ms)
        for name, ms in times.items()
    ]
    return Profile(tuple(measured), batch, whole_model)
