"""Worker: the process that trains a run. `python -m senet_lab.training.worker FOLDER`; `Run.start` calls it."""

from __future__ import annotations

import csv
import logging
import math
import os
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from senet_lab import data
from senet_lab.training import checkpoint
from senet_lab.training.batches import Batches
from senet_lab.training.run import COLUMNS, Run, Status

if TYPE_CHECKING:
    import keras

LOG = logging.getLogger("senet_lab")
TOLD_EVERY = 0.2  # seconds between two writings of the status
KEPT_EVERY = float(os.environ.get("SENET_LAB_KEPT_EVERY", "60"))  # seconds between checkpoints within an epoch


class StopAskedError(Exception):
    """The run was asked to stop."""


@dataclass
class Progress:
    """Where a training is.

    Attributes:
        epoch, step: finished epochs, and finished steps of the one under way.
        images, loss, right: seen in it so far; the sums of their losses and of right answers.
        best: the highest accuracy on the held-out images, or else on the training images.
        seconds, timed: spent in steps of it, and the images of these; the first step of a process is left out.
    """

    epoch: int = 0
    step: int = 0
    images: int = 0
    loss: float = 0.0
    right: float = 0.0
    best: float = -1.0
    seconds: float = 0.0
    timed: int = 0


@dataclass
class Worker:
    """Trains a run from its newest checkpoint to its end, or until it is asked to stop."""

    run: Run
    progress: Progress = field(default_factory=Progress)
    _told: float = 0.0
    _kept: float = 0.0
    _compiled: bool = False
    _stopping: bool = False

    def __call__(self) -> None:
        """All of it; what goes wrong becomes the status, with the reason."""
        self.tell("compiling", now=True)
        try:
            self._prepare()
            try:
                while self.progress.epoch < self.recipe.epochs:
                    self._raise_if_stopped()
                    self._epoch()
            except StopAskedError:
                self.keep()
                raise
        except StopAskedError:
            self.tell("stopped", "it was asked to", now=True)
        except FloatingPointError as error:
            self.tell("failed", str(error), now=True)
        except Exception as error:
            traceback.print_exc()
            self.tell("failed", f"{type(error).__name__}: {error}", now=True)
        else:
            self.tell("finished", now=True)

    def _prepare(self) -> None:
        import keras

        self.recipe, config = self.run.recipe, self.run.config
        keras.utils.set_random_seed(self.recipe.seed)
        keras.config.set_dtype_policy(self.recipe.precision)
        if keras.config.backend() == "tensorflow":
            import tensorflow as tf

            tf.config.experimental.enable_op_determinism()  # so that a resumed run ends where an unbroken one does
        self.device = _device()
        side = self.run.architecture.input_shape[0]
        images = data.named(config["data"], side)
        self.batches = Batches.of(images, self.recipe)
        self.model = build(self.run, self.batches.steps)
        found = checkpoint.newest(self.run.folder / "checkpoints")
        if found:
            arrays, about, damaged = found
            for words in damaged:
                LOG.warning("%s; the one before it is taken", words)
            for variable, array in zip(variables(self.model), arrays, strict=True):
                variable.assign(array)
            self.progress = Progress(**about)
        self._kept = time.monotonic()

    def _epoch(self) -> None:
        """The rest of an epoch, validation, a row of metrics, a checkpoint."""
        watch = _watch(self)
        first = self.progress.step
        if first < self.batches.steps:
            steps = self.batches.epoch(self.progress.epoch, first)
            self.model.fit(
                self._shaped(steps), steps_per_epoch=self.batches.steps - first, verbose=0, callbacks=[watch]
            )
            self._raise_if_stopped()
        row = self._row(watch)
        if len(self.batches.x_held):
            self._must_be_finite("loss on the held-out images", row["val_loss"])
        better = row["val_accuracy"] if not math.isnan(row["val_accuracy"]) else row["accuracy"]
        is_best = better > self.progress.best
        self.progress = Progress(epoch=self.progress.epoch + 1, best=max(better, self.progress.best))
        self.keep()
        if is_best:
            path = self.run.folder / "checkpoints" / "best.npz"
            checkpoint.write(path, list(map(_array, self.model.variables)), {"epoch": row["epoch"]})
        _append(self.run.folder / "metrics.csv", row)

    def _shaped(self, steps: Any) -> Any:
        """Classes as one-hot rows where labels are smoothed, as that loss wants them."""
        if not self.recipe.label_smoothing:
            return steps
        import numpy as np

        eye = np.eye(self.model.output_shape[-1], dtype="float32")
        return ((x, eye[y]) for x, y in steps)

    def _row(self, watch: Any) -> dict[str, float]:
        import numpy as np

        progress = self.progress
        held = {"loss": math.nan, "accuracy": math.nan}
        if len(self.batches.x_held):
            self.tell("validating", now=True)
            y = self.batches.y_held
            y = np.eye(self.model.output_shape[-1], dtype="float32")[y] if self.recipe.label_smoothing else y
            how = {"batch_size": 256, "verbose": 0, "return_dict": True, "callbacks": [watch]}
            held = self.model.evaluate(self.batches.x_held, y, **how)
            self._raise_if_stopped()
        rate = self.model.optimizer.learning_rate
        images = max(1, progress.images)
        values = (
            progress.epoch + 1, (progress.epoch + 1) * self.batches.steps, progress.seconds,
            progress.timed / max(1e-9, progress.seconds), float(rate), progress.loss / images, progress.right / images,
            held["loss"], held["accuracy"],
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))

    def seen(self, images: int, loss: float, accuracy: float, seconds: float) -> None:
        """A step was made; `loss` and `accuracy` are of its images alone."""
        progress = self.progress
        progress.step += 1
        progress.images += images
        progress.loss += loss * images
        progress.right += accuracy * images
        if self._compiled:  # the first step of a process is mostly compiling, and tells nothing of the next
            progress.timed += images
            progress.seconds += seconds
        self._compiled = True
        self._must_be_finite("loss", loss)
        if time.monotonic() - self._kept > KEPT_EVERY:
            self.keep()
        self.tell("training")

    def _must_be_finite(self, name: str, *values: Any) -> None:
        """Raises a FloatingPointError, before anything that is no number is kept."""
        import numpy as np

        if all(np.isfinite(value).all() for value in values):
            return
        kept = any((self.run.folder / "checkpoints").glob("[0-9]*.npz"))
        words = "the last checkpoint is from before" if kept else "there is no checkpoint yet"
        raise FloatingPointError(
            f"the {name} is no number any more at epoch {self.progress.epoch + 1}, step {self.progress.step}; "
            f"{words}: try a lower learning rate"
        )

    def keep(self) -> None:
        """A checkpoint of where it is, if all of it is numbers."""
        step = self.progress.epoch * self.batches.steps + self.progress.step
        arrays = [_array(variable) for variable in variables(self.model)]
        self._must_be_finite("network", *(array for array in arrays if array.dtype.kind == "f"))
        checkpoint.keep(self.run.folder / "checkpoints", step, arrays, vars(self.progress))
        self._kept = time.monotonic()

    def tell(self, state: str, reason: str = "", *, now: bool = False) -> None:
        """Write the status, a few times a second at most."""
        if not now and time.monotonic() - self._told < TOLD_EVERY:
            return
        self._told = time.monotonic()
        progress, recipe = self.progress, self.run.recipe
        steps = self.batches.steps if hasattr(self, "batches") else 0
        rate = progress.timed / progress.seconds if progress.seconds else None
        left = steps * recipe.epochs - progress.epoch * steps - progress.step
        images = progress.images or None
        status = Status(
            state, reason, progress.epoch, recipe.epochs, progress.step, steps,
            progress.loss / images if images else None, progress.right / images if images else None,
            rate, left * recipe.batch / rate if rate else None, getattr(self, "device", ""), os.getpid(),
        )  # fmt: skip
        try:
            self.run.tell(status)
        except OSError as error:  # a full disk need not end a training that still has its memory
            LOG.warning("%s", error)

    def wanted(self) -> str:
        """What it is asked to do; once it is to stop, nothing else."""
        if not self._stopping:
            try:
                wanted = (self.run.folder / "wanted").read_text()
            except FileNotFoundError:
                return "run"
            self._stopping = wanted == "stop"
            return wanted
        return "stop"

    def _raise_if_stopped(self) -> None:
        if self.wanted() == "stop":
            raise StopAskedError


