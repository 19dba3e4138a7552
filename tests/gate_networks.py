"""Small networks with gates and images for them, and weights at which no gate is constant."""

import numpy as np

from senet_lab import Architecture
from senet_lab.nets.on_keras.blank import blank_weights

IMAGES = np.random.default_rng(7).normal(size=(7, 8, 8, 3)).astype("float32")
SMALL = {"groups": ((8, 1), (16, 2)), "input_shape": (8, 8, 3), "classes": 5, "ratio": 2, "stem": "cifar"}
RESNET = Architecture("resnet", **SMALL, block="basic")
RESNEXT = Architecture("resnext", **SMALL, cardinality=2, base_width=16, convention="timm")


def stirred(model, seed=1):
    """Weights as He et al. 2015 start them, but for biases and batch normalization, which are nothing special."""
    draw = np.random.default_rng(seed)
    spread = {"kernel": (0, 1), "gamma": (1, 0.2), "beta": (0.2, 0.3), "moving_mean": (0, 0.1), "bias": (0.1, 0.3)}
    for weight in model.weights:
        mean, deviation = spread.get(weight.path.rpartition("/")[2], (1, 0.05))
        fan = np.prod(weight.shape[:-1]) / 2 if weight.path.endswith("kernel") else 1
        mean += 0.5 * weight.path.endswith("_se_reduce/kernel")  # so that no squeeze is dead
        weight.assign(draw.normal(mean, deviation, weight.shape) / np.sqrt(fan))
    return model


def built(architecture):
    """A network with weights that were stirred, and no others drawn before."""
    with blank_weights():
        return stirred(architecture.build())
