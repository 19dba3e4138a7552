"""Measure networks: first step, training and inference. `python networks.py train|infer NAME BATCH SIDE WAY REPEATS`.

WAY is "ours" or "keras": the same layers, but grouped convolution, batch normalization and Adam are Keras's own, Adam
is built in the first step, and TensorFlow returns memory in each step. `python networks.py limit REPEATS` measures
TensorFlow's speed for large matrix products.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

from senet_lab.nets.on_keras.backend import tune_tensorflow

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "keras" not in sys.argv:
    tune_tensorflow()

import keras
import numpy as np
import tensorflow as tf
from timing import emit, first, peak_memory, run_command, timed

from senet_lab import Architecture, SEResNet
from senet_lab.architecture.style import style_of
from senet_lab.export import code
from senet_lab.ledger.ledger import Ledger
from senet_lab.training.optimizers import compiled

WAYS = {"ours": "senet_lab", "keras": "Keras, unmodified"}
TIMM = style_of("timm")  # the peer's strides and biases, so that both compute the same


def limit(repeats: int) -> None:
    """Measure the speed of large matrix products in TensorFlow, in GFLOP/s."""
    a, b = tf.random.normal((3072, 3072)), tf.random.normal((3072, 3072))
    product = tf.function(tf.matmul)
    times = timed(lambda: product(a, b).numpy(), repeats, 2)
    emit("limit", "3072 x 3072 matrix product", "TensorFlow", "GFLOP/s", [2 * 3072**3 / t / 1e9 for t in times])


def network(name: str, side: int, way: str) -> keras.Model:
    """Return a network with timm's conventions and 1000 classes; "mini SE-ResNet" is the original lesson's network.

    With plain Keras, it is the standalone script; the mini network is composed in the same way from Keras's own layers.
    """
    if name != "mini SE-ResNet":
        family, depth = {"SE-ResNet-50": ("resnet", 50), "SE-ResNeXt-50": ("resnext", 50)}[name]
        architecture = Architecture(family, depth, input_shape=(side, side, 3), convention="timm")
        return architecture.build() if way == "ours" else _run(code(architecture, "standalone"))
    with patch("senet_lab.nets.on_keras.acceleration.accelerate", _unchanged) if way == "keras" else nullcontext():
        return _mini(side)


def _unchanged(layer: keras.layers.Layer) -> keras.layers.Layer:
    """Return Keras's own layer, unmodified."""
    return layer


def _mini(side: int) -> keras.Model:
    inputs = keras.Input((side, side, 3))
    x = keras.layers.Conv2D(32, 3, padding="same", activation="relu")(inputs)
    x = SEResNet.group(x, n_blocks=2, n_filters=128, ratio=16, style=TIMM)
    x = SEResNet.projection_block(x, n_filters=256, style=TIMM)
    x = SEResNet.identity_block(x, n_filters=256, style=TIMM)
    outputs = keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(x))
    return keras.Model(inputs, outputs)


def _run(script: str) -> keras.Model:
    names: dict[str, Any] = {}
    exec(script, names)
    return names["model"]


def train(name: str, batch: int, side: int, way: str, repeats: int) -> None:
    """Measure Adam steps in float32: the first one and later ones."""
    case = f"{name}, {side} px, batch {batch}"
    model = first("build", case, WAYS[way], "s", lambda: network(name, side, way))
    macs = Ledger.of(model).macs
    if way == "keras":
        model.compile("adam", "sparse_categorical_crossentropy")
    draw = np.random.default_rng(0)
    x = draw.normal(size=(batch, side, side, 3)).astype("float32")
    y = draw.integers(0, 10, batch)

    def first_step() -> None:
        if way == "ours":
            compiled(model, metrics=())
        model.train_on_batch(x, y)

    first("first step", case, WAYS[way], "s", first_step)
    times = timed(lambda: model.train_on_batch(x, y), repeats)
    emit("training", case, WAYS[way], "images/s", [batch / t for t in times])
    emit("training rate", case, WAYS[way], "GFLOP/s", [6 * macs * batch / t / 1e9 for t in times])
    emit("memory", case, WAYS[way], "MiB", [peak_memory()])


def infer(name: str, batch: int, side: int, way: str, repeats: int) -> None:
    """Measure `predict_on_batch` in float32."""
    case = f"{name}, {side} px, batch {batch}"
    model = first("build", case, WAYS[way], "s", lambda: network(name, side, way))
    macs = Ledger.of(model).macs
    x = np.random.default_rng(0).normal(size=(batch, side, side, 3)).astype("float32")
    times = timed(lambda: model.predict_on_batch(x), repeats, 2)
    emit("inference", case, WAYS[way], "images/s", [batch / t for t in times])
    emit("inference rate", case, WAYS[way], "GFLOP/s", [2 * macs * batch / t / 1e9 for t in times])


if __name__ == "__main__":
    run_command({"limit": limit, "train": train, "infer": infer})
