"""Datasets: the sample of CIFAR-10, the full CIFAR-10, the gate task, or a folder of images, as arrays of uint8."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from senet_lab import array_checks
from senet_lab.array_checks import Array
from senet_lab.checks import MAX_SEED, MAX_SIDE, flag, instance, listed, path_of, real, whole
from senet_lab.data import gate_task
from senet_lab.data.class_folders import SUFFIXES, must_exist
from senet_lab.data.image_folder import list_images, must_have_classes
from senet_lab.extras import require
from senet_lab.files import written_whole

SAMPLES = Path(__file__).parent / "samples"
SHEET_COLUMNS = 50
INPUT_SHAPE = (32, 32, 3)  # of all data but folders
CIFAR10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
# Of the 50,000 training images, in [0, 1]; used to recognize other or damaged files.
CIFAR10_MEAN = (0.49139968, 0.48215841, 0.44653091)
CIFAR10_DEVIATION = (0.24703223, 0.24348513, 0.26158784)
VARIABLE = "SENET_LAB_DATA"
TEST_SHARE = 0.2  # of the images in a folder
CACHE = Path("~/.cache/senet_lab/cifar10.npz")


@dataclass(frozen=True, eq=False, repr=False)
class Images:
    """Training and test images.

    Attributes:
        name: the name of the data.
        classes: the name of each class, by number.
        x_train, x_test: (count, height, width, channels), uint8.
        y_train, y_test: (count,), the class numbers.
        skipped: files of a folder that were skipped because they could not be read, with the reasons.
        ignored: files of a folder that were not opened because their names are not those of images.
    """

    name: str
    classes: tuple[str, ...]
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    skipped: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()

    def __repr__(self) -> str:
        sides = "x".join(map(str, self.x_train.shape[1:]))
        counts = f"{len(self.x_train):,} + {len(self.x_test):,} images"
        return f"<{self.name}: {counts}, {sides}, {len(self.classes)} classes>"


def named(name: str, size: int = 32) -> Images:
    """Return the images of one of `BUILT_IN`, or otherwise of that `folder`, resized to `size`."""
    built_in = BUILT_IN.get(instance("name", name, str, "'sample'"))
    return built_in.load() if built_in else folder(name, size)


@lru_cache(maxsize=1)
def sample() -> Images:
    """Return the bundled sample of CIFAR-10: 5,000 training and 1,000 test images, a tenth of each class.

    >>> sample()
    <CIFAR-10, sample: 5,000 + 1,000 images, 32x32x3, 10 classes>
    """
    (x_train, y_train), (x_test, y_test) = _read_sheet("train"), _read_sheet("test")
    return Images("CIFAR-10, sample", CIFAR10, x_train, y_train, x_test, y_test)


def _read_sheet(part: str) -> tuple[Array, Array]:
    """Return images and labels from a sheet, read-only, since all callers share the arrays."""
    require("numpy", "PIL", by="reading the sample")
    import numpy as np
    from PIL import Image

    with Image.open(SAMPLES / f"cifar10_{part}.webp") as sheet:
        grid = np.asarray(sheet.convert("RGB"))
    rows = grid.shape[0] // 32
    images = grid.reshape(rows, 32, SHEET_COLUMNS, 32, 3).transpose(0, 2, 1, 3, 4).reshape(-1, 32, 32, 3)
    digits = (SAMPLES / f"cifar10_{part}.txt").read_text().strip()
    labels = np.frombuffer(digits.encode(), "uint8") - ord("0")
    images = np.ascontiguousarray(images)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels


def cifar10(path: str | os.PathLike[str] | None = None, *, download: bool = False) -> Images:
    """Return the full CIFAR-10, 50,000 + 10,000 images (Krizhevsky 2009).

    Args:
        path: an .npz with x_train, y_train, x_test and y_test; None for the file that the environment variable
            SENET_LAB_DATA names, or else ~/.cache/senet_lab/cifar10.npz.
        download: whether to download it with `keras.datasets` if it is in none of these places.

    Raises:
        FileNotFoundError: the file does not exist and `download` is False, or the download failed.
        ValueError: the file is damaged or has different contents.
    """
    if flag("download", download) and not (place := _place(path)).is_file():
        return _download_cifar10(place)
    return load_cifar10(find_cifar10(path))


def find_cifar10(path: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of the full CIFAR-10 without opening it; if it is missing, the error says what to do."""
    place = _place(path)
    if not place.is_file():
        raise FileNotFoundError(
            f"CIFAR-10 is not at '{place}'. Put an .npz with x_train, y_train, x_test and y_test there, set {VARIABLE} "
            "to its path, or call senet_lab.data.cifar10(download=True), which downloads 163 MiB. The sample needs no "
            "download."
        )
    return place


def has_cifar10() -> bool:
    """Return whether `cifar10` would find its file; does not open it."""
    try:
        return find_cifar10().is_file()
    except (FileNotFoundError, ValueError):
        return False


def _place(path: str | os.PathLike[str] | None) -> Path:
    place = path_of("path", os.environ.get(VARIABLE) or CACHE if path is None else path, "None")
    return place / "cifar10.npz" if place.is_dir() else place


def _download_cifar10(to: Path) -> Images:
    """Download CIFAR-10 with Keras, and store it where `cifar10` looks for it."""
    require("keras", "numpy", by="downloading CIFAR-10")
    import keras
    import numpy as np

    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
    except Exception as error:
        raise FileNotFoundError(
            f"CIFAR-10 could not be downloaded: {error}. Copy it to '{to}' from another machine, or use `sample()`."
        ) from error
    to.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(to, overwrite=True) as unfinished:
        parts = {"x_train": x_train, "x_test": x_test, "y_train": y_train.ravel(), "y_test": y_test.ravel()}
        np.savez(unfinished, **parts)
    return load_cifar10(to)


