"""Classes: the names of the 1,000 outputs of a network trained on ImageNet."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from senet_lab.array_checks import Array
from senet_lab.checks import whole
from senet_lab.extras import require

# ILSVRC 2012's classes (Russakovsky et al. 2015) in alphabetical order of their WordNet 3.0 synsets, with the lemmas.
FILE = Path(__file__).with_name("imagenet_classes.txt")


class Prediction(NamedTuple):
    """A class that a network predicts for an image, and its probability, from 0 to 1."""

    synset: str
    name: str
    probability: float


@cache
def imagenet_classes() -> tuple[tuple[str, str], ...]:
    """Return the synset and name of each class.

    >>> imagenet_classes()[0]
    ('n01440764', 'tench, Tinca tinca')
    """
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return tuple((synset, name) for synset, _, name in (line.partition("\t") for line in lines))


def most_likely(predictions: Array, count: int = 5) -> list[list[Prediction]]:
    """Return the most likely classes of each image, the likeliest first.

    Args:
        predictions: probabilities, (images, 1000); any other number of classes raises a ValueError.
    """
    require("numpy", by="looking at predictions")
    import numpy as np

    predictions = np.asarray(predictions)
    names = imagenet_classes()
    if predictions.ndim != 2 or predictions.shape[1] != len(names):
        raise ValueError(
            f"`predictions` (of shape {predictions.shape}) must be (images, {len(names)}); try model.predict(images)."
        )
    order = np.argsort(-predictions, axis=1, kind="stable")[:, : whole("count", count, 1, len(names))]
    return [
        [Prediction(names[at][0], names[at][1], float(row[at])) for at in places]
        for row, places in zip(predictions, order, strict=True)
    ]
