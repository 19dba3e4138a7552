"""Archive: the files in a .zip, such as that of all submissions which Moodle makes, read without unpacking them.

Nothing is written, so no name in an archive leads anywhere. Reading stops at a limit, whatever size an archive states.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from functools import partial

MAX_ARCHIVE_BYTES = 20_000_000  # 300 times what the hand-ins of a class of 60 take, packed
MAX_FILES = 2000
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
    files: dict[str, Callable[[], bytes]] = {}
    for number, member in enumerate(members, 1):
        path = f"{name}/{member.filename}"
        is_twice = path in files
        files[f"{name}/{number}/{member.filename}" if is_twice else path] = partial(_read, archive, member, max_bytes)
    return files


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, max_bytes: int) -> bytes:
    if member.compress_type not in METHODS or member.flag_bits & 1:  # the bit of encryption
        raise ValueError("It is encrypted, or compressed in an unusual way.")
    try:
        with archive.open(member) as file:
            return file.read(max_bytes + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        raise ValueError(f"It is damaged: {error}.") from error
