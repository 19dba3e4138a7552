"""Show arrays as pictures inside a page: PNG in a data URI, with colors that readers with color blindness can order."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from io import BytesIO
from typing import Any

from senet_lab.extras import needed_by

with needed_by(__name__):
    import numpy as np


Array = np.ndarray[Any, Any]

# Cividis (Nunez et al. 2018), designed for readers with red-green color blindness: equally spaced samples, which are
# interpolated linearly.
CIVIDIS = "00204d 00336f 39486b 575d6d 707173 8a8779 a69d75 c4b56c e4cf5b ffea46"


def png(pixels: Array) -> str:
    """Return a PNG as a data URI, of uint8 (height, width), (height, width, 1) or (height, width, 3)."""
    from PIL import Image

    return _data_uri(Image.fromarray(pixels[..., 0] if pixels.shape[2:] == (1,) else pixels))


def heat_png(values: Array, low: float, high: float) -> str:
    """Return numbers (height, width) as a PNG in a data URI, from dark blue for `low` to yellow for `high`.

    It uses a palette, which makes it half as large as a full-color PNG.
    """
    from PIL import Image

    part = np.clip((values - low) / ((high - low) or 1), 0, 1)
    used, places = np.unique(np.nan_to_num(255 * part).astype("uint8"), return_inverse=True)
    image = Image.fromarray(places.reshape(values.shape).astype("uint8"))
    image.putpalette(_ramp()[used].tobytes())
    return _data_uri(image)


def _data_uri(image: Any) -> str:
    file = BytesIO()
    image.save(file, "PNG", compress_level=6)
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def shade(values: Array) -> Array:
    """Return images as uint8 for display; images of other types are scaled from their minimum to their maximum."""
    if values.dtype == np.uint8:
        return values
    low, high = float(values.min()), float(values.max())
    return (255 * (values - low) / ((high - low) or 1)).astype("uint8")


@cache
def _ramp() -> Array:
    anchors = np.array([[int(each[i : i + 2], 16) for i in (0, 2, 4)] for each in CIVIDIS.split()])
    at = np.linspace(0, len(anchors) - 1, 256)
    parts = [np.interp(at, np.arange(len(anchors)), anchors[:, channel]) for channel in range(3)]
    return np.stack(parts, 1).round().astype("uint8")
