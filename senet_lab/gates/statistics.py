"""Statistics of gates by class: means, saturation, specificity, similarity. Plain NumPy.

`values` are the gates of a block, (images, channels); `labels` the class of each image, (images,).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from senet_lab import array_checks
from senet_lab.checks import flag, real, whole

if TYPE_CHECKING:
    from senet_lab.array_checks import Array

MAX_GATE = 10**6  # upper limit for a threshold, since a ReLU gate is unbounded


def class_means(values: Array, labels: Array) -> Array:
    """Return the mean of each channel over the images of each class, (classes, channels).

    There is one row per class that occurs, in ascending order: the curves of Hu et al. 2018, sec. 7.2.
    """
    values, labels = _check_labeled(values, labels)
    import numpy as np

    return np.stack([values[labels == number].mean(0) for number in np.unique(labels)])


def class_deviations(values: Array, labels: Array) -> Array:
    """Return the standard deviation of each channel over the images of each class, (classes, channels)."""
    values, labels = _check_labeled(values, labels)
    import numpy as np

    return np.stack([values[labels == number].std(0) for number in np.unique(labels)])


def saturation(values: Array, low: float = 0.05, high: float = 0.95) -> tuple[float, float]:
    """Return the share of channels that are below `low` for every image, and the share above `high` for every image."""
    low, high = real("low", low, -MAX_GATE, MAX_GATE), real("high", high, low, MAX_GATE)
    values = _gates(values)
    return float((values.max(0) < low).mean()), float((values.min(0) > high).mean())


def specificity(values: Array, labels: Array) -> float:
    """Return the F ratio of a block: the variance of its gates between classes, divided by that within classes.

    It is the F ratio of a one-way analysis of variance (Fisher 1925), except that mean squares are summed over the
    channels before they are divided, so a constant channel has no influence. It is about 1 if gates are unrelated to
    classes, as with shuffled labels; 0 if all channels are constant; infinite if gates depend only on the class.

    Raises:
        ValueError: fewer than two classes, or no more images than classes.
    """
    between, within = _mean_squares(values, labels)
    return float(_ratio(between.sum(), within.sum()))


def channel_specificity(values: Array, labels: Array) -> Array:
    """Return the F ratio of each channel, (channels,); 0 for a constant channel. Errors are those of `specificity`."""
    ratios: Array = _ratio(*_mean_squares(values, labels))
    return ratios


def most_specific(values: Array, labels: Array, count: int) -> Array:
    """Return the channels with the highest F ratios, in descending order, (count,)."""
    ratios = channel_specificity(values, labels)
    import numpy as np

    return np.argsort(-ratios, kind="stable")[: whole("count", count, 1, len(ratios))]


def similarity(values: Array, labels: Array, *, centred: bool = True) -> Array:
    """Return the correlation of the classes' mean gates over the channels, (classes, classes).

    This is representational similarity (Kriegeskorte et al. 2008). The mean over the classes is subtracted first;
    otherwise, what all images have in common would make every correlation close to 1. Two classes therefore always
    have a correlation of -1. A class whose gates equal the mean has a correlation of 0 with all others.

    Args:
        centred: False keeps the mean, which shows whether a block distinguishes classes at all.
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
    # What remains of a constant channel is rounding error.
    floor = (1e-12 * np.abs(values).max(0)) ** 2
    return np.where(between > floor, between, 0.0), np.where(within > floor, within, 0.0)


def _ratio(between: Any, within: Any) -> Any:
    import numpy as np

    limit = np.where(between > 0, np.inf, 0.0)  # if nothing varies within classes
    return np.divide(between, within, out=np.asarray(limit, "float64"), where=within > 0)


def _gates(values: Array) -> Array:
    """Return gates as float64, so that rounding in sums over many images does not hide differences between classes."""
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
