"""Watch: Keras' view of a worker. Told of each step, it says when to stop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from senet_lab.training.worker import Worker


def watch(worker: Worker) -> Any:
    """A callback for `fit` and `evaluate` that tells a worker of each step, and obeys what its run is asked to do."""
    import keras

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
        """Sums of an epoch come as running means; a step's own are their differences."""

        images, loss, right, start = 0, 0.0, 0.0, 0.0

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras' signature
            self.start = time.perf_counter()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
            if hasattr(self.model, "jax_state_sync"):
                self.model.jax_state_sync()
            count = worker.batches.count(worker.progress.step)
            images = self.images + count
            loss, right = float(logs["loss"]) * images, float(logs["accuracy"]) * images
            worker.seen(
                count, (loss - self.loss) / count, (right - self.right) / count, time.perf_counter() - self.start
            )
            self.images, self.loss, self.right = images, loss, right
            if obeyed(worker) == "stop":
                self.model.stop_training = True

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
            if obeyed(worker) == "stop":
                self.model.stop_evaluating = True

    return Watch()


def obeyed(worker: Worker) -> str:
    """What is wanted; comes back once it is no pause."""
    before = worker.told.state
    while (wanted := worker.wanted()) == "pause":
        worker.tell("paused")
        time.sleep(0.1)
    if worker.told.state == "paused":
        worker.tell("training" if before == "paused" else before, now=True)
    return wanted
