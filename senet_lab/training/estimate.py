"""Estimate: what a training will need, before it starts. Counted from the ledger; Keras is not loaded.

>>> from senet_lab import Architecture
>>> estimate(Architecture.preset("cifar_se_resnet20"), Recipe()).images
4500
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from senet_lab import memory
from senet_lab.architecture.architecture import EXAMPLE as ARCHITECTURE
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import InvalidValueError, Phrase, Setting, instance, path_of
from senet_lab.data.class_folders import class_names, count_images
from senet_lab.data.datasets import TESTED
from senet_lab.memory import size_words
from senet_lab.training import rates
from senet_lab.training.devices import Placement
from senet_lab.training.recipe import Recipe

NUMBER = 4  # bytes of a float32
SLOTS = {"adam": 2, "sgd": 1}  # numbers that an optimizer keeps of each parameter
# Fitted to the peaks of eight trainings (tests/training/test_estimate.py has them), TensorFlow 2.21 on a CPU; the worst
# was off by 4.8 %. What there is before any layer; what a layer's graph takes; the share of the ledger's activations
# that a training step has in memory at once.
BASE, LAYER, KEPT = 850_000_000, 800_000, 0.76
FORCE = "or force it"  # advice where a training seems not to fit into memory: `start(force=True)` begins it


class Estimate(NamedTuple):
    """What a training will need.

    Attributes:
        needed: bytes, at the peak.
        available: bytes that are free, for all that is needed.
        seconds: of all epochs, without compiling; None where this machine has trained nothing yet.
        images: that are trained on in an epoch.
        batch: images at a time that would fit: the recipe's if they do, else the largest power of 2; 0 if none.
        words: all that, in a sentence.
    """

    needed: int
    available: int
    seconds: float | None
    images: int
    batch: int
    words: str

    @property
    def fits(self) -> bool:
        """Whether there is memory for it."""
        return self.needed <= self.available


def estimate(
    architecture: Architecture, recipe: Recipe, data: str = "sample", placement: Placement = rates.ALONE
) -> Estimate:
    """What it will take to train a network by a recipe on "sample", "cifar10" or a folder of images.

    Memory is that of a training on a CPU: the imports, the images, the weights with their gradients and what the
    optimizer keeps, and what the layers put out in a step.
    """
    instance("architecture", architecture, Architecture, ARCHITECTURE)
    instance("recipe", recipe, Recipe, "Recipe()")
    instance("placement", placement, Placement, "Placement()")
    images = _count(instance("data", data, str, "'sample'"))
    available = memory.available()
    kept = images - round(recipe.validation * images)
    fit = min(recipe.batch, kept)
    needed = _bytes(architecture, recipe, images, fit)
    while fit and _bytes(architecture, in_parts(recipe, fit), images, fit) > available:
        fit = 2 ** ((fit - 1).bit_length() - 1) if fit > 1 else 0
    rate = rates.images_per_s(architecture, recipe, placement)
    seconds = None if rate is None else recipe.epochs * kept / rate[0]
    words = f"{size_words(needed)} of memory at most, {size_words(available)} are free; "
    if seconds is None:
        words += "how long it takes is not known before this machine has trained something"
    else:
        words += f"{'about' if rate and rate[1] else 'a rough guess:'} {spell(seconds)} for {recipe.epochs} epochs"
    return Estimate(needed, available, seconds, kept, fit, words)


def checked(architecture: Architecture, recipe: Recipe, data: str, placement: Placement = rates.ALONE) -> Estimate:
    """The estimate, if it fits.

    Raises:
        ValueError: it does not; says what would.
    """
    found = estimate(architecture, recipe, data, placement)
    if found.fits:
        return found
    if found.batch:
        parts = in_parts(recipe, found.batch)
        step, same = parts.batch * parts.accumulate, recipe.batch * recipe.accumulate
        which = "the same step" if step == same else "a step"
        batch, accumulate = Setting("batch", parts.batch), Setting("accumulate", parts.accumulate)
        fit: Phrase = (batch, " with ", accumulate, f", which makes {which} of {step} images")
    else:
        fit = "a smaller image, fewer channels or fewer blocks, since not even batch=1 fits"
    needed, available = size_words(found.needed), size_words(found.available)
    rule = f"needs about {needed} of memory with this network, and {available} are free"
    raise InvalidValueError("batch", recipe.batch, rule, fit, advice=FORCE)


def in_parts(recipe: Recipe, batch: int) -> Recipe:
    """The recipe with so many images at a time, that accumulates as many as made a step, or a few more."""
    if batch >= recipe.batch:
        return recipe
    return replace(recipe, batch=batch, accumulate=-(-recipe.accumulate * recipe.batch // batch))


def _bytes(architecture: Architecture, recipe: Recipe, images: int, batch: int) -> int:
    ledger = architecture.ledger()
    lasting = 1 + SLOTS[recipe.optimizer] + (recipe.accumulate > 1)  # with a sum of gradients
    # Each once more while a checkpoint is written, and the gradients: what a step has freed, the process still has.
    copies = 2 * lasting + 1
    width = 0.5 if recipe.precision != "float32" else 1.0
    height, across, channels = architecture.input_shape
    pixels = height * across * channels
    held = round(recipe.validation * images)
    tested = round(images * TESTED / (1 - TESTED))
    step = KEPT * width * batch * ledger.activations
    # The images once as they are read, and once without those held out; these as numbers, while they are made ready.
    stored = (2 * images + tested) * pixels + 2 * NUMBER * held * pixels + 4 * NUMBER * batch * pixels
    return int(BASE + LAYER * len(ledger.rows) + stored + NUMBER * (copies * ledger.params + ledger.state + step))


def _count(data: str) -> int:
    """Training images, those held out included."""
    if data in ("sample", "cifar10"):
        return {"sample": 5_000, "cifar10": 50_000}[data]
    folder = path_of("data", data, "'sample'")
    folders = (folder, *(folder / name for name in class_names(folder)))
    ages = tuple(each.stat().st_mtime_ns for each in folders if each.exists())
    return round((1 - TESTED) * _images(folder, ages))


@lru_cache(maxsize=16)
def _images(folder: Path, ages: tuple[int, ...]) -> int:  # noqa: ARG001 - the ages of the folders: others, another count
    """Return how many images are in a folder: asked at each move of a control, counted when a folder has changed."""
    return count_images(folder, class_names(folder))


def spell(seconds: float) -> str:
    """A time in the unit that fits it.

    >>> spell(40), spell(600), spell(9000)
    ('40 s', '10 min', '2.5 h')
    """
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
