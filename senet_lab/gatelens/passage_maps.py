"""Passage maps: the parts of a passage that are computed from arrays. Needs NumPy."""

from __future__ import annotations

from senet_lab.drawing.raster import Array, heat_png, png
from senet_lab.extras import needed_by
from senet_lab.gatelens.passage import ChannelMaps, Look, PixelGates

with needed_by(__name__):
    import numpy as np

MAX_MAPS = 4  # number of raised channels, and of lowered channels
MAX_EXAMPLES = 4  # number of images that open a gate, and of those that close it
DARKEST = 40  # of 255: where nothing raises the score, the image can still be recognized
MAX_GUESSES = 5
MAX_REGIONS = 3  # along each side of an image


def probabilities(outputs: Array) -> Array:
    """Return outputs (images, classes) as probabilities: softmax of logits, and what is within 0 and 1 as it is."""
    if outputs.min() >= 0 and outputs.max() <= 1:
        return outputs
    powers: Array = np.exp(np.float64(outputs) - outputs.max(1, keepdims=True))
    powers /= powers.sum(1, keepdims=True)
    return powers


def best_guesses(probabilities: Array) -> list[tuple[int, float]]:
    """Return the most probable class numbers with their probabilities, from probabilities (classes,)."""
    order = np.argsort(-probabilities, kind="stable")[:MAX_GUESSES]
    return [(int(number), float(probabilities[number])) for number in order]


def extreme_channels(
    gate: Array, usual: Array, before: Array, after: Array
) -> tuple[list[ChannelMaps], list[ChannelMaps]]:
    """Return the channels whose gate is furthest above and furthest below the usual one, in descending order.

    Args:
        gate, usual: (channels,).
        before, after: the maps before and after scaling, (height, width, channels).
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
    return ChannelMaps(channel, heat_png(before, low, high), heat_png(after, low, high))


def extreme_images(gates: Array) -> tuple[list[int], list[int]]:
    """Return the images with the largest gates (images,) of a channel, and those with the smallest, extremes first."""
    order = np.argsort(gates, kind="stable")
    count = min(MAX_EXAMPLES, len(order) // 2)
    return order[::-1][:count].tolist(), order[:count].tolist()


def look(how: str, places: Array, free: Array, probability: float) -> Look:
    """Return where the network looks, from Grad-CAM (height, width), also that with free gates."""
    picture = _shade(places / (places.max() or 1))
    is_flat = not (places.std() and free.std())
    likeness = None if is_flat else float(np.corrcoef(places.ravel(), free.ravel())[0, 1])
    return Look(how, picture, probability, likeness)


def pixel_gates(gates: Array) -> PixelGates:
    """Return the gates of the pixels of one image (height, width) as pictures, range and means by region."""
    low, high = float(gates.min()), float(gates.max())
    rows = np.array_split(gates, min(MAX_REGIONS, len(gates)))
    regions = [[float(part.mean()) for part in np.array_split(row, min(MAX_REGIONS, row.shape[1]), 1)] for row in rows]
    shade = _shade((gates - low) / ((high - low) or 1))
    height, width = gates.shape
    return PixelGates((height, width), heat_png(gates, low, high), shade, low, high, regions)


def _shade(brightness: Array) -> str:
    """Return a gray PNG to lay over an image, from numbers (height, width) from 0, which is dark, to 1."""
    return png((DARKEST + (255 - DARKEST) * brightness).round().astype("uint8"))
