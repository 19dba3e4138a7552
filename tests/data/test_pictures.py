"""Pictures of one's own: every kind that Pillow opens, and what is refused."""

import os

import numpy as np
import pytest
from image_files import encoded, png_of
from PIL import Image

from senet_lab.data.pictures import MAX_PIXELS, picture

DRAW = np.random.default_rng(0)
PIXELS = np.full((40, 60, 3), (200, 60, 20), "uint8")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "ICO"])
def test_any_format_becomes_a_square_of_its_colour(kind):
    square = picture(encoded(PIXELS, kind), 24)
    assert (square.shape, square.dtype) == ((24, 24, 3), np.uint8)
    assert np.abs(square.astype(int) - PIXELS[0, 0]).max() <= 8
    square[0] = 0  # it is the caller's own


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I;16"])
def test_any_kind_of_pixels_becomes_three_channels(mode):
    if mode == "I;16":
        data = encoded(np.full((9, 9), 200 << 8, "uint16"))
    else:
        data = encoded(Image.new("L", (9, 9), 255 if mode == "1" else 200).convert(mode), "TIFF")
    assert np.abs(picture(data, 4).astype(int) - (255 if mode == "1" else 200)).max() <= 1


@pytest.mark.parametrize("how", ["alpha", "palette", "half"])
def test_transparent_pixels_become_white(how):
    image = Image.new("RGBA", (8, 8), (0, 0, 0, 128 if how == "half" else 0))
    data = encoded(Image.new("P", (8, 8), 0), "GIF", transparency=0) if how == "palette" else encoded(image)
    assert abs(int(picture(data, 4).mean()) - (127 if how == "half" else 255)) <= 1


def test_the_camera_is_turned_upright():
    pixels = np.zeros((16, 16, 3), "uint8")
    pixels[:8] = 255  # white above
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: what is stored above belongs on the right
    square = picture(encoded(pixels, "JPEG", exif=exif, quality=95), 16)
    assert square[:, 12:].mean() > 240
    assert square[:, :4].mean() < 15


def test_the_middle_of_an_oblong_is_taken():
    pixels = np.zeros((10, 30, 3), "uint8")
    pixels[:, 10:20] = 255
    assert picture(encoded(pixels), 8).min() > 240


def test_single_pixel_and_the_path_of_a_file_are_accepted(tmp_path):
    (tmp_path / "one.png").write_bytes(encoded(PIXELS[:1, :1]))
    assert (picture(tmp_path / "one.png", 4) == PIXELS[0, 0]).all()
    assert (picture(str(tmp_path / "one.png"), 4) == PIXELS[0, 0]).all()


def test_a_picture_of_the_right_size_is_what_it_was():
    pixels = DRAW.integers(0, 256, (32, 32, 3), "uint8")
    np.testing.assert_array_equal(picture(encoded(pixels), 32), pixels)


WHOLE = encoded(DRAW.integers(0, 256, (64, 64, 3), "uint8"))
BAD = {
    "empty": (b"", "is empty"),
    "no image": (b"%PDF-1.4 nothing to see", "cannot be read as an image; try a PNG"),
    "PostScript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "cannot be read as an image"),
    "a page": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "cannot be read as an image"),
    "cut off": (WHOLE[: len(WHOLE) // 2], "is damaged"),
    "head alone": (WHOLE[:20], "is no image|is damaged"),
    "broken inside": (WHOLE[:200] + bytes(200) + WHOLE[400:], "is damaged"),
    "huge": (png_of(9_000, 9_000), f"9000 x 9000 pixels, but the limit is {MAX_PIXELS:,} pixels"),
    "a bomb": (png_of(50_000, 50_000), f"is too large; the limit is {MAX_PIXELS:,} pixels"),
    "numbers": (encoded(Image.fromarray(np.ones((4, 4), "float32")), "TIFF"), "32 bits per pixel"),
}


@pytest.mark.parametrize("name", BAD)
def test_file_that_is_no_picture_is_refused_with_the_reason(name, tmp_path):
    data, words = BAD[name]
    with pytest.raises(ValueError, match=words):
        picture(data)
    (tmp_path / "mine.png").write_bytes(data)
    with pytest.raises(ValueError, match=r"'mine\.png' (is|has|cannot)"):
        picture(tmp_path / "mine.png")


def test_a_large_jpeg_is_unpacked_no_larger_than_it_is_needed():
    """12,000 x 9,000 is beyond the limit; an eighth of it is not."""
    data = encoded(Image.new("L", (12_000, 9_000), 77), "JPEG")
    assert MAX_PIXELS < 108_000_000
    assert np.abs(picture(data, 32).astype(int) - 77).max() <= 1


def test_missing_file_and_a_folder_are_reported(tmp_path):
    with pytest.raises(FileNotFoundError):
        picture(tmp_path / "nothing.png")
    with pytest.raises(ValueError, match="not a folder; name a file in it"):
        picture(tmp_path)
    os.mkfifo(tmp_path / "pipe.png")  # to open it would be to wait
    with pytest.raises(ValueError, match="must be an image file, not a named pipe; copy its content to a file"):
        picture(tmp_path / "pipe.png")
    with pytest.raises(ValueError, match=r"`side` \(=0\)"):
        picture(WHOLE, 0)
