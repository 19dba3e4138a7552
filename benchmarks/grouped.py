"""Serve each method of the grouped convolution, 3x3, 32 groups (see `turns.py`). `python grouped.py WHAT SHAPE`.

WHAT is "forward", "gradients" (forward, and both gradients), or either followed by "-keras", for Keras's own method.
Ten layers in a row are one computation, as in a network, so that the cost of a call from Python does not count ten
times. Keras's own gradient takes seconds, so its process has one layer. `slices` is the original lesson's method, 32
convolutions one after the other.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from senet_lab.nets.on_keras.backend import tune_tensorflow

tune_tensorflow()

import keras
import tensorflow as tf
from timing import serve

from senet_lab.nets.on_keras.acceleration import accelerate

GROUPS, LAYERS = 32, 10
KERAS, SLICES = "Keras Conv2D(groups=32)", "the original lesson's 32 slices"
OURS = {"direct": "senet_lab", "blocks": "senet_lab, blocks of 32", "slices": SLICES}


def main(what: str, shape: str) -> None:
    """Serve the ways."""
    sides = tuple(map(int, shape.split("x")))
    part, _, keras_only = what.partition("-")
    x = tf.random.normal(sides)
    ways = {name: _layers(sides, path) for path, name in OURS.items()} if not keras_only else {KERAS: _layers(sides)}
    serve({name: _compiled(part, layers, x) for name, layers in ways.items()})


def _layers(sides: tuple[int, ...], path: str | None = None) -> list[Any]:
    """Return layers with a path of ours, or one layer of Keras's own."""
    layers = [keras.layers.Conv2D(sides[-1], 3, groups=GROUPS, padding="same", use_bias=False)]
    layers *= 1 if path is None else LAYERS
    layers = [type(each).from_config(each.get_config()) for each in layers]
    for layer in layers:
        layer.build(sides)
        if path is not None:
            accelerate(layer, path=path)
    return layers


def _compiled(part: str, layers: list[Any], x: Any) -> Callable[[], object]:
    def forward(x: Any) -> Any:
        for layer in layers:
            x = layer(x)
        return x

    def gradients(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = forward(x)
        return tape.gradient(y, [x, *(layer.kernel.value for layer in layers)])

    compiled = tf.function(forward if part == "forward" else gradients)
    return partial(_finished, compiled, x)


def _finished(call: Callable[..., Any], x: Any) -> object:
    """Call, and wait for the result."""
    return tf.nest.flatten(call(x))[0].numpy()


if __name__ == "__main__":
    main(*sys.argv[1:])
