"""Noted: the gates after each epoch of a run, as a `GateWatch` notes them, on the same few test images each time."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab.data.datasets import Images
from senet_lab.gates.moments import FILE, Moment, keep, kept, moment
from senet_lab.training.batches import HELD, Scale, ready
from senet_lab.training.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MOST = 500  # images
SHARE = 0.01  # of an epoch's work, at most; a training step counts as three forward passes
LEAST = 8  # images a class, as far as there are that many: with fewer, an F ratio says nothing
LOG = logging.getLogger("senet_lab")


@dataclass(frozen=True, eq=False)
class Noted:
    """The gates of a run's network, epoch by epoch, in `gates.json` in its folder; see `senet_lab.gates.moments`.

    Attributes:
        folder: of the run.
        x, y: images of the test set, uint8, and their classes.
        recipe, scale: how they are made ready.
    """

    folder: Path
    x: Array
    y: Array
    recipe: Recipe
    scale: Scale

    @classmethod
    def of(cls, folder: Path, images: Images, recipe: Recipe, scale: Scale) -> Noted:
        """With as many test images as cost little beside an epoch, each class in turn."""
        chosen = in_turn(images.y_test)[: _count(images, recipe)]
        parts = max(1, ceil(len(chosen) / min(HELD, recipe.batch)))
        chosen = chosen[: len(chosen) // parts * parts]  # in batches of one size, the pass over them is traced once
        return cls(folder, images.x_test[chosen], images.y_test[chosen].astype("int64"), recipe, scale)

    def note(self, model: Any, epoch: int) -> None:
        """Add the moment after an epoch, 0 for before the first; one that is done again takes the old one's place.

        A network without gates, or too few images, leave no file. The weights stay as they are.
        """
        classes = len(set(self.y.tolist()))
        if not 2 <= classes < len(self.y) or not _has_gates(model):
            return
        before = [each for each in self._before() if each.epoch < epoch]
        keep([*before, moment(model, self._ready(), self.y, epoch)], self.folder / FILE)

    def _before(self) -> list[Moment]:
        try:
            return kept(self.folder / FILE)
        except ValueError as error:  # no reason to end a training
            LOG.warning("%s", error)
            return []

    def _ready(self) -> Iterator[Array]:
        """In batches, none larger than a training step."""
        size = len(self.x) // ceil(len(self.x) / min(HELD, self.recipe.batch))
        return (ready(self.x[at : at + size], self.recipe, self.scale) for at in range(0, len(self.x), size))


def _has_gates(model: Any) -> bool:
    from senet_lab.gates.sites import sites

    try:
        return bool(sites(model))
    except ValueError:
        return False


def in_turn(labels: Array) -> Array:
    """Places in an order that takes an image of each class in turn, so that any few of them are of all classes.

    >>> import numpy as np
    >>> in_turn(np.array([1, 1, 1, 0, 0, 2])).tolist()
    [3, 0, 5, 4, 1, 2]
    """
    import numpy as np

    by_class = np.argsort(labels, kind="stable")
    _, first, counts = np.unique(labels[by_class], return_index=True, return_counts=True)
    turn = np.empty(len(labels), int)
    turn[by_class] = np.arange(len(labels)) - np.repeat(first, counts)
    order: Array = np.lexsort((np.arange(len(labels)), labels, turn))
    return order


def _count(images: Images, recipe: Recipe) -> int:
    held = recipe.validation * len(images.x_train)
    work = 3 * (len(images.x_train) - held) + held
    return min(MOST, max(round(SHARE * work), LEAST * len(images.classes)))
