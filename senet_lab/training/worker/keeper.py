"""Keeper: the checkpoints of a training under way. It goes back to the newest, and keeps nothing that is no number."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from senet_lab.training.devices import Placed
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.origin import Origin
from senet_lab.training.runs.progress import Progress
from senet_lab.training.worker import hosts, model

LOG = logging.getLogger("senet_lab")
# Seconds between checkpoints within an epoch, at most and at least; between, so that they take no more than this share.
EVERY = float(os.environ.get("SENET_LAB_KEPT_EVERY", "60"))
LEAST, SHARE = 10.0, 0.005


@dataclass
class Keeper:
    """Keeps a network, its optimizer and how far they are; of several hosts, the first one keeps them for all.

    Attributes:
        folder: of the checkpoints.
        network: the compiled model.
        progress: of the training.
        placed: the devices.
        steps: of an epoch.
        origin: what is trained, as its run says.
    """

    folder: Path
    network: Any
    progress: Progress
    placed: Placed
    steps: int
    origin: Origin
    _at: float = field(default_factory=time.monotonic, repr=False)
    _took: float = field(default=0.0, repr=False)  # the last one, in seconds

    def go_back(self) -> None:
        """Go back to the newest checkpoint, if there is one; without one, to the start.

        Raises:
            OtherNetworkError: it is of another network, or of another optimizer.
            ValueError: there are checkpoints, and none of them can be read.
        """
        about: dict[str, Any] = {}
        arrays = self._arrays()
        if self.placed.host_index == 0 and (found := checkpoint.newest(self.folder)):
            arrays, about, damaged = found
            self.origin.must_fit(model.variables(self.network), arrays, about, exactly=True)
            about = vars(Progress.of(about))
            for words in damaged:
                LOG.warning("%s; the one before it is taken", words)
        if self.placed.hosts > 1:
            arrays, about = hosts.shared(arrays, about)
        if about:
            for variable, array in zip(model.variables(self.network), arrays, strict=True):
                variable.assign(array)
        self.progress.become(Progress.of(about))

    def is_due(self) -> bool:
        """Whether a checkpoint is, within an epoch."""
        return time.monotonic() - self._at > min(EVERY, max(LEAST, self._took / SHARE))

    def keep(self) -> None:
        """A checkpoint of where it is, if all of it is numbers."""
        self._at = start = time.monotonic()
        if self.placed.host_index:
            return
        arrays = self._arrays()
        self.must_be_finite("network", *(array for array in arrays if array.dtype.kind == "f"))
        step = self.progress.epoch * self.steps + self.progress.step
        checkpoint.keep(self.folder, step, arrays, vars(self.progress) | self.origin.about())
        self._took = time.monotonic() - start

    def keep_best(self, epoch: float) -> None:
        """The weights of the epoch that did best, without the optimizer's."""
        if self.placed.host_index == 0:
            arrays = list(map(model.array, self.network.variables))
            checkpoint.write(self.folder / "best.npz", arrays, {"epoch": epoch} | self.origin.about())

    def must_be_finite(self, name: str, *values: Any) -> None:
        """See that something is numbers, before more is kept.

        Raises:
            FloatingPointError: it is not; says where that was, and what there is to go back to.
        """
        if all(np.isfinite(value).all() for value in values):
            return
        words = "the last checkpoint is from before" if self._has_any() else "there is no checkpoint yet"
        raise FloatingPointError(
            f"the {name} is no number any more at epoch {self.progress.epoch + 1}, step {self.progress.step}; "
            f"{words}: try a lower learning rate in a new run"
        )

    def _has_any(self) -> bool:
        return any(self.folder.glob("[0-9]*.npz"))

    def _arrays(self) -> list[Any]:
        return [model.array(variable) for variable in model.variables(self.network)]
