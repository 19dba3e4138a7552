"""Observe: the gates of a model for given images, from one forward pass.

observed = gates.observed(model, images)
gates.specificity(observed.gates["group3/block3"], labels)
gates.pixel_gates(model, images)["group3/block3"]  # of CBAM or scSE: (images, height, width)

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
    "pixel_gates", "saturation", "similarity", "specificity", "untrained",
]  # fmt: skip

BATCH = 256
# The sub-models that observe a model, by the layers that they observe: tracing one takes longer than using it. They
# refer to the model's layers, not to the model, so they are freed with it.
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


def pixel_gates(model: keras.Model, images: Array | Iterable[Array], *, batch: int = BATCH) -> dict[str, Array]:
    """Return the gates per pixel of CBAM, scSE and the like by their paths: (images, height, width), float32.

    Height and width are those of the maps that they scale. A gate multiplies all channels of its pixel. It has the path
    of the gates per channel next to it, as in `gates`. Arguments are those of `observed`.

    Raises:
        ValueError: the model has no gates per pixel, or there are no images.
    """
    require("keras", "numpy", by="reading gates")
    from senet_lab.gates.sites import pixel_sites

    array_checks.model("model", model)
    its = pixel_sites(model)
    if not its:
        raise ValueError(
            f"`{model.name}` has no gate per pixel: no layer multiplies feature maps by one number per pixel that was "
            "computed from them; try a network with attention='cbam'."
        )
    _, *values = _outputs(model, [site.gate for site in its], images, batch)
    return {site.path: each[..., 0].astype("float32", copy=False) for site, each in zip(its, values, strict=True)}


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
    from senet_lab.gates.sites import sites

    array_checks.model("model", model)
    also = tuple(array_checks.names("also", also, "[site.map for site in sites(model)]"))
    found = sites(model)
    names = [operation.name for operation in model.operations]
    others = [one_of("also", name, names) for name in also]
    predictions, *rest = _outputs(model, [*(site.gate for site in found), *others], images, batch)
    values = (part.reshape(len(part), -1).astype("float32", copy=False) for part in rest)
    paths, outputs = [site.path for site in found], rest[len(found) :]
    return Observed(dict(zip(paths, values, strict=False)), predictions, dict(zip(others, outputs, strict=True)))


def _outputs(model: Any, names: Sequence[str], images: Any, batch: int) -> list[Array]:
    """Return the prediction and the outputs of layers for images, each with the images as its first axis.

    Raises:
        ValueError: there are no images.
    """
    import numpy as np

    observer = _observer(model, tuple(names))
    passes = [observer.predict_on_batch(each) for each in _batches(images, whole("batch", batch, 1, MAX_BATCH))]
    if not passes:
        raise ValueError("`images` must hold at least one image, not 0.")
    return [np.concatenate(parts) for parts in zip(*passes, strict=True)]


def _observer(model: Any, names: tuple[str, ...]) -> Any:
    """Return a model that outputs the prediction and the outputs of layers; it shares layers and weights."""
    import keras

    from senet_lab.gates.sites import tensor

    observers = _OBSERVERS.setdefault(model, {})
    if names not in observers:
        observers[names] = keras.Model(model.inputs, [model.outputs[0], *(tensor(model, name) for name in names)])
    return observers[names]


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
