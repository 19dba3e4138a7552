"""Loop: the training of a run, from its newest checkpoint to its end, or until it is asked to stop."""

from __future__ import annotations

import logging
import math
import os
import traceback
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np

from senet_lab.checks import ParameterError
from senet_lab.data import datasets as data
from senet_lab.data.image_folder import BadFilesError
from senet_lab.files import DamagedFileError
from senet_lab.training import batches, rates
from senet_lab.training.devices import place
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs import metrics
from senet_lab.training.runs.config import changed_versions
from senet_lab.training.runs.images import images_of, omission_words
from senet_lab.training.runs.origin import Origin, OtherNetworkError
from senet_lab.training.runs.progress import Progress
from senet_lab.training.runs.run import COLUMNS, Run, Status
from senet_lab.training.runs.skipped import keep_skipped
from senet_lab.training.worker import model
from senet_lab.training.worker.callback import StopAskedError, Watch
from senet_lab.training.worker.gate_recorder import Noted
from senet_lab.training.worker.keeper import Keeper
from senet_lab.training.worker.reporter import Talk

LOG = logging.getLogger("senet_lab")


class Loop:
    """Trains a run: `Loop(run)()`.

    Attributes:
        run, recipe: what is trained, and how.
        progress: how far it is.
        talk: to whoever watches the run.
        placed, batches, noted, network, keeper: the devices, the images, the gates' record, the compiled model and its
            checkpoints; once `prepare` has made them.
    """

    def __init__(self, run: Run, mark: str = "") -> None:
        """`mark` is the word by which this process is known."""
        self.run, self.recipe = run, run.recipe
        before = run.status()
        self.progress = Progress(epoch=before.epoch, step=before.step)  # what to show until the checkpoint is read
        status = Status("compiling", epochs=self.recipe.epochs, process=os.getpid(), mark=mark)
        self.talk = Talk(run, self.progress, status)
        self._compiled, self._fed = False, None

    def __call__(self) -> None:
        """All of it; what goes wrong becomes the status, with the reason."""
        self.talk.tell("compiling", now=True)
        try:
            self.prepare()
            self._train()
        except StopAskedError:
            self.talk.tell("stopped", "it was asked to", now=True)
        except FloatingPointError as error:
            self.talk.tell("failed", str(error), now=True)
        except Exception as error:
            self.talk.tell("failed", reason(error, self.recipe), now=True)
            with suppress(OSError):  # the disk may have no room for the log either
                traceback.print_exc()
        else:
            self.talk.tell("finished", now=True)

    def prepare(self) -> None:
        """Everything but the training itself."""
        self._warn(changed_versions(self.run.config["versions"]))
        model.settle(self.recipe)
        self.placed = place(self.run.placement, self.recipe.accumulate)
        self.talk.told = self.talk.told._replace(device=model.device())
        images = self._images()
        self._warn(omission_words(images))
        scale = batches.kept_scale(self.run.folder, images)
        self.batches = batches.Batches.of(images, self.recipe, scale, self.placed.parts)
        self.talk.steps, self.talk.hosts = self.batches.steps, self.placed.hosts
        self.noted = Noted.of(self.run.folder, images, self.recipe, scale)
        with self.placed.scope():
            self.network = self._network()
        checkpoints = self.run.folder / "checkpoints"
        steps, origin = self.batches.steps, Origin.of(self.run)
        self.keeper = Keeper(checkpoints, self.network, self.progress, self.placed, steps, origin)
        self.keeper.go_back()
        self.talk.tell("compiling", now=True)

    def _warn(self, words: str) -> None:
        """Log a warning and append it to those in the status; "" is none."""
        if words:
            LOG.warning("%s", words)
            before = self.talk.told.warning
            self.talk.told = self.talk.told._replace(warning=f"{before}; {words}" if before else words)

    def _images(self) -> data.Images:
        """What it is trained on."""
        try:
            images = images_of(self.run)
        except BadFilesError as error:
            for name, why in error.reasons.items():  # the status names a few
                LOG.warning("%s: %s", name, why)
            raise
        keep_skipped(self.run.folder, images.skipped)
        return images

    def _network(self) -> Any:
        """What is trained."""
        mirrored = self.placed.strategy is not None
        return model.build(self.run.architecture, self.recipe, self.batches.steps, synchronizes=mirrored)

    def _train(self) -> None:
        if not (self.progress.epoch or self.progress.step):
            self._note(0)
        try:
            while self.progress.epoch < self.recipe.epochs:
                self._raise_if_stopped()
                self.epoch()
        except StopAskedError:
            self.keeper.keep()
            raise

    def epoch(self) -> None:
        """The rest of an epoch, validation, a row of metrics, a checkpoint."""
        watch = Watch(self)
        self._steps_left(watch)
        row = self._row(*self._validated(watch))
        better = row["val_accuracy"] if not math.isnan(row["val_accuracy"]) else row["accuracy"]
        if self.progress.images_per_s:
            rates.remember(self.run.architecture, self.recipe, self.progress.images_per_s, self.run.placement)
        if better > self.progress.best:
            self.keeper.keep_best(row["epoch"])
        self._note(self.progress.epoch + 1)
        metrics.append(self.run.folder / "metrics.csv", row)
        # The checkpoint last: a process that is killed before it does the end of the epoch again, and loses nothing.
        self.progress.become(Progress(epoch=self.progress.epoch + 1, best=max(better, self.progress.best)))
        self.keeper.keep()

    def _steps_left(self, watch: Watch) -> None:
        first = self.progress.step
        if first == self.batches.steps:
            return
        fed = self._fed or self.placed.fed(lambda: self._steps(self.progress.step))
        self._fed = None if isinstance(fed, Iterator) else fed
        how = {"steps_per_epoch": self.batches.steps - first, "shuffle": False, "verbose": 0}
        self.network.fit(fed, **how, callbacks=[watch])
        self._raise_if_stopped()

    def _steps(self, first: int) -> Iterator[tuple[Any, Any]]:
        """Images and classes of the steps of the epoch under way."""
        return ((x, self._classes(y)) for x, y in self.batches.epoch(self.progress.epoch, first))

    def _classes(self, y: Any) -> Any:
        """Classes as the loss wants them: one-hot rows where labels are smoothed."""
        return np.eye(self.network.output_shape[-1], dtype="float32")[y] if self.recipe.label_smoothing else y

    def _validated(self, watch: Watch) -> tuple[float, float]:
        """Loss and accuracy on the held-out images; no numbers where none are held out."""
        if not len(self.batches.x_held):
            return math.nan, math.nan
        self.talk.tell("validating", now=True)
        x, y = self.placed.own(self.batches.x_held), self._classes(self.placed.own(self.batches.y_held))
        parts = self.placed.parts
        share = max(1, min(batches.HELD, self.recipe.batch) // parts) * parts // self.placed.hosts
        how = {"verbose": 0, "return_dict": True, "callbacks": [watch]}
        held = self.network.evaluate(**self.placed.in_order(x, y, share), **how)
        self._raise_if_stopped()
        self.keeper.must_be_finite("loss on the held-out images", held["loss"])
        return held["loss"], held["accuracy"]

    def _row(self, held_loss: float, held_accuracy: float) -> dict[str, float]:
        progress = self.progress
        values = (
            progress.epoch + 1, (progress.epoch + 1) * self.batches.steps, progress.seconds,
            progress.images_per_s or 0.0, float(self.network.optimizer.learning_rate),
            progress.mean_loss or 0.0, progress.mean_accuracy or 0.0, held_loss, held_accuracy,
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))

    def _note(self, epoch: int) -> None:
        """The gates; on one device alone, since several would have to share these few images without rest."""
        if self.placed.parts == 1:
            self.noted.note(self.network, epoch)

    def made(self, step: int, seconds: float) -> None:
        """So many steps of the epoch are made, the last one in so many seconds."""
        self.progress.step = step
        self.talk.pace = seconds
        if self._compiled:  # the first step of a process is mostly compiling, and tells nothing of the next
            self.progress.timed += self.batches.count(step - 1)
            self.progress.seconds += seconds
        self._compiled = True

    def seen(self, first: Progress, steps: int, loss: float, accuracy: float) -> None:
        """The means over so many steps, from where an epoch was entered."""
        images = self.batches.count(first.step, steps)
        self.progress.images = first.images + images
        self.progress.loss, self.progress.right = first.loss + loss * images, first.right + accuracy * images
        self.keeper.must_be_finite("loss", loss)
        self.talk.tell("training")

    def _raise_if_stopped(self) -> None:
        if self.talk.wanted(now=True) == "stop":
            raise StopAskedError


def reason(error: Exception, recipe: Recipe) -> str:
    """Why a run failed, in a sentence.

    >>> reason(MemoryError(), Recipe(batch=256))
    'out of memory: try a batch of 128 that accumulates 2, a smaller image, or fewer channels'
    """
    if isinstance(
        error, (BadFilesError, DamagedFileError, OtherNetworkError, ParameterError)
    ):  # which say all that there is to say
        return str(error).removesuffix(".")
    words = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or "ResourceExhausted" in words or "RESOURCE_EXHAUSTED" in words:
        halved = f"a batch of {recipe.batch // 2} that accumulates {2 * recipe.accumulate}, "
        smaller = halved if recipe.batch > 1 else ""
        return f"out of memory: try {smaller}a smaller image, or fewer channels"
    return words
