"""Training: a sweep in a folder as a source, which can be started and stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from senet_lab.sweepboard.folder import FolderReader
from senet_lab.sweepboard.snapshot import Board
from senet_lab.sweepboard.sources import UNCHECKED, Source
from senet_lab.sweepboard.state import State
from senet_lab.sweeps.sweep import Sweep


class TrainedSweep(Source):
    """A sweep in a folder."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self._reader = FolderReader(sweep)

    def read(self, state: State, *, at_once: bool = False) -> Board:
        """Read the folder of the sweep."""
        return self._reader.read(state.reference, loads_scipy=not at_once)

    def load(self) -> None:
        """Load SciPy."""
        import scipy.stats  # noqa: F401

    def obey(self, name: str, value: Any, state: State) -> State:
        """Start or resume the sweep, or ask it to stop."""
        if name == "start":
            self.sweep.start(force=value == UNCHECKED)
        elif name == "stop":
            self.sweep.stop()
        return state

    def run_folder(self, key: str) -> Path | None:
        """Return the folder of a run; None if the sweep has no such run or has not created it."""
        cell = next((cell for cell in self.sweep.cells if cell.folder.name == key), None)
        return cell.folder if cell is not None and cell.run is not None else None
