"""What classes have to do with gates: means, saturation, specificity, similarity. Plain NumPy.

`values` are the gates of a block, (images, channels); `labels` the class of each image, (images,).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from senet_lab import array_checks
from senet_lab.checks import flag, real, whole

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

MAX_GATE = 10**6  # a threshold's bound: a ReLU gate has none of its own


def class_means(values: Array, labels: Array) -> Array:
    """The mean of each channel over the images of a class, (classes, channels).

    A row for each class that occurs, in ascending order; of Hu et al. 2018, sec. 7.2, these are the curves.
    """
    import numpy as np

    values, labels = _checked(values, labels)
    return np.stack([values[labels == one].mean(0) for one in np.unique(labels)])


def class_deviations(values: Array, labels: Array) -> Array:
    """The standard deviation of each channel over the images of a class, (classes, channels), see `class_means`."""
    import numpy as np

    values, labels = _checked(values, labels)
    return np.stack([values[labels == one].std(0) for one in np.unique(labels)])


def saturation(values: Array, low: float = 0.05, high: float = 0.95) -> tuple[float, float]:
    """The share of channels that are below `low` for every image, and that of those always above `high`."""
    low, high = real("low", low, -MAX_GATE, MAX_GATE), real("high", high, low, MAX_GATE)
    values = _gates(values)
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


def similarity(values: Array, labels: Array, *, centred: bool = True) -> Array:
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


def _gates(values: Array) -> Array:
    """Return gates as float64, so that sums over many images do not round away what differs between classes."""
    found = array_checks.numbers("values", values, "gates(model, images)['group1/block1']")
    if found.ndim != 2 or not found.size:
        raise ValueError(
            f"`values` (of shape {found.shape}) must be gates, (images, channels), at least one; try "
            "gates(model, images)['group1/block1']."
        )
    return found.astype("float64", copy=False)


def _checked(values: Array, labels: Array) -> tuple[Array, Array]:
    values, labels = _gates(values), array_checks.labels("labels", labels)
    if len(labels) != len(values):
        raise ValueError(
            f"`labels` (of shape {labels.shape}) must be one for each of the images (={len(values)}); try an array of "
            f"shape ({len(values)},)."
        )
    return values, labels
