"""Snapshot: what a sweep looks like at a moment, passed to the page as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from statistics import mean
from typing import NamedTuple

from senet_lab.sweeps.statistics import ArmSummary

RUN_STATES = ("finished", "training", "paused", "waiting", "stopped", "failed")
IDLE = ("waiting", "stopped", "finished", "failed")  # states of a sweep in which no process works on it


class BoardArm(NamedTuple):
    """One combination of values.

    Attributes:
        label: such as "ratio 16".
        words: only the values, such as "16"; the axis has the names.
        params, macs: of its network.
        has_gates: whether its network has squeeze-excite.
    """

    label: str
    words: str
    params: int
    macs: int
    has_gates: bool = True


class BoardCell(NamedTuple):
    """One run.

    Attributes:
        key: the name of its folder.
        arm: the position of its arm.
        state: one of `RUN_STATES`.
        progress: how much of its training is done, from 0 to 1.
        accuracy: on the test images, as a fraction; None before it is measured.
        reason: why it failed, in a clause.
        has_weights: whether it has a checkpoint, whose gates can be shown.
    """

    key: str
    arm: int
    seed: int
    state: str = "waiting"
    progress: float = 0.0
    accuracy: float | None = None
    reason: str = ""
    has_weights: bool = False


@dataclass(frozen=True)
class Board:
    """A sweep, as of the last time that its folder was read.

    Attributes:
        title: the swept parameters, the network and the data.
        setup: epochs, recipe, seeds and test images, in words.
        axis: the names of the swept parameters.
        varies: the names with their values.
        cells: the runs, in the order in which they start.
        summaries: one per arm; empty while they are being computed.
        reference: the position of the arm that the summaries refer to.
        state: of the sweep, as in `SweepStatus`, or "stopping".
        reason: why it failed or stopped, or what it waits for.
        seconds: the time left; of a recording, the time of all runs together; None if unknown.
        needs: the memory and time of all runs, in a sentence; "" once a run is finished.
        folder: of the sweep, as it is written in Python; "" for a recording.
        recording: when and where it was recorded; "" for a sweep in a folder.
        command: trains the recorded sweep again.
    """

    title: str
    setup: str
    network: str
    axis: str
    varies: tuple[str, ...]
    arms: tuple[BoardArm, ...]
    seeds: tuple[int, ...]
    cells: tuple[BoardCell, ...]
    summaries: tuple[ArmSummary, ...] = ()
    conclusion: str = ""
    reference: int = 0
    state: str = "waiting"
    reason: str = ""
    workers: int = 0
    seconds: float | None = None
    needs: str = ""
    folder: str = ""
    recording: str = ""
    command: str = ""
    seeds_shown: int = 0  # of a recording

    @property
    def is_active(self) -> bool:
        """Whether a process works on it."""
        return self.state not in IDLE

    def cell(self, key: str) -> BoardCell | None:
        """Return the run with that key, if there is one."""
        return next((cell for cell in self.cells if cell.key == key), None)

    def count(self, *states: str) -> int:
        """Return the number of runs in these states."""
        return sum(cell.state in states for cell in self.cells)

    def cells_of(self, arm: int) -> tuple[BoardCell, ...]:
        """Return the runs of an arm, in the order of their seeds."""
        return tuple(cell for cell in self.cells if cell.arm == arm)

    def mean(self, arm: int) -> float:
        """Return the mean accuracy of an arm; NaN if none of its runs is finished."""
        accuracies = [cell.accuracy for cell in self.cells_of(arm) if cell.accuracy is not None]
        return mean(accuracies) if accuracies else nan

    def interval(self, arm: int) -> tuple[float, float]:
        """Return the interval of the mean of an arm; NaN if it is unknown."""
        return (self.summaries[arm].low, self.summaries[arm].high) if self.summaries else (nan, nan)


def run_name(board: Board, cell: BoardCell) -> str:
    """Return the arm and the seed of a run."""
    return f"{board.arms[cell.arm].label}, seed {cell.seed}"


def run_words(board: Board, cell: BoardCell) -> str:
    """Return what there is to say about a run: "ratio 8, seed 2: finished, 62.9%"."""
    words = f"{run_name(board, cell)}: {cell.state}"
    if cell.accuracy is not None:
        return f"{words}, {100 * cell.accuracy:.1f}%"
    return f"{words}, {100 * cell.progress:.0f}% done" if cell.state != "finished" and cell.progress else words
