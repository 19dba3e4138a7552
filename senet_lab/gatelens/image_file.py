"""Image file: an image of one's own as the page sent it, made into what a network takes, and what is said of that."""

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
    """A file by its name and its bytes."""

    name: str
    content: bytes


def refusal(file: ImageFile, shape: Sequence[int] | None = None) -> str:
    """Return why a file cannot be shown: it is no image, damaged, or too large; "" where it can.

    Args:
        shape: (height, width, channels) that the network takes; None where that is not known yet.
    """
    try:
        read_pixels(file, *(shape or (1, 1, 3)))
    except ValueError as error:
        return str(error)
    return ""


def read_pixels(file: ImageFile, height: int, width: int, channels: int) -> Array:
    """Return an image as the network can take it, uint8 (height, width, channels).

    Raises:
        ValueError: it is no image, damaged, or too large; or the network takes no pictures.
    """
    if height != width or channels not in (1, 3):
        raise ValueError(f"This network takes {height} x {width} x {channels}, which a picture cannot be made into.")
    try:
        pixels = picture(file.content, height)
    except ValueError as error:
        raise ValueError(str(error).replace("the image", f"'{file.name}'", 1)) from None
    return pixels if channels == 3 else pixels.mean(-1, keepdims=True).round().astype("uint8")


def describe_changes(file: ImageFile, side: int) -> str:
    """Say how `read_pixels` made a file fit: cropped, resized, without color or transparency.

    The file is one that `read_pixels` accepted.
    """
    from PIL import Image

    with Image.open(io.BytesIO(file.content)) as image:
        width, height = image.size
        changes = [f"{width} x {height} pixels made {side} x {side}"]
        if width != height:
            changes[0] = f"the middle square of {changes[0]}"
        if image.mode in ("1", "L", "LA") or image.mode.startswith("I;16"):
            changes.append("grey spread over three channels")
        if image.has_transparency_data:
            changes.append("what is transparent laid on white")
        if getattr(image, "n_frames", 1) > 1:
            changes.append("its first frame")
    return "; ".join(changes)
