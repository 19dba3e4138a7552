"""GateWatch: a Keras callback that records, epoch by epoch, the gates of the same images.

watch = GateWatch(images, labels)
model.fit(x, y, epochs=10, callbacks=[watch])
watch.moments

With a folder it writes them to `gates.json`, in the form of `gates.moments`; the process that trains a run does the
same (`training.worker.gate_recorder`), so a run has them without a GateWatch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from senet_lab import array_checks
from senet_lab.checks import path_of
from senet_lab.extras import needed_by
from senet_lab.gates.moments import FILE, Moment, keep, moment

with needed_by(__name__):
    import keras


class GateWatch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Records the gates before training and after each epoch, on images that stay the same.

    Args:
        images: ready for the model, (images, height, width, channels); a few hundred suffice.
        labels: their classes by number, (images,).
        folder: where `gates.json` is written as well, such as that of a run; None for nowhere.

    Attributes:
        moments: a `Moment` for each, the first that of epoch 0.
        fits: how often a `fit` has begun.
        is_going: whether one is in progress, or was interrupted, which Keras does not report.

    Raises:
        ValueError, TypeError: the images are no finite numbers, or the labels not a class number for each.
    """

    def __init__(self, images: Any, labels: Any, folder: str | Path | None = None) -> None:
        super().__init__()
        self.images = array_checks.fitting_images(images, (None, None, None))
        self.labels = array_checks.class_numbers(labels, len(self.images))
        self.folder = None if folder is None else path_of("folder", folder, "'runs/mine'")
        self.moments: list[Moment] = []
        self.fits, self.is_going = 0, False
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each new moment, and when a `fit` has ended."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`."""
        self._listeners = [each for each in self._listeners if each != listener]

    def weights_version(self) -> int | None:
        """Return how often a `fit` has begun, which changes with the weights; None while one changes them."""
        return None if self.is_going else self.fits

    def assume_interrupted(self) -> None:
        """Take a `fit` that seems to be in progress for interrupted, until its next epoch ends."""
        self.is_going = False

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 - Keras' signature
        """Record the network before the first step; a further fit continues the count of epochs."""
        self.fits, self.is_going = self.fits + 1, True
        if not self.moments:
            self._record(0)
        else:
            self._call_listeners()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Record the network after an epoch."""
        self.is_going = True  # if it was taken for interrupted
        self._record(max(epoch + 1, self.moments[-1].epoch + 1 if self.moments else 1))

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """Tell the listeners that the weights no longer change."""
        self.is_going = False
        self._call_listeners()

    def _record(self, epoch: int) -> None:
        self.moments.append(moment(self.model, self.images, self.labels, epoch))
        if self.folder:
            keep(self.moments, self.folder / FILE)
        self._call_listeners()

    def _call_listeners(self) -> None:
        for listener in self._listeners:
            listener()
