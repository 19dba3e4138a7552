"""Measure our networks by turns with other libraries (see `turns.py`), and the speed of large matrix products.

`python networks.py train NAME BATCH SIDE HOW`: Adam steps; HOW is one of `HOW`. `python networks.py infer NAME BATCH
SIDE HOW`: `predict_on_batch`. "plain" is the same network with Keras's own grouped convolution, batch normalization and
Adam, which is built in the first step, and without TensorFlow's memory pool. KERAS_BACKEND selects the backend.
`python networks.py limit REPEATS` measures TensorFlow's speed for large matrix products.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any
from unittest.mock import patch

from senet_lab.nets.on_keras.backend import tune_tensorflow

if "plain" not in sys.argv:
    tune_tensorflow()

import keras
import numpy as np
from timing import emit, first, peak_memory, run_command, serve, timed

from senet_lab import Architecture, SEResNet
from senet_lab.architecture.style import style_of
from senet_lab.export import code
from senet_lab.ledger.ledger import Ledger
from senet_lab.training.optimizers import compiled

HOW = {
    "float32": "senet_lab",
    "bfloat16": "senet_lab, bfloat16",
    "ordered": "senet_lab, sums in a fixed order",
    "plain": "Keras, unmodified",
}
TIMM = style_of("timm")  # the peer's strides and biases, so that both compute the same


def limit(repeats: int) -> None:
    """Measure the speed of large matrix products in TensorFlow, in GFLOP/s."""
    import tensorflow as tf

    a, b = tf.random.normal((3072, 3072)), tf.random.normal((3072, 3072))
    product = tf.function(tf.matmul)
    times = timed(lambda: product(a, b).numpy(), repeats, 2)
    emit("limit", "3072 x 3072 matrix product", "TensorFlow", "GFLOP/s", [2 * 3072**3 / t / 1e9 for t in times])


def train(name: str, batch: int, side: int, how: str) -> None:
    """Serve Adam steps; before, measure the build and the first step, and print how many operations a step has."""
    if how == "ordered":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
        keras.utils.set_random_seed(0)
    case, model = _opened(name, batch, side, how)
    if how == "plain":
        model.compile("adam", "sparse_categorical_crossentropy")
    draw = np.random.default_rng(0)
    x = draw.normal(size=(batch, side, side, 3)).astype("float32")
    step: Callable[[], object] = partial(model.train_on_batch, x, draw.integers(0, 10, batch))

    def first_step() -> None:
        if how != "plain":
            compiled(model, metrics=())
        step()

    first("first step", case, _way(how), "s", first_step)
    emit("operations", f"training, {case}", _way(how), "GFLOP", [6 * Ledger.of(model).macs * batch / 1e9])
    timed(step, 2, 0)
    emit("memory", case, _way(how), "MiB", [peak_memory()])
    serve({_way(how): step})


def infer(name: str, batch: int, side: int, how: str) -> None:
    """Serve `predict_on_batch`."""
    case, model = _opened(name, batch, side, how)
    emit("operations", f"inference, {case}", _way(how), "GFLOP", [2 * Ledger.of(model).macs * batch / 1e9])
    images = np.random.default_rng(0).normal(size=(batch, side, side, 3)).astype("float32")
    serve({_way(how): partial(model.predict_on_batch, images)})


def _opened(name: str, batch: int, side: int, how: str) -> tuple[str, keras.Model]:
    """Return the case and the network; print how long it took to build it."""
    case = f"{name}, {side} px, batch {batch}"
    if how == "bfloat16":
        keras.config.set_dtype_policy("mixed_bfloat16")
    return case, first("build", case, _way(how), "s", lambda: network(name, side, how))


def _way(how: str) -> str:
    return HOW[how] if keras.config.backend() == "tensorflow" else f"{HOW[how]} on JAX"


def network(name: str, side: int, how: str = "float32") -> keras.Model:
    """Return a network with timm's conventions; "mini SE-ResNet" is the original lesson's network.

    With plain Keras, it is the standalone script; the mini network is composed in the same way from Keras's own layers.
    """
    if name == "mini SE-ResNet":
        is_plain = how == "plain"
        with patch("senet_lab.nets.on_keras.acceleration.accelerate", _unchanged) if is_plain else nullcontext():
            return _mini(side)
    if name == "SE-ResNet-20":
        architecture = Architecture.preset("cifar_se_resnet20", convention="timm")
    else:
        family, depth = {"SE-ResNet-50": ("resnet", 50), "SE-ResNeXt-50": ("resnext", 50)}[name]
        architecture = Architecture(family, depth, input_shape=(side, side, 3), convention="timm")
    return _run(code(architecture, "standalone")) if how == "plain" else architecture.build()


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


if __name__ == "__main__":
    run_command({"limit": limit, "train": train, "infer": infer})