def build(run: Run, steps: int) -> keras.Model:
    """The network of a run, compiled as its recipe says.

    Args:
        steps: of an epoch, for the schedule.
    """
    import keras

    from senet_lab.training.optimizers import Adam, compiled

    recipe = run.recipe
    rate: Any = recipe.learning_rate
    if recipe.schedule == "cosine":
        warmup, updates = recipe.warmup * steps, recipe.epochs * steps // recipe.accumulate
        warmup //= recipe.accumulate
        how = {"warmup_target": rate, "warmup_steps": warmup} if warmup else {}
        rate = keras.optimizers.schedules.CosineDecay(0.0 if warmup else rate, max(1, updates - warmup), **how)
    accumulate = recipe.accumulate if recipe.accumulate > 1 else None
    decay = recipe.weight_decay or None
    if recipe.optimizer == "adam":
        optimizer = Adam(rate, weight_decay=decay, gradient_accumulation_steps=accumulate)
    else:
        how = {"momentum": 0.9, "nesterov": True, "weight_decay": decay, "gradient_accumulation_steps": accumulate}
        optimizer = keras.optimizers.SGD(rate, **how)
    model = run.architecture.build()
    if decay:  # of kernels alone
        optimizer.exclude_from_weight_decay(var_list=[v for v in model.trainable_variables if v.name != "kernel"])
    loss: Any = "sparse_categorical_crossentropy"
    if recipe.label_smoothing:
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    return compiled(model, optimizer, loss)


