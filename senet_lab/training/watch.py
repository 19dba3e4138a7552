"""Watch: Keras' view of a worker. Told of each step, it says when to stop."""

from __future__ import annotations

import time
from dataclasses import replace
from threading import Condition
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from senet_lab.training.worker import Worker

PATIENCE = 120.0  # seconds for a step's metrics to arrive


class StopAskedError(Exception):
    """The run was asked to stop."""


def watch(worker: Worker) -> Any:
    """A callback for `fit` and `evaluate` that tells a worker of each step, and obeys what its run is asked to do.

    Raises:
        StopAskedError: out of `fit`, between two steps.
    """
    import keras

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
        """Between two steps it does what has to be done there; metrics come later, in threads of Keras.

        So a step does not wait until the metrics of the one before are read, which would leave a GPU idle. They are
        running means: what was told of a later step counts, and makes up for what was not looked at.
        """

        async_safe = True

        def __init__(self) -> None:
            super().__init__()
            self.first, self.begun, self.start = replace(worker.progress), 0, 0.0
            self.means, self.heard = (0, 0.0, 0.0), Condition()  # after so many steps: loss, accuracy

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras' signature
            if batch:
                self._made(batch)
            self.begun, self.start = batch + 1, time.perf_counter()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            with self.heard:
                self.means = max(self.means, (batch + 1, logs["loss"], logs["accuracy"]))
                self.heard.notify_all()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            self._made(self.begun, exactly=True)

        def on_test_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
            if worker.placed.hosts == 1 and obeyed(worker) == "stop":
                self.model.stop_evaluating = True

        def _made(self, steps: int, *, exactly: bool = False) -> None:
            """So many steps of this `fit` are made."""
            worker.made(self.first.step + steps, time.perf_counter() - self.start)
            together = worker.placed.hosts > 1
            if together and not (exactly or worker.meets()):
                return
            if exactly or together:  # the hosts' own questions must not cross those of a step
                self._await(steps)
            stops, due = obeyed(worker) == "stop", worker.is_due()
            if stops or due:
                self._await(steps)
            known, loss, accuracy = self.means
            worker.seen(self.first, worker.batches.count(self.first.step, known), loss, accuracy)
            if stops:
                raise StopAskedError
            if due:
                if hasattr(self.model, "jax_state_sync"):
                    self.model.jax_state_sync()
                worker.keep()

        def _await(self, steps: int) -> None:
            """Until the metrics of so many steps are known."""
            with self.heard:
                self.heard.wait_for(lambda: self.means[0] >= steps, PATIENCE)

    return Watch()


def obeyed(worker: Worker) -> str:
    """What is wanted; comes back once it is no pause."""
    before = worker.told.state
    while (wanted := worker.wanted()) == "pause":
        worker.tell("paused", now=worker.told.state != "paused")
        time.sleep(0.1)
    if worker.told.state == "paused":
        worker.tell("training" if before == "paused" else before, now=True)
    return wanted
