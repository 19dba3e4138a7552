"""Class folders: check that a folder has one folder of images per class, with a bounded scan.

Users may enter `/`, so nothing here reads more than `MAX_NAMES` names; `senet_lab.data.image_folder` lists all files.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from senet_lab.checks import Bare, InvalidValueError, first_few, quoted_path

SUFFIXES = (
    ".apng", ".avif", ".bmp", ".dib", ".gif", ".ico", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".mpo", ".pbm",
    ".pcx", ".pgm", ".png", ".pnm", ".ppm", ".qoi", ".tga", ".tif", ".tiff", ".webp",
)  # fmt: skip
MAX_NAMES = 50_000  # read in total: at most half a second on a busy core
MAX_NAMES_EACH = 1_000  # read from a folder that may not belong to a class
EXAMPLE = "try one such as 'pets', with 'pets/cats/1.jpg' and 'pets/dogs/1.jpg'"


def class_names(folder: Path) -> list[str]:
    """Return the names of the folders in a folder, among its first `MAX_NAMES` entries; hidden folders are left out."""
    try:
        with os.scandir(folder) as entries:
            return sorted(each.name for each in islice(entries, MAX_NAMES) if each.name[0] != "." and each.is_dir())
    except (OSError, ValueError):  # missing, not a folder, or an impossible file name
        return []


def must_exist(name: str, folder: Path) -> None:
    """Raise ValueError for the parameter `name` if a folder does not exist; name its nearest existing parent."""
    if os.path.isdir(folder):  # unlike pathlib, it accepts names that are too long
        return
    nearest = next(each for each in folder.absolute().parents if os.path.isdir(each))
    advice = f"the nearest existing folder is {quoted_path(nearest)}"
    raise InvalidValueError(name, Bare(quoted_path(folder)), "must be an existing folder", advice=advice)


def must_have_images(name: str, folder: Path) -> None:
    """Raise ValueError if a folder has fewer than two folders, one without images (by name), or seems unrelated.

    A folder that is not read completely, because it is large or partly unreadable, may have images further on;
    `image_folder.must_have_classes` checks all of them.
    """
    classes = class_names(folder)
    must_be_classes(name, folder, classes)
    max_names = max(1, min(MAX_NAMES_EACH, MAX_NAMES // len(classes)))
    scans = {each: _scan(folder, each, max_names, max_images=1) for each in classes}
    count = sum(bool(scan.images) for scan in scans.values())
    is_whole = all(scan.images or scan.is_whole for scan in scans.values())
    empty = [each for each, scan in scans.items() if scan.is_whole and not scan.images]
    others = [other for each in empty for other in scans[each].others]
    if not count or (2 * count < len(classes) and not is_whole):  # such as `/`: do not advise deleting its folders
        folders = f"{count or 'none'} of its {len(classes)} folders {'have' if count > 1 else 'has'} an image in it"
        rule = f"is not a folder of class folders: {folders}{_in_others(others) if is_whole else ''}"
        raise InvalidValueError(name, Bare(quoted_path(folder)), rule, advice=EXAMPLE)
    must_not_be_empty(name, folder, empty, others)


def must_be_classes(name: str, folder: Path, classes: Sequence[str]) -> None:
    """Raise ValueError if there are fewer than two classes."""
    if len(classes) < 2:
        rule = f"must have a folder of images for each class, at least 2, not {len(classes)}"
        raise InvalidValueError(name, Bare(quoted_path(folder)), rule, advice=EXAMPLE)


def must_not_be_empty(name: str, folder: Path, empty: Sequence[str], others: Collection[str]) -> None:
    """Raise ValueError if there are classes without images; name the `others`, files found in their folders instead."""
    if not empty:
        return
    classes = first_few(f"'{printable(each)}'" for each in empty)
    which, has, it = ("class", "has", "this folder") if len(empty) == 1 else ("classes", "have", "these folders")
    none = f"{which} {classes} {has} none{_in_others(others)}"
    rule = f"must have images in the folder of each class, and the {none}"
    advice = f"add some, such as JPEG or PNG files, or delete {it}"
    raise InvalidValueError(name, Bare(quoted_path(folder)), rule, advice=advice)


def _in_others(names: Collection[str]) -> str:
    return f" (files in other formats: {first_few(map(printable, names))})" if names else ""


def printable(name: str) -> str:
    """Return the name of a file with question marks for characters that a terminal cannot show or encode."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


def count_images(folder: Path, classes: Sequence[str]) -> int:
    """Return the number of images in the class folders of a folder; an estimate if there are too many names."""
    count, left = 0, MAX_NAMES
    for done, class_name in enumerate(classes, 1):
        scan = _scan(folder, class_name, left, max_images=left)
        count, left = count + scan.images, left - scan.names
        if left <= 0:
            return count * len(classes) // done
    return count


class _Scan(NamedTuple):
    """The result of reading the names in the folder of a class."""

    images: int  # number of names of images
    others: list[str]  # files that are not images, such as "cats/notes.txt"
    names: int  # number of names read, including folders
    is_whole: bool  # whether all names were read


def _scan(folder: Path, class_name: str, max_names: int, *, max_images: int) -> _Scan:
    """Read the names in the folder of a class and below it, up to `max_names` names or `max_images` images."""
    images, others, names, is_whole = 0, list[str](), 0, True
    folders = deque([class_name])
    while folders:
        within = folders.popleft()
        try:
            with os.scandir(folder / within) as entries:
                for each in entries:
                    if names >= max_names or images >= max_images:
                        return _Scan(images, others, names, is_whole=False)
                    names += 1
                    if each.name.startswith("."):
                        continue
                    if each.is_dir(follow_symlinks=False):
                        folders.append(f"{within}/{each.name}")
                    elif each.name.lower().endswith(SUFFIXES):
                        images += not each.is_dir()
                    elif each.is_file(follow_symlinks=False):
                        others.append(f"{within}/{each.name}")
        except OSError:
            is_whole = False
    return _Scan(images, others, names, is_whole)
