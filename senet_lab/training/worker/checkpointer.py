"""Checkpointer: writes the checkpoints of a run, with finite numbers only, and restores the newest."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from senet_lab.training.devices import Devices, broadcast_checkpoint
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.progress import Progress
from senet_lab.training.runs.training_setup import TrainingSetup
from senet_lab.training.worker import model

LOG = logging.getLogger("senet_lab")
# Bounds of the seconds between checkpoints within an epoch; between them, writing takes at most `MAX_SHARE` of them.
MAX_INTERVAL = float(os.environ.get("SENET_LAB_KEPT_EVERY", "60"))
MIN_INTERVAL, MAX_SHARE = 10.0, 0.005


@dataclass
class Checkpointer:
    """Writes a network, its optimizer and their progress; with several hosts, the first one writes for all."""

    folder: Path
    network: Any  # the compiled model
    progress: Progress
    devices: Devices
    steps: int  # per epoch
    setup: TrainingSetup
    written_at: float = field(default_factory=time.monotonic)  # when the last checkpoint was written, or training began
    seconds: float = 0.0  # that writing it has taken

    def restore(self) -> None:
        """Restore the newest checkpoint; without one, start from the beginning.

        Raise ValueError if no checkpoint can be read, OtherNetworkError if it is from another network or optimizer.
        """
        about: dict[str, Any] = {}
        arrays = self._arrays()
        if self.devices.host_index == 0 and (newest := checkpoint.read_newest(self.folder)):
            arrays, about, faults = newest
            self.setup.must_fit(model.variables(self.network), arrays, about, exactly=True)
            about = vars(Progress.of(about))
            for fault in faults:
                LOG.warning("%s; using the one before it", fault)
        if self.devices.hosts > 1:
            arrays, about = broadcast_checkpoint(arrays, about)
        if about:
            for variable, array in zip(model.variables(self.network), arrays, strict=True):
                variable.assign(array)
        self.progress.update(Progress.of(about))

    def is_due(self) -> bool:
        """Return whether a checkpoint is due within an epoch."""
        return time.monotonic() - self.written_at > min(MAX_INTERVAL, max(MIN_INTERVAL, self.seconds / MAX_SHARE))

    def write(self) -> None:
        """Write a checkpoint of the current progress if all numbers are finite."""
        self.written_at = start = time.monotonic()
        if self.devices.host_index:
            return
        arrays = self._arrays()
        self.must_be_finite("network", *(array for array in arrays if array.dtype.kind == "f"))
        step = self.progress.epoch * self.steps + self.progress.step
        checkpoint.write_newest(self.folder, step, arrays, vars(self.progress) | self.setup.about())
        self.seconds = time.monotonic() - start

    def write_best(self, epoch: float) -> None:
        """Write the weights of the best epoch, without the optimizer's."""
        if self.devices.host_index == 0:
            arrays = list(map(model.to_numpy, self.network.variables))
            checkpoint.write(self.folder / "best.npz", arrays, {"epoch": epoch} | self.setup.about())

    def must_be_finite(self, name: str, *values: Any) -> None:
        """Raise FloatingPointError if a value is not finite; say where it occurred and where to resume from."""
        if all(np.isfinite(value).all() for value in values):
            return
        has_any = any(self.folder.glob("[0-9]*.npz"))
        words = "the last checkpoint is from before" if has_any else "there is no checkpoint yet"
        raise FloatingPointError(
            f"the {name} is no longer finite at epoch {self.progress.epoch + 1}, step {self.progress.step}; "
            f"{words}: try a lower learning rate in a new run"
        )

    def _arrays(self) -> list[Any]:
        return [model.to_numpy(variable) for variable in model.variables(self.network)]
