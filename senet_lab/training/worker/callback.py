"""Callback: called by Keras between steps, to record each step and to obey requests."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Condition
from typing import Any

import keras

from senet_lab.training.batches import Batches
from senet_lab.training.runs.progress import Progress
from senet_lab.training.worker.checkpointer import Checkpointer
from senet_lab.training.worker.reporter import Reporter

MAX_METRICS_DELAY = 120.0  # seconds for a step's metrics to arrive


class StopRequestedError(Exception):
    """The run was asked to stop."""


class StepCallback(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Updates the progress after each step of `fit`; pauses `fit` and `evaluate`, or stops them: StopRequestedError.

    It works between two steps; metrics arrive later, in Keras's threads. So no step waits until the metrics of the
    previous one are read, which would leave a GPU idle. Metrics are running means, so those of a later step replace
    earlier ones that were not read.
    """

    async_safe = True

    def __init__(
        self, progress: Progress, batches: Batches, reporter: Reporter, checkpointer: Checkpointer, hosts: int
    ) -> None:
        super().__init__()
        self.progress, self.batches, self.hosts = progress, batches, hosts
        self.reporter, self.checkpointer = reporter, checkpointer
        self.is_compiled = False  # true after the first step of this process
        self.on_train_begin()

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 - Keras's signature
        """Start the epoch at the stored progress."""
        self.first = replace(self.progress)
        self.step_count, self.start = 0, 0.0
        self.means, self.arrival = (0, 0.0, 0.0), Condition()  # number of steps, mean loss, mean accuracy

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Finish the previous step."""
        if batch:
            self._finish(batch)
        self.step_count, self.start = batch + 1, time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Store the metrics of a step, unless those of a later step have arrived."""
        with self.arrival:
            self.means = max(self.means, (batch + 1, logs["loss"], logs["accuracy"]))
            self.arrival.notify_all()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Finish the last step."""
        self._finish(self.step_count, is_last=True)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Obey requests during validation; here, hosts do not consult each other."""
        if self.hosts == 1 and self.reporter.obey() == "stop":
            self.model.stop_evaluating = True

    def _finish(self, steps: int, *, is_last: bool = False) -> None:
        """Update the progress after a number of steps of this `fit`, and do what is due or requested."""
        self._count(self.first.step + steps, time.perf_counter() - self.start)
        if self.hosts > 1 and not (is_last or self.reporter.meets()):
            return
        if is_last or self.hosts > 1:  # communication between hosts must not overlap with that of a step
            self._await_metrics(steps)
        request, is_due = self.reporter.request(), self.checkpointer.is_due()
        if is_due or request != "run":
            self._await_metrics(steps)
        self._average(*self.means)
        if request == "pause" or (is_due and request == "run"):  # the machine may be switched off during a pause
            if hasattr(self.model, "jax_state_sync"):
                self.model.jax_state_sync()
            self.checkpointer.write()
        if request == "pause":
            request = self.reporter.obey()
        if request == "stop":
            raise StopRequestedError

    def _count(self, step: int, seconds: float) -> None:
        """Count a finished step of the epoch, and the seconds that it took."""
        self.progress.step = step
        self.reporter.pace = seconds
        if self.is_compiled:  # the first step of a process is mostly compilation, which says nothing about the others
            self.progress.timed += self.batches.count(step - 1)
            self.progress.seconds += seconds
        self.is_compiled = True

    def _average(self, steps: int, loss: float, accuracy: float) -> None:
        """Combine the means over the steps of this `fit` with those from before it."""
        first, images = self.first, self.batches.count(self.first.step, steps)
        self.progress.images = first.images + images
        self.progress.loss, self.progress.right = first.loss + loss * images, first.right + accuracy * images
        self.checkpointer.must_be_finite("loss", loss)
        self.reporter.report("training")

    def _await_metrics(self, steps: int) -> None:
        """Wait for the metrics after a number of steps."""
        with self.arrival:
            self.arrival.wait_for(lambda: self.means[0] >= steps, MAX_METRICS_DELAY)
