"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from senet_lab.checks import quoted_path


@contextmanager
def written_whole(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[Path]:
    """A file beside `path` to write into, which takes its place at the end, or vanishes with an error.

    Nobody ever reads half a file at `path`, and what was there before stays until the new one is complete.

    Raises:
        FileNotFoundError: the folder is not there.
        FileExistsError: `path` is there, and not to be overwritten; or it is a folder.
        OSError: it cannot be written.
    """
    path = Path(path)
    if not os.path.isdir(path.parent):
        raise FileNotFoundError(
            f"The folder of `path` (={quoted_path(path)}) must exist; make {quoted_path(path.parent)} first."
        )
    _must_be_free(path, overwrite=overwrite)
    unfinished = path.with_name(f".{token_hex(4)}{''.join(path.suffixes)}")  # Keras looks at them
    try:
        yield unfinished
        _must_be_free(path, overwrite=overwrite)  # to write may have taken long
        os.replace(unfinished, path)
    except FileExistsError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(
            f"`path` (={quoted_path(path)}) cannot be written: {reason}; try another name or folder."
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _must_be_free(path: Path, *, overwrite: bool) -> None:
    folder = os.path.isdir(path)  # those of os.path answer even a name that is too long
    if folder or (os.path.exists(path) and not overwrite):
        fit = "another name" if folder else "another name, or overwrite=True"
        raise FileExistsError(f"`path` (={quoted_path(path)}) is there already; try {fit}.")
