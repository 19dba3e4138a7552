"""Folder: read the folder of a sweep repeatedly; what a finished run has measured is read once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from senet_lab.data.datasets import data_words
from senet_lab.files import DamagedFileError
from senet_lab.sweepboard.setup import axis_words, setup_words, varied_words
from senet_lab.sweepboard.snapshot import Board, BoardArm, BoardCell
from senet_lab.sweeps.conclusions import conclude
from senet_lab.sweeps.evidence import title
from senet_lab.sweeps.grid import value_words
from senet_lab.sweeps.statistics import ArmSummary, summarize
from senet_lab.sweeps.status import SweepStatus, current_status
from senet_lab.sweeps.sweep import Cell, Sweep
from senet_lab.sweeps.workload import workload
from senet_lab.training.runs.checkpoint import has_checkpoint
from senet_lab.training.runs.evaluation import Evaluation
from senet_lab.training.runs.request import read_request
from senet_lab.training.runs.status import ACTIVE, Status

STARTABLE = ("waiting", "stopped", "failed")
MIN_SEEDS = 2  # of an arm, from which on there is an interval


class FolderReader:
    """Reads a sweep; keeps what cannot change, and the last summaries."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._results: dict[str, Evaluation] = {}  # by folder
        self._checkpointed: set[str] = set()  # the folders with a checkpoint
        self._summarized: tuple[object, list[ArmSummary]] | None = None  # of which accuracies and reference
        self._workload: tuple[str, str] = ("", "")  # in words, with the state in which it was read
        axes = [(axis.names, axis.values) for axis in sweep.axes]
        self._axis, self._varies = axis_words(axes), tuple(varied_words(*axis) for axis in axes)
        self._positions = [sweep.arms.index(cell.arm) for cell in sweep.cells]
        self._arms = tuple(
            BoardArm(
                arm.label, ", ".join(value_words(value) for _, value in arm.values) or arm.architecture.name,
                ledger.params, ledger.macs, arm.architecture.has_se,
            )
            for arm in sweep.arms
            for ledger in (arm.architecture.ledger(),)
        )  # fmt: skip

    def read(self, reference: int, *, loads_scipy: bool = True) -> Board:
        """Return the sweep as it is now.

        Args:
            reference: the position of the arm that differences refer to.
            loads_scipy: whether to load SciPy for the summaries, which takes a second or more; otherwise there are none
                if they need it and nothing else has loaded it.
        """
        sweep, status = self._sweep, current_status(self._sweep)
        runs = zip(sweep.cells, self._positions, status.runs, strict=True)
        cells = tuple(self._cell(cell, arm, run) for cell, arm, run in runs)
        summaries = self._summaries(cells, reference, loads_scipy=loads_scipy)
        state = self._state(status)
        images = next((result.images for result in self._results.values()), None)
        return Board(
            title=title(sweep),
            setup=setup_words(sweep.recipe, len(sweep.seeds_used), data_words(sweep.data), images),
            network=sweep.base.name,
            axis=self._axis,
            varies=self._varies,
            arms=self._arms,
            seeds=sweep.seeds_used,
            cells=cells,
            summaries=tuple(summaries),
            conclusion=conclude(summaries, reference, len(sweep.seeds_used)) if summaries else "",
            reference=reference,
            state=state,
            reason=status.reason,
            workers=status.workers,
            seconds=status.seconds,
            needs="" if status.count("finished") else self._needs(state),  # of all runs, so not those that are left
            folder=_place(sweep.folder),
        )

    def _state(self, status: SweepStatus) -> str:
        """Return the state of the sweep; "stopping" while a request to stop is pending."""
        if status.count("finished") == len(status.runs):  # also if nothing says so, as in a copy of the runs
            return "finished"
        is_stopping = status.state in ("starting", "running") and read_request(self._sweep.folder) == "stop"
        return "stopping" if is_stopping else status.state

    def _cell(self, cell: Cell, arm: int, status: Status) -> BoardCell:
        state = "training" if status.state in ACTIVE[1:-1] else status.state
        done = status.epoch + (status.step / status.steps if status.steps else 0)
        progress = min(1.0, done / status.epochs) if status.epochs else 0.0
        key = cell.folder.name
        reason = status.reason if state == "failed" else ""
        if (
            key not in self._checkpointed
            and (state == "finished" or progress)
            and has_checkpoint(cell.folder / "checkpoints")
        ):
            self._checkpointed.add(key)
        has_weights = key in self._checkpointed
        if state != "finished":
            self._results.pop(key, None)
            return BoardCell(key, arm, cell.seed, state, progress, None, reason, has_weights)
        try:
            result = self._results.get(key) or (run.evaluation() if (run := cell.run) else None)
        except DamagedFileError as error:
            return BoardCell(key, arm, cell.seed, "failed", progress, None, str(error), has_weights)
        if result is not None:
            self._results[key] = result
        return BoardCell(key, arm, cell.seed, state, 1.0, result.accuracy if result else None, "", has_weights)

    def _summaries(self, cells: Sequence[BoardCell], reference: int, *, loads_scipy: bool) -> list[ArmSummary]:
        by_arm: list[dict[int, float]] = [{} for _ in self._arms]
        for cell in cells:
            if cell.accuracy is not None:
                by_arm[cell.arm][cell.seed] = cell.accuracy
        if self._summarized and self._summarized[0] == (by_arm, reference):
            return self._summarized[1]
        needs_scipy = max(map(len, by_arm)) >= MIN_SEEDS and "scipy.stats" not in sys.modules
        if needs_scipy and not loads_scipy:
            return []
        arms = [(arm.label, accuracies) for arm, accuracies in zip(self._arms, by_arm, strict=True)]
        summaries = summarize(arms, reference)
        self._summarized = (by_arm, reference), summaries
        return summaries

    def _needs(self, state: str) -> str:
        """Return the memory and time of all runs, if the sweep can be started; read again when its state changes."""
        if state not in STARTABLE:
            self._workload = (state, "")
        elif self._workload[0] != state:
            words = workload(self._sweep).words
            self._workload = (state, f"{words[:1].upper()}{words[1:]}.")
        return self._workload[1]


def _place(folder: Path) -> str:
    """Return a folder as one would write it in Python: relative to the current one, if it is in there."""
    here = Path(os.getcwd())
    return (folder.relative_to(here) if folder.is_relative_to(here) else folder).as_posix()
