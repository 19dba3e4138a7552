"""Statistics of gates by class: means, saturation, specificity, similarity. Plain NumPy.

`values` are the gates of a block, (images, channels); `labels` the class of each image, (images,).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from senet_lab import array_checks
from senet_lab.checks import flag, real, whole

if TYPE_CHECKING:
    from senet_lab.array_checks import Array

MAX_GATE = 10**6  # bound of a threshold, since a ReLU gate has no bound of its own


def class_means(values: Array, labels: Array) -> Array:
    """Return the mean of each channel over the images of a class, (classes, channels).

    A row for each class that occurs, in ascending order: the curves of Hu et al. 2018, sec. 7.2.
    """
    values, labels = _check_labeled(values, labels)
    import numpy as np

    return np.stack([values[labels == number].mean(0) for number in np.unique(labels)])


def class_deviations(values: Array, labels: Array) -> Array:
    """Return the standard deviation of each channel over the images of a class, (classes, channels)."""
    values, labels = _check_labeled(values, labels)
    import numpy as np

    return np.stack([values[labels == number].std(0) for number in np.unique(labels)])


def saturation(values: Array, low: float = 0.05, high: float = 0.95) -> tuple[float, float]:
    """Return the share of channels that are below `low` for every image, and that of those always above `high`."""
    low, high = real("low", low, -MAX_GATE, MAX_GATE), real("high", high, low, MAX_GATE)
    values = _gates(values)
    return float((values.max(0) < low).mean()), float((values.min(0) > high).mean())


def specificity(values: Array, labels: Array) -> float:
    """Return the F ratio of a block: variance of its gates between classes over that within, all channels pooled.

    That of a one-way analysis of variance (Fisher 1925), its mean squares summed over the channels before they are
    divided, so that a channel that never moves has no influence: about 1 where classes mean nothing, as with shuffled
    labels; 0 where no channel moves; infinite where gates follow the class alone.

    Raises:
        ValueError: fewer than two classes, or no more images than classes.
    """
    between, within = _mean_squares(values, labels)
    return float(_ratio(between.sum(), within.sum()))


def channel_specificity(values: Array, labels: Array) -> Array:
    """Return the F ratio of each channel, (channels,); 0 for one that never moves. Errors as in `specificity`."""
    ratios: Array = _ratio(*_mean_squares(values, labels))
    return ratios


def most_specific(values: Array, labels: Array, count: int) -> Array:
    """Return the channels with the highest F ratio, the highest first, (count,)."""
    ratios = channel_specificity(values, labels)
    import numpy as np

    return np.argsort(-ratios, kind="stable")[: whole("count", count, 1, len(ratios))]


def similarity(values: Array, labels: Array, *, centred: bool = True) -> Array:
    """Return the correlation of the classes' mean gates over the channels, (classes, classes).

    Representational similarity (Kriegeskorte et al. 2008). The mean over the classes is subtracted first, or all would
    be close to 1 by what every image has in common; so of two classes the correlation is always -1. A class at the
    mean of all has 0 with the others.

    Args:
        centred: False leaves the mean in, which shows whether a block distinguishes classes at all.
    """
    means = class_means(values, labels)
    import numpy as np

    if flag("centred", centred):
        means = means - means.mean(0)
    deviations = means - means.mean(1, keepdims=True)
    lengths = np.sqrt((deviations**2).sum(1, keepdims=True))
    units = np.divide(deviations, lengths, out=np.zeros_like(deviations), where=lengths > 0)
    correlations: Array = units @ units.T
    np.fill_diagonal(correlations, 1.0)
    return correlations.clip(-1, 1)


def _mean_squares(values: Array, labels: Array) -> tuple[Array, Array]:
    values, labels = _check_labeled(values, labels)
    import numpy as np

    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2 or len(values) <= len(classes):
        raise ValueError(
            f"An F ratio needs at least 2 classes and more images than classes, not {len(classes)} and {len(values)}; "
            "choose more classes, or more images of each."
        )
    means = class_means(values, labels)
    between = (counts[:, None] * (means - values.mean(0)) ** 2).sum(0) / (len(classes) - 1)
    within = ((values - means[np.searchsorted(classes, labels)]) ** 2).sum(0) / (len(values) - len(classes))
    # The rest of a channel that never moves is rounding.
    floor = (1e-12 * np.abs(values).max(0)) ** 2
    return np.where(between > floor, between, 0.0), np.where(within > floor, within, 0.0)


def _ratio(between: Any, within: Any) -> Any:
    import numpy as np

    limit = np.where(between > 0, np.inf, 0.0)  # where nothing varies within classes
    return np.divide(between, within, out=np.asarray(limit, "float64"), where=within > 0)


def _gates(values: Array) -> Array:
    """Return gates as float64, so that sums over many images do not round away what differs between classes."""
    gates = array_checks.numbers("values", values, "gates(model, images)['group1/block1']")
    if gates.ndim != 2 or not gates.size:
        raise ValueError(
            f"`values` (of shape {gates.shape}) must be gates, (images, channels), at least one; try "
            "gates(model, images)['group1/block1']."
        )
    return gates.astype("float64", copy=False)


def _check_labeled(values: Array, labels: Array) -> tuple[Array, Array]:
    values, labels = _gates(values), array_checks.labels("labels", labels)
    if len(labels) != len(values):
        raise ValueError(
            f"`labels` (of shape {labels.shape}) must be one for each of the images (={len(values)}); try an array of "
            f"shape ({len(values)},)."
        )
    return values, labels
