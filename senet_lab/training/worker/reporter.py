"""Reporter: writes the status of a run and reads requests, using the files of the run."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from senet_lab import memory
from senet_lab.training.devices import agree_on_request
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.progress import Progress
from senet_lab.training.runs.run import ENDED, Run, Status

LOG = logging.getLogger("senet_lab")
INTERVAL = 0.2  # seconds between writes of the status, and between reads of the request
MAX_INTERVAL = 2.0  # seconds between writes if a disk is slow or shared
MAX_SHARE = 0.002  # of the time spent on writing; exceeded only if one write takes more than 4 ms


@dataclass
class Reporter:
    """Reports the progress of a run a few times per second, and pauses the run on request."""

    run: Run
    progress: Progress
    status: Status  # as last written; its device and warning are kept
    steps: int = 0  # per epoch; 0 if not yet known
    hosts: int = 1  # the number of hosts that train together
    pace: float = 0.0  # seconds of the last step
    _request: str = "run"
    _read_at: float = field(default=-math.inf, repr=False)
    _due_at: float = field(default=-math.inf, repr=False)
    _meeting: tuple[int, int] = (0, 0)  # epoch and step

    def report(self, state: str, reason: str = "", *, now: bool = False) -> None:
        """Write the status, at most a few times per second, or immediately with `now`."""
        start = time.monotonic()
        if not now and start < self._due_at:
            return
        self.status = self.status._replace(state=state, reason=reason, at=time.time(), **self._figures())
        try:
            self.run.tell(self.status, anyhow=state in ENDED)
        except OSError as error:  # a full disk need not end a run that can continue in memory
            LOG.warning("%s", error)
        end = time.monotonic()
        self._due_at = end + min(max(INTERVAL, (end - start) / MAX_SHARE), MAX_INTERVAL)

    def warn(self, words: str) -> None:
        """Log a warning and append it to those in the status; "" stands for no warning."""
        if words:
            LOG.warning("%s", words)
            before = self.status.warning
            self.status = self.status._replace(warning=f"{before}; {words}" if before else words)

    def _figures(self) -> dict[str, Any]:
        progress, rate = self.progress, self.progress.images_per_s
        figures: dict[str, Any] = {"epoch": progress.epoch, "step": progress.step, "memory": memory.peak()}
        figures |= {"loss": progress.mean_loss, "accuracy": progress.mean_accuracy}
        if self.steps:
            steps_left = (self._recipe.epochs - progress.epoch) * self.steps - progress.step
            figures |= {"steps": self.steps, "seconds": steps_left * self._recipe.batch / rate if rate else None}
        return figures | ({"images_per_s": rate, "macs_per_s": 3 * self._macs * rate} if rate else {})

    @cached_property
    def _macs(self) -> int:
        return self.run.architecture.ledger().macs

    @cached_property
    def _recipe(self) -> Recipe:
        return self.run.recipe

    def request(self, *, now: bool = False) -> str:
        """Return the current request, at most a moment old; after "stop", it no longer changes.

        Several hosts obey a request to any of them, so all hosts have to call this between the same two steps.
        """
        together = self.hosts > 1
        if self._request != "stop" and (now or together or time.monotonic() - self._read_at > INTERVAL):
            self._read_at = time.monotonic()
            self._request = self.run.asked()
            if together:
                self._request, slowest = agree_on_request(self._request, self.pace)
                self._meeting = self.progress.epoch, self.progress.step + max(1, int(INTERVAL / max(slowest, 1e-6)))
        return self._request

    def meets(self) -> bool:
        """Return whether hosts exchange their requests after this step."""
        return (self.progress.epoch, self.progress.step) >= self._meeting

    def obey(self) -> str:
        """Wait while the request is "pause"; return the next request."""
        before = self.status.state
        while (request := self.request()) == "pause":
            self.report("paused", now=self.status.state != "paused")
            time.sleep(0.1)
        if self.status.state == "paused":
            self.report("training" if before == "paused" else before, now=True)
        return request
