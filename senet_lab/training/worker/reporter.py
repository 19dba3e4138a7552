"""Talk: what a training says of itself, and hears of what it is asked to do, through the files of its run."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from senet_lab import memory
from senet_lab.training.runs.progress import Progress
from senet_lab.training.runs.run import ENDED, Run, Status
from senet_lab.training.worker import hosts

LOG = logging.getLogger("senet_lab")
EVERY = 0.2  # seconds between two writings of the status, and between two looks at what is wanted
AT_MOST = 2.0  # seconds between two writings, where a disk is slow, or shared
SHARE = 0.002  # of the time, for writing; more where that takes more than 4 ms


@dataclass
class Talk:
    """Says how far a training is, a few times a second, and hears whether it is to pause or to stop.

    Attributes:
        run: in whose folder.
        progress: of the training.
        told: the status that was written last; what it says of device and warning is said again.
        steps: of an epoch; 0 before it is known.
        hosts: how many train together.
        pace: seconds of the last step.
    """

    run: Run
    progress: Progress
    told: Status
    steps: int = 0
    hosts: int = 1
    pace: float = 0.0
    _wanted: str = "run"
    _looked: float = field(default=-math.inf, repr=False)
    _due: float = field(default=-math.inf, repr=False)
    _meets: tuple[int, int] = (0, 0)

    def tell(self, state: str, reason: str = "", *, now: bool = False) -> None:
        """Write the status, a few times a second at most."""
        start = time.monotonic()
        if not now and start < self._due:
            return
        self.told = self.told._replace(state=state, reason=reason, at=time.time(), **self._figures())
        try:
            self.run.tell(self.told, anyhow=state in ENDED)
        except OSError as error:  # a full disk need not end a training that still has its memory
            LOG.warning("%s", error)
        end = time.monotonic()
        self._due = end + min(max(EVERY, (end - start) / SHARE), AT_MOST)

    def _figures(self) -> dict[str, Any]:
        progress, rate = self.progress, self.progress.images_per_s
        figures: dict[str, Any] = {"epoch": progress.epoch, "step": progress.step, "memory": memory.peak()}
        figures |= {"loss": progress.mean_loss, "accuracy": progress.mean_accuracy}
        if self.steps:
            epochs, batch = self._size
            left = (epochs - progress.epoch) * self.steps - progress.step
            figures |= {"steps": self.steps, "seconds": left * batch / rate if rate else None}
        return figures | ({"images_per_s": rate, "macs_per_s": 3 * self._macs * rate} if rate else {})

    @cached_property
    def _macs(self) -> int:
        return self.run.architecture.ledger().macs

    @cached_property
    def _size(self) -> tuple[int, int]:
        recipe = self.run.recipe
        return recipe.epochs, recipe.batch

    def wanted(self, *, now: bool = False) -> str:
        """What it is asked to do, as it was a moment ago at most; once it is to stop, nothing else.

        Several hosts do what any of them is asked to; so all of them have to ask, between the same two steps.
        """
        together = self.hosts > 1
        if self._wanted != "stop" and (now or together or time.monotonic() - self._looked > EVERY):
            self._looked = time.monotonic()
            self._wanted = self.run.asked()
            if together:
                self._wanted, slowest = hosts.agreed(self._wanted, self.pace)
                self._meets = self.progress.epoch, self.progress.step + max(1, int(EVERY / max(slowest, 1e-6)))
        return self._wanted

    def meets(self) -> bool:
        """Whether this is the step after which several hosts ask each other what is wanted."""
        return (self.progress.epoch, self.progress.step) >= self._meets

    def obeyed(self) -> str:
        """What is wanted; comes back once it is no pause."""
        before = self.told.state
        while (wanted := self.wanted()) == "pause":
            self.tell("paused", now=self.told.state != "paused")
            time.sleep(0.1)
        if self.told.state == "paused":
            self.tell("training" if before == "paused" else before, now=True)
        return wanted
