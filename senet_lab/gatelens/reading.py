"""Reading: the gates of labeled images as plain numbers for the views, wherever they were computed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import isinf, sqrt
from operator import mul
from typing import Any, NamedTuple

MAX_OFFERED_CHANNELS = 4
MAX_HEAT_CHANNELS = 64  # per block: more would be thinner than a pixel


class ChannelRow(NamedTuple):
    """One channel: its number, its mean gate for each class, and a statistic of it."""

    channel: int
    means: list[float]
    statistic: float


class BlockSummary(NamedTuple):
    """Summary statistics of a block's gates; `shut` and `opened` are shares of its channels, see `saturation`."""

    mean: float
    deviation: float
    least: float
    greatest: float
    shut: float
    opened: float


class Histogram(NamedTuple):
    """The share of gates in each bin, from 0 to 1, and the edges of the bins (one more than bins)."""

    shares: list[float]
    edges: list[float]


class Reading(ABC):
    """The gates of a network for some images.

    Attributes:
        classes: the names of the classes.
        labels: the class number of each image.
        has_labels: whether labels were given; otherwise they are the network's predictions.
    """

    classes: tuple[str, ...]
    labels: Any  # a sequence, or an array
    has_labels: bool

    @property
    @abstractmethod
    def guesses(self) -> Sequence[int] | None:
        """The most probable class of each image; None without a classifier."""

    @property
    @abstractmethod
    def specificity(self) -> Mapping[str, float]:
        """The F ratio of each block: the variance of its gates between classes over that within classes.

        See `gates.specificity`; 0 for all blocks if it is undefined, see `is_comparable`.
        """

    @property
    @abstractmethod
    def summaries(self) -> Mapping[str, BlockSummary]:
        """Summary statistics of each block's gates, by path."""

    @property
    @abstractmethod
    def first_classes(self) -> tuple[int, ...]:
        """The classes to draw until others are selected: those with the most distinct gates."""

    @property
    @abstractmethod
    def color_scale(self) -> str:
        """The colors of a heat map, from the largest gate down to the smallest, as a PNG in a data URI."""

    @abstractmethod
    def n_channels(self, path: str) -> int:
        """Return the number of channels of a block."""

    @abstractmethod
    def class_means(self, path: str, classes: Sequence[int]) -> list[list[float]]:
        """Return the mean gate of each channel for each of some classes, all of which have images."""

    @abstractmethod
    def channel_ratios(self, path: str) -> list[float]:
        """Return the F ratio of each channel of a block."""

    @abstractmethod
    def max_deviation(self, path: str) -> float:
        """Return the largest standard deviation of a channel over the images."""

    @abstractmethod
    def histogram(self, path: str, bounds: tuple[float, float] | None = None) -> Histogram:
        """Return the distribution of a block's gates between the bounds of an axis."""

    @abstractmethod
    def quartiles(self, path: str) -> tuple[float, float, float]:
        """Return the quartiles of all gates of a block."""

    @abstractmethod
    def heat(self, path: str, number: int) -> tuple[str, int]:
        """Return the gates for the first images of a class as a PNG in a data URI, and the number of these images.

        The rows are `heat_channels`, from top to bottom.
        """

    def __repr__(self) -> str:
        return f"<Reading of {len(self.paths)} gates, {len(self.labels):,} images, {len(self.classes)} classes>"

    @property
    def paths(self) -> tuple[str, ...]:
        """The blocks with a gate, in network order."""
        return tuple(self.summaries)

    @cached_property
    def n_gates(self) -> int:
        """The total number of gates in all blocks."""
        return sum(map(self.n_channels, self.paths))

    def label(self, number: int) -> int:
        """Return the class of an image."""
        return int(self.labels[number])

    def guess(self, number: int) -> int | None:
        """Return the most probable class of an image; None without a classifier."""
        return None if self.guesses is None else int(self.guesses[number])

    @cached_property
    def accuracy(self) -> float | None:
        """The share of images whose most probable class is their label; None if it cannot be measured."""
        if self.guesses is None or not self.has_labels:
            return None
        right = sum(int(label == guess) for label, guess in zip(self.labels, self.guesses, strict=True))
        return right / len(self.labels)

    @cached_property
    def _counts(self) -> Counter[int]:
        """The number of images of each class that has images."""
        return Counter(map(int, self.labels))

    def present(self, classes: Sequence[int]) -> list[int]:
        """Return the given classes that have images."""
        return [number for number in classes if number in self._counts]

    @cached_property
    def is_comparable(self) -> bool:
        """Whether an F ratio is defined: there are at least two classes, and more images than classes."""
        return 2 <= len(self._counts) < len(self.labels)

    def explained_share(self, path: str) -> float:
        """Return the share of the gates' variance that classes explain: the F ratio without the number of images."""
        if not self.is_comparable or isinf(self.specificity[path]):
            return float(self.is_comparable)
        weighted = (len(self._counts) - 1) * self.specificity[path]
        return weighted / (weighted + len(self.labels) - len(self._counts))

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The ends of the axes of gates: 0 and 1, or wider for gates that are not sigmoids."""
        least = min((each.least for each in self.summaries.values()), default=0.0)
        greatest = max((each.greatest for each in self.summaries.values()), default=1.0)
        return min(0.0, least), max(1.0, greatest)

    def _columns(self, path: str, classes: Sequence[int]) -> list[tuple[float, ...]]:
        """Return the mean gate for each of some classes, channel by channel."""
        rows = self.class_means(path, self.present(classes))
        return list(zip(*rows, strict=True)) or [()] * self.n_channels(path)

    def curves(self, path: str, classes: Sequence[int], max_points: int) -> tuple[list[list[float]], int]:
        """Return the points of each class's curve, and how many neighboring channels each point averages.

        Channels are sorted by their mean over these classes.
        """
        rows = zip(*sorted(self._columns(path, classes), key=sum), strict=True)
        size = -(-self.n_channels(path) // max_points)
        return [thin_out(row, size) for row in rows], size

    def differing_channels(self, path: str, classes: Sequence[int], count: int) -> list[ChannelRow]:
        """Return the channels with the largest ranges of mean gates over classes, in descending order."""
        columns = self._columns(path, classes)
        ranges = list(map(_range, columns))
        order = sorted(range(len(columns)), key=lambda channel: (-ranges[channel], sum(columns[channel])))
        return [ChannelRow(channel, list(columns[channel]), ranges[channel]) for channel in order[:count]]

    def mean_class_distance(self, path: str, classes: Sequence[int]) -> float:
        """Return the range of the mean gates over classes, averaged over the channels."""
        return sum(map(_range, self._columns(path, classes))) / self.n_channels(path)

    def _most_specific(self, path: str, count: int) -> list[int]:
        """Return the channels of a block with the highest F ratios, in descending order."""
        ratios = self.channel_ratios(path)
        return sorted(range(len(ratios)), key=lambda channel: -ratios[channel])[:count]

    def specific_channels(self, path: str, classes: Sequence[int], count: int) -> list[ChannelRow]:
        """Return the channels with the highest F ratios, in descending order, with their mean gates for classes."""
        ratios, columns = self.channel_ratios(path), self._columns(path, classes)
        return [ChannelRow(at, list(columns[at]), ratios[at]) for at in self._most_specific(path, count)]

    def count_specific(self, path: str, threshold: float) -> int:
        """Count the channels of a block with an F ratio above a threshold."""
        return sum(ratio > threshold for ratio in self.channel_ratios(path))

    def offered_channels(self, path: str) -> list[int]:
        """Return the channels of a block that are offered first, most specific first."""
        return self._most_specific(path, MAX_OFFERED_CHANNELS)

    def channels(self, path: str) -> Sequence[int]:
        """Return the channels of a block whose images can be shown."""
        return range(self.n_channels(path))

    def heat_channels(self, path: str) -> list[int]:
        """Return the channels of a heat map from top to bottom, most specific first."""
        return self._most_specific(path, MAX_HEAT_CHANNELS)

    def similarity(self, path: str, classes: Sequence[int]) -> tuple[list[int], list[list[float]]]:
        """Return the classes that have images, in ascending order, and their `gates.similarity`."""
        present = sorted(self.present(classes))
        rows = self.class_means(path, present)
        means = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        units = [_unit([value - mean for value, mean in zip(row, means, strict=True)]) for row in rows]
        alike = [[max(-1.0, min(1.0, sum(map(mul, one, other)))) for other in units] for one in units]
        for at, row in enumerate(alike):
            row[at] = 1.0
        return present, alike

    def image_page(
        self, classes: Sequence[int], page: int, page_size: int, misclassified: bool = False
    ) -> tuple[list[int], int]:
        """Return the numbers of the images on one page of the sample, and the number of pages.

        Args:
            classes: the classes whose images are shown; they take turns.
            page: counted from 0; a number beyond the last page stands for the last page.
            misclassified: whether to show only images that the network misclassifies.
        """
        selected, turns, places = set(classes), Counter[int](), list[tuple[int, int, int]]()
        for number in self.images:
            label = self.label(number)
            if label in selected and not (misclassified and self.guess(number) == label):
                places.append((turns[label], label, number))
                turns[label] += 1
        pages = max(1, -(-len(places) // page_size))
        first = min(max(0, page), pages - 1) * page_size
        return [number for *_, number in sorted(places)[first : first + page_size]], pages

    @property
    def images(self) -> Sequence[int]:
        """The numbers of the images that can be sent through the network."""
        return range(len(self.labels))


def _range(values: Sequence[float]) -> float:
    return max(values) - min(values) if values else 0.0


def _unit(values: Sequence[float]) -> list[float]:
    """Subtract the mean and scale to length 1; return zeros if all values are equal."""
    mean = sum(values) / len(values)
    deviations = [value - mean for value in values]
    length = sqrt(sum(map(mul, deviations, deviations)))
    return [deviation / length for deviation in deviations] if length else deviations


def thin_out(values: Sequence[float], size: int) -> list[float]:
    """Return the mean of every `size` neighbors; the last group may be smaller."""
    parts = (values[start : start + size] for start in range(0, len(values), size))
    return [sum(part) / len(part) for part in parts]
