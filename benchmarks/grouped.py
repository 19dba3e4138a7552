"""Serve each method of the grouped convolution, and Keras's own (see `turns.py`). `python grouped.py SHAPE [keras]`.

Forward, and forward with both gradients, 3x3, 32 groups, compiled. `slices` is the original lesson's method, 32
convolutions one after the other. Keras's own gradient takes seconds, so it is served by a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from senet_lab.nets.on_keras.backend import tune_tensorflow

tune_tensorflow()

import keras
import tensorflow as tf
from timing import serve

from senet_lab.nets.on_keras.acceleration import accelerate

GROUPS = 32
KERAS, SLICES = "Keras Conv2D(groups=32)", "the original lesson's 32 slices"
OURS = {"direct": "senet_lab, direct", "blocks": "senet_lab, blocks of 32", "slices": SLICES}


def main(shape: str, *plain: str) -> None:
    """Serve forward, and forward with both gradients, for each method."""
    sides = tuple(map(int, shape.split("x")))
    how = {"groups": GROUPS, "padding": "same", "use_bias": False}
    layers = {name: keras.layers.Conv2D(sides[-1], 3, **how) for name in ([KERAS] if plain else OURS.values())}
    for path, name in OURS.items() if not plain else ():
        accelerate(layers[name], path=path)
    x = tf.random.normal(sides)
    ways: dict[str, Callable[[], object]] = {}
    for name, layer in layers.items():
        layer.build(sides)
        ways |= {f"{name}, {part}": call for part, call in _compiled(layer, x).items()}
    serve(ways)


def _compiled(layer: Any, x: Any) -> dict[str, Callable[[], Any]]:
    def differentiated(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.gradient(y, [x, layer.kernel.value])

    forward, both = tf.function(layer), tf.function(differentiated)
    return {
        "forward": lambda: forward(x).numpy(),
        "forward + backward": lambda: both(x)[0].numpy(),  # noqa: PLW0108 - both(x) is what is timed
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
