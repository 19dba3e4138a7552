"""Snapshot: a run as its folder was last seen, in plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from senet_lab.gates.moments import Moment

RUNS_PREFIX = "runs/"  # of the names of runs, which may be those of bundled networks


class RunSnapshot(NamedTuple):
    """A run as its folder was last seen; as it stands here, no run at all.

    Attributes:
        moments: its gates epoch by epoch, as far as they were recorded.
        progress: how far it is, in words; "" where no process trains it.
        weights: when its best weights were written, in nanoseconds; 0 where there are none yet.
        is_outdated: whether it has better weights by now than those that were read.
        problem: why its moments cannot be read; "" where they can.
    """

    moments: tuple[Moment, ...] = ()
    progress: str = ""
    weights: int = 0
    is_outdated: bool = False
    problem: str = ""
