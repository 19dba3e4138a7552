"""Reading: the gates of labeled images, and the statistics of them that the views draw, as plain numbers.

Only what computes imports this module, since it needs NumPy; views are given a reading, and know no array.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from senet_lab.drawing.raster import Array, colorize, png
from senet_lab.extras import needed_by
from senet_lab.gates.statistics import channel_specificity, class_means, saturation, similarity, specificity

with needed_by(__name__):
    import numpy as np

MAX_FIRST_CLASSES = 4  # more curves than that hide each other
MAX_HEAT_IMAGES, MAX_HEAT_CHANNELS = 60, 64  # per class, and per block: more would be thinner than a pixel
N_BINS = 40


class ChannelRow(NamedTuple):
    """One channel: its number, its mean gate for each class, and a statistic of it."""

    channel: int
    means: list[float]
    statistic: float


class BlockSummary(NamedTuple):
    """The gates of a block in a few numbers; `shut` and `opened` are shares of its channels, see `saturation`."""

    mean: float
    deviation: float
    least: float
    greatest: float
    shut: float
    opened: float


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """The gates of a network for some images.

    Attributes:
        gates: for each block, by its path, the gate of each image and channel: (images, channels).
        labels: the class of each image, by its number.
        classes: the names of the classes.
        predictions: (images, classes), probabilities; None where there is no classifier.
        has_labels: whether labels were given; else they are what the network predicted.
    """

    gates: Mapping[str, Array]
    labels: Array
    classes: tuple[str, ...]
    predictions: Array | None = None
    has_labels: bool = True
    _channel_ratios: dict[str, tuple[Array, Array]] = field(default_factory=dict, init=False)

    def __repr__(self) -> str:
        return f"<Reading of {len(self.gates)} gates, {len(self.labels):,} images, {len(self.classes)} classes>"

    def compute(self) -> Reading:
        """Compute now what would make the first picture wait; return the reading itself."""
        _ = self.first_classes, self.specificity, self.bounds
        return self

    @cached_property
    def n_gates(self) -> int:
        """The number of gates of all blocks."""
        return sum(values.shape[1] for values in self.gates.values())

    def n_channels(self, path: str) -> int:
        """Return the number of channels of a block."""
        return int(self.gates[path].shape[1])

    def label(self, number: int) -> int:
        """Return the class of an image."""
        return int(self.labels[number])

    def guess(self, number: int) -> int | None:
        """Return the most probable class of an image; None where there is no classifier."""
        return None if self.predictions is None else int(self.predictions[number].argmax())

    @cached_property
    def accuracy(self) -> float | None:
        """The share of images whose most probable class is their label; None where nobody can say."""
        if self.predictions is None or not self.has_labels:
            return None
        return float((self.predictions.argmax(1) == self.labels).mean())

    @cached_property
    def is_comparable(self) -> bool:
        """Whether there are two classes, and more images than classes, as an F ratio needs."""
        return 2 <= len(self._labels_present) < len(self.labels)

    @cached_property
    def specificity(self) -> dict[str, float]:
        """For each block, the variance of its gates between classes over that within, see `gates.specificity`.

        0 for all where there is none, see `is_comparable`.
        """
        if not self.is_comparable:
            return dict.fromkeys(self.gates, 0.0)
        return {path: specificity(values, self.labels) for path, values in self.gates.items()}

    def explained_share(self, path: str) -> float:
        """Return the share of the gates' variance that classes explain: the F ratio without the number of images."""
        if not self.is_comparable or np.isinf(self.specificity[path]):
            return float(self.is_comparable)
        n_classes = len(self._labels_present)
        weighted = (n_classes - 1) * self.specificity[path]
        return float(weighted / (weighted + len(self.labels) - n_classes))

    @cached_property
    def summaries(self) -> dict[str, BlockSummary]:
        """For each block, its gates in a few numbers."""
        return {
            path: BlockSummary(
                float(values.mean()), float(values.std()), float(values.min()), float(values.max()), *saturation(values)
            )
            for path, values in self.gates.items()
        }

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The ends of the axes of gates: 0 and 1, or wider for a gate that is no sigmoid."""
        least = min((each.least for each in self.summaries.values()), default=0.0)
        greatest = max((each.greatest for each in self.summaries.values()), default=1.0)
        return min(0.0, least), max(1.0, greatest)

    @cached_property
    def _labels_present(self) -> Array:
        return np.unique(self.labels)

    def present(self, classes: Sequence[int]) -> list[int]:
        """Return those of some classes that have images."""
        having = set(self._labels_present.tolist())
        return [number for number in classes if number in having]

    def means(self, path: str) -> Array:
        """Return the mean gate of each class and channel, (classes, channels); of a class without images, nan."""
        means = np.full((len(self.classes), self.n_channels(path)), np.nan)
        means[self._labels_present] = class_means(self.gates[path], self.labels)
        return means

    @cached_property
    def first_classes(self) -> tuple[int, ...]:
        """The classes that are drawn until others are selected: those with the most distinct gates in the last block.

        The one that is furthest from the mean of all, then each time the one that is furthest from all before it.
        """
        present = self.present(range(len(self.classes)))
        if len(present) <= MAX_FIRST_CLASSES:
            return tuple(present)
        means = np.nan_to_num(self.means(list(self.gates)[-1])[present])
        selected = [int(np.abs(means - means.mean(0)).mean(1).argmax())]
        distances = np.full(len(means), np.inf)  # of each class from the nearest of those that are selected
        while len(selected) < MAX_FIRST_CLASSES:
            distances = np.minimum(distances, np.abs(means - means[selected[-1]]).mean(1))
            distances[selected] = -1  # where gates are alike, none is selected twice
            selected.append(int(distances.argmax()))
        return tuple(sorted(present[at] for at in selected))

    def sorted_means(self, path: str, classes: Sequence[int]) -> tuple[Array, Array]:
        """Return the mean gates of classes, channels sorted by their mean over these, and the channels' numbers."""
        means = self.means(path)[self.present(classes)]
        order = np.argsort(means.mean(0), kind="stable") if len(means) else np.arange(means.shape[1])
        return means[:, order], order

    def curves(self, path: str, classes: Sequence[int], max_points: int) -> tuple[list[list[float]], int]:
        """Return the points of each class's curve, and of how many neighboring channels a point is the mean."""
        points, size = thin_out(self.sorted_means(path, classes)[0], max_points)
        return points.tolist(), size

    def differing_channels(self, path: str, classes: Sequence[int], count: int) -> list[ChannelRow]:
        """Return the channels with the greatest ranges of mean gates over classes, the greatest first."""
        means, order = self.sorted_means(path, classes)
        ranges = np.ptp(means, axis=0) if len(means) else np.zeros(means.shape[1])
        return [
            ChannelRow(int(order[at]), means[:, at].tolist(), float(ranges[at]))
            for at in np.argsort(-ranges, kind="stable")[:count]
        ]

    def mean_class_distance(self, path: str, classes: Sequence[int]) -> float:
        """Return the range of the mean gates over classes, on average over the channels."""
        return float(np.ptp(self.means(path)[self.present(classes)], axis=0).mean())

    def max_deviation(self, path: str) -> float:
        """Return the standard deviation over the images of the channel that moves most."""
        return float(self.gates[path].std(0).max())

    def channel_ratios(self, path: str) -> tuple[Array, Array]:
        """Return the numbers of a block's channels, the most specific first, and the F ratio of each channel."""
        if path not in self._channel_ratios:
            values = self.gates[path]
            ratios = channel_specificity(values, self.labels) if self.is_comparable else np.zeros(values.shape[1])
            self._channel_ratios[path] = np.argsort(-ratios, kind="stable"), ratios
        return self._channel_ratios[path]

    def specific_channels(self, path: str, classes: Sequence[int], count: int) -> list[ChannelRow]:
        """Return the channels with the highest F ratio, the highest first, with their mean gates for classes."""
        order, ratios = self.channel_ratios(path)
        means = self.means(path)[self.present(classes)]
        return [ChannelRow(int(at), means[:, at].tolist(), float(ratios[at])) for at in order[:count]]

    def count_specific(self, path: str, threshold: float) -> int:
        """Count the channels of a block with an F ratio above a threshold."""
        return int((self.channel_ratios(path)[1] > threshold).sum())

    def heat_map(self, path: str, classes: Sequence[int]) -> tuple[str, list[int], list[int]]:
        """Return the gates of the first images of classes as a picture, a PNG as a data URI.

        With the numbers of the channels, from top to bottom, the most specific first; and the number of images of
        each class, from left to right.
        """
        parts = [np.flatnonzero(self.labels == number)[:MAX_HEAT_IMAGES] for number in classes]
        channels = self.channel_ratios(path)[0][:MAX_HEAT_CHANNELS]
        values = self.gates[path][np.concatenate(parts)][:, channels].T
        return png(colorize(values, *self.bounds)), channels.tolist(), [len(part) for part in parts]

    @cached_property
    def color_scale(self) -> str:
        """The colors of a heat map from the greatest gate down to the least, as a PNG in a data URI."""
        low, high = self.bounds
        return png(colorize(np.linspace(high, low, 64)[:, None], low, high))

    def histogram(self, path: str, bounds: tuple[float, float] | None = None) -> tuple[list[float], list[float]]:
        """Return the share of gates in each of `N_BINS` bins between the bounds of an axis, and the edges of these."""
        edges = np.linspace(*(bounds or self.bounds), N_BINS + 1)
        counts, _ = np.histogram(np.clip(self.gates[path], edges[0], edges[-1]), edges)
        return (counts / self.gates[path].size).tolist(), edges.tolist()

    def quartiles(self, path: str) -> tuple[float, float, float]:
        """Return the quartiles of all gates of a block."""
        low, middle, high = np.quantile(self.gates[path], (0.25, 0.5, 0.75)).tolist()
        return low, middle, high

    def similarity(self, path: str, classes: Sequence[int]) -> tuple[list[int], list[list[float]]]:
        """Return the classes that have images, in ascending order, and `gates.similarity` of these."""
        present = sorted(self.present(classes))
        if not present:
            return [], []
        rows = np.isin(self.labels, present)
        return present, similarity(self.gates[path][rows], self.labels[rows]).tolist()

    def image_page(
        self, classes: Sequence[int], page: int, page_size: int, misclassified: bool = False
    ) -> tuple[list[int], int]:
        """Return the numbers of the images on one page of the sample, and the number of pages.

        Args:
            classes: the classes whose images are shown; they take turns.
            page: from 0; of numbers beyond the last page, the last one.
            misclassified: only images that the network misclassifies.
        """
        rows = np.isin(self.labels, self.present(classes))
        if misclassified and self.predictions is not None:
            rows &= self.predictions.argmax(1) != self.labels
        numbers = np.flatnonzero(rows)
        labels = self.labels[numbers]
        order = np.argsort(labels, kind="stable")
        turns = np.empty(len(numbers), int)  # of each image, how many of its class come before
        turns[order] = np.arange(len(numbers)) - np.searchsorted(labels[order], labels[order])
        numbers = numbers[np.lexsort((labels, turns))]
        pages = max(1, -(-len(numbers) // page_size))
        first = min(max(0, page), pages - 1) * page_size
        return numbers[first : first + page_size].tolist(), pages


def thin_out(rows: Array, max_points: int) -> tuple[Array, int]:
    """Return rows of at most `max_points` numbers, each the mean of neighbors, and of how many."""
    size = -(-rows.shape[1] // max_points)
    if size == 1:
        return rows, 1
    starts = np.arange(0, rows.shape[1], size)
    sizes = np.diff([*starts, rows.shape[1]])
    return np.add.reduceat(rows, starts, axis=1) / sizes, size
