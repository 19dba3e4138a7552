"""Batches: the images of each step, and their crops; determined by seed, epoch and step."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

from senet_lab.array_checks import Array
from senet_lab.checks import divisible, real
from senet_lab.data.datasets import BUILT_IN, CIFAR10_DEVIATION, CIFAR10_MEAN, Images
from senet_lab.extras import needed_by
from senet_lab.files import read_json, written_whole
from senet_lab.training.recipe import Recipe

with needed_by(__name__):
    import numpy as np

FILE = "scale.json"  # in the folder of a run
MIN_VALUES = {"mean": 0.0, "deviation": 1e-9}  # of a scale
CROP_MARGIN = 4  # pixels on each side that a crop may move
MAX_VALIDATION_BATCH = 256  # and at most the batch of a training step, so that validation never needs more memory


class Scale(NamedTuple):
    """The mean and standard deviation per channel that standardise pixels, for pixels from 0 to 1."""

    mean: tuple[float, ...] = CIFAR10_MEAN
    deviation: tuple[float, ...] = CIFAR10_DEVIATION

    @classmethod
    def of(cls, images: Images) -> Scale:
        """Return the scale of the training images; for CIFAR-10 and its sample, that of the full CIFAR-10."""
        if images.name in ("CIFAR-10", "CIFAR-10, sample"):
            return cls()
        channels = images.x_train.shape[-1]
        count, total, squares = 0, np.zeros(channels), np.zeros(channels)
        for part in np.array_split(images.x_train, ceil(len(images.x_train) / 1000)):  # in parts, to save memory
            x = part.reshape(-1, channels) / 255
            count, total, squares = count + len(x), total + x.sum(0), squares + (x * x).sum(0)
        mean = total / count
        deviation = np.sqrt(np.maximum(squares / count - mean * mean, 1e-12))  # 0 if there is only one color
        return cls(tuple(mean.tolist()), tuple(deviation.tolist()))


def ensure_scale(folder: Path, images: Images) -> Scale:
    """Return the scale stored in the folder of a run; compute and store it if there is none yet."""
    if stored := _read_scale(folder):
        return stored
    scale = Scale.of(images)
    with written_whole(folder / FILE, overwrite=True) as unfinished:
        unfinished.write_text(json.dumps(scale._asdict()) + "\n")
    return scale


def find_scale(folder: Path, images: Images) -> Scale:
    """Return the stored scale of a run, or else compute it; write nothing, since the caller only views the run."""
    return _read_scale(folder) or Scale.of(images)


def load_scale(folder: Path, data: str) -> Scale:
    """Return the stored scale of a run, or that of CIFAR-10 for CIFAR-10 and its sample; else raise ValueError."""
    built_in = BUILT_IN.get(data)
    default = Scale() if built_in and built_in.has_cifar10_scale else None
    if scale := _read_scale(folder) or default:
        return scale
    raise ValueError(f"The scale of the images of '{folder.name}' is computed when the run starts; start it first.")


def _read_scale(folder: Path) -> Scale | None:
    """Return the scale in a folder; None if there is no valid one."""
    try:
        values = read_json(folder / FILE, dict, "delete it")
        mean, deviation = (tuple(real(name, v, low, 1.0001) for v in values[name]) for name, low in MIN_VALUES.items())
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return Scale(mean, deviation) if len(mean) == len(deviation) else None


@dataclass(frozen=True, eq=False)
class Batches:
    """The training and validation images, split as a recipe specifies."""

    x: Array  # the training images, uint8
    y: Array  # their classes
    x_val: Array  # the held-out images for validation, prepared for the network; may be empty
    y_val: Array
    recipe: Recipe  # how they are drawn and cropped
    scale: Scale  # standardises the pixels
    # The number of devices that share the images of a step. Images that do not divide evenly are left out at the end of
    # an epoch; the next epoch is drawn independently.
    parts: int = 1

    @classmethod
    def of(cls, images: Images, recipe: Recipe, scale: Scale | None = None, parts: int = 1) -> Batches:
        """Hold out the recipe's share, drawn with its seed; raise ValueError if a batch does not divide by `parts`."""
        divisible("batch", recipe.batch, "devices", parts)
        scale = scale or Scale.of(images)
        order = np.random.default_rng([recipe.seed, 0]).permutation(len(images.x_train))
        count = round(recipe.validation * len(order)) // parts * parts
        held_out, training = order[:count], order[count:]
        x_val = prepare_images(images.x_train[held_out], recipe, scale)
        y_val = images.y_train[held_out]
        return cls(images.x_train[training], images.y_train[training], x_val, y_val, recipe, scale, parts)

    @property
    def steps(self) -> int:
        """Steps per epoch; the last one takes the remaining images."""
        return ceil(len(self.x) // self.parts * self.parts / self.recipe.batch)

    def count(self, step: int, steps: int = 1) -> int:
        """Return the number of images in a step, or in several steps starting with it."""
        return min(steps * self.recipe.batch, len(self.x) // self.parts * self.parts - step * self.recipe.batch)

    def epoch(self, number: int, first: int = 0) -> Iterator[tuple[Array, Array]]:
        """Yield images (batch, height, width, channels), float32, and classes for each step, from step `first` on."""
        recipe = self.recipe
        order = np.random.default_rng([recipe.seed, 1, number]).permutation(len(self.x))
        for step in range(first, self.steps):
            start = step * recipe.batch
            places = order[start : start + self.count(step)]
            x = self.x[places]
            if recipe.augment:
                x = crop(x, np.random.default_rng([recipe.seed, 2, number, step]))
            yield prepare_images(x, recipe, self.scale), self.y[places]


def prepare_images(x: Array, recipe: Recipe, scale: Scale | None = None) -> Array:
    """Return pixels prepared for the network, float32; by default with the scale of CIFAR-10."""
    x = x.astype("float32") / np.float32(255)
    if recipe.standardise:
        mean, deviation = scale or Scale()
        x = (x - np.array(mean, "float32")) / np.array(deviation, "float32")
    return x


def crop(x: Array, draw: Any) -> Array:
    """Move each image by up to `CROP_MARGIN` pixels within a black frame, and mirror half of them, at random."""
    count, height, width = x.shape[:3]
    padded = np.pad(x, ((0, 0), (CROP_MARGIN, CROP_MARGIN), (CROP_MARGIN, CROP_MARGIN), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))
    down, across = draw.integers(0, 2 * CROP_MARGIN + 1, (2, count))
    # The window's axes come last.
    crops: Array = windows[np.arange(count), down, across].transpose(0, 2, 3, 1).copy()
    is_mirrored = draw.integers(0, 2, count).astype(bool)
    crops[is_mirrored] = crops[is_mirrored, :, ::-1]
    return crops
