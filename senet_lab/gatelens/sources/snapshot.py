"""Snapshot: the last known state of a run's folder, in plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from senet_lab.gates.moments import Moment

RUNS_PREFIX = "runs/"  # of the names of runs, which may be those of bundled networks


class RunSnapshot(NamedTuple):
    """The last known state of a run; the default stands for no run.

    Attributes:
        moments: the recorded moments of its gates, by epoch.
        progress: its progress, in words; "" if no process is training it.
        weights: the modification time of its best weights, in nanoseconds; 0 if there are none yet.
        is_outdated: whether it now has better weights than those that were read.
        problem: why its moments cannot be read; "" if they can.
    """

    moments: tuple[Moment, ...] = ()
    progress: str = ""
    weights: int = 0
    is_outdated: bool = False
    problem: str = ""
