"""Compare each method of the grouped convolution with Keras's own. `python grouped.py SHAPE REPEATS`.

Forward, and forward with both gradients, 3x3, 32 groups, compiled. Keras's own gradient takes seconds, so it is called
only three times; `slices` is the original lesson's method, 32 convolutions one after the other.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from senet_lab.nets.on_keras.backend import tune_tensorflow

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tune_tensorflow()

import keras
import tensorflow as tf
from timing import emit, timed

from senet_lab.nets.on_keras.acceleration import accelerate

GROUPS = 32
KERAS, SLICES = "Keras Conv2D(groups=32)", "the original lesson's 32 slices"
OURS = {"direct": "senet_lab, direct", "blocks": "senet_lab, blocks of 32", "slices": SLICES}


def main(shape: str, repeats: int) -> None:
    """Measure each case and print one line per case."""
    sides = tuple(map(int, shape.split("x")))
    how = {"groups": GROUPS, "padding": "same", "use_bias": False}
    layers = {name: keras.layers.Conv2D(sides[-1], 3, **how) for name in (*OURS.values(), KERAS)}
    for path, name in OURS.items():
        accelerate(layers[name], path=path)
    x = tf.random.normal(sides)
    for name, layer in layers.items():
        layer.build(sides)
        times = min(3, repeats) if name == KERAS else repeats
        for part, call in _compiled(layer, x).items():
            emit(f"grouped {part}", shape, name, "ms", [1e3 * t for t in timed(call, times)])


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
    main(sys.argv[1], int(sys.argv[2]))
