"""Precision: settle the precision of a run whose recipe says "auto", by timing steps in each."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.files import DamagedFileError
from senet_lab.training.devices import AMPERE, Placement
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.checkpoint import has_checkpoint
from senet_lab.training.runs.precision_choice import (
    ADVICE,
    BFLOAT16,
    FILE,
    FLOAT32,
    choose,
    read_choice,
    write_choice,
)
from senet_lab.training.runs.run import Run
from senet_lab.training.worker import model

BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}  # of a processor with instructions for bfloat16: x86, ARM
STEPS = 5  # timed, in each precision
MAX_IMAGES = 512  # of a batch; a recipe may ask for more than there are to train on
WARM_UP = 2  # the first traces and compiles


def settled(run: Run, before_step: Callable[[], object] = lambda: None) -> Recipe:
    """Return the recipe of a run with a precision that can be computed; the first call chooses it.

    The choice is stored in the run's folder, so a resumed run computes as before, also on another machine. With several
    devices or hosts it is float32, since all must agree.

    Args:
        before_step: called before each step that is timed; it may raise an error to end the trial.

    Raises:
        DamagedFileError: the choice cannot be read, or is missing although the run has begun.
    """
    recipe = run.recipe
    if recipe.precision != "auto":
        return recipe
    choice = read_choice(run.folder)
    if choice is None and has_checkpoint(run.folder / "checkpoints"):
        raise DamagedFileError(run.folder / FILE, "it is missing, and the run has begun", ADVICE)
    if choice is None:
        candidates = available() if run.placement == Placement() else (FLOAT32,)
        choice = choose(step_times(run.architecture, recipe, candidates, before_step))
        write_choice(run.folder, choice)
    return replace(recipe, precision=choice.precision)


def available() -> tuple[str, ...]:
    """Return the precisions worth timing here: with bfloat16 if the GPU or the processor computes in it."""
    if capability := model.compute_capability():
        return (FLOAT32, BFLOAT16) if capability >= AMPERE else (FLOAT32,)
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    except OSError:  # not Linux
        words = set()
    has_bfloat16 = model.device_name() != "CPU" or words & BFLOAT16_FLAGS
    return (FLOAT32, BFLOAT16) if has_bfloat16 else (FLOAT32,)


def step_times(
    architecture: Architecture,
    recipe: Recipe,
    candidates: Sequence[str],
    before_step: Callable[[], object] = lambda: None,
) -> dict[str, list[float]]:
    """Return the seconds of steps in each precision, made in turns; empty if there is a single candidate.

    Afterwards, Keras is as if nothing had been built, except for the precision of new layers, which is the last one's.
    """
    import keras

    times: dict[str, list[float]] = {}
    if len(candidates) > 1:
        steps = {each: _step(architecture, replace(recipe, precision=each)) for each in candidates}
        times = {each: [] for each in candidates}
        for number in range(WARM_UP + STEPS):
            for each, step in steps.items():
                before_step()
                start = time.perf_counter()
                step()
                if number >= WARM_UP:
                    times[each].append(time.perf_counter() - start)
        del steps, step
        keras.utils.clear_session()
        gc.collect()  # the networks refer to themselves
    return times


def _step(architecture: Architecture, recipe: Recipe) -> Callable[[], object]:
    """Return a function that trains a new network on a batch of noise."""
    import numpy as np

    model.configure_keras(recipe)
    network = model.build(architecture, recipe, steps=1)
    draw = np.random.default_rng(0)
    count = min(recipe.batch, MAX_IMAGES)
    images = draw.normal(size=(count, *architecture.input_shape)).astype("float32")
    classes = draw.integers(0, architecture.classes, count)
    labels: Any = np.eye(architecture.classes, dtype="float32")[classes] if recipe.label_smoothing else classes
    return lambda: network.train_on_batch(images, labels)
