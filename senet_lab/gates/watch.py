"""GateWatch: a Keras callback that notes, epoch by epoch, what the gates make of the same images.

watch = GateWatch(images, labels)
model.fit(x, y, epochs=10, callbacks=[watch])
watch.moments

With a folder it keeps them in `gates.json`, whose form is that of `gates.moments`; the process that trains a run
does the same (`training.worker.gate_recorder`), so a run has it without a GateWatch.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from senet_lab import array_checks
from senet_lab.checks import path_of
from senet_lab.gates.moments import FILE, Moment, keep, moment


class GateWatch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Notes the gates before training and after each epoch, on images that stay the same.

    Args:
        images: ready for the model, (images, height, width, channels); a few hundred do, and cost a pass an epoch.
        labels: their classes by number, (images,).
        folder: where `gates.json` is kept as well, such as that of a run; None for nowhere.

    Attributes:
        moments: a `Moment` for each, the first that of epoch 0.
        fits: how often a `fit` has begun.
        is_going: whether one is under way, or was interrupted, which Keras does not tell.

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
        """Call it no more."""
        self._listeners = [each for each in self._listeners if each != listener]

    def rests(self) -> int | None:
        """How often a `fit` has begun, which tells states of the weights apart; None while they move."""
        return None if self.is_going else self.fits

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 - Keras' signature
        """The network as it is before the first step; a fit that goes on goes on counting."""
        self.fits, self.is_going = self.fits + 1, True
        if not self.moments:
            self._note(0)
        else:
            self._tell()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """The network after an epoch."""
        self.is_going = True  # if somebody took it for interrupted
        self._note(max(epoch + 1, self.moments[-1].epoch + 1 if self.moments else 1))

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """The weights stand still."""
        self.is_going = False
        self._tell()

    def _note(self, epoch: int) -> None:
        self.moments.append(moment(self.model, self.images, self.labels, epoch))
        if self.folder:
            keep(self.moments, self.folder / FILE)
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
