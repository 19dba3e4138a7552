"""Weights and images drawn at random, alike in every Python: what timm made of them is in timm_answers.json.

`timm_itself.py` wrote that file. Nothing but NumPy is needed here.
"""

import hashlib
from pathlib import Path

import numpy as np

ANSWERS = Path(__file__).with_name("timm_answers.json")
SIDES = ((224, 224), (193, 257))  # the second one tells where zeros are padded
PROBES = 48  # numbers kept of each output, evenly spread


def draw(shapes, seed=0):
    """A state dict: for each name in alphabetical order numbers of its shape, of a size that keeps maps in bounds."""
    rng = np.random.default_rng(seed)
    return {name: _numbers(rng, name, shapes[name]) for name in sorted(shapes)}


def _numbers(rng, name, shape):
    numbers = rng.standard_normal(shape, dtype="float32")
    if name.endswith("running_var"):
        return np.float32(0.5) + np.abs(numbers)
    if len(shape) > 1:
        return numbers * np.float32(np.prod(shape[1:]) ** -0.5)
    return numbers * np.float32(0.1) + np.float32(name.endswith(".weight"))


def images(side, seed=1):
    """One image, (1, height, width, 3), float32."""
    return np.random.default_rng(seed).standard_normal((1, *side, 3), dtype="float32")


def probed(array):
    """Spread of an output, and some of its numbers."""
    flat = np.asarray(array, "float64").ravel()
    chosen = flat[np.linspace(0, flat.size - 1, min(PROBES, flat.size)).astype(int)]
    return {"size": flat.size, "spread": float(f"{flat.std():.6g}"), "some": [float(f"{each:.6g}") for each in chosen]}


def fingerprint(shapes):
    """Of all names and shapes together."""
    lines = "\n".join(f"{name} {tuple(shape)}" for name, shape in sorted(shapes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