def variables(model: keras.Model) -> list[Any]:
    """All that changes while a model is trained, in a fixed order."""
    return [*model.variables, *model.optimizer.variables]


def _array(variable: Any) -> Any:
    import keras

    return keras.ops.convert_to_numpy(variable.value)


def _watch(worker: Worker) -> Any:
    """Keras' view of a worker: told of each step, it says when to stop."""
    import keras

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
        """Sums of an epoch come as running means; a step's own are their differences."""

        images, loss, right, start = 0, 0.0, 0.0, 0.0

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 - Keras' signature
            self.start = time.perf_counter()

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
            if hasattr(self.model, "jax_state_sync"):
                self.model.jax_state_sync()
            count = min(worker.recipe.batch, len(worker.batches.x) - worker.progress.step * worker.recipe.batch)
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
    while (wanted := worker.wanted()) == "pause":
        worker.tell("paused")
        time.sleep(0.1)
    return wanted


def _append(path: Path, row: dict[str, float]) -> None:
    before = path.read_bytes() if path.exists() else b""
    with path.open("a", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        if not before:
            table.writeheader()
        elif not before.endswith(b"\n"):
            file.write("\r\n")  # a line that was cut off stays by itself, and is left out when it is read
        table.writerow({name: f"{value:.6g}" for name, value in row.items()})
        file.flush()
        os.fsync(file.fileno())


def _device() -> str:
    """What Keras computes on, in words."""
    import keras

    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        found = tf.config.list_physical_devices("GPU")
        details = tf.config.experimental.get_device_details(found[0]) if found else {}
        return str(details.get("device_name", "GPU")) if found else "CPU"
    if keras.config.backend() == "jax":
        import jax

        return str(jax.devices()[0].device_kind)
    return str(keras.config.backend())


def main() -> None:
    """Train the run in the folder that is named, unless another process does."""
    run = Run(Path(sys.argv[1]))
    try:
        with FileLock(run.folder / "lock", timeout=5):
            for unfinished in run.folder.glob("checkpoints/.*.npz"):  # of a process that was killed while it wrote
                unfinished.unlink(missing_ok=True)
            Worker(run)()
    except Timeout:
        LOG.warning("Another process is training this run; nothing was done.")


if __name__ == "__main__":
    main()
