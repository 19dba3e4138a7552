"""GateWatch: a Keras callback that records the gates for the same images after each epoch.

watch = GateWatch(images, labels)
model.fit(x, y, epochs=10, callbacks=[watch])
watch.moments

With a folder, it writes them to `gates.json` in the format of `gates.moments`. The process that trains a run does the
same (`training.worker.gate_recorder`), so a run needs no GateWatch.
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
    """Records the gates before training and after each epoch, always for the same images.

    Args:
        images: prepared for the model, (images, height, width, channels); a few hundred suffice.
        labels: their class numbers, (images,).
        folder: a folder to write `gates.json` to, such as that of a run; None writes no file.

    Attributes:
        moments: one `Moment` per epoch, starting with epoch 0.
        fits: the number of calls of `fit` that have begun.
        is_going: whether a `fit` is in progress; it stays true after an interrupted one, which Keras does not report.

    Raises:
        ValueError, TypeError: the images are not finite numbers, or the labels are not one class number per image.
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
        """Call `listener` after each new moment and at the end of each `fit`."""
        self._listeners.append(listener)

    def unlisten(self, listener: Callable[[], None]) -> None:
        """Stop calling `listener`."""
        self._listeners = [each for each in self._listeners if each != listener]

    def weights_version(self) -> int | None:
        """Return the number of calls of `fit`, as a version of the weights; None while a `fit` is changing them."""
        return None if self.is_going else self.fits

    def assume_interrupted(self) -> None:
        """Assume that a `fit` that seems to be in progress was interrupted, until its next epoch ends."""
        self.is_going = False

    def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002 - Keras's signature
        """Record the network before the first step; another `fit` continues the count of epochs."""
        self.fits, self.is_going = self.fits + 1, True
        if not self.moments:
            self._record(0)
        else:
            self._call_listeners()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """Record the network after an epoch."""
        self.is_going = True  # in case it was assumed to be interrupted
        self._record(max(epoch + 1, self.moments[-1].epoch + 1 if self.moments else 1))

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """Notify the listeners that the weights no longer change."""
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
