"""Record: what a learner has done at the exercises, a line of a file each, for as long as the file is there.

It lies in `~/.local/share/senet_lab/results.jsonl` (XDG_DATA_HOME), or where SENET_LAB_RESULTS says; if that is empty,
it is kept in memory and goes with the kernel. It holds which exercise, with which class code, and whether it was a try,
a hint or the solution: no names, no answers, no times. Nobody but its owner can read it, and it is sent nowhere.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import NamedTuple

VARIABLE = "SENET_LAB_RESULTS"
TRIES = ("right", "nearly", "wrong")
DEEDS = (*TRIES, "hint", "solution", "class")
PATIENCE = 5  # seconds for another kernel to have written its line


class Deed(NamedTuple):
    """One thing that was done: a try by its verdict, a hint, a look at the solution; or a class code that was taken."""

    did: str
    code: str
    exercise: str = ""


def place() -> Path | None:
    """Where results are kept, as the environment says; None for nowhere."""
    said = os.environ.get(VARIABLE)
    if said is not None:
        return Path(said).expanduser() if said.strip() else None
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    try:
        return Path(home).expanduser() / "senet_lab" / "results.jsonl"
    except RuntimeError:  # nobody's home
        return None


class Record:
    """What was done, in the order in which it was; of all kernels that share the file.

    A line is added and none is ever changed, so two kernels at once lose nothing. A line that cannot be read stays
    where it is, and is counted in `unread`. If the file cannot be written, what is done waits in memory, and `problem`
    says so.

    Attributes:
        path: the file; None to keep everything in memory.
        problem: why the file could not be read or written the last time, or "".
        unread: how many lines are damaged.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path, self.problem, self.unread = path, "", 0
        self._waiting: list[Deed] = []  # not in the file yet
        self._read: tuple[Deed, ...] = ()
        self._seen: object = None  # of the file when it was read
        self._lock = threading.Lock()

    def add(self, deed: Deed) -> None:
        """Keep what was done; what the file will not take waits in memory until it does."""
        with self._lock:
            self._waiting.append(deed)
            if self.path and self._written(self.path):
                self._waiting.clear()

    def deeds(self) -> tuple[Deed, ...]:
        """All that was done; the file is read again only when it has changed."""
        with self._lock:
            seen = self._state()
            if seen != self._seen:
                self._read, self._seen = self._parsed(), seen
            return (*self._read, *self._waiting)

    def forget(self) -> None:
        """Take the file away, damaged lines and all.

        Raises:
            OSError: it cannot be removed.
        """
        with self._lock:
            self._waiting.clear()
            if self.path:
                self.path.unlink(missing_ok=True)
                self.problem = ""

    def _written(self, path: Path) -> bool:
        """What waits, in one go and on the disk; behind half a line of a machine that went down, on a new line."""
        from filelock import FileLock

        lines = b"".join(json.dumps(deed._asdict()).encode() + b"\n" for deed in self._waiting)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(f"{path}.lock", timeout=PATIENCE, mode=0o600), open(path, "a+b", opener=_private) as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(size - 1, 0))
                torn = file.read(1) not in (b"", b"\n")
                file.write(b"\n" + lines if torn else lines)
                file.flush()
                os.fsync(file.fileno())
        except (OSError, TimeoutError) as error:
            self.problem = f"'{path}' cannot be written: {getattr(error, 'strerror', None) or error}"
            return False
        self.problem = ""
        return True

    def _state(self) -> object:
        try:
            stat = self.path.stat() if self.path else None
        except OSError:
            return None
        return stat and (stat.st_ino, stat.st_size, stat.st_mtime_ns)

    def _parsed(self) -> tuple[Deed, ...]:
        self.unread = 0
        try:
            lines = self.path.read_bytes().splitlines() if self.path else []
        except FileNotFoundError:
            return ()
        except OSError as error:
            self.problem = f"'{self.path}' cannot be read: {error.strerror or error}"
            return ()
        found = [deed_of(line) for line in lines if line.strip()]
        self.unread = found.count(None)
        return tuple(deed for deed in found if deed)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def deed_of(line: bytes) -> Deed | None:
    """What a line says; None if it is damaged.

    >>> deed_of(b'{"did": "hint", "code": "", "exercise": "se-neck"}')
    Deed(did='hint', code='', exercise='se-neck')
    """
    try:
        values = json.loads(line)
        deed = Deed(**values)
    except (ValueError, TypeError, RecursionError):
        return None
    return deed if deed.did in DEEDS and all(isinstance(value, str) for value in deed) else None
