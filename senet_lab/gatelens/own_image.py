"""One's own image: what came from the page, what is made of it, and what has to be said of that."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from senet_lab.data.pictures import picture

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Own:
    """A file of one's own: its name, and its bytes."""

    name: str
    content: bytes


def refusal(own: Own, shape: Sequence[int] | None = None) -> str:
    """Why a file may not take the place of another: it is no image, damaged, or too large; "" where it may.

    Args:
        shape: (height, width, channels) that the network takes; None where that is not known yet.
    """
    try:
        picture_of(own, *(shape or (1, 1, 3)))
    except ValueError as error:
        return str(error)
    return ""


def _square(own: Own, side: int) -> Array:
    try:
        return picture(own.content, side)
    except ValueError as error:
        raise ValueError(str(error).replace("the image", f"'{own.name}'", 1)) from None


def picture_of(own: Own, height: int, width: int, channels: int) -> Array:
    """A file as the network can take it, uint8 (height, width, channels).

    Raises:
        ValueError: it is no image, damaged, or too large; or the network takes no pictures.
    """
    if height != width or channels not in (1, 3):
        raise ValueError(f"This network takes {height} x {width} x {channels}, which a picture cannot be made into.")
    found = _square(own, height)
    return found if channels == 3 else found.mean(-1, keepdims=True).round().astype("uint8")


def remarks(own: Own, side: int) -> str:
    """What was done to a file, in a line: of how many pixels how many were made, and what of grey and transparent ones.

    The file is one that `picture_of` took.
    """
    from PIL import Image

    with Image.open(io.BytesIO(own.content)) as image:
        width, height = image.size
        done = [f"{width} x {height} pixels made {side} x {side}"]
        if width != height:
            done[0] = f"the middle square of {done[0]}"
        if image.mode in ("1", "L", "LA") or image.mode.startswith("I;16"):
            done.append("grey spread over three channels")
        if image.has_transparency_data:
            done.append("what is transparent laid on white")
        if getattr(image, "n_frames", 1) > 1:
            done.append("its first frame")
    return "; ".join(done)
