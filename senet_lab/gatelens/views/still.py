"""Still gates: blocks whose gates hardly respond to the image, for example because their ReLU outputs only zeros."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import Reading

STILL = 0.02  # a gate that changes less from image to image tells nothing about it


def is_still(reading: Reading, path: str) -> bool:
    """Return whether no channel of a block changes noticeably from image to image."""
    return reading.max_deviation(path) < STILL


def still_words(reading: Reading, path: str) -> str:
    """Return a sentence, to follow another one, if the gates of a block hardly respond; otherwise ""."""
    if not is_still(reading, path):
        return ""
    return (
        f" The gates of this block hardly respond to the image: they stay close to {reading.summaries[path].mean:.2f}."
    )
