"""Passage: one image on its way through a block, as pictures and plain numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class ChannelMaps(NamedTuple):
    """The feature map of a channel before and after scaling, as PNGs in data URIs on one scale of colors."""

    channel: int
    before: str
    after: str


@dataclass(frozen=True)
class Passage:
    """One image on its way through a block.

    Attributes:
        picture: the image as a PNG in a data URI.
        name: what to call it, see `image_name`; or its file.
        label: its class by number; None where nobody knows.
        guesses: the most probable classes by number, with their probability; None where there is no classifier.
        gate: of each channel of the block.
        usual: the mean gate of each channel over the sample.
        raised, lowered: the channels whose gate is furthest above and below its mean, the furthest first.
        about: what was done to make the image fit, if anything was.
        outputs: what the guesses are of, where that is something else than the classes of the labels.
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
