"""Watch: Keras' view of a training. Told of each step, it says when to stop."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Condition
from typing import TYPE_CHECKING, Any

import keras

if TYPE_CHECKING:
    from senet_lab.training.worker.loop import Loop

PATIENCE = 120.0  # seconds for a step's metrics to arrive


class StopAskedError(Exception):
    """The run was asked to stop."""


class Watch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """A callback for `fit` and `evaluate` that tells a loop of each step, and obeys what its run is asked to do.

    Between two steps it does what has to be done there; metrics come later, in threads of Keras. So a step does not
    wait until the metrics of the one before are read, which would leave a GPU idle. They are running means: what was
    told of a later step counts, and makes up for what was not looked at.

    Raises:
        StopAskedError: out of `fit`, between two steps.
    """

    async_safe = True

    def __init__(self, loop: Loop) -> None:
        super().__init__()
        self.loop, self.first = loop, replace(loop.progress)
        self.begun, self.start = 0, 0.0
        self.means, self.heard = (0, 0.0, 0.0), Condition()  # after so many steps: loss, accuracy

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras' signature
        """The step before it is made."""
        if batch:
            self._made(batch)
        self.begun, self.start = batch + 1, time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Its metrics are there, or a later step's."""
        with self.heard:
            self.means = max(self.means, (batch + 1, logs["loss"], logs["accuracy"]))
            self.heard.notify_all()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """The last step is made."""
        self._made(self.begun, exactly=True)

    def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Several hosts evaluate without asking each other."""
        if self.loop.placed.hosts == 1 and self.loop.talk.obeyed() == "stop":
            self.model.stop_evaluating = True

    def _made(self, steps: int, *, exactly: bool = False) -> None:
        """So many steps of this `fit` are made."""
        loop = self.loop
        loop.made(self.first.step + steps, time.perf_counter() - self.start)
        together = loop.placed.hosts > 1
        if together and not (exactly or loop.talk.meets()):
            return
        if exactly or together:  # the hosts' own questions must not cross those of a step
            self._await(steps)
        wanted, due = loop.talk.wanted(), loop.keeper.is_due()
        if due or wanted != "run":
            self._await(steps)
        loop.seen(self.first, *self.means)
        if wanted == "pause" or (due and wanted == "run"):  # the machine may be put to sleep, or off, in a pause
            self._keep()
        if wanted == "pause":
            wanted = loop.talk.obeyed()
        if wanted == "stop":
            raise StopAskedError

    def _keep(self) -> None:
        if hasattr(self.model, "jax_state_sync"):
            self.model.jax_state_sync()
        self.loop.keeper.keep()

    def _await(self, steps: int) -> None:
        """Until the metrics of so many steps are known."""
        with self.heard:
            self.heard.wait_for(lambda: self.means[0] >= steps, PATIENCE)
