"""Results: the keys under which results about a network are requested and stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from senet_lab.gatelens.findings import Network
    from senet_lab.gatelens.image_file import ImageFile
    from senet_lab.gatelens.reading import Reading

Key = tuple[Any, ...]
Results = dict[Key, Any]
LOAD, READ, UNTRAINED = ("load",), ("read",), ("untrained",)


def image_key(image: int | ImageFile, path: str) -> Key:
    """Return the key of the passage of an image through a block."""
    return ("image", image, path)


def looks_key(image: int | ImageFile, path: str) -> Key:
    """Return the key of where the network looks in an image, as seen in a block."""
    return ("looks", image, path)


def channel_key(path: str, channel: int) -> Key:
    """Return the key of the images that open and close a gate most."""
    return ("channel", path, channel)


def ablation_key(how: str, blocks: Sequence[str]) -> Key:
    """Return the key of the ablation of blocks."""
    return ("ablation", how, tuple(blocks))


def accuracy_problem(loaded: Network, reading: Reading) -> str:
    """Return why accuracy cannot be measured; "" if it can."""
    if reading.guesses is not None:
        return ""
    if loaded.outputs:
        return "accuracy cannot be measured, since the network predicts other classes than those of these images"
    return "accuracy cannot be measured, since this network has no classifier"
