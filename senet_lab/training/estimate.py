"""Estimate: the memory and time that a run will need, computed from the ledger without Keras.

>>> from senet_lab import Architecture
>>> estimate(Architecture.preset("cifar_se_resnet20"), Recipe()).images
4500
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from senet_lab import memory
from senet_lab.architecture.architecture import EXAMPLE as ARCHITECTURE
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import InvalidValueError, Phrase, Setting, instance, path_of
from senet_lab.data.class_folders import class_names, count_images
from senet_lab.data.datasets import BUILT_IN, TEST_SHARE
from senet_lab.memory import size_words
from senet_lab.training import rates
from senet_lab.training.devices import Placement
from senet_lab.training.rates import Rate
from senet_lab.training.recipe import HALF_PRECISIONS, Recipe

NUMBER = 4  # bytes of a float32
OPTIMIZER_SLOTS = {"adam": 2, "sgd": 1}  # numbers that an optimizer stores per parameter
# Fitted to the peak memory of eight training runs (see tests/training/test_estimate.py), TensorFlow 2.21 on a CPU; the
# largest error was 8.3%.
BASE_BYTES = 730_000_000  # without any layer
LAYER_BYTES = 420_000  # for the graph of one layer
ACTIVATION_SHARE = 0.75  # of the ledger's activations, which a training step holds in memory at once
FORCE = "or force it"  # advice if a run seems not to fit into memory: `start(force=True)` starts it anyway


class Machine(NamedTuple):
    """The inputs of an estimate other than network and recipe."""

    free_memory: int  # bytes
    rates: Sequence[Rate]  # of the epochs measured on this machine
    images: int  # training images of the data, including those held out

    @classmethod
    def read(cls, data: str) -> Machine:
        """Return the present values for a data set of `BUILT_IN` or a folder of images; "" stands for no data."""
        return cls(memory.available(), rates.load_rates(), _count_images(data) if data else 0)


class Estimate(NamedTuple):
    """The memory and time that a run will need.

    Attributes:
        needed: peak memory in bytes.
        available: free memory in bytes.
        seconds: time for all epochs, without compilation; None if no network has been trained on this machine yet.
        images: training images per epoch.
        batch: the largest batch that fits: the recipe's, otherwise a power of 2; 0 if none fits.
        words: a summary.
    """

    needed: int
    available: int
    seconds: float | None
    images: int
    batch: int
    words: str

    @property
    def fits(self) -> bool:
        """Whether the run fits into the free memory."""
        return self.needed <= self.available


def estimate(
    architecture: Architecture, recipe: Recipe, data: str = "sample", placement: Placement = rates.ONE_DEVICE
) -> Estimate:
    """Estimate memory and time for training a network on one of `BUILT_IN` or a folder of images, on a CPU.

    The memory includes imports, images, weights with gradients and optimizer state, and the activations of a step.
    """
    instance("architecture", architecture, Architecture, ARCHITECTURE)
    instance("recipe", recipe, Recipe, "Recipe()")
    instance("placement", placement, Placement, "Placement()")
    return predict(architecture, recipe, Machine.read(instance("data", data, str, "'sample'")), placement)


def predict(
    architecture: Architecture, recipe: Recipe, machine: Machine, placement: Placement = rates.ONE_DEVICE
) -> Estimate:
    """Return the same as `estimate`, for a given `Machine`."""
    images, available = machine.images, machine.free_memory
    training = images - round(recipe.validation * images)
    batch = min(recipe.batch, training)
    needed = _bytes(architecture, recipe, images, batch)
    while batch and _bytes(architecture, in_parts(recipe, batch), images, batch) > available:
        batch = 2 ** ((batch - 1).bit_length() - 1) if batch > 1 else 0
    rate = rates.images_per_s(architecture, recipe, machine.rates, placement)
    memory_words = f"Needs up to {size_words(needed)} of memory ({size_words(available)} free)"
    seconds, time_words = None, "; the time is unknown until this machine has trained a network"
    if rate:
        seconds = recipe.epochs * training / rate[0]
        epochs = f"{recipe.epochs} epoch{'s' * (recipe.epochs != 1)}"
        time_words = f" and {'about' if rate[1] else 'roughly'} {duration(seconds)} for {epochs}"
    return Estimate(needed, available, seconds, training, batch, f"{memory_words}{time_words}")


def check_memory(
    architecture: Architecture, recipe: Recipe, data: str, placement: Placement = rates.ONE_DEVICE
) -> Estimate:
    """Return the estimate if the run fits into memory; otherwise raise a ValueError that says what would fit."""
    needs = estimate(architecture, recipe, data, placement)
    if needs.fits:
        return needs
    if needs.batch:
        parts = in_parts(recipe, needs.batch)
        step, same = parts.batch * parts.accumulate, recipe.batch * recipe.accumulate
        which = "the same step" if step == same else "a step"
        batch, accumulate = Setting("batch", parts.batch), Setting("accumulate", parts.accumulate)
        fit: Phrase = (batch, " with ", accumulate, f", which makes {which} of {step:,} images")
    else:
        fit = "a smaller image, fewer channels or fewer blocks, since even batch=1 does not fit"
    needed, available = size_words(needs.needed), size_words(needs.available)
    rule = f"needs about {needed} of memory with this network, but only {available} are free"
    raise InvalidValueError("batch", recipe.batch, rule, fit, advice=FORCE)


def in_parts(recipe: Recipe, batch: int) -> Recipe:
    """Return the recipe with a smaller `batch`, accumulating at least as many images per step as before."""
    if batch >= recipe.batch:
        return recipe
    return replace(recipe, batch=batch, accumulate=-(-recipe.accumulate * recipe.batch // batch))


def _bytes(architecture: Architecture, recipe: Recipe, images: int, batch: int) -> int:
    ledger = architecture.ledger()
    variables = 1 + OPTIMIZER_SLOTS[recipe.optimizer] + (recipe.accumulate > 1)  # plus a sum of gradients
    # Twice, since writing a checkpoint copies them; plus the gradients: the process keeps memory that a step has freed.
    copies = 2 * variables + 1
    width = 0.5 if recipe.precision in HALF_PRECISIONS else 1.0
    height, across, channels = architecture.input_shape
    pixels = height * across * channels
    held_out = round(recipe.validation * images)
    test = round(images * TEST_SHARE / (1 - TEST_SHARE))
    step = ACTIVATION_SHARE * width * batch * ledger.activations
    # All images as they are read, a copy without those held out, and these as float32 while they are prepared.
    stored = (2 * images + test) * pixels + 2 * NUMBER * held_out * pixels + 4 * NUMBER * batch * pixels
    numbers = copies * ledger.params + ledger.state + step
    return int(BASE_BYTES + LAYER_BYTES * len(ledger.rows) + stored + NUMBER * numbers)


def _count_images(data: str) -> int:
    """Count training images, including those held out."""
    if built_in := BUILT_IN.get(data):
        return built_in.training_images
    folder = path_of("data", data, "'sample'")
    folders = (folder, *(folder / name for name in class_names(folder)))
    ages = tuple(each.stat().st_mtime_ns for each in folders if each.exists())
    return round((1 - TEST_SHARE) * _count_files(folder, ages))


@lru_cache(maxsize=16)
def _count_files(folder: Path, ages: tuple[int, ...]) -> int:  # noqa: ARG001 - of the folders, which change with files
    """Count the images in a folder; cached, since each move of a control asks, until the folder changes."""
    return count_images(folder, class_names(folder))


def duration(seconds: float) -> str:
    """Return a duration in words.

    >>> duration(7.4), duration(95), duration(1859), duration(7300), duration(200_000)
    ('7 s', '1 min 35 s', '31 min', '2 h 1 min', '2 d 7 h')
    """
    whole = round(seconds)
    for size, unit, part, smaller in ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            words = f"{whole // size} {unit} {whole % size // part} {smaller}"
            return words if whole < 10 * size else f"{round(whole / size)} {unit}"
    return f"{whole} s"
