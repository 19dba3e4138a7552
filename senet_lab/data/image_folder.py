"""Image folder: the image files of a folder with one folder per class, in Keras's order.

Earlier versions used `keras.utils.image_dataset_from_directory`, and their runs must resume with the same batches.
`image_arrays` reads the files.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from senet_lab.checks import first_few
from senet_lab.data.class_folders import SUFFIXES, class_names, must_be_classes, must_not_be_empty, printable

KERAS_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png")
HOW_TO_SKIP = "--skip-bad (skip_bad=True in Python, a box in the Trainer)"


class BadFilesError(ValueError):
    """Raised if files of a folder cannot be read as images.

    Attributes:
        reasons: the reason for each file, by its name within the folder.
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
    """The files of a folder to read as images; none has been opened yet."""

    folder: Path  # the folder of the class folders
    classes: tuple[str, ...]  # the names of the classes, equal to those of their folders
    names: tuple[str, ...]  # of the files within the folder, such as "cats/1.jpg", class by class
    labels: tuple[int, ...]  # the class of each, by number
    # The names of files that are not read because of their suffix, or because they belong to no class.
    ignored: tuple[str, ...]
    unread: Mapping[str, str] = field(default_factory=dict)  # why a folder within a class cannot be listed, by its name

    def without(self, names: Collection[str]) -> ImageFiles:
        """Return all files except some; the name of a folder stands for all files in it."""
        if not names:
            return self
        names = frozenset(names)
        pairs = [
            (name, label)
            for name, label in zip(self.names, self.labels, strict=True)
            if names.isdisjoint((name, *(parent.as_posix() for parent in PurePosixPath(name).parents)))
        ]
        return replace(
            self,
            names=tuple(name for name, _ in pairs),
            labels=tuple(label for _, label in pairs),
            unread={name: why for name, why in self.unread.items() if name not in names},
        )

    def empty_classes(self) -> list[str]:
        """Return the classes without images."""
        labels = set(self.labels)
        return [name for label, name in enumerate(self.classes) if label not in labels]


def list_images(folder: Path, suffixes: Sequence[str] | None = SUFFIXES) -> ImageFiles:
    """List the files of a folder to read as images, in Keras's order.

    Args:
        suffixes: the suffixes of files to read, except hidden files. None for the files that Keras reads, including
            hidden ones.
    """
    classes = class_names(folder)
    names, labels, ignored, unread = [], [], [], dict[str, str]()
    for label, class_name in enumerate(classes):
        for name in _names_in(folder, class_name, unread):
            if _is_image(name, suffixes):
                names.append(name)
                labels.append(label)
            elif not _is_hidden(name):
                ignored.append(name)
    loose = () if not os.path.isdir(folder) else sorted(each.name for each in folder.iterdir() if not each.is_dir())
    ignored += [name for name in loose if _is_image(name, SUFFIXES)]
    return ImageFiles(folder, tuple(classes), tuple(names), tuple(labels), tuple(ignored), unread)


def _names_in(folder: Path, class_name: str, unread: dict[str, str]) -> list[str]:
    """List all files of a class, including subfolders; add the folders that cannot be listed to `unread`."""

    def add(error: OSError) -> None:
        name = Path(error.filename).relative_to(folder).as_posix()
        if not _is_hidden(name):
            unread[name] = f"this folder cannot be listed ({error.strerror})"

    walk = sorted(os.walk(folder / class_name, onerror=add), key=lambda each: each[0])
    roots = ((Path(root).relative_to(folder).as_posix(), sorted(names)) for root, _, names in walk)
    return [f"{root}/{name}" for root, names in roots for name in names]


def _is_image(name: str, suffixes: Sequence[str] | None) -> bool:
    if suffixes is None:
        return name.lower().endswith(KERAS_SUFFIXES)
    return name.lower().endswith(tuple(suffixes)) and not _is_hidden(name)


def _is_hidden(name: str) -> bool:
    """Return whether a file or one of its folders is hidden, such as Jupyter's checkpoints and macOS's ._1.jpg."""
    return any(part.startswith(".") for part in name.split("/"))


def must_have_classes(files: ImageFiles, name: str = "path") -> None:
    """Raise ValueError for the parameter `name` if there are fewer than two classes or one has no images.

    The error is a BadFilesError if a class without images has a folder that cannot be listed.
    """
    must_be_classes(name, files.folder, files.classes)
    empty = files.empty_classes()
    if unread := {each: why for each, why in files.unread.items() if each.split("/")[0] in empty}:
        raise BadFilesError(unread)
    others = [each for each in files.ignored if each.split("/")[0] in empty]
    must_not_be_empty(name, files.folder, empty, others)
