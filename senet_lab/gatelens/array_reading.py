"""Array reading: a reading whose statistics are computed from the gates of all images. Needs NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from senet_lab.drawing.raster import Array, heat_png
from senet_lab.extras import needed_by
from senet_lab.gatelens.reading import BlockSummary, Histogram, Reading
from senet_lab.gates.statistics import channel_specificity, class_means, saturation, similarity, specificity

with needed_by(__name__):
    import numpy as np

MAX_FIRST_CLASSES = 4  # more curves than that hide each other
MAX_HEAT_IMAGES = 60  # per class: more would be thinner than a pixel
N_BINS = 40


@dataclass(frozen=True, eq=False, repr=False)
class ArrayReading(Reading):
    """The gates of a network for some images.

    Attributes:
        gates: the gates of each block by its path, (images, channels).
        labels: class numbers, (images,).
        predictions: probabilities, (images, classes); None without a classifier.
    """

    gates: Mapping[str, Array]
    labels: Array
    classes: tuple[str, ...]
    predictions: Array | None = None
    has_labels: bool = True

    def compute(self) -> ArrayReading:
        """Compute in advance everything that would delay the first picture; return the reading."""
        _ = self.first_classes, self.specificity, self.bounds
        return self

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The blocks with a gate, in network order."""
        return tuple(self.gates)

    def n_channels(self, path: str) -> int:
        """Return the number of channels of a block."""
        return int(self.gates[path].shape[1])

    @cached_property
    def guesses(self) -> Sequence[int] | None:
        """The most probable class of each image."""
        return None if self.predictions is None else self.predictions.argmax(1).tolist()

    @cached_property
    def specificity(self) -> Mapping[str, float]:
        """The F ratio of each block."""
        if not self.is_comparable:
            return dict.fromkeys(self.gates, 0.0)
        return {path: specificity(values, self.labels) for path, values in self.gates.items()}

    @cached_property
    def summaries(self) -> Mapping[str, BlockSummary]:
        """Summary statistics of each block's gates."""
        return {
            path: BlockSummary(
                float(values.mean()), float(values.std()), float(values.min()), float(values.max()), *saturation(values)
            )
            for path, values in self.gates.items()
        }

    def _means(self, path: str) -> tuple[list[int], Array]:
        """Return the classes that have images, ascending, and their mean gates: (classes, channels)."""
        return sorted(self._counts), class_means(self.gates[path], self.labels)

    def class_means(self, path: str, classes: Sequence[int]) -> list[list[float]]:
        """Return the mean gate of each channel for each of some classes."""
        present, means = self._means(path)
        places = {number: row for row, number in enumerate(present)}
        rows: list[list[float]] = means[[places[number] for number in classes]].tolist()
        return rows

    @cached_property
    def first_classes(self) -> tuple[int, ...]:
        """The classes with the most distinct gates in the last block.

        First the class furthest from the mean of all, then repeatedly the class furthest from all selected ones.
        """
        present = sorted(self._counts)
        if len(present) <= MAX_FIRST_CLASSES:
            return tuple(present)
        means = np.nan_to_num(self._means(self.paths[-1])[1])
        selected = [int(np.abs(means - means.mean(0)).mean(1).argmax())]
        distances = np.full(len(means), np.inf)  # from each class to the nearest selected one
        while len(selected) < MAX_FIRST_CLASSES:
            distances = np.minimum(distances, np.abs(means - means[selected[-1]]).mean(1))
            distances[selected] = -1  # no class is selected twice, even if all gates are equal
            selected.append(int(distances.argmax()))
        return tuple(sorted(present[at] for at in selected))

    def similarity(self, path: str, classes: Sequence[int]) -> tuple[list[int], list[list[float]]]:
        """Return the same as the base class a hundred times faster: 100 classes have 5,000 pairs."""
        present = sorted(self.present(classes))
        if not present:
            return [], []
        rows = np.isin(self.labels, present)
        return present, similarity(self.gates[path][rows], self.labels[rows]).tolist()

    def max_deviation(self, path: str) -> float:
        """Return the largest standard deviation of a channel over the images."""
        return float(self.gates[path].std(0).max())

    @cached_property
    def _orders(self) -> dict[str, list[int]]:
        return {}

    def heat_channels(self, path: str) -> list[int]:
        """Return the channels of a heat map from top to bottom, sorted once for all classes."""
        if path not in self._orders:
            self._orders[path] = super().heat_channels(path)
        return self._orders[path]

    @cached_property
    def _ratios(self) -> dict[str, list[float]]:
        return {}

    def channel_ratios(self, path: str) -> list[float]:
        """Return the F ratio of each channel of a block."""
        if path not in self._ratios:
            values = self.gates[path]
            ratios = channel_specificity(values, self.labels) if self.is_comparable else np.zeros(values.shape[1])
            self._ratios[path] = ratios.tolist()
        return self._ratios[path]

    def heat(self, path: str, number: int) -> tuple[str, int]:
        """Return the gates for the first images of a class as a picture, and the number of these images."""
        images = np.flatnonzero(self.labels == number)[:MAX_HEAT_IMAGES]
        values = self.gates[path][images][:, self.heat_channels(path)].T
        return heat_png(values, *self.bounds), len(images)

    @cached_property
    def color_scale(self) -> str:
        """The colors of a heat map, from the largest gate down to the smallest."""
        low, high = self.bounds
        return heat_png(np.linspace(high, low, 64)[:, None], low, high)

    def histogram(self, path: str, bounds: tuple[float, float] | None = None) -> Histogram:
        """Return the distribution of a block's gates between the bounds of an axis, in `N_BINS` bins."""
        edges = np.linspace(*(bounds or self.bounds), N_BINS + 1)
        counts, _ = np.histogram(np.clip(self.gates[path], edges[0], edges[-1]), edges)
        return Histogram((counts / self.gates[path].size).tolist(), edges.tolist())

    def quartiles(self, path: str) -> tuple[float, float, float]:
        """Return the quartiles of all gates of a block."""
        low, middle, high = np.quantile(self.gates[path], (0.25, 0.5, 0.75)).tolist()
        return low, middle, high
