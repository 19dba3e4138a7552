"""Observe: the gates of a model for given images, from one forward pass.

observed = gates.observed(model, images)
gates.specificity(observed.gates["group3/block3"], labels)

The statistics are in `senet_lab.gates.statistics`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from senet_lab import array_checks
from senet_lab.checks import MAX_BATCH, MAX_SEED, one_of, quoted, whole
from senet_lab.extras import require
from senet_lab.gates.statistics import (
    channel_specificity,
    class_deviations,
    class_means,
    most_specific,
    saturation,
    similarity,
    specificity,
)

if TYPE_CHECKING:
    import keras

    from senet_lab.array_checks import Array

__all__ = [
    "Observed", "channel_specificity", "class_deviations", "class_means", "gates", "most_specific", "observed",
    "saturation", "similarity", "specificity", "untrained",
]  # fmt: skip

BATCH = 256
# The sub-models that observe a model, by their extra layers: tracing one takes longer than using it. They refer to the
# model's layers, not to the model, so they are freed with it.
_OBSERVERS: WeakKeyDictionary[Any, dict[tuple[str, ...], Any]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Observed:
    """The result of one pass of images through a model.

    Attributes:
        gates: for each block by its path, (images, channels), float32.
        predictions: the model's output; (images, classes) with a classifier.
        also: the outputs of any additional layers that were requested, by name.
    """

    gates: dict[str, Array]
    predictions: Array
    also: dict[str, Array]


def gates(model: keras.Model, images: Array | Iterable[Array], *, batch: int = BATCH) -> dict[str, Array]:
    """Return the gates of every squeeze-excite block by its path: (images, channels), float32.

    Arguments and errors are those of `observed`.
    """
    return observed(model, images, batch=batch).gates


def observed(
    model: keras.Model, images: Array | Iterable[Array], *, batch: int = BATCH, also: Sequence[str] = ()
) -> Observed:
    """Return gates and predictions for images in one pass; memory holds the results and one batch.

    Args:
        model: a functional model with squeeze-excite: built here, composed by hand or loaded from a file.
        images: prepared for the model, (images, height, width, channels); or any number of batches of them.
        batch: the batch size, if images are given as one array.
        also: names of other layers to return outputs of, such as those in `sites(model)`; feature maps are large.

    Raises:
        ValueError: the model has no gates, or there are no images.
    """
    require("keras", "numpy", by="reading gates")
    import numpy as np

    from senet_lab.gates.sites import sites

    array_checks.model("model", model)
    also = tuple(array_checks.names("also", also, "[site.map for site in sites(model)]"))
    paths = [site.path for site in sites(model)]
    observer = _observer(model, also)
    passes = [observer.predict_on_batch(each) for each in _batches(images, whole("batch", batch, 1, MAX_BATCH))]
    if not passes:
        raise ValueError("`images` must hold at least one image, not 0.")
    predictions, *rest = (np.concatenate(parts) for parts in zip(*passes, strict=True))
    values = (part.reshape(len(part), -1).astype("float32", copy=False) for part in rest)
    others = dict(zip(also, rest[len(paths) :], strict=True))
    return Observed(dict(zip(paths, values, strict=False)), predictions, others)


def _observer(model: Any, also: tuple[str, ...]) -> Any:
    """Return a model that outputs the gates and the prediction; it shares layers and weights."""
    import keras

    from senet_lab.gates.sites import sites, tensor

    observers = _OBSERVERS.setdefault(model, {})
    if also not in observers:
        names = [operation.name for operation in model.operations]
        outputs = [*(site.gate for site in sites(model)), *(one_of("also", name, names) for name in also)]
        observers[also] = keras.Model(model.inputs, [model.outputs[0], *(tensor(model, name) for name in outputs)])
    return observers[also]


def _batches(images: Any, batch: int) -> Iterator[Array]:
    if hasattr(images, "shape"):
        array_checks.images("images", images)
        return (images[start : start + batch] for start in range(0, len(images), batch))
    if not isinstance(images, Iterable) or isinstance(images, (str, bytes, Mapping, type)):
        raise TypeError(
            f"`images` must be an array of images or batches of them, not {quoted(images)}; try an array of shape "
            "(images, height, width, channels)."
        )
    return (array_checks.images("images", each) for each in images)


def untrained(model: keras.Model, images: Array | None = None, *, seed: int = 0) -> keras.Model:
    """Return the same architecture with newly initialized weights, to see the gates before training.

    Layers that prepare the images keep what they were adapted to.

    Args:
        model: a functional model.
        images: prepared for the model; batch normalization takes its statistics from these, as it would in its first
            steps. None leaves it at mean 0 and variance 1, with which maps grow from block to block.
        seed: random seed for the weights; the global seed is not changed.
    """
    require("keras", by="a network with fresh weights")
    import keras

    from senet_lab.nets.on_keras.acceleration import accelerate
    from senet_lab.nets.on_keras.copying import copy_weights

    array_checks.model("model", model)
    if images is not None:
        images = array_checks.images("images", images)
    seed = whole("seed", seed, 0, MAX_SEED // 1000 - 1000)
    seeds = iter(range(1000 * seed, 1000 * seed + 10**6))

    def fresh(layer: Any) -> Any:
        config = layer.get_config()
        for name, value in config.items():
            if name.endswith("_initializer") and isinstance(value, dict) and "seed" in value["config"]:
                value["config"]["seed"] = next(seeds)
        return accelerate(type(layer).from_config(config))

    clone = keras.models.clone_model(model, clone_function=fresh)
    for layer, copy in zip(model._flatten_layers(), clone._flatten_layers(), strict=True):
        if isinstance(layer, keras.layers.Normalization):
            copy_weights(layer, copy)
    if images is not None:
        norms = [layer for layer in clone.layers if isinstance(layer, keras.layers.BatchNormalization)]
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.momentum = 0.0
        clone(images, training=True)
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
    return clone
