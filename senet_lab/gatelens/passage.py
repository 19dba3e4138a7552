"""Passage: images on their way through a block, as pictures and plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class ChannelMaps(NamedTuple):
    """The feature map of a channel before and after scaling, as PNGs in data URIs with a common color scale."""

    channel: int
    before: str
    after: str


class Example(NamedTuple):
    """An image, by number, and its gate for a channel; with picture and feature map as PNGs in data URIs."""

    image: int
    gate: float
    picture: str
    map: str


@dataclass(frozen=True)
class ChannelExamples:
    """The images that open and close the gate of a channel most, each the most extreme first.

    The feature maps are those that the gate scales; all of a channel have a common color scale.
    """

    opening: list[Example]
    closing: list[Example]


class Look(NamedTuple):
    """Where the network looks for a class while its gates are free, or all held in one way.

    Attributes:
        how: one of `gates.ablation.HOWS`; "own" for free gates.
        map: Grad-CAM as a gray PNG in a data URI: the brighter, the more a place raises the score of the class.
        probability: of the class.
        likeness: the correlation of the map with that of free gates; None if a map is the same everywhere.
    """

    how: str
    map: str
    probability: float
    likeness: float | None


@dataclass(frozen=True)
class Looks:
    """Where the network looks in an image: for each class by number, free gates first, then held ones."""

    by_class: dict[int, list[Look]]


class PixelGates(NamedTuple):
    """The gates of the pixels of a block for one image.

    Attributes:
        size: height and width of the map that they scale.
        map: the gates as a PNG in a data URI, colored from `low` to `high`.
        shade: the same as a gray PNG: the brighter, the larger the gate.
        low, high: the smallest and the largest gate.
        regions: the mean gate in each part of the image, row by row: three by three, or fewer in a smaller map.
    """

    size: tuple[int, int]
    map: str
    shade: str
    low: float
    high: float
    regions: list[list[float]]


@dataclass(frozen=True)
class Passage:
    """One image on its way through a block.

    Attributes:
        picture: the image as a PNG in a data URI.
        name: its name, see `image_name`; or the name of its file.
        label: its class number; None if unknown.
        guesses: the most probable class numbers with their probabilities; None without a classifier.
        gate: the gate of each channel of the block.
        usual: the mean gate of each channel over the sample.
        raised, lowered: the channels whose gate is furthest above and below its mean, in descending order.
        about: how the image was changed to fit the network, if it was.
        outputs: the names of the classes of the guesses, if they are not the classes of the labels.
        pixels: the gates of the block's pixels; None if it has gates per channel only.
    """

    picture: str
    name: str
    label: int | None
    guesses: list[tuple[int, float]] | None
    gate: list[float]
    usual: list[float]
    raised: list[ChannelMaps]
    lowered: list[ChannelMaps]
    about: str = ""
    outputs: tuple[str, ...] = ()
    pixels: PixelGates | None = None
