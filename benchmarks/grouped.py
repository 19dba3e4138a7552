"""One grouped convolution by each path, beside Keras' own and torch where it is installed. `make bench`.

Forward, and forward with both gradients, in milliseconds; medians with least and most, after a warm-up call. Keras'
own gradient takes seconds, so it is called fewer times.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from timing import line, machine, timed

GROUPS = 32
SHAPES = ((8, 56, 56, 128), (8, 28, 28, 256), (8, 14, 14, 512), (8, 7, 7, 1024), (64, 16, 16, 256))


def main() -> None:
    """Print the table."""
    print(machine())
    if importlib.util.find_spec("torch") is None:
        print("torch is not installed, and is left out")
    for shape in SHAPES:
        times = {}
        for name, forward, both in (*keras_paths(shape), *torch_path(shape)):
            slow = name.startswith("Keras")
            times[name] = timed(forward, 3 if slow else 30), timed(both, 3 if slow else 30)
        size = "x".join(map(str, shape))
        own = times["Keras Conv2D(groups=32)"]
        for index, part in enumerate(("forward", "forward + backward")):
            for name, both_times in times.items():
                line(f"{size} {part}, {name}", both_times[index], own[index][0])


def keras_paths(shape: tuple[int, ...]) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    """Name, forward and forward with backward of each way on TensorFlow, as compiled functions."""
    import keras
    import tensorflow as tf

    from senet_lab.nets.grouped import GroupedConv2D

    how = {"groups": GROUPS, "padding": "same", "use_bias": False}
    layers = {"Keras Conv2D(groups=32)": keras.layers.Conv2D(shape[-1], 3, **how)}
    layers |= {path: GroupedConv2D(shape[-1], 3, path=path, **how) for path in ("direct", "blocks", "slices")}
    x = tf.random.normal(shape)
    for name, layer in layers.items():
        layer.build(shape)
        yield name, *_compiled(tf, layer, x)


def _compiled(tf: Any, layer: Any, x: Any) -> tuple[Callable[[], Any], Callable[[], Any]]:
    def differentiated(x: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.gradient(y, [x, layer.kernel.value])

    forward, both = tf.function(layer), tf.function(differentiated)
    return lambda: forward(x).numpy(), lambda: both(x)[0].numpy()  # noqa: PLW0108 - forward(x) is what is timed


def torch_path(shape: tuple[int, ...]) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    """The same in torch, eager, channels last; nothing where torch is not installed."""
    if importlib.util.find_spec("torch") is None:
        return
    import torch

    batch, height, width, channels = shape
    conv = torch.nn.Conv2d(channels, channels, 3, padding=1, groups=GROUPS, bias=False)
    conv = conv.to(memory_format=torch.channels_last)
    x = torch.randn(batch, channels, height, width).to(memory_format=torch.channels_last).requires_grad_()

    def both() -> None:
        conv.zero_grad()
        x.grad = None
        conv(x).sum().backward()

    def forward() -> None:
        with torch.no_grad():
            conv(x)

    yield "torch, channels_last", forward, both


if __name__ == "__main__":
    main()
