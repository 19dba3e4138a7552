"""Serve a plain `predict` of 1,000 images, the reading of their gates, and an ablation. `python gates.py NAME`.

Each makes one pass in batches of 256. "ablation" is a pass with a gate held, as a click in the lens requests; "first"
is the time of the first request. The lens's time is from a loaded network to the first drawing of its gates.
"""

from __future__ import annotations

import sys
from functools import partial

from senet_lab.nets.on_keras.backend import tune_tensorflow

tune_tensorflow()

import keras
import numpy as np
from timing import first, serve

from senet_lab import Architecture, GateLens
from senet_lab.gates.ablation import ablation, switchable
from senet_lab.gates.observe import observed
from senet_lab.training.devices import Devices

IMAGES, BATCH = 1000, 256
OURS, ABLATION, KERAS = "senet_lab", "senet_lab, ablation", "Keras predict, without gates"
LENS = "senet_lab, first drawing of the lens"
CASES = {
    "SE-ResNet-20": Architecture.preset("cifar_se_resnet20"),
    "SE-ResNeXt-29": Architecture(
        "resnext", groups=((64, 3), (128, 3), (256, 3)), cardinality=8, stem="cifar", input_shape=(32, 32, 3),
        classes=10,
    ),
}  # fmt: skip


def main(name: str) -> None:
    """Measure the first requests, and serve later ones."""
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
    observation = first("gates, first", case, OURS, "ms", observe)
    first("gates, first", case, LENS, "ms", GateLens(CASES[name].build(), images, labels).wait)
    gates = observation.gates
    held = partial(ablation, switchable(model), images, labels, list(gates)[-1], "mean", values=gates)
    ablate = partial(held, before=observation.predictions)
    first("gates, first", case, ABLATION, "ms", ablate)
    serve({KERAS: predict, OURS: observe, ABLATION: ablate})


if __name__ == "__main__":
    main(sys.argv[1])
