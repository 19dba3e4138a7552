"""Image file: a user's image as the page sent it, converted to a network's input, with a description of the changes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from senet_lab.data.pictures import picture

if TYPE_CHECKING:
    from senet_lab.array_checks import Array


@dataclass(frozen=True)
class ImageFile:
    """A file: its name and its bytes."""

    name: str
    content: bytes


def refusal(file: ImageFile, shape: Sequence[int] | None = None) -> str:
    """Return why a file cannot be used: it is not an image, damaged, or too large; "" if it can.

    Args:
        shape: (height, width, channels) of the network's input; None while that is unknown.
    """
    try:
        read_pixels(file, *(shape or (1, 1, 3)))
    except ValueError as error:
        return str(error)
    return ""


def read_pixels(file: ImageFile, height: int, width: int, channels: int) -> Array:
    """Return an image in the size of the network's input, uint8 (height, width, channels).

    Raises:
        ValueError: the file is not an image, damaged, or too large; or the network's input is not an image.
    """
    if height != width or channels not in (1, 3):
        raise ValueError(f"An image cannot be converted to this network's input of {height} x {width} x {channels}.")
    try:
        pixels = picture(file.content, height)
    except ValueError as error:
        raise ValueError(str(error).replace("the image", f"'{file.name}'", 1)) from None
    return pixels if channels == 3 else pixels.mean(-1, keepdims=True).round().astype("uint8")


def describe_changes(file: ImageFile, side: int) -> str:
    """Describe how `read_pixels` changed a file: cropped, resized, converted in color or transparency.

    `read_pixels` must have accepted the file.
    """
    from PIL import Image

    with Image.open(io.BytesIO(file.content)) as image:
        width, height = image.size
        changes = [f"{width} x {height} pixels resized to {side} x {side}"]
        if width != height:
            changes[0] = f"center square of {changes[0]}"
        if image.mode in ("1", "L", "LA") or image.mode.startswith("I;16"):
            changes.append("gray copied to three channels")
        if image.has_transparency_data:
            changes.append("transparent pixels made white")
        if getattr(image, "n_frames", 1) > 1:
            changes.append("first frame only")
    return "; ".join(changes)
