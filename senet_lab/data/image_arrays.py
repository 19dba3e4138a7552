"""Image arrays: the files of an image folder as arrays of square images, split into training and test images.

The pixels equal those of `keras.utils.image_dataset_from_directory`; `image_folder` explains why.
"""

from __future__ import annotations

import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from senet_lab.array_checks import Array
from senet_lab.checks import first_few, quoted_path
from senet_lab.data.class_folders import printable
from senet_lab.data.image_folder import BadFilesError, ImageFiles
from senet_lab.data.pictures import FORMATS, MAX_PIXELS, to_eight_bits
from senet_lab.extras import needed_by
from senet_lab.files import NotAFileError, opened

with needed_by(__name__):
    import numpy as np
    from PIL import Image, UnidentifiedImageError

STRIP_ROWS = 16  # resized at once: as floats, they take several times their size in bytes
MAX_THREADS = 8  # each of which may hold a large photograph in memory
SHUFFLE_BUFFER = 1024  # Keras's size for a data set without batches


def load_images(
    files: ImageFiles, size: int, share: float, seed: int, *, skip_bad: bool = False
) -> tuple[tuple[Array, Array, Array, Array], dict[str, str]]:
    """Return x_train, y_train, x_test, y_test as in `data.Images`, and the reasons for skipped files, by name.

    Args:
        size: the side of the square that images are resized to, in pixels.
        share: the fraction of the images for testing, drawn with `seed`.
        skip_bad: whether to skip files that cannot be read instead of raising a BadFilesError.

    Raises:
        ValueError: a class has no images, or there are too few images.
    """
    images = np.empty((len(files.names), size, size, 3), "uint8")
    reasons = _read_all(images, files)
    bad = {name: reason for name, reason in zip(files.names, reasons, strict=True) if reason} | dict(files.unread)
    if bad and not skip_bad:
        raise BadFilesError(bad)
    left = files.without(bad)
    if empty := left.empty_classes():
        each = [f"{printable(name)}: {bad[name]}" for name in bad if name.split("/")[0] == empty[0]]
        raise ValueError(
            f"The class '{printable(empty[0])}' of {quoted_path(files.folder)} has no image that can be read: "
            f"{first_few(each, separator='; ')}; repair them, or delete the folder of the class."
        )
    train, test = _order(len(left.names), share, seed)
    if not (len(train) and len(test)):
        least = int(np.ceil(1 / share))
        raise ValueError(
            f"'{files.folder}' has {len(left.names)} images, and a share of {share:g} is kept for testing; add images, "
            f"so that there are at least {least}."
        )
    good = np.flatnonzero([not reason for reason in reasons])
    labels = np.array(left.labels, "int32")
    _rearrange(images, np.concatenate([good[train], good[test], np.setdiff1d(np.arange(len(images)), good)]))
    middle, end = len(train), len(good)
    return (images[:middle], labels[train], images[middle:end], labels[test]), bad


def _read_all(images: Array, files: ImageFiles) -> list[str]:
    """Read each file into its place, with one thread per core; return for each why it cannot be read, or ""."""

    def read(index: int) -> str:
        try:
            _resize(_pixels(files.folder / files.names[index]), images[index])
        except ValueError as error:
            return str(error)
        return ""

    Image.init()  # before the threads start; otherwise each would do it
    with warnings.catch_warnings(), ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1)) as pool:
        warnings.simplefilter("ignore")  # from Pillow, about odd metadata; its size limit is above `MAX_PIXELS`
        return list(pool.map(read, range(len(images))))


def _pixels(path: Path) -> Array:
    """Return the pixels of a file's first frame, (height, width, 3), uint8, without transparency.

    Raise ValueError with a brief reason if it cannot be read as an image.
    """
    try:
        with opened(path, "delete it") as file:
            if not os.fstat(file.fileno()).st_size:
                raise ValueError("empty")
            with Image.open(file, formats=FORMATS) as image:
                width, height = image.size
                if width * height > MAX_PIXELS:
                    raise ValueError(f"too large, {width} x {height} pixels, but the limit is {MAX_PIXELS:,} pixels")
                return np.asarray(to_eight_bits(image).convert("RGB"))
    except NotAFileError as error:
        raise ValueError(error.kind) from None
    except (ValueError, MemoryError):
        raise
    except FileNotFoundError:
        raise ValueError("a link to nothing" if path.is_symlink() else "it no longer exists") from None
    except UnidentifiedImageError:
        raise ValueError("its content is in no known image format") from None
    except Image.DecompressionBombError:
        raise ValueError(f"too large, the limit is {MAX_PIXELS:,} pixels") from None
    except PermissionError:
        raise ValueError("no permission to read it") from None
    except Exception as error:  # a damaged file may raise nearly anything
        is_truncated = "truncated" in str(error).lower()
        raise ValueError("truncated" if is_truncated else f"damaged ({error or type(error).__name__})") from None


def _resize(pixels: Array, square: Array) -> None:
    """Resize pixels (height, width, 3) to a square, bilinearly and without antialiasing, TensorFlow's default."""
    size = len(square)
    top, bottom, down = _between(pixels.shape[0], size)
    left, right, across = _between(pixels.shape[1], size)

    def across_rows(rows: Array) -> Array:
        first = pixels[np.ix_(rows, left)].astype("float32")
        step: Array = pixels[np.ix_(rows, right)] - first
        step *= across[:, None]
        step += first
        return step

    for start in range(0, size, STRIP_ROWS):
        strip = slice(start, start + STRIP_ROWS)
        above, below = across_rows(top[strip]), across_rows(bottom[strip])
        below -= above
        below *= down[strip, None, None]
        below += above
        square[strip] = below.round(out=below)


def _between(length: int, size: int) -> tuple[Array, Array, Array]:
    """Return, for each of `size` pixels, the two of `length` pixels around it, and its distance from the first."""
    place = (np.arange(size, dtype="float32") + np.float32(0.5)) * np.float32(length / size) - np.float32(0.5)
    first = np.floor(place)
    low, high = first.clip(0).astype(int), np.ceil(place).clip(max=length - 1).astype(int)
    return low, high, place - first


def _order(count: int, share: float, seed: int) -> tuple[Array, Array]:
    """Return the indices of training and test images, in Keras's order.

    TensorFlow shuffles the training images again with this seed and its global seed, which a run sets.
    """
    import tensorflow as tf

    order = np.arange(count)
    np.random.RandomState(seed).shuffle(order)
    train, test = np.split(order, [count - int(share * count)])
    again = tf.data.Dataset.range(len(train)).shuffle(SHUFFLE_BUFFER, seed=seed)
    batch = again.batch(len(train)).get_single_element()  # in one batch: one by one would take 0.1 s per thousand
    shuffled: Array = train[batch.numpy()]
    return shuffled, test


def _rearrange(images: Array, order: Array) -> None:
    """Move image `order[i]` to place i for each i, without copying the whole array."""
    done = [False] * len(order)
    for start in range(len(order)):
        if done[start]:
            continue
        first, place = images[start].copy(), start
        while (source := int(order[place])) != start:
            images[place] = images[source]
            done[place], place = True, source
        images[place], done[place] = first, True
