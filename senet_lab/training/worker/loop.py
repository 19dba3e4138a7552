"""Loop: trains a run from its newest checkpoint until it ends or is asked to stop."""

from __future__ import annotations

import logging
import math
import os
import socket
import traceback
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from senet_lab.checks import ParameterError
from senet_lab.data.datasets import Images
from senet_lab.data.image_folder import BadFilesError
from senet_lab.files import DamagedFileError
from senet_lab.training import rates
from senet_lab.training.batches import MAX_VALIDATION_BATCH, Batches, ensure_scale, prepare_images
from senet_lab.training.devices import prepare_devices
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs import evaluation, metrics
from senet_lab.training.runs.config import changed_versions
from senet_lab.training.runs.evaluation import Evaluation
from senet_lab.training.runs.images import load_images, omission_words, write_skip_list
from senet_lab.training.runs.progress import Progress
from senet_lab.training.runs.run import COLUMNS, Run, Status
from senet_lab.training.runs.training_setup import OtherNetworkError, TrainingSetup
from senet_lab.training.worker import model, precision
from senet_lab.training.worker.callback import StepCallback, StopRequestedError
from senet_lab.training.worker.checkpointer import Checkpointer
from senet_lab.training.worker.gate_recorder import GateRecorder
from senet_lab.training.worker.reporter import Reporter

LOG = logging.getLogger("senet_lab")
TEST_PART = 2_000  # test images that are prepared at once


