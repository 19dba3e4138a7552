"""Random weights and images, the same in every Python; timm's outputs for them are in timm_answers.json.

`timm_itself.py` wrote that file. This module needs only NumPy.
"""

import hashlib
import re
from pathlib import Path

import numpy as np

ANSWERS = Path(__file__).with_name("timm_answers.json")
ODD, EVEN, FULL = (65, 97), (64, 96), (224, 224)  # the first one reveals where zeros are padded
# Networks that differ from another one only in depth, or also have no squeeze-excite, or for a RegNet in their sizes. Their
# outputs follow from it and were not recorded, except those of one network with 152 layers, seresnet152, and of two
# without squeeze-excite.
DEEPER = {
    "seresnet34": "seresnet18", "seresnet101": "seresnet50", "seresnext101_32x4d": "seresnext50_32x4d",
    "legacy_seresnet34": "legacy_seresnet18", "legacy_seresnet101": "legacy_seresnet50",
    "legacy_seresnet152": "legacy_seresnet50", "legacy_seresnext50_32x4d": "legacy_seresnext26_32x4d",
    "legacy_seresnext101_32x4d": "legacy_seresnext26_32x4d",
    "resnet34d": "resnet18d", "resnet26d": "seresnet152d", "resnet50d": "seresnet152d", "resnet101d": "seresnet152d",
    "resnet152d": "seresnet152d", "resnet26t": "seresnet50t", "resnet50t": "seresnet50t",
    "resnetaa50d": "seresnetaa50d", "resnetaa101d": "seresnetaa50d", "resnext50d_32x4d": "seresnext26d_32x4d",
    "resnetblur101d": "resnetblur50d",
    "ecaresnet50t": "ecaresnet26t", "ecaresnet101d": "ecaresnet50d",
    **{
        f"regnety_{cost}": "regnety_002"
        for cost in ("004", "006", "008", "008_tv", "032", "040", "064", "080", "080_tv", "120", "160", "320")
    },
}  # fmt: skip
LARGER = re.compile("152|32x8d|64x4d|regnety_016")  # networks with the layers of another one, but more or wider
# The full size is recorded as well.
FULL_SIZE = ("seresnext50_32x4d", "seresnet50t", "seresnetaa50d", "resnetblur50", "regnety_002")
PROBES = 48  # numbers stored per output, evenly spaced
POOL = 999_983  # numbers drawn; a prime, so that no row of a tensor repeats another


def sides(name):
    """Return image sizes for a network of timm: small, since map size changes no layer; for some, full size too."""
    if name in DEEPER:
        return ()
    return (ODD, *[EVEN] * (not LARGER.search(name)), *[FULL] * (name in FULL_SIZE))


def draw(shapes, seed=0):
    """Draw a state dict, in alphabetical order of names, scaled so that feature maps stay bounded.

    Each tensor starts at a different place in the same pool, since drawing 115 million numbers would take seconds.
    """
    rng = np.random.default_rng(seed)
    pool = np.tile(rng.standard_normal(POOL, dtype="float32"), 2)
    return {name: _numbers(pool[rng.integers(POOL) :], name, shapes[name]) for name in sorted(shapes)}


def _numbers(pool, name, shape):
    numbers = np.resize(pool[: min(POOL, np.prod(shape, dtype=int))], shape)
    if name.endswith("running_var"):
        return np.float32(0.5) + np.abs(numbers)
    if len(shape) > 1:
        return numbers * np.float32(np.prod(shape[1:]) ** -0.5)
    return numbers * np.float32(0.1) + np.float32(name.endswith(".weight"))


def images(side, seed=1):
    """Draw one image, (1, height, width, 3), float32."""
    return np.random.default_rng(seed).standard_normal((1, *side, 3), dtype="float32")


def probed(array):
    """Return the spread of an output and some of its numbers."""
    flat = np.asarray(array, "float64").ravel()
    chosen = flat[np.linspace(0, flat.size - 1, min(PROBES, flat.size)).astype(int)]
    return {"size": flat.size, "spread": float(f"{flat.std():.6g}"), "some": [float(f"{each:.6g}") for each in chosen]}


def fingerprint(shapes):
    """Return a fingerprint of all names and shapes."""
    lines = "\n".join(f"{name} {tuple(shape)}" for name, shape in sorted(shapes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
