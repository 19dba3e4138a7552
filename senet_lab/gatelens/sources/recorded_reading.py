"""Recorded reading: write the statistics of a network's gates as JSON, and read them where there is no NumPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import inf
from typing import Any

from senet_lab.gatelens.reading import BlockSummary, Histogram, Reading

SIGMOID = (0.0, 1.0)  # the possible values of a sigmoid gate

Json = dict[str, Any]


class RecordedReading(Reading):
    """A reading whose statistics were computed before recording; see `reading_json`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.classes, self.labels, self.has_labels = tuple(values["classes"]), values["labels"], values["has_labels"]
        self._values, self._blocks = values, values["blocks"]

    @property
    def images(self) -> Sequence[int]:
        """The numbers of the recorded images."""
        images: Sequence[int] = self._values["images"]
        return images

    def channels(self, path: str) -> Sequence[int]:
        """Return the channels whose images were recorded."""
        return self.offered_channels(path)

    @property
    def guesses(self) -> Sequence[int] | None:
        """The most probable class of each image."""
        guesses: Sequence[int] | None = self._values["guesses"]
        return guesses

    @cached_property
    def specificity(self) -> Mapping[str, float]:
        """The F ratio of each block."""
        return {path: _ratio(block["specificity"]) for path, block in self._blocks.items()}

    @cached_property
    def summaries(self) -> Mapping[str, BlockSummary]:
        """Summary statistics of each block's gates."""
        return {path: BlockSummary(*block["summary"]) for path, block in self._blocks.items()}

    @property
    def first_classes(self) -> tuple[int, ...]:
        """The classes to draw until others are selected."""
        return tuple(self._values["first_classes"])

    @property
    def color_scale(self) -> str:
        """The colors of a heat map."""
        return str(self._values["color_scale"])

    def n_channels(self, path: str) -> int:
        """Return the number of channels of a block."""
        return len(self._blocks[path]["ratios"])

    def class_means(self, path: str, classes: Sequence[int]) -> list[list[float]]:
        """Return the mean gate of each channel for each of some classes."""
        means = self._blocks[path]["means"]
        return [means[str(number)] for number in classes]

    def channel_ratios(self, path: str) -> list[float]:
        """Return the F ratio of each channel of a block."""
        return list(map(_ratio, self._blocks[path]["ratios"]))

    def max_deviation(self, path: str) -> float:
        """Return the largest standard deviation of a channel over the images."""
        return float(self._blocks[path]["deviation"])

    def histogram(self, path: str, bounds: tuple[float, float] | None = None) -> Histogram:
        """Return the distribution of a block's gates; the recorded axis is from 0 to 1, as for all sigmoid gates."""
        if bounds not in (None, SIGMOID):
            raise ValueError(f"`bounds` (={bounds}) must be {SIGMOID}, as recorded.")
        return Histogram(*self._blocks[path]["histogram"])

    def quartiles(self, path: str) -> tuple[float, float, float]:
        """Return the quartiles of all gates of a block."""
        low, middle, high = self._blocks[path]["quartiles"]
        return low, middle, high

    def heat(self, path: str, number: int) -> tuple[str, int]:
        """Return the gates for the first images of a class as a picture, and the number of these images."""
        picture, count = self._blocks[path]["heat"][str(number)]
        return picture, count


def reading_json(reading: Reading, images: Sequence[int], *, is_drawn: bool = True) -> Json:
    """Return a reading as `RecordedReading` takes it.

    Args:
        images: the numbers of the images whose passages are recorded.
        is_drawn: whether its heat maps are drawn; those of the untrained network are not.
    """
    present = reading.present(range(len(reading.classes)))
    return {
        "classes": list(reading.classes),
        "labels": [reading.label(number) for number in range(len(reading.labels))],
        "guesses": None if reading.guesses is None else list(reading.guesses),
        "has_labels": reading.has_labels,
        "first_classes": list(reading.first_classes),
        "color_scale": reading.color_scale,
        "images": list(images),
        "blocks": {path: _block_json(reading, path, present, is_drawn) for path in reading.paths},
    }


def _block_json(reading: Reading, path: str, present: Sequence[int], is_drawn: bool) -> Json:
    return {
        "summary": list(reading.summaries[path]),
        "specificity": _ratio_json(reading.specificity[path]),
        "ratios": list(map(_ratio_json, reading.channel_ratios(path))),
        "deviation": reading.max_deviation(path),
        "quartiles": list(reading.quartiles(path)),
        "histogram": list(reading.histogram(path, SIGMOID)),
        "means": dict(zip(map(str, present), reading.class_means(path, present), strict=True)),
        "heat": {str(number): list(reading.heat(path, number)) for number in present if is_drawn},
    }


def _ratio_json(ratio: float) -> float | None:
    """Return an F ratio as JSON, with null for infinity."""
    return None if ratio == inf else ratio


def _ratio(value: float | None) -> float:
    return inf if value is None else value
