"""Image folder: read the images of a folder with a folder for each class, and name the files that cannot be read.

Images come in the order of `keras.utils.image_dataset_from_directory`, and with the same pixels: earlier versions used
it, and a run that one of them started must resume with the same batches.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from senet_lab.checks import first_few, quoted_path
from senet_lab.data.class_folders import SUFFIXES, class_names, must_be_classes, must_not_be_empty, printable
from senet_lab.data.pictures import FORMATS, LIMIT, in_eight_bits
from senet_lab.files import NotAFileError, opened

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

KERAS_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
HOW_TO_SKIP = "--skip-bad (skip_bad=True in Python, a box in the Trainer)"
STRIP = 16  # rows that are resized at once: as numbers they take several times the memory of their bytes
MAX_THREADS = 8  # each of which may have a large photograph in memory
SHUFFLE_BUFFER = 1024  # Keras' for a data set without batches


class BadFilesError(ValueError):
    """Says which files of a folder cannot be read as images.

    Attributes:
        reasons: why, by the name of the file within the folder.
    """

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        them = "it" if len(reasons) == 1 else "them"
        super().__init__(f"{_bad_words(reasons)}; delete {them}, or skip bad files with {HOW_TO_SKIP}.")


def _bad_words(reasons: Mapping[str, str]) -> str:
    named = [f"{printable(name)} (class '{printable(name.split('/')[0])}')" for name in reasons]
    if len(named) == 1:
        return f"{named[0]} cannot be read as an image: {next(iter(reasons.values()))}"
    each = [f"{name}: {reason}" for name, reason in zip(named, reasons.values(), strict=True)]
    return f"{len(named):,} files cannot be read as images: {first_few(each, separator='; ')}"


@dataclass(frozen=True)
class ImageFiles:
    """The files of a folder that are read as images; none is opened yet.

    Attributes:
        folder: where they are.
        classes: the names of the classes, which are those of the folders in it.
        names: of the files within the folder, such as "cats/1.jpg", class by class.
        labels: the class of each, by number.
        ignored: the names of files that are passed over because of their suffix, or because they are of no class.
        unread: why a folder within a class cannot be listed, by its name.
    """

    folder: Path
    classes: tuple[str, ...]
    names: tuple[str, ...]
    labels: tuple[int, ...]
    ignored: tuple[str, ...]
    unread: Mapping[str, str] = field(default_factory=dict)

    def without(self, names: Collection[str]) -> ImageFiles:
        """Return the same files less some; with the name of a folder go the files in it."""
        if not names:
            return self
        names = frozenset(names)
        kept = [pair for pair in zip(self.names, self.labels, strict=True) if not _is_among(pair[0], names)]
        return replace(
            self,
            names=tuple(name for name, _ in kept),
            labels=tuple(label for _, label in kept),
            unread={name: why for name, why in self.unread.items() if name not in names},
        )


def _is_among(name: str, names: Collection[str]) -> bool:
    """Whether a file, or a folder that it is in, is one of those."""
    return name in names or any(parent.as_posix() in names for parent in PurePosixPath(name).parents)


def list_images(folder: Path, suffixes: Sequence[str] | None = SUFFIXES) -> ImageFiles:
    """List the files of a folder that are read as images, in the order of Keras.

    Args:
        suffixes: of their names; hidden files are left out. None for what Keras reads: files with its suffixes, also
            hidden ones.
    """
    classes = class_names(folder)
    names, labels, ignored, unread = [], [], [], dict[str, str]()
    for label, one in enumerate(classes):
        for name in _names_in(folder, one, unread):
            if _counts(name, suffixes):
                names.append(name)
                labels.append(label)
            elif not _is_hidden(name):
                ignored.append(name)
    loose = () if not os.path.isdir(folder) else sorted(each.name for each in folder.iterdir() if not each.is_dir())
    ignored += [name for name in loose if _counts(name, SUFFIXES)]
    return ImageFiles(folder, tuple(classes), tuple(names), tuple(labels), tuple(ignored), unread)


def _names_in(folder: Path, one: str, unread: dict[str, str]) -> list[str]:
    """List all files of a class, also those in folders within it; add the folders that cannot be listed to `unread`."""

    def note(error: OSError) -> None:
        name = Path(error.filename).relative_to(folder).as_posix()
        if not _is_hidden(name):
            unread[name] = f"this folder cannot be listed ({error.strerror})"

    walked = sorted(os.walk(folder / one, onerror=note), key=lambda each: each[0])
    roots = ((Path(root).relative_to(folder).as_posix(), sorted(names)) for root, _, names in walked)
    return [f"{root}/{name}" for root, names in roots for name in names]


def _counts(name: str, suffixes: Sequence[str] | None) -> bool:
    if suffixes is None:
        return name.lower().endswith(KERAS_SUFFIXES)
    return name.lower().endswith(tuple(suffixes)) and not _is_hidden(name)


def _is_hidden(name: str) -> bool:
    """Whether a file, or a folder that it is in, is hidden, as Jupyter's checkpoints and macOS' ._1.jpg are."""
    return any(part.startswith(".") for part in name.split("/"))


def must_have_classes(files: ImageFiles, name: str = "path") -> None:
    """Check that there are at least two classes, and images of each.

    Args:
        name: of the parameter, for the message.

    Raises:
        ValueError: there are not; says which class has none.
        BadFilesError: a class without images has a folder that cannot be listed.
    """
    must_be_classes(name, files.folder, files.classes)
    empty = _without_images(files)
    if unread := {one: why for one, why in files.unread.items() if one.split("/")[0] in empty}:
        raise BadFilesError(unread)
    others = [each for each in files.ignored if each.split("/")[0] in empty]
    must_not_be_empty(name, files.folder, empty, others)


def _without_images(files: ImageFiles) -> list[str]:
    present = set(files.labels)
    return [name for label, name in enumerate(files.classes) if label not in present]


def load(
    files: ImageFiles, size: int, share: float, seed: int, *, skip_bad: bool = False
) -> tuple[tuple[Array, Array, Array, Array], dict[str, str]]:
    """Read all images, resized to a square, and split them.

    Args:
        size: the side of the square, in pixels.
        share: how much of the images is kept for testing, drawn with `seed`.
        skip_bad: leave out the files that cannot be read.

    Returns:
        x_train, y_train, x_test, y_test as in `data.Images`; and why files were left out, by name.

    Raises:
        BadFilesError: some files cannot be read, and they are not to be left out.
        ValueError: a class has no images, or there are too few images.
    """
    import numpy as np

    images = np.empty((len(files.names), size, size, 3), "uint8")
    reasons = _read_into(images, files)
    bad = {name: reason for name, reason in zip(files.names, reasons, strict=True) if reason} | dict(files.unread)
    if bad and not skip_bad:
        raise BadFilesError(bad)
    left = files.without(bad)
    if empty := _without_images(left):
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


def _read_into(images: Array, files: ImageFiles) -> list[str]:
    """Read each file into its place, in as many threads as there are cores; why it cannot be read, "" where it can."""
    from PIL import Image

    def read(index: int) -> str:
        try:
            _resize(_pixels(files.folder / files.names[index]), images[index])
        except ValueError as error:
            return str(error)
        return ""

    Image.init()  # before there are threads, each of which would begin it
    with warnings.catch_warnings(), ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1)) as pool:
        warnings.simplefilter("ignore")  # Pillow's, of odd metadata; its limit for sizes is higher than `LIMIT`
        return list(pool.map(read, range(len(images))))


def _pixels(path: Path) -> Array:
    """The pixels of a file, (height, width, 3), uint8; transparency is dropped, of a moving picture the first frame.

    Raises:
        ValueError: it cannot be read as an image; the reason in a few words.
    """
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    try:
        with opened(path, "delete it") as file, Image.open(_not_empty(file), formats=FORMATS) as image:
            width, height = image.size
            if width * height > LIMIT:
                raise ValueError(f"too large, {width} x {height} pixels, and {LIMIT:,} are unpacked at most")
            return np.asarray(in_eight_bits(image).convert("RGB"))
    except NotAFileError as error:
        raise ValueError(error.kind) from None
    except (ValueError, MemoryError):
        raise
    except FileNotFoundError:
        raise ValueError("a link to nothing" if path.is_symlink() else "it is gone") from None
    except UnidentifiedImageError:
        raise ValueError("its content is in no known image format") from None
    except Image.DecompressionBombError:
        raise ValueError(f"too large, {LIMIT:,} pixels are unpacked at most") from None
    except PermissionError:
        raise ValueError("no permission to read it") from None
    except Exception as error:  # a damaged file may raise nearly anything
        raise ValueError(_damage(error)) from None


def _not_empty(file: BinaryIO) -> BinaryIO:
    if not os.fstat(file.fileno()).st_size:
        raise ValueError("empty")
    return file


def _damage(error: Exception) -> str:
    return "truncated" if "truncated" in str(error).lower() else f"damaged ({error or type(error).__name__})"


def _resize(pixels: Array, square: Array) -> None:
    """Resize pixels (height, width, 3) into a square, bilinear and without smoothing, as TensorFlow does by default."""
    import numpy as np

    size = len(square)
    top, bottom, down = _between(pixels.shape[0], size)
    left, right, across = _between(pixels.shape[1], size)

    def across_rows(rows: Array) -> Array:
        first = pixels[np.ix_(rows, left)].astype("float32")
        step: Array = pixels[np.ix_(rows, right)] - first
        step *= across[:, None]
        step += first
        return step

    for start in range(0, size, STRIP):
        strip = slice(start, start + STRIP)
        above, below = across_rows(top[strip]), across_rows(bottom[strip])
        below -= above
        below *= down[strip, None, None]
        below += above
        square[strip] = below.round(out=below)


def _between(length: int, size: int) -> tuple[Array, Array, Array]:
    """For each of `size` pixels the two of `length` that it lies between, and how far it is from the first."""
    import numpy as np

    place = (np.arange(size, dtype="float32") + np.float32(0.5)) * np.float32(length / size) - np.float32(0.5)
    first = np.floor(place)
    low, high = first.clip(0).astype(int), np.ceil(place).clip(max=length - 1).astype(int)
    return low, high, place - first


def _order(count: int, share: float, seed: int) -> tuple[Array, Array]:
    """The places of the images to train with and to test on, in Keras' order.

    TensorFlow shuffles what is trained on once more; its own seed, which a run sets, has a part in that.
    """
    import numpy as np
    import tensorflow as tf

    order = np.arange(count)
    np.random.RandomState(seed).shuffle(order)
    train, test = np.split(order, [count - int(share * count)])
    again = tf.data.Dataset.range(len(train)).shuffle(SHUFFLE_BUFFER, seed=seed)
    shuffled: Array = train[np.fromiter(again.as_numpy_iterator(), int)]
    return shuffled, test


def _rearrange(images: Array, order: Array) -> None:
    """Put image `order[i]` in place i, for each i, in the memory that the images have."""
    done = [False] * len(order)
    for start in range(len(order)):
        if done[start]:
            continue
        first, place = images[start].copy(), start
        while (source := int(order[place])) != start:
            images[place] = images[source]
            done[place], place = True, source
        images[place], done[place] = first, True
