"""Results: what can be found out about a network, and the keys by which it is asked for and kept."""

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


def ablation_key(how: str, blocks: Sequence[str]) -> Key:
    """Return the key of the ablation of blocks."""
    return ("ablation", how, tuple(blocks))


def accuracy_problem(loaded: Network, reading: Reading) -> str:
    """Return why there is no accuracy to measure; "" where there is."""
    if reading.guesses is not None:
        return ""
    if loaded.outputs:
        return "what it predicts are other classes than those of these images, so that there is no accuracy to measure"
    return "accuracy needs a classifier, which this network does not have"
