"""Write files completely or not at all, and read files without trusting their content.

A file may have been edited by hand, truncated by a full disk or replaced by something else. `opened`, `read_text` and
`read_json` report all of these with one error, `DamagedFileError`. They never block, as opening a named pipe would.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, TypeVar

from senet_lab.checks import quoted, quoted_path

MAX_BYTES = 2**20  # of a file meant to be read by people
MAX_REASON = 300  # characters
KINDS = {
    stat.S_IFDIR: "a folder", stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}  # fmt: skip
JSON_KINDS: dict[type, str] = {dict: "an object", list: "an array", str: "a text", bool: "true or false"}
_Kind = TypeVar("_Kind")
_Record = TypeVar("_Record")


class DamagedFileError(ValueError):
    """An error that states which file cannot be used, why, and what to do.

    Attributes:
        path: the file.
        reason: the problem, without the path.
    """

    def __init__(self, path: Path, reason: str, advice: str) -> None:
        if len(reason) > MAX_REASON:  # it may quote the file's content
            reason = f"{reason[:MAX_REASON]}..."
        super().__init__(f"'{path}' is damaged: {reason}; {advice}.")
        self.path, self.reason = path, reason


class NotAFileError(DamagedFileError):
    """An error that states that a path is not a regular file.

    Attributes:
        kind: the kind of object at the path, such as "a folder".
    """

    def __init__(self, path: Path, kind: str, advice: str) -> None:
        super().__init__(path, f"it is {kind} and not a file", advice)
        self.kind = kind


@contextmanager
def opened(path: Path, advice: str) -> Iterator[BinaryIO]:
    """Open a regular file for reading bytes, without blocking for any other kind of object at `path`.

    Args:
        advice: a clause that says what to do if `path` is not a file.

    Raises:
        NotAFileError: `path` is a folder, a named pipe, a socket or a device.
        OSError: `path` does not exist or cannot be read now.
    """
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError:  # sockets cannot be opened either
        must_be_file(path, advice)
        raise
    try:
        _must_be_regular(path, os.fstat(number).st_mode, advice)
    except NotAFileError:
        os.close(number)
        raise
    with open(number, "rb") as file:
        yield file


def _must_be_regular(path: Path, mode: int, advice: str) -> None:
    if not stat.S_ISREG(mode):
        raise NotAFileError(path, KINDS.get(stat.S_IFMT(mode), "something else"), advice)


def must_be_file(path: Path, advice: str) -> None:
    """Check that `path` is a file or does not exist.

    Raises:
        NotAFileError: `path` is something else.
    """
    try:
        _must_be_regular(path, path.stat().st_mode, advice)
    except FileNotFoundError:
        return


def read_bytes(path: Path, advice: str, *, at_most: int = MAX_BYTES) -> bytes:
    """Return the bytes of a small file.

    Raises:
        FileNotFoundError: `path` does not exist.
        DamagedFileError: `path` is not a file, has more than `at_most` bytes, or cannot be read.
    """
    try:
        with opened(path, advice) as file:
            content = file.read(at_most + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DamagedFileError(path, f"it cannot be read ({error.strerror or error})", advice) from error
    if len(content) > at_most:
        raise DamagedFileError(path, f"it has more than {at_most:,} bytes", advice)
    return content


def read_text(path: Path, advice: str, *, at_most: int = MAX_BYTES) -> str:
    """Return the text of a small UTF-8 file; raises the errors of `read_bytes`, also for bytes that are not text."""
    content = read_bytes(path, advice, at_most=at_most)
    if b"\0" in content:  # valid in UTF-8, but not found in text
        raise DamagedFileError(path, "it is not text", advice)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise DamagedFileError(path, "it is not text", advice) from error


def read_json(path: Path, kind: type[_Kind], advice: str, *, at_most: int = MAX_BYTES) -> _Kind:
    """Return the value of a JSON file, which must have the given type: `dict` for an object, `list` for an array.

    Raises:
        FileNotFoundError: `path` does not exist.
        DamagedFileError: the file cannot be read as text, is not JSON, or has a value of another type.
    """
    text = read_text(path, advice, at_most=at_most)
    try:
        value = json.loads(text)
    except RecursionError as error:
        raise DamagedFileError(path, "it is nested too deeply", advice) from error
    except ValueError as error:
        raise DamagedFileError(path, f"it is not JSON ({error})" if text.strip() else "it is empty", advice) from error
    if not isinstance(value, kind):
        raise DamagedFileError(path, f"it must hold {JSON_KINDS[kind]}, not {quoted(value)}", advice)
    return value


def read_record(
    path: Path, kind: type[_Kind], make: Callable[[_Kind], _Record], advice: str, *, at_most: int = MAX_BYTES
) -> _Record:
    """Return what `make` returns for the value of a JSON file; arguments and errors as for `read_json`.

    Its TypeError or ValueError says why the value is invalid, and becomes a DamagedFileError.
    """
    value = read_json(path, kind, advice, at_most=at_most)
    try:
        return make(value)
    except (TypeError, ValueError) as error:
        raise DamagedFileError(path, str(error).rstrip("."), advice) from error


@contextmanager
def written_whole(
    path: str | os.PathLike[str], *, overwrite: bool = False, companions: Sequence[str] = ()
) -> Iterator[Path]:
    """Yield a temporary file next to `path`, which replaces `path` at the end, or is deleted after an error.

    Readers never see an incomplete file at `path`, and an existing file stays until the new one is complete.

    Args:
        companions: suffixes of files that belong to this one and are written next to the temporary file, with its name;
            they replace those next to `path`. An error changes none of the files.

    Raises:
        FileNotFoundError: the folder does not exist.
        FileExistsError: a file exists and `overwrite` is false, or it is a folder.
        OSError: a file cannot be written.
    """
    path = Path(path)
    if not os.path.isdir(path.parent):
        raise FileNotFoundError(
            f"The folder of `path` (={quoted_path(path)}) must exist; make {quoted_path(path.parent)} first."
        )
    unfinished = path.with_name(f".{token_hex(4)}{''.join(path.suffixes)}")  # Keras checks the suffix
    # The companions first: who sees the file at `path` also finds them.
    pairs = [(unfinished.with_suffix(each), path.with_suffix(each)) for each in (*companions, path.suffix)]
    for _, final in pairs:
        _must_be_free(final, overwrite=overwrite)
    try:
        yield unfinished
        for _, final in pairs:
            _must_be_free(final, overwrite=overwrite)  # writing may have taken long
        _replace_all(pairs)
    except FileExistsError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(
            f"`path` (={quoted_path(path)}) cannot be written: {reason}; try another name or folder."
        ) from error
    finally:
        for temporary, _ in pairs:
            temporary.unlink(missing_ok=True)


def _replace_all(pairs: Sequence[tuple[Path, Path]]) -> None:
    """Move each first file to the place of the second one; after an error, put back those that were there."""
    if len(pairs) == 1:
        os.replace(*pairs[0])  # one step, so that there is always a file
        return
    earlier: list[tuple[Path, Path]] = []
    moved: list[Path] = []
    try:
        for temporary, final in pairs:
            if os.path.exists(final):
                aside = temporary.with_name(f"{temporary.name}.old")
                os.replace(final, aside)
                earlier.append((aside, final))
            os.replace(temporary, final)
            moved.append(final)
    except BaseException:
        for final in moved:
            final.unlink(missing_ok=True)
        for aside, final in earlier:
            os.replace(aside, final)
        raise
    for aside, _ in earlier:
        aside.unlink(missing_ok=True)


def _must_be_free(path: Path, *, overwrite: bool) -> None:
    if os.path.isdir(path):  # os.path accepts even names that are too long
        raise FileExistsError(f"`path` (={quoted_path(path)}) is a folder; try another name.")
    if os.path.exists(path) and not overwrite:
        raise FileExistsError(f"`path` (={quoted_path(path)}) is there already; try another name, or overwrite=True.")
