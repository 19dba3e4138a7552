"""Compare reading the gates of 1,000 images with a plain `predict`. `python gates.py NAME REPEATS`.

Both make one pass in batches of 256, alternately and after a warm-up. "ablation" is another pass with a gate held, as a
click in the lens requests; "first" is the time of the first request. The lens's time is from a loaded network to the
first drawing of its gates.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from senet_lab.nets.on_keras.backend import tune_tensorflow

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tune_tensorflow()

import keras
import numpy as np
from timing import emit, first, timed

from senet_lab import Architecture, GateLens
from senet_lab.gates.ablation import ablation, switchable
from senet_lab.gates.observe import observed
from senet_lab.training.devices import Devices

IMAGES, BATCH = 1000, 256
OURS, KERAS, LENS = "senet_lab", "Keras predict, without gates", "senet_lab, first drawing of the lens"
CASES = {
    "SE-ResNet-20": Architecture.preset("cifar_se_resnet20"),
    "SE-ResNeXt-29": Architecture(
        "resnext", groups=((64, 3), (128, 3), (256, 3)), cardinality=8, stem="cifar", input_shape=(32, 32, 3),
        classes=10,
    ),
}  # fmt: skip


def main(name: str, repeats: int) -> None:
    """Measure each case and print one line per case."""
    keras.utils.set_random_seed(0)
    model = CASES[name].build()
    draw = np.random.default_rng(0)
    images = draw.normal(size=(IMAGES, 32, 32, 3)).astype("float32")
    labels = draw.integers(0, 10, IMAGES)
    case = f"{name}, {IMAGES:,} images"
    # With arrays, `predict` may wait for a thread of TensorFlow's at its end: see Devices.validation_data.
    predict = partial(model.predict, **Devices().validation_data(images, labels, BATCH), verbose=0)
    observe = partial(observed, model, images, batch=BATCH)
    first("gates, first", case, KERAS, "ms", predict)
    first("gates, first", case, OURS, "ms", observe)
    first("gates, first", case, LENS, "ms", partial(_draw_lens, CASES[name].build(), images, labels))
    observation = observe()
    gates, predictions = observation.gates, observation.predictions
    block = list(gates)[-1]
    ablate = partial(ablation, switchable(model), images, labels, block, "mean", values=gates, before=predictions)
    first("gates, first", case, "senet_lab, ablation", "ms", ablate)
    calls: dict[str, Callable[[], object]] = {KERAS: predict, OURS: observe, "senet_lab, ablation": ablate}
    times: dict[str, list[float]] = {way: [] for way in calls}
    for _ in range(repeats):  # alternately, so that other load on the machine affects all of them
        for way, call in calls.items():
            times[way] += [1e3 * t for t in timed(call, 1, 0)]
    for way, values in times.items():
        emit("gates", case, way, "ms", values)


def _draw_lens(model: keras.Model, images: Any, labels: Any) -> None:
    """Open a lens and wait for its first drawing."""
    lens = GateLens(model, images, labels)
    while "<svg" not in lens.body:
        time.sleep(0.01)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
