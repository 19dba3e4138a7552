"""Archive: the files in a .zip, such as that of all submissions which Moodle makes, read without unpacking them.

Nothing is written, so no name in an archive leads anywhere. Reading stops at a limit, whatever size an archive states.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from functools import partial

MAX_ARCHIVE_BYTES, MAX_FILES = 20_000_000, 2000
MAX_UNPACKED_BYTES = 10_000_000  # of the tables in it; those of a class of 60 take less than 1 MB
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of others, a few bytes could expand to megabytes at once


def open_archive(name: str, content: bytes, max_bytes: int) -> dict[str, Callable[[], bytes]]:
    """Return for each file in an archive, by the archive's name and its own, a function that reads it.

    Args:
        max_bytes: of a larger file, one byte more than this is read.

    Raises:
        ValueError: it cannot be read; the error says why. So do the functions.
    """
    if not content or len(content) > MAX_ARCHIVE_BYTES:
        size = f"{MAX_ARCHIVE_BYTES // 1_000_000} MB"
        raise ValueError(f"It is empty, or larger than {size}. Unpack it, and give the folder.")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ValueError(f"It is a damaged archive: {error}.") from error
    members = [each for each in archive.infolist() if not each.is_dir()]
    if len(members) > MAX_FILES:
        raise ValueError(f"It has more than {MAX_FILES} files.")
    reader = _Reader(archive, max_bytes)
    files: dict[str, Callable[[], bytes]] = {}
    for number, member in enumerate(members, 1):
        path = f"{name}/{member.filename}"
        is_twice = path in files
        files[f"{name}/{number}/{member.filename}" if is_twice else path] = partial(reader.read, member)
    return files


class _Reader:
    """Reads the files of an archive, until they are too much in total: rows take much longer to read than to unpack."""

    def __init__(self, archive: zipfile.ZipFile, max_bytes: int) -> None:
        self._archive, self._max_bytes = archive, max_bytes
        self._left = MAX_UNPACKED_BYTES

    def read(self, member: zipfile.ZipInfo) -> bytes:
        if member.compress_type not in METHODS or member.flag_bits & 1:  # the bit of encryption
            raise ValueError("It is encrypted, or compressed in an unusual way.")
        if self._left <= 0:
            raise ValueError(f"The archive has more than {MAX_UNPACKED_BYTES // 1_000_000} MB of tables.")
        try:
            with self._archive.open(member) as file:
                content = file.read(self._max_bytes + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
            raise ValueError(f"It is damaged: {error}.") from error
        self._left -= len(content)
        return content