def load_cifar10(path: Path) -> Images:
    """Return CIFAR-10 from an .npz; raise ValueError if the file contains anything else."""
    require("numpy", by="reading CIFAR-10")
    import numpy as np

    names = ("x_train", "y_train", "x_test", "y_test")
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:  # NumPy would leave a damaged file open
            x_train, y_train, x_test, y_test = (file[name] for name in names)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"'{path}' is no .npz with {listed(names)}, or is damaged: {error}; download it again."
        ) from error
    y_train, y_test = y_train.ravel().astype("uint8"), y_test.ravel().astype("uint8")
    shapes = x_train.shape, x_test.shape
    if shapes != ((50_000, 32, 32, 3), (10_000, 32, 32, 3)):
        raise ValueError(
            f"'{path}' has images of {shapes}, and CIFAR-10 50,000 and 10,000 of 32 x 32 x 3; get it anew."
        )
    mean = x_train.mean((0, 1, 2)) / 255
    balanced = all((np.bincount(y, minlength=10) == len(y) // 10).all() for y in (y_train, y_test))
    if np.abs(mean - CIFAR10_MEAN).max() > 1e-7 or not balanced:
        raise ValueError(f"'{path}' is not CIFAR-10: its channel means are {mean.round(8)}; get it anew.")
    return Images("CIFAR-10", CIFAR10, x_train, y_train, x_test, y_test)


def folder(
    path: str | os.PathLike[str],
    size: int = 32,
    *,
    test_share: float = TEST_SHARE,
    seed: int = 0,
    skip_bad: bool = False,
    skipped: Collection[str] = (),
    suffixes: Collection[str] | None = SUFFIXES,
) -> Images:
    """Return the images of a folder with one folder per class, in the order of Keras's `image_dataset_from_directory`.

    Images are resized without keeping their aspect ratio. 16-bit images keep the upper 8 bits, transparency is dropped,
    and animations are reduced to their first frame.

    Args:
        size: the side of the resized images, in pixels.
        test_share: the fraction of the images for testing, drawn with `seed`.
        skip_bad: whether to skip files that cannot be read, and name them in `Images.skipped`.
        skipped: files to skip without opening them, such as "cats/1.jpg": those skipped the first time.
        suffixes: suffixes of the files to read; None for those that Keras reads.

    Raises:
        ValueError: the folder does not exist, has fewer than two classes, or has a class without images.
        BadFilesError: a ValueError: files cannot be read; the message says which, and why.
    """
    require("numpy", "PIL", by="reading images")
    from senet_lab.data.image_arrays import load_images

    path, size = path_of("path", path, "'pets'"), whole("size", size, 1, MAX_SIDE)
    share, seed = real("test_share", test_share, 0.01, 0.9), whole("seed", seed, 0, MAX_SEED)
    if suffixes is not None:
        suffixes = tuple(array_checks.names("suffixes", suffixes, "('.jpg', '.png')"))
    skipped = array_checks.names("skipped", skipped, "('cats/1.jpg',)")
    must_exist("path", path)
    files = list_images(path, suffixes).without(skipped)
    must_have_classes(files)
    arrays, bad = load_images(files, size, share, seed, skip_bad=flag("skip_bad", skip_bad))
    return Images(path.name, files.classes, *arrays, skipped=bad, ignored=files.ignored)


@lru_cache(maxsize=len(gate_task.DISTANCES))
def draw_gate_task(name: str = "gate-task") -> Images:
    """Return 5,000 training and 1,000 test images of a gate task, see `senet_lab.data.gate_task`.

    >>> draw_gate_task()
    <Gate task: 5,000 + 1,000 images, 32x32x3, 4 classes>
    """
    train, test = (
        gate_task.draw_images(*part, gate_task.DISTANCES[name]) for part in (gate_task.TRAIN, gate_task.TEST)
    )
    arrays = train.images, train.labels, test.images, test.labels
    for array in arrays:  # all callers share them
        array.flags.writeable = False
    return Images(BUILT_IN[name].words, tuple(gate_task.SHAPES), *arrays)


class BuiltIn(NamedTuple):
    """A data set that is known by its name; its images have the shape `INPUT_SHAPE`.

    Attributes:
        words: its name for display.
        training_images: their number, including those held out.
        classes: the name of each class, by number.
        load: returns the images.
        find: raises FileNotFoundError if the images are not on this machine.
        has_cifar10_scale: whether its pixels are standardized as those of CIFAR-10, whatever images it has.
    """

    words: str
    training_images: int
    classes: tuple[str, ...]
    load: Callable[[], Images]
    find: Callable[[], object] = lambda: None
    has_cifar10_scale: bool = False


def _gate_task(name: str, distance: int) -> BuiltIn:
    words = "Gate task" if name == "gate-task" else f"Gate task, {distance} px"
    return BuiltIn(words, gate_task.TRAIN[0], tuple(gate_task.SHAPES), partial(draw_gate_task, name))


BUILT_IN: Mapping[str, BuiltIn] = {
    "sample": BuiltIn("CIFAR-10 sample", 5_000, CIFAR10, sample, has_cifar10_scale=True),
    "cifar10": BuiltIn("CIFAR-10", 50_000, CIFAR10, cifar10, find_cifar10, has_cifar10_scale=True),
    **{name: _gate_task(name, distance) for name, distance in gate_task.DISTANCES.items()},
}
TRAINING_IMAGES = {name: each.training_images for name, each in BUILT_IN.items()}


def data_words(data: str) -> str:
    """Return the name of the data for display; for a folder, the last part of its path."""
    built_in = BUILT_IN.get(data)
    return built_in.words if built_in else data.rsplit("/", 1)[-1]
