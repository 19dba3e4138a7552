"""Uploads: a file comes from the page in parts, since a message of Jupyter's may not be larger than some megabytes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from senet_lab.checks import quoted, shortened
from senet_lab.gatelens.messages import MAX_FILE_BYTES, FilePart
from senet_lab.gatelens.own_image import Own


def judged_size(file: Any) -> int:
    """The bytes of a file that may be sent, of which the page says {"name": its name, "size": bytes}.

    Raises:
        ValueError, TypeError: it may not.
    """
    if not isinstance(file, dict) or not isinstance(file.get("size"), int) or not isinstance(file.get("name"), str):
        raise TypeError(
            f"`own` must be the name and size of a file, not {quoted(file)}; try {{'name': 'a.png', 'size': 1}}."
        )
    name, size = shortened(file["name"]), int(file["size"])
    if size <= 0:
        raise ValueError(f"{name} is empty; choose another file.")
    if size > MAX_FILE_BYTES:
        most = MAX_FILE_BYTES // 2**20
        raise ValueError(f"{name} has {quoted(size // 2**20)} MiB, and at most {most} are taken; save it smaller.")
    return size


class Uploads:
    """Puts the parts of a file together, and hands it on when the last one is there, on a thread for it alone.

    Attributes:
        last: the file that came last.
    """

    def __init__(self, take: Callable[[Own], None]) -> None:
        self._take = take
        self._turn: Any = ""
        self._parts = list[bytes]()
        self.last: Own | None = None
        self._taking: threading.Thread | None = None

    def receive(self, part: FilePart, buffers: Sequence[Any]) -> None:
        """Take one part: {"file": name, "turn": which, "part": its number, "parts": how many}, and the bytes.

        Raises:
            TypeError: it is damaged.
        """
        if not isinstance(part, dict) or not {"file", "turn", "part", "parts"} <= set(part) or not buffers:
            raise TypeError("a part of a file must have `file`, `turn`, `part`, `parts` and bytes; choose it again.")
        if part["turn"] != self._turn:  # another file was dropped, and the first is no longer wanted
            self._turn, self._parts = part["turn"], []
        if part["part"] != len(self._parts) or sum(map(len, self._parts)) > MAX_FILE_BYTES:
            return
        self._parts.append(bytes(buffers[0]))
        if len(self._parts) == part["parts"]:
            whole, self._parts, self._turn = b"".join(self._parts), [], ""
            self.last = own = Own(str(part["file"])[:80], whole)
            self._taking = threading.Thread(target=self._take, args=(own,), daemon=True)
            self._taking.start()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the last file was taken, or refused."""
        if self._taking:
            self._taking.join(timeout)
