"""Gates: what squeeze-excite lets through, image by image, and what classes have to do with it.

observed = gates.observed(model, images)
gates.specificity(observed.gates["group3/block3"], labels)

Statistics take gates as (images, channels) and labels as (images,), and are plain NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from senet_lab.checks import flag, one_of, real, whole

if TYPE_CHECKING:
    import keras
    import numpy as np

    Array = np.ndarray[Any, Any]

BATCH = 256
# The sub-models that observe a model, by their extra layers: one that was traced once is at hand the next time. They
# hold its layers and not itself, so they go when it goes.
_OBSERVERS: WeakKeyDictionary[Any, dict[tuple[str, ...], Any]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Observed:
    """What one pass of images through a model showed.

    Attributes:
        gates: for each block by its path, (images, channels), float32.
        predictions: the model's output; (images, classes) with a classifier.
        also: the outputs of the other layers that were asked for, by name.
    """

    gates: dict[str, Array]
    predictions: Array
    also: dict[str, Array]


def gates(model: keras.Model, images: Array | Iterable[Array], *, batch: int = BATCH) -> dict[str, Array]:
    """The gates of every squeeze-excite block, for each block by its path: (images, channels), float32.

    Arguments and errors as of `observed`.
    """
    return observed(model, images, batch=batch).gates


def observed(
    model: keras.Model, images: Array | Iterable[Array], *, batch: int = BATCH, also: Sequence[str] = ()
) -> Observed:
    """Gates and predictions of images in one pass; in memory are the results and one batch.

    Args:
        model: a functional model with squeeze-excite: built here, composed by hand or loaded from a file.
        images: ready for the model, (images, height, width, channels); or any number of batches of them.
        batch: images at a time, where they come in one array.
        also: names of layers whose outputs are wanted as well, as those in `sites(model)`; feature maps are large.

    Raises:
        ValueError: the model has no gates, or there are no images.
    """
    import numpy as np

    from senet_lab.nets.gated import sites

    paths = [site.path for site in sites(model)]
    observer = _observer(model, tuple(also))
    passes = [observer.predict_on_batch(each) for each in _batches(images, whole("batch", batch))]
    if not passes:
        raise ValueError("`images` must hold at least one image, not 0.")
    predictions, *rest = (np.concatenate(parts) for parts in zip(*passes, strict=True))
    values = (part.reshape(len(part), -1).astype("float32", copy=False) for part in rest)
    others = dict(zip(also, rest[len(paths) :], strict=True))
    return Observed(dict(zip(paths, values, strict=False)), predictions, others)


def _observer(model: Any, also: tuple[str, ...]) -> Any:
    """The model once more, with its gates beside its prediction; it shares layers and weights."""
    import keras

    from senet_lab.nets.gated import sites, tensor

    known = _OBSERVERS.setdefault(model, {})
    if also not in known:
        names = [operation.name for operation in model.operations]
        wanted = [*(site.gate for site in sites(model)), *(one_of("also", name, names) for name in also)]
        known[also] = keras.Model(model.inputs, [model.outputs[0], *(tensor(model, name) for name in wanted)])
    return known[also]


def _batches(images: Any, batch: int) -> Iterator[Array]:
    if hasattr(images, "shape"):
        return (images[start : start + batch] for start in range(0, len(images), batch))
    return iter(images)


def untrained(model: keras.Model, images: Array | None = None, *, seed: int = 0) -> keras.Model:
    """The same architecture with fresh weights: what gates look like before anything is learned.

    Args:
        model: a functional model.
        images: batch normalization takes its statistics from these, ready for the model, as it would in its first
            steps; None leaves it at mean 0 and variance 1, with which maps grow from block to block.
        seed: of the weights; the global one stays as it is.
    """
    import keras

    seeds = iter(range(1000 * seed, 1000 * seed + 10**6))

    def fresh(layer: Any) -> Any:
        config = layer.get_config()
        for name, value in config.items():
            if name.endswith("_initializer") and isinstance(value, dict) and "seed" in value["config"]:
                value["config"]["seed"] = next(seeds)
        return type(layer).from_config(config)

    clone = keras.models.clone_model(model, clone_function=fresh)
    if images is not None:
        norms = [layer for layer in clone.layers if isinstance(layer, keras.layers.BatchNormalization)]
        momenta = [norm.momentum for norm in norms]
        for norm in norms:
            norm.momentum = 0.0
        clone(images, training=True)
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
    return clone


def class_means(values: Array, labels: Array) -> Array:
    """The mean of each channel over the images of a class, (classes, channels).

    A row for each class that occurs, in ascending order; of Hu et al. 2018, sec. 7.2, these are the curves.
    """
    import numpy as np

    values, labels = _checked(values, labels)
    return np.stack([values[labels == one].mean(0) for one in np.unique(labels)])


def class_deviations(values: Array, labels: Array) -> Array:
    """The deviation of each channel over the images of a class, (classes, channels), rows as in `class_means`."""
    import numpy as np

    values, labels = _checked(values, labels)
    return np.stack([values[labels == one].std(0) for one in np.unique(labels)])


def saturation(values: Array, low: float = 0.05, high: float = 0.95) -> tuple[float, float]:
    """The share of channels that are below `low` for every image, and that of those always above `high`."""
    low, high = real("low", low, float("-inf"), float("inf")), real("high", high, low, float("inf"))
    values, _ = _checked(values, None)
    return float((values.max(0) < low).mean()), float((values.min(0) > high).mean())


def specificity(values: Array, labels: Array) -> float:
    """How much a block's gates tell of the class: variance between classes over variance within, all channels pooled.

    The F ratio of a one-way analysis of variance (Fisher 1925), its mean squares summed over the channels before
    they are divided: about 1 where classes mean nothing, as with shuffled labels, and no channel that never moves can
    upset it. 0 where none moves, infinite where they follow the class alone.

    Raises:
        ValueError: fewer than two classes, or no more images than classes.
    """
    between, within = _mean_squares(values, labels)
    return float(_ratio(between.sum(), within.sum()))


def channel_specificity(values: Array, labels: Array) -> Array:
    """The F ratio of each channel, (channels,); 0 for one that never moves. Errors as in `specificity`."""
    found: Array = _ratio(*_mean_squares(values, labels))
    return found


def most_specific(values: Array, labels: Array, count: int) -> Array:
    """The channels with the highest F ratio, the highest first, (count,)."""
    import numpy as np

    found = channel_specificity(values, labels)
    return np.argsort(-found, kind="stable")[: whole("count", count, 1, len(found))]


def closeness(values: Array, labels: Array, *, centred: bool = True) -> Array:
    """How alike classes are by their gates: correlation of their mean gates over the channels, (classes, classes).

    Representational similarity (Kriegeskorte et al. 2008). The mean over the classes is taken away first, or all would
    be close to 1 by what every image has in common; so two classes alone are always at -1. A class with nothing of
    its own has 0 with the others.

    Args:
        centred: False leaves the mean in: whether a block tells classes apart at all.
    """
    import numpy as np

    means = class_means(values, labels)
    if flag("centred", centred):
        means = means - means.mean(0)
    apart = means - means.mean(1, keepdims=True)
    length = np.sqrt((apart**2).sum(1, keepdims=True))
    units = np.divide(apart, length, out=np.zeros_like(apart), where=length > 0)
    together: Array = units @ units.T
    np.fill_diagonal(together, 1.0)
    return together.clip(-1, 1)


def _mean_squares(values: Array, labels: Array) -> tuple[Array, Array]:
    """Between and within classes, for each channel."""
    import numpy as np

    values, labels = _checked(values, labels)
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2 or len(values) <= len(classes):
        raise ValueError(
            f"An F ratio needs at least 2 classes and more images than classes, not {len(classes)} and {len(values)}; "
            "choose more classes, or more images of each."
        )
    means = class_means(values, labels)
    between = (counts[:, None] * (means - values.mean(0)) ** 2).sum(0) / (len(classes) - 1)
    within = ((values - means[np.searchsorted(classes, labels)]) ** 2).sum(0) / (len(values) - len(classes))
    # What is left of a channel that never moves is rounding.
    floor = (1e-12 * np.abs(values).max(0)) ** 2
    return np.where(between > floor, between, 0.0), np.where(within > floor, within, 0.0)


def _ratio(between: Any, within: Any) -> Any:
    import numpy as np

    alone = np.where(between > 0, np.inf, 0.0)
    return np.divide(between, within, out=np.asarray(alone, "float64"), where=within > 0)


def _checked(values: Array, labels: Array | None) -> tuple[Array, Array]:
    """As float64, so that sums over many images do not round away what differs between classes."""
    import numpy as np

    values = np.asarray(values, "float64")
    if values.ndim != 2 or not values.size:
        raise ValueError(f"`values` must be gates, (images, channels), not of shape {values.shape}.")
    labels = np.zeros(len(values), int) if labels is None else np.asarray(labels)
    if labels.shape != (len(values),):
        raise ValueError(
            f"`labels` (of shape {labels.shape}) must be one for each of the images (={len(values)}), {(len(values),)}."
        )
    return values, labels
