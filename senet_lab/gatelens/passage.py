"""Passage: one image on its way through a block, as pictures and plain numbers. Needs NumPy and Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from senet_lab.drawing.raster import Array, colorize, png
from senet_lab.extras import needed_by

with needed_by(__name__):
    import numpy as np

MAX_MAPS = 4  # channels raised, and as many lowered
MAX_GUESSES = 5


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


def best_guesses(probabilities: Array) -> list[tuple[int, float]]:
    """Return the most probable of (classes,), by number, with their probability."""
    order = np.argsort(-probabilities, kind="stable")[:MAX_GUESSES]
    return [(int(number), float(probabilities[number])) for number in order]


def extreme_channels(
    gate: Array, usual: Array, before: Array, after: Array
) -> tuple[list[ChannelMaps], list[ChannelMaps]]:
    """Return the channels whose gate is furthest above their usual one, and furthest below, the furthest first.

    Args:
        gate, usual: (channels,).
        before, after: the maps that are scaled, and scaled: (height, width, channels).
    """
    order = np.argsort(gate - usual, kind="stable")
    count = min(MAX_MAPS, len(order) // 2)
    raised, lowered = (
        [_maps(int(channel), before[..., channel], after[..., channel]) for channel in channels]
        for channels in (order[::-1][:count], order[:count])
    )
    return raised, lowered


def _maps(channel: int, before: Array, after: Array) -> ChannelMaps:
    low, high = float(min(before.min(), after.min())), float(max(before.max(), after.max()))
    return ChannelMaps(channel, png(colorize(before, low, high)), png(colorize(after, low, high)))
