"""Rates: measured training speeds of this machine, used to predict the time of other runs.

Rates are stored in `rates.json` in the user's cache, or in the folder that SENET_LAB_CACHE names. Before the first run
there is no prediction.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from math import exp, log
from pathlib import Path
from typing import Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import MAX_BATCH, path_of, real, text, whole
from senet_lab.files import read_json, written_whole
from senet_lab.training.devices import Placement
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.precision_choice import BFLOAT16, FLOAT32

VARIABLE = "SENET_LAB_CACHE"
MAX_RATES = 40  # one per epoch; the newest are kept
SIMILAR_FACTOR = 4.0  # runs that differ by more, in work per image or batch size, say little about each other
BOUNDS = 1e-9, 1e30  # for work and images per second, so that their products and quotients are finite
ONE_DEVICE = Placement()  # one device of one host
LOG = logging.getLogger("senet_lab")


class Rate(NamedTuple):
    """The speed of a measured epoch."""

    where: str  # the selected backend, devices and precision
    work: float  # per training image; see `work`
    batch: int  # images per step
    images_per_s: float  # in training steps only


def work(architecture: Architecture) -> float:
    """Return the approximate work to train on one image, in multiply-adds of a dense convolution.

    It counts the forward pass and two gradients of each layer. On a CPU, moving a number through memory costs about as
    much as a hundred multiply-adds, and a multiply-add in a grouped convolution as much as four. This is coarse: it is
    off by a factor of two between SE-ResNet-20 and a network with thirty times its multiply-adds. So predictions beyond
    `SIMILAR_FACTOR` have a warning.
    """
    rows = architecture.ledger().rows
    return 3.0 * sum((4 if row.groups > 1 else 1) * row.macs + 100 * row.activations for row in rows)


def where(recipe: Recipe, placement: Placement = ONE_DEVICE) -> str:
    """Describe the backend and devices that the environment selects, the precision, and the number of devices."""
    cards = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    shared = "" if placement == ONE_DEVICE else f" {placement.devices} of {max(1, len(placement.hosts))}"
    return f"{os.environ.get('KERAS_BACKEND') or 'tensorflow'} {cards or 'any'} {recipe.precision}{shared}"


def path() -> Path:
    """Return the path of the stored rates; raise ValueError if the variable does not name a folder."""
    folder = os.environ.get(VARIABLE) or "~/.cache/senet_lab"
    return path_of(VARIABLE, folder, "'~/.cache/senet_lab'") / "rates.json"


def load_rates() -> list[Rate]:
    """Return the stored rates, oldest first, without damaged rows; none if the file cannot be read."""
    try:
        rows = read_json(path(), list, "delete it")
    except (OSError, ValueError):
        return []
    return [rate for row in rows if (rate := _rate_of(row))]


def _rate_of(row: Any) -> Rate | None:
    """Return the rate in a row of the file; None if the row is invalid."""
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
    """Store the rate of an epoch; ignore a failure to write it, which must not end the run."""
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
    """Predict the images per second, and say whether a similar run was measured.

    The prediction is the mean of the most similar `rates` (oldest first), scaled by their work; None if there are none
    for these devices. Of the precisions between which a run chooses ("auto"), it is that of the faster.
    """
    if recipe.precision == "auto":
        both = (replace(recipe, precision=each) for each in (FLOAT32, BFLOAT16))
        known = [images_per_s(architecture, each, rates, placement) for each in both]
        return max((each for each in known if each), default=None)
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
