"""Uploads: files arrive from the page in parts, since Jupyter limits messages to a few megabytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from senet_lab.checks import InvalidTypeError, quoted, shortened
from senet_lab.gatelens.image_file import ImageFile
from senet_lab.gatelens.messages import MAX_FILE_BYTES, FilePart

MAX_NAME_LENGTH = 80


def check_size(file: Any) -> int:
    """Return the size in bytes of a file that the page describes as {"name": its name, "size": bytes}.

    Raises:
        ValueError, TypeError: the file is empty or too large, or the description is malformed.
    """
    if not isinstance(file, dict) or not isinstance(file.get("size"), int) or not isinstance(file.get("name"), str):
        raise InvalidTypeError("own", file, "must be the name and size of a file", "{'name': 'a.png', 'size': 1}")
    name, size = shortened(file["name"]), int(file["size"])
    if size <= 0:
        raise ValueError(f"{name} is empty; choose another file.")
    if size > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 2**20
        raise ValueError(f"{name} has {quoted(size // 2**20)} MiB, but the limit is {limit} MiB; save it smaller.")
    return size


class Uploads:
    """Assembles a file from its parts, and passes it on in a separate thread when the last part has arrived.

    Attributes:
        last: the last complete file.
    """

    def __init__(self, take: Callable[[ImageFile], None]) -> None:
        self._take = take
        self._turn: Any = ""
        self._parts = list[bytes]()
        self.last: ImageFile | None = None
        self._thread: threading.Thread | None = None

    def receive(self, part: FilePart, buffers: Sequence[Any]) -> None:
        """Receive one part: {"file": name, "turn": id of the upload, "part": its number, "parts": count}, and bytes.

        Raises:
            TypeError: the message is malformed.
        """
        if not isinstance(part, dict) or not {"file", "turn", "part", "parts"} <= set(part) or not buffers:
            raise TypeError("a part of a file must have `file`, `turn`, `part`, `parts` and bytes; choose it again.")
        if part["turn"] != self._turn:  # another file was dropped, and the first is no longer needed
            self._turn, self._parts = part["turn"], []
        if part["part"] != len(self._parts) or sum(map(len, self._parts)) > MAX_FILE_BYTES:
            return
        self._parts.append(bytes(buffers[0]))
        if len(self._parts) == part["parts"]:
            content, self._parts, self._turn = b"".join(self._parts), [], ""
            self.last = file = ImageFile(str(part["file"])[:MAX_NAME_LENGTH], content)
            self._thread = threading.Thread(target=self._take, args=(file,), daemon=True)
            self._thread.start()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the last file has been accepted or refused."""
        if self._thread:
            self._thread.join(timeout)
