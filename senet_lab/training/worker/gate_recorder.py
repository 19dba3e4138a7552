"""Gate recorder: records the gates after each epoch of a run, as a `GateWatch` does, for a fixed set of test images."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from senet_lab.array_checks import Array
from senet_lab.data.datasets import Images
from senet_lab.gates.moments import FILE, Moment, keep, kept, moment
from senet_lab.training.batches import MAX_VALIDATION_BATCH, Scale, prepare_images
from senet_lab.training.recipe import Recipe

MAX_IMAGES = 500
MAX_WORK_SHARE = 0.01  # of an epoch; a training step counts as three forward passes
MIN_IMAGES_PER_CLASS = 8  # if there are that many; with fewer, an F ratio means nothing
LOG = logging.getLogger("senet_lab")


@dataclass(frozen=True, eq=False)
class GateRecorder:
    """Records the gates of a run's network for test images x, uint8, in `gates.json`; see `senet_lab.gates.moments`."""

    folder: Path
    x: Array
    y: Array
    recipe: Recipe
    scale: Scale

    @classmethod
    def of(cls, folder: Path, images: Images, recipe: Recipe, scale: Scale) -> GateRecorder:
        """Select as many test images as take little time compared to an epoch, with the classes taking turns."""
        places = interleave_classes(images.y_test)[: _count(images, recipe)]
        parts = max(1, ceil(len(places) / min(MAX_VALIDATION_BATCH, recipe.batch)))
        places = places[: len(places) // parts * parts]  # batches of equal size need only one trace
        return cls(folder, images.x_test[places], images.y_test[places].astype("int64"), recipe, scale)

    def record(self, model: Any, epoch: int) -> None:
        """Add the moment after an epoch, 0 for before the first; a repeated epoch replaces its earlier moment.

        No file is written for a network without gates or for too few images. The weights do not change.
        """
        classes = len(set(self.y.tolist()))
        if not 2 <= classes < len(self.y) or not _has_gates(model):
            return
        before = [each for each in self._moments() if each.epoch < epoch]
        keep([*before, moment(model, self._batches(), self.y, epoch)], self.folder / FILE)

    def _moments(self) -> list[Moment]:
        try:
            return kept(self.folder / FILE)
        except ValueError as error:  # no reason to end the run
            LOG.warning("%s", error)
            return []

    def _batches(self) -> Iterator[Array]:
        """Return prepared images in batches that are not larger than those of training."""
        size = len(self.x) // ceil(len(self.x) / min(MAX_VALIDATION_BATCH, self.recipe.batch))
        return (prepare_images(self.x[at : at + size], self.recipe, self.scale) for at in range(0, len(self.x), size))


def _has_gates(model: Any) -> bool:
    from senet_lab.gates.sites import sites

    try:
        return bool(sites(model))
    except ValueError:
        return False


def interleave_classes(labels: Array) -> Array:
    """Return indices of images with the classes taking turns, so that the first few images cover all classes.

    >>> import numpy as np
    >>> interleave_classes(np.array([1, 1, 1, 0, 0, 2])).tolist()
    [3, 0, 5, 4, 1, 2]
    """
    by_class = np.argsort(labels, kind="stable")
    _, first, counts = np.unique(labels[by_class], return_index=True, return_counts=True)
    turn = np.empty(len(labels), int)
    turn[by_class] = np.arange(len(labels)) - np.repeat(first, counts)
    order: Array = np.lexsort((np.arange(len(labels)), labels, turn))
    return order


def _count(images: Images, recipe: Recipe) -> int:
    held_out = recipe.validation * len(images.x_train)
    work = 3 * (len(images.x_train) - held_out) + held_out
    return min(MAX_IMAGES, max(round(MAX_WORK_SHARE * work), MIN_IMAGES_PER_CLASS * len(images.classes)))