class Loop:
    """Trains a run: `Loop(run)()`. `prepare` sets up devices, batches, the network and its helpers."""

    def __init__(self, run: Run, mark: str = "") -> None:
        """Start with the stored status; `mark` is the word that identifies this process."""
        self.run, self.recipe = run, run.recipe
        before = run.status()
        self.progress = Progress(epoch=before.epoch, step=before.step)  # shown until the checkpoint is read
        status = Status(
            "compiling", epochs=self.recipe.epochs, process=os.getpid(), mark=mark, host=socket.gethostname()
        )
        self.reporter = Reporter(run, self.progress, status)
        self._training_data: Any = None

    def __call__(self) -> None:
        """Prepare and train; an error becomes the status, with the reason."""
        self.reporter.report("compiling", now=True)
        try:
            self.prepare()
            self._train()
            self._test()
        except StopRequestedError:
            self.reporter.report("stopped", "it was asked to", now=True)
        except FloatingPointError as error:
            self.reporter.report("failed", str(error), now=True)
        except Exception as error:
            self.reporter.report("failed", failure_reason(error, self.recipe), now=True)
            with suppress(OSError):  # the disk may be too full for the log as well
                traceback.print_exc()
        else:
            self.reporter.report("finished", now=True)

    def prepare(self) -> None:
        """Prepare everything that training needs."""
        reporter, folder = self.reporter, self.run.folder
        reporter.warn(changed_versions(self.run.config["versions"]))
        self.recipe = precision.settled(self.run, self._raise_if_stopped)
        model.configure_keras(self.recipe)
        self.devices = prepare_devices(self.run.placement, self.recipe.accumulate)
        reporter.status = reporter.status._replace(device=model.device_name())
        images = self._load_images()
        self._x_test, self._y_test = images.x_test, images.y_test
        reporter.warn(omission_words(images))
        scale = ensure_scale(folder, images)
        self.batches = Batches.of(images, self.recipe, scale, self.devices.size)
        reporter.steps, reporter.hosts = self.batches.steps, self.devices.hosts
        self.gate_recorder = GateRecorder.of(folder, images, self.recipe, scale)
        with self.devices.scope():
            self.network = self._build_network()
        setup, path = TrainingSetup.of(self.run), folder / "checkpoints"
        steps = self.batches.steps
        self.checkpointer = Checkpointer(path, self.network, self.progress, self.devices, steps, setup)
        self.checkpointer.restore()
        self.callback = StepCallback(self.progress, self.batches, reporter, self.checkpointer, self.devices.hosts)
        reporter.report("compiling", now=True)

    def _load_images(self) -> Images:
        try:
            images = load_images(self.run)
        except BadFilesError as error:
            for name, why in error.reasons.items():  # the status names only a few
                LOG.warning("%s: %s", name, why)
            raise
        write_skip_list(self.run.folder, images.skipped)
        return images

    def _build_network(self) -> Any:
        mirrored = self.devices.strategy is not None
        return model.build(self.run.architecture, self.recipe, self.batches.steps, synchronizes=mirrored)

    def _train(self) -> None:
        if not (self.progress.epoch or self.progress.step):
            self._record_gates(0)
        try:
            while self.progress.epoch < self.recipe.epochs:
                self._raise_if_stopped()
                self.epoch()
        except StopRequestedError:
            self.checkpointer.write()
            raise

    def epoch(self) -> None:
        """Train the rest of an epoch, validate, and write a row of metrics and a checkpoint."""
        self._fit()
        row = self._row(*self._validate())
        better = row["val_accuracy"] if not math.isnan(row["val_accuracy"]) else row["accuracy"]
        if self.progress.images_per_s:
            rates.record_rate(self.run.architecture, self.recipe, self.progress.images_per_s, self.run.placement)
        if better > self.progress.best:
            self.checkpointer.write_best(row["epoch"])
        self._record_gates(self.progress.epoch + 1)
        metrics.append_row(self.run.folder / "metrics.csv", row)
        # The checkpoint is last: a process killed before it repeats the end of the epoch, so nothing is lost.
        self.progress.update(Progress(epoch=self.progress.epoch + 1, best=max(better, self.progress.best)))
        self.checkpointer.write()

    def _fit(self) -> None:
        """Train on the remaining steps of the epoch."""
        first = self.progress.step
        if first == self.batches.steps:
            return
        data = self._training_data or self.devices.training_data(self._steps)
        self._training_data = None if isinstance(data, Iterator) else data
        options = {"steps_per_epoch": self.batches.steps - first, "shuffle": False, "verbose": 0}
        self.network.fit(data, **options, callbacks=[self.callback])
        self._raise_if_stopped()

    def _steps(self) -> Iterator[tuple[Any, Any]]:
        """Return images and classes for the remaining steps of the current epoch."""
        return ((x, self._targets(y)) for x, y in self.batches.epoch(self.progress.epoch, self.progress.step))

    def _targets(self, y: Any) -> Any:
        """Return classes as the loss takes them: one-hot rows if labels are smoothed."""
        return np.eye(self.network.output_shape[-1], dtype="float32")[y] if self.recipe.label_smoothing else y

    def _validate(self) -> tuple[float, float]:
        """Return loss and accuracy on the held-out images; NaN if there are none."""
        if not len(self.batches.x_val):
            return math.nan, math.nan
        return self._evaluate("held-out images", self.batches.x_val, self.batches.y_val)

    def _evaluate(self, name: str, x: Any, y: Any) -> tuple[float, float]:
        """Return loss and accuracy on images that are prepared for the network; `name` is for errors."""
        self.reporter.report("validating", now=True)
        devices = self.devices
        x, y = devices.host_share(x), self._targets(devices.host_share(y))
        per_device = max(1, min(MAX_VALIDATION_BATCH, self.recipe.batch) // devices.size)
        data = devices.validation_data(x, y, per_device * devices.size // devices.hosts)
        result = self.network.evaluate(**data, verbose=0, return_dict=True, callbacks=[self.callback])
        self._raise_if_stopped()
        self.checkpointer.must_be_finite(f"loss on the {name}", result["loss"])
        return result["loss"], result["accuracy"]

    def _test(self) -> None:
        """Measure the accuracy on the test images if the run should; it uses the weights of the last epoch."""
        if not self.run.config["test"] or evaluation.read_evaluation(self.run.folder):
            return
        count = len(self._x_test) // self.devices.size * self.devices.size
        loss = right = 0.0
        for start in range(0, count, TEST_PART):  # in parts, to save memory
            part = slice(start, min(start + TEST_PART, count))
            x = prepare_images(self._x_test[part], self.recipe, self.batches.scale)
            mean_loss, accuracy = self._evaluate("test images", x, self._y_test[part])
            loss, right = loss + mean_loss * len(x), right + round(accuracy * len(x))
        evaluation.write_evaluation(self.run.folder, Evaluation(count, loss / count, right / count))

    def _row(self, val_loss: float, val_accuracy: float) -> dict[str, float]:
        progress = self.progress
        values = (
            progress.epoch + 1, (progress.epoch + 1) * self.batches.steps, progress.seconds,
            progress.images_per_s or 0.0, float(self.network.optimizer.learning_rate),
            progress.mean_loss or 0.0, progress.mean_accuracy or 0.0, val_loss, val_accuracy,
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))

    def _record_gates(self, epoch: int) -> None:
        """Record the gates, but only on a single device, since several would have to share the few images evenly."""
        if self.devices.size == 1:
            self.gate_recorder.record(self.network, epoch)

    def _raise_if_stopped(self) -> None:
        if self.reporter.request(now=True) == "stop":
            raise StopRequestedError


def failure_reason(error: Exception, recipe: Recipe) -> str:
    """Say in a sentence why a run failed.

    >>> failure_reason(MemoryError(), Recipe(batch=256))
    'out of memory: try a batch of 128 with accumulate 2, a smaller image, or fewer channels'
    """
    if isinstance(error, (BadFilesError, DamagedFileError, OtherNetworkError, ParameterError)):  # complete messages
        return str(error).removesuffix(".")
    words = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or "ResourceExhausted" in words or "RESOURCE_EXHAUSTED" in words:
        halved = f"a batch of {recipe.batch // 2} with accumulate {2 * recipe.accumulate}, "
        smaller = halved if recipe.batch > 1 else ""
        return f"out of memory: try {smaller}a smaller image, or fewer channels"
    return words
