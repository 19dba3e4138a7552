"""Pictures: read any image file as a square of pixels for a network."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.array_checks import Array
from senet_lab.checks import path_of, quoted_path, whole
from senet_lab.extras import require
from senet_lab.files import NotAFileError, opened

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 64_000_000  # decoded at most: 256 MB in four channels; large cameras have 60 million
# Accepted formats of Pillow. Left out are those that start another program (EPS starts Ghostscript), and those that
# Pillow recognizes but cannot decode.
FORMATS = (
    "AVIF", "BMP", "DIB", "GIF", "ICO", "JPEG", "JPEG2000", "PCX", "PNG", "PPM", "QOI", "TGA", "TIFF", "WEBP",
)  # fmt: skip


def picture(source: bytes | str | os.PathLike[str], side: int = 32) -> Array:
    """Return the center square of an image, resized to (side, side, 3), uint8.

    Accepts any of `FORMATS`. Applies the camera's orientation, makes transparent pixels white, copies gray to three
    channels, reduces 16 bits to 8, and uses the first frame of an animation.

    Args:
        source: the bytes of the file, or its path.
        side: side of the result, in pixels.

    Raises:
        FileNotFoundError: the file does not exist.
        ValueError: the file is not an image, is damaged, or is larger than `MAX_PIXELS`; the message says which.
    """
    require("numpy", "PIL", by="reading an image")
    side = whole("side", side, 1, 4096)
    if isinstance(source, bytes):
        name, data = "the image", source
    else:
        path = path_of("source", source, "'frog.jpg'")
        name, data = f"'{path.name}'", _read(path)
    if not data:
        raise ValueError(f"{name} is empty; choose another file.")
    try:
        return _square(data, name, side)
    except _UnusableImageError as error:
        raise ValueError(str(error)) from None
    except Exception as error:  # a damaged file may raise nearly anything
        raise ValueError(f"{name} is damaged: {error}; save it again, or choose another.") from error


class _UnusableImageError(Exception):
    """Raised, with the reason, if a file cannot be used as an image."""


def _read(path: Path) -> bytes:
    try:
        with opened(path, "") as file:
            return file.read()
    except NotAFileError as error:
        fit = "name a file in it" if error.kind == "a folder" else "copy its content to a file"
        raise ValueError(f"`source` (={quoted_path(path)}) must be an image file, not {error.kind}; {fit}.") from None


def _square(data: bytes, name: str, side: int) -> Array:
    import numpy as np
    from PIL import Image, ImageOps

    with _open(data, name) as image:
        # A large JPEG is decoded at an eighth to a half of its size if that is still at least twice the required size.
        image.draft("RGB", (2 * side, 2 * side))
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise _UnusableImageError(
                f"{name} has {width} x {height} pixels, but the limit is {MAX_PIXELS:,} pixels; save it smaller."
            )
        upright = ImageOps.exif_transpose(image)
        fitted = ImageOps.fit(_to_rgb(upright, name), (side, side), Image.Resampling.LANCZOS)
        return np.array(fitted)


def _open(data: bytes, name: str) -> Image.Image:
    """Open an image without decoding its pixels."""
    import warnings

    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings():  # Pillow's limit only warns; ours is lower and raises
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise _UnusableImageError(f"{name} cannot be read as an image; try a PNG, JPEG or WebP file.") from None
    except Image.DecompressionBombError as error:
        raise _UnusableImageError(f"{name} is too large; the limit is {MAX_PIXELS:,} pixels: {error}") from None


def _to_rgb(image: Image.Image, name: str) -> Image.Image:
    """Convert an image to red, green and blue, on a white background."""
    from PIL import Image

    try:
        image = to_eight_bits(image)
    except ValueError as error:
        raise _UnusableImageError(f"{name} has {error}.") from None
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")
    return image.convert("RGB")


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Reduce an image to the upper 8 bits per channel; of 32 bits, raise ValueError, worded to follow "FILE has"."""
    import numpy as np
    from PIL import Image

    if image.mode in ("I", "F"):
        raise ValueError("32 bits per pixel, so its white level is unknown; save it with 8 or 16")
    if image.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(image) >> 8).astype("uint8"))
    return image
