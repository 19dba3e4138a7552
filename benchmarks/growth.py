"""Measure how ledger, build and step grow with depth, cardinality, size or batch. `python growth.py AXIS REPEATS`.

One of them varies; the others are fixed at SE-ResNeXt-26, cardinality 32, 64 pixels, batch 16.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import partial

from senet_lab.nets.on_keras.backend import tune_tensorflow

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tune_tensorflow()

import keras
import numpy as np
from timing import emit, first, timed

from senet_lab import Architecture, Ledger
from senet_lab.training.optimizers import compiled

BASE = Architecture("resnext", 26, input_shape=(64, 64, 3))
BATCH = 16
AXES = {
    "depth": (26, 50, 101, 152),
    "cardinality": (1, 2, 4, 8, 16, 32, 64),
    "image size": (32, 64, 96, 128),
    "batch": (4, 8, 16, 32),
}


def main(axis: str, repeats: int) -> None:
    """Measure each case and print one line per case."""
    for value in AXES[axis]:
        architecture, batch = _move(axis, value)
        part, case = f"growth with {axis}", str(value)
        emit(part, case, "ledger", "ms", [1e3 * t for t in timed(partial(Ledger.of, architecture), 200)])
        model = first(part, case, "build", "ms", architecture.build)
        compiled(model, metrics=())
        x = np.random.default_rng(0).normal(size=(batch, *architecture.input_shape)).astype("float32")
        y = np.zeros(batch, "int32")
        times = timed(lambda m=model, x=x, y=y: m.train_on_batch(x, y), repeats)  # type: ignore[misc]  # bound here
        emit(part, case, "training step", "ms", [1e3 * t for t in times])
        emit(part, case, "multiply-adds", "G", [architecture.ledger().macs * batch / 1e9])
        keras.backend.clear_session()


def _move(axis: str, value: int) -> tuple[Architecture, int]:
    if axis == "batch":
        return BASE, value
    moves = {
        "depth": {"depth": value},
        "cardinality": {"cardinality": value},
        "image size": {"input_shape": (value, value, 3)},
    }
    return replace(BASE, **moves[axis]), BATCH  # type: ignore[arg-type]  # each a legal change


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
