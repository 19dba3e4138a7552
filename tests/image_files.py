"""Image files: valid ones in any format, and a PNG that decompresses to any size."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

# All shades of gray, on 120 x 90 pixels.
RAMP = np.linspace(0, 255, 90 * 120).reshape(90, 120).astype("uint8")


def encoded(image, kind="PNG", **how):
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, kind, **how)
    return file.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width, height):
    """Return a PNG that claims a given size: a few kilobytes that would decompress to gigabytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(10_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
