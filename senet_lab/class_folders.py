"""Class folders: whether a folder has folders of images in it, by a look that is short however much lies there.

Somebody may type `/`. Nothing here reads more than so many names; `senet_lab.image_folder` lists all files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from senet_lab.checks import quoted_path

SUFFIXES = (
    ".apng", ".avif", ".bmp", ".dib", ".gif", ".ico", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".mpo", ".pbm",
    ".pcx", ".pgm", ".png", ".pnm", ".ppm", ".qoi", ".tga", ".tif", ".tiff", ".webp",
)  # fmt: skip
MAX_NAMES = 100_000  # that are read in all: a tenth of a second
MAX_NAMES_EACH = 1_000  # of a folder that may be no class
EXAMPLE = "try one such as 'pets', with 'pets/cats/1.jpg' and 'pets/dogs/1.jpg'"


def class_names(folder: Path) -> list[str]:
    """Return the names of the folders in a folder, as far as `MAX_NAMES` reach; hidden ones are no classes."""
    try:
        with os.scandir(folder) as entries:
            return sorted(each.name for each in islice(entries, MAX_NAMES) if each.name[0] != "." and each.is_dir())
    except (OSError, ValueError):  # not there, not a folder, or a name that no file can have
        return []


def must_have_images(name: str, folder: Path) -> None:
    """See that there are at least two folders in a folder, and that half of them have images in them, by their names.

    Args:
        name: of the parameter, for the message.

    Raises:
        ValueError: they have not.
    """
    classes = class_names(folder)
    if len(classes) < 2:
        raise ValueError(
            f"`{name}` (={quoted_path(folder)}) must have a folder of images for each class, at least 2, "
            f"not {len(classes)}; {EXAMPLE}."
        )
    each, needed = max(1, min(MAX_NAMES_EACH, MAX_NAMES // len(classes))), max(2, len(classes) // 2)
    count = sum(any(map(_is_image, islice(_names(folder / one), each))) for one in classes)
    if count < needed:
        folders = f"{count or 'none'} of its {len(classes)} folders {'has' if count == 1 else 'have'} images"
        raise ValueError(
            f"`{name}` (={quoted_path(folder)}) is not a folder of class folders: {folders} in "
            f"{'it' if count == 1 else 'them'}, and at least {needed} must; {EXAMPLE}."
        )


def count_files(folder: Path, classes: Sequence[str]) -> int:
    """Return how many files are in the class folders of a folder; of more than `MAX_NAMES`, about how many."""
    count = 0
    for done, one in enumerate(classes, 1):
        count += sum(1 for _ in islice(_names(folder / one), MAX_NAMES - count + 1))
        if count > MAX_NAMES:
            return count * len(classes) // done
    return count


def _names(folder: str | os.PathLike[str]) -> Iterator[str]:
    """Yield the names of the files in a folder and below it, as they are read; of one that may not be read, none."""
    deeper = []
    try:
        with os.scandir(folder) as entries:
            for each in entries:
                if each.is_dir(follow_symlinks=False):
                    deeper.append(each.path)
                else:
                    yield each.name
    except OSError:
        return
    for path in deeper:
        yield from _names(path)


def _is_image(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith(SUFFIXES)
