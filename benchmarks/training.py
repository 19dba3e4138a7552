"""The first training step and the steps behind it, of whole networks, each in a process of its own. `make bench`.

"as Keras comes" has the same layers, but for the grouped convolution, which is Keras' own. "optimizer first" builds
the optimizer's variables before the first step; else Keras builds them while it traces the step, and traces it twice.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from timing import machine, timed

from senet_lab import Architecture

# Token of the architecture, batch size.
NETWORKS = {
    "SE-ResNet-20 on CIFAR, b32": (Architecture.preset("cifar_se_resnet20").token(), 32),
    "SE-ResNeXt-50, 64 px, b16": (Architecture("resnext", 50, input_shape=(64, 64, 3), classes=10).token(), 16),
}
WAYS = ("as it is", "optimizer first", "as Keras comes")


def main() -> None:
    """Print the table, a fresh process for each row."""
    print(machine().splitlines()[0])
    print(f"{'':<48}{'build, s':>10}{'first step, s':>15}{'step, ms':>12}{'images/s':>10}", flush=True)
    for name, (token, batch) in NETWORKS.items():
        for way in WAYS:
            run = [sys.executable, __file__, token, str(batch), way]
            printed = subprocess.run(run, check=True, capture_output=True, text=True).stdout
            print(f"{f'{name}, {way}':<48}{printed.strip()}", flush=True)


def one(token: str, batch: int, way: str) -> None:
    """Build, take the first step, time some more; Adam, float32."""
    import keras
    import numpy as np

    architecture = Architecture.from_token(token)
    start = time.perf_counter()
    model = architecture.build()
    build = time.perf_counter() - start
    if way == "as Keras comes":
        model = keras.models.clone_model(model, clone_function=_as_keras_comes)
    model.compile(keras.optimizers.Adam(), "sparse_categorical_crossentropy")
    if way == "optimizer first":
        model.optimizer.build(model.trainable_variables)
    draw = np.random.default_rng(0)
    x = draw.normal(size=(batch, *architecture.input_shape)).astype("float32")
    y = draw.integers(0, architecture.classes, batch)
    start = time.perf_counter()
    model.train_on_batch(x, y)
    first = time.perf_counter() - start
    step, *_ = timed(lambda: model.train_on_batch(x, y), 1 if way == "as Keras comes" else 10)
    print(f"{build:>10.2f}{first:>15.2f}{step:>12.1f}{1e3 * batch / step:>10.1f}")


def _as_keras_comes(layer):  # type: ignore[no-untyped-def]  # Keras ships no types
    import keras

    kind = keras.layers.Conv2D if type(layer).__name__ == "Conv2D" else type(layer)
    return kind.from_config(layer.get_config())


if __name__ == "__main__":
    if len(sys.argv) == 4:
        one(sys.argv[1], int(sys.argv[2]), sys.argv[3])
    else:
        main()
