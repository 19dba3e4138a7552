"""Passage: one image on its way through a block, as pictures and plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class ChannelMaps(NamedTuple):
    """The feature map of a channel before and after scaling, as PNGs in data URIs with a common color scale."""

    channel: int
    before: str
    after: str


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
