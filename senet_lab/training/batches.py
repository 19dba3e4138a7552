"""Batches: which images a step sees, and how they are cropped; the same for the same seed, epoch and step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

from senet_lab.data import CIFAR10_MEAN, Images
from senet_lab.training.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

CIFAR10_DEVIATION = (0.24703223, 0.24348513, 0.26158784)  # of the 50,000 training images' pixels, in [0, 1]
FRAME = 4  # pixels on each side that a crop may move


@dataclass(frozen=True, eq=False)
class Batches:
    """The training images, and those held out, as a recipe wants them.

    Attributes:
        x, y: the training images, uint8, and their classes.
        x_held, y_held: those held out to validate on, ready for the network; empty where none are.
        recipe: how they are drawn.
    """

    x: Array
    y: Array
    x_held: Array
    y_held: Array
    recipe: Recipe

    @classmethod
    def of(cls, images: Images, recipe: Recipe) -> Batches:
        """Hold out the recipe's share, drawn by its seed."""
        import numpy as np

        order = np.random.default_rng([recipe.seed, 0]).permutation(len(images.x_train))
        n_held = round(recipe.validation * len(order))
        held, kept = order[:n_held], order[n_held:]
        x_held = ready(images.x_train[held], recipe)
        return cls(images.x_train[kept], images.y_train[kept], x_held, images.y_train[held], recipe)

    @property
    def steps(self) -> int:
        """Steps an epoch; the last one takes what is left."""
        return ceil(len(self.x) / self.recipe.batch)

    def epoch(self, number: int, first: int = 0) -> Iterator[tuple[Array, Array]]:
        """Images (batch, height, width, channels), float32, and classes of each step, from step `first` on."""
        import numpy as np

        recipe = self.recipe
        order = np.random.default_rng([recipe.seed, 1, number]).permutation(len(self.x))
        for step in range(first, self.steps):
            chosen = order[step * recipe.batch : (step + 1) * recipe.batch]
            x = self.x[chosen]
            if recipe.augment:
                x = cropped(x, np.random.default_rng([recipe.seed, 2, number, step]))
            yield ready(x, recipe), self.y[chosen]


def ready(x: Array, recipe: Recipe) -> Array:
    """Pixels as the network takes them, float32."""
    import numpy as np

    x = x.astype("float32") / np.float32(255)
    if recipe.standardise:
        x = (x - np.array(CIFAR10_MEAN, "float32")) / np.array(CIFAR10_DEVIATION, "float32")
    return x


def cropped(x: Array, draw: Any) -> Array:
    """Each image moved by up to FRAME pixels within a black frame, and every other one mirrored, at random."""
    import numpy as np

    count, height, width = x.shape[:3]
    framed = np.pad(x, ((0, 0), (FRAME, FRAME), (FRAME, FRAME), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(framed, (height, width), axis=(1, 2))
    down, across = draw.integers(0, 2 * FRAME + 1, (2, count))
    # The window's axes come last.
    moved: Array = windows[np.arange(count), down, across].transpose(0, 2, 3, 1).copy()
    mirrored = draw.integers(0, 2, count).astype(bool)
    moved[mirrored] = moved[mirrored, :, ::-1]
    return moved
