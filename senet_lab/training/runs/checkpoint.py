"""Checkpoints: everything that a run needs to resume, as arrays and plain values, without pickle."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from senet_lab.array_checks import Array
from senet_lab.files import DamagedFileError, opened, written_whole
from senet_lab.training.runs.progress import Progress

ADVICE = "delete it to use an older one"
MAX_CHECKPOINTS = 2  # besides the best: the newest, and one to fall back on


def write_newest(folder: Path, step: int, arrays: Sequence[Array], about: dict[str, Any]) -> Path:
    """Write a checkpoint, whole or not at all, and delete those that are not among the last `MAX_CHECKPOINTS`."""
    path = folder / f"{step:09d}.npz"
    write(path, arrays, about)
    for old in sorted(each for each in folder.glob("[0-9]*.npz") if each != path)[: 1 - MAX_CHECKPOINTS]:
        old.unlink(missing_ok=True)
    return path


def has_checkpoint(folder: Path) -> bool:
    """Return whether a folder contains a checkpoint."""
    return (folder / "best.npz").is_file() or next(folder.glob("[0-9]*.npz"), None) is not None


def must_be_folder(folder: Path) -> None:
    """Raise DamagedFileError if `folder` exists but is not a folder."""
    if os.path.lexists(folder) and not folder.is_dir():
        raise DamagedFileError(folder, "it must be a folder", "delete it, and resume the run from the start")


def must_be_whole(folder: Path) -> None:
    """Raise DamagedFileError if the beginning or end of a checkpoint is missing; `read` also checks the rest."""
    must_be_folder(folder)
    for path in sorted((*folder.glob("[0-9]*.npz"), *folder.glob("best.npz"))):
        with opened(path, ADVICE) as file:
            if not zipfile.is_zipfile(file):
                raise DamagedFileError(path, "it is truncated, or not a checkpoint", ADVICE)


def write(path: Path, arrays: Sequence[Array], about: dict[str, Any]) -> None:
    """Write arrays, in order, and plain values to one file."""
    import numpy as np

    path.parent.mkdir(exist_ok=True)
    by_name: dict[str, Any] = {f"v{index:05d}": array for index, array in enumerate(arrays)}
    about_json = json.dumps({"arrays": len(by_name), **about})
    with written_whole(path, overwrite=True) as unfinished:
        np.savez(unfinished, about=np.frombuffer(about_json.encode(), "uint8"), **by_name)
        with unfinished.open("rb") as file:  # otherwise a power cut could leave an empty file under the new name
            os.fsync(file.fileno())


def read(path: Path) -> tuple[list[Array], dict[str, Any]]:
    """Return what `write` wrote, or raise DamagedFileError; every byte is checked against the zip file's checksums.

    An OSError means that the file cannot be read now; its contents may be intact.
    """
    import numpy as np

    with opened(path, ADVICE) as raw:
        content = io.BytesIO(raw.read())
    try:
        with np.load(content, allow_pickle=False) as file:
            about = json.loads(file["about"].tobytes())
            arrays = [file[name] for name in sorted(file.files) if name != "about"]
            if len(arrays) != about.pop("arrays"):
                raise ValueError("arrays are missing")
            Progress.of(about)
    except MemoryError:
        raise
    except Exception as error:  # a damaged zip file may raise nearly anything
        raise DamagedFileError(path, str(error) or type(error).__name__, ADVICE) from error
    return arrays, about


def read_newest(folder: Path) -> tuple[list[Array], dict[str, Any], list[str]] | None:
    """Return the newest readable checkpoint, and the faults of newer ones; None if there never was a checkpoint.

    A damaged file is renamed to `.damaged`, so that it is not taken for the newest again. Raise ValueError if there are
    checkpoints but none of them can be read.
    """
    faults: list[str] = []
    for path in sorted(folder.glob("[0-9]*.npz"), reverse=True):
        try:
            return *read(path), faults
        except DamagedFileError as error:
            faults.append(f"'{path.name}' is damaged: {error.reason}")
            path.rename(path.with_suffix(".damaged"))
    if faults or any(folder.glob("*.damaged")):
        raise ValueError(
            f"No checkpoint can be read: {'; '.join(faults) or 'all of them are damaged'}. Remove "
            f"'{folder.name}' to train from the start, or put a copy of a checkpoint there."
        )
    return None
