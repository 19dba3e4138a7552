"""Rates: how fast this machine has trained, from which the time of another training is predicted.

Rates are stored in `rates.json` in the user's cache, or where SENET_LAB_CACHE says. Before the first training there is
no prediction.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from math import exp, log
from pathlib import Path
from typing import Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import MAX_BATCH, path_of, real, text, whole
from senet_lab.files import read_json, written_whole
from senet_lab.training.devices import Placement
from senet_lab.training.recipe import Recipe

VARIABLE = "SENET_LAB_CACHE"
MAX_RATES = 40  # of the last epochs
SIMILAR_FACTOR = 4.0  # trainings that differ by more, in work per image or in batch, say little of each other
BOUNDS = 1e-9, 1e30  # of work and of images per second, so that their products and quotients stay finite
ONE_DEVICE = Placement()  # one device of one host
LOG = logging.getLogger("senet_lab")


class Rate(NamedTuple):
    """An epoch that was measured."""

    where: str  # backend, devices and precision that were chosen
    work: float  # of a training image; see `work`
    batch: int  # images a step
    images_per_s: float  # in training steps alone


def work(architecture: Architecture) -> float:
    """Return what it takes to train on an image, in multiply-adds of a dense convolution, about.

    Forward and two gradients of each layer. On a CPU a number that goes through memory costs as much as some hundred
    multiply-adds, and one in a grouped convolution as four. That is coarse, by a factor of two between SE-ResNet-20
    and a network of thirty times its multiply-adds, so only within `SIMILAR_FACTOR` is a time given without a warning.
    """
    rows = architecture.ledger().rows
    return 3.0 * sum((4 if row.groups > 1 else 1) * row.macs + 100 * row.activations for row in rows)


def where(recipe: Recipe, placement: Placement = ONE_DEVICE) -> str:
    """Return the backend and the devices that the environment selects, the precision, and how many devices share it."""
    cards = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    shared = "" if placement == ONE_DEVICE else f" {placement.devices} of {max(1, len(placement.hosts))}"
    return f"{os.environ.get('KERAS_BACKEND') or 'tensorflow'} {cards or 'any'} {recipe.precision}{shared}"


def path() -> Path:
    """Return where rates are stored; raise ValueError if the variable names no folder."""
    folder = os.environ.get(VARIABLE) or "~/.cache/senet_lab"
    return path_of(VARIABLE, folder, "'~/.cache/senet_lab'") / "rates.json"


def load_rates() -> list[Rate]:
    """Return what was measured, the oldest first; no row that is damaged, and none where the file cannot be read."""
    try:
        rows = read_json(path(), list, "delete it")
    except (OSError, ValueError):
        return []
    return [rate for row in rows if (rate := _rate_of(row))]


def _rate_of(row: Any) -> Rate | None:
    """Return the rate in a row of the file; None where it can be none."""
    try:
        place, work_done, batch, speed = row
        return Rate(
            text("where", place, "tensorflow any float32"),
            real("work", work_done, *BOUNDS),
            whole("batch", batch, 1, MAX_BATCH),
            real("images_per_s", speed, *BOUNDS),
        )
    except (ValueError, TypeError):
        return None


def record_rate(
    architecture: Architecture, recipe: Recipe, images_per_s: float, placement: Placement = ONE_DEVICE
) -> None:
    """Store what an epoch has shown; without an error where it cannot be written, since that ends no training."""
    rate = Rate(where(recipe, placement), work(architecture), recipe.batch, images_per_s)
    try:
        path().parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path(), overwrite=True) as unfinished:
            unfinished.write_text(json.dumps([*load_rates(), rate][-MAX_RATES:]) + "\n")
    except (OSError, ValueError) as error:
        LOG.warning("%s", error)


def images_per_s(
    architecture: Architecture, recipe: Recipe, rates: Sequence[Rate], placement: Placement = ONE_DEVICE
) -> tuple[float, bool] | None:
    """Predict how many images per second are trained on, and whether a similar training was measured.

    The mean of the most similar rates (the oldest come first), scaled by their work; None without any on these devices.
    """
    work_per_image, here = work(architecture), where(recipe, placement)

    def distance(rate: Rate) -> float:
        return abs(log(rate.work / work_per_image)) + abs(log(rate.batch / recipe.batch)) / 4

    nearest = sorted((rate for rate in reversed(rates) if rate.where == here), key=distance)[:3]
    if not nearest:
        return None
    closest = distance(nearest[0])
    nearest = [rate for rate in nearest if distance(rate) < closest + 0.1]
    mean = sum(log(rate.images_per_s * rate.work / work_per_image) for rate in nearest) / len(nearest)
    return exp(mean), closest < log(SIMILAR_FACTOR)
