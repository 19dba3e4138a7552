"""Record: what a learner has done at the exercises, in a file with one line per event.

The file is `~/.local/share/senet_lab/results.jsonl` (XDG_DATA_HOME), or the one that SENET_LAB_RESULTS names. If that
variable is empty, the record is kept in memory until the kernel stops. A line has the exercise, the class code, the
student's name or number if one was entered, and the kind of event: a try with its verdict and the answer given, a hint
or the solution. It has no times. Only the owner can read the file, and it is never sent anywhere.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import NamedTuple

PATH_VARIABLE = "SENET_LAB_RESULTS"
TRIES = ("right", "nearly", "wrong")
KINDS = (*TRIES, "hint", "solution", "class")
LOCK_TIMEOUT = 5  # seconds to wait for another kernel to write its line


class Event(NamedTuple):
    """A try with its verdict, a hint, a look at the solution, or the choice of a class code and a name.

    Attributes:
        did: one of `KINDS`.
        code: the class code, "" without one.
        exercise: its name, "" for a choice of a class code.
        student: whose numbers the exercise had, normalized; "" for those of the class or the page. For the choice of a
            class code, the name or number as the student entered it.
        answer: the answer of a try, as text.
    """

    did: str
    code: str
    exercise: str = ""
    student: str = ""
    answer: str = ""


def record_path() -> Path | None:
    """Return the file of the record as the environment variables say; None to keep it in memory."""
    path = os.environ.get(PATH_VARIABLE)
    if path is not None:
        return Path(path).expanduser() if path.strip() else None
    home = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    try:
        return Path(home).expanduser() / "senet_lab" / "results.jsonl"
    except RuntimeError:  # there is no home folder
        return None


class Record:
    """The events of all kernels that share a file, in order.

    Lines are only ever added, so kernels that write at the same time lose nothing. A line that cannot be read is left
    as it is and counted in `unread`. While the file cannot be written, events wait in memory and `problem` says why.

    Attributes:
        path: the file; None to keep everything in memory.
        problem: why the file could not be read or written last time, or "".
        unread: the number of damaged lines.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path, self.problem, self.unread = path, "", 0
        self._unwritten: list[Event] = []
        self._written: tuple[Event, ...] = ()  # the events of the file when it had the fingerprint below
        self._fingerprint: object = None
        self._lock = threading.Lock()

    @property
    def place(self) -> str:
        """Return where the record is kept, in words."""
        return str(self.path or "this kernel")

    def add(self, event: Event) -> None:
        """Record an event; while the file cannot be written, it waits in memory."""
        with self._lock:
            self._unwritten.append(event)
            if self.path and self._write(self.path):
                self._unwritten.clear()

    def events(self) -> tuple[Event, ...]:
        """Return all events; read the file only if it has changed."""
        with self._lock:
            fingerprint = self._take_fingerprint()
            if fingerprint != self._fingerprint:
                self._written, self._fingerprint = self._parse(), fingerprint
            return (*self._written, *self._unwritten)

    def forget(self) -> None:
        """Delete the file, including damaged lines.

        Raises:
            OSError: it cannot be deleted.
        """
        with self._lock:
            self._unwritten.clear()
            if self.path:
                self.path.unlink(missing_ok=True)
                self.problem = ""

    def _write(self, path: Path) -> bool:
        """Append the waiting events in one write and sync; if a crash has left half a line, start a new one."""
        from filelock import FileLock

        lines = b"".join(json.dumps(event._asdict()).encode() + b"\n" for event in self._unwritten)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with (
                FileLock(f"{path}.lock", timeout=LOCK_TIMEOUT, mode=0o600),
                open(path, "a+b", opener=_open_private) as file,
            ):
                size = file.seek(0, os.SEEK_END)
                file.seek(max(size - 1, 0))
                is_torn = file.read(1) not in (b"", b"\n")
                file.write(b"\n" + lines if is_torn else lines)
                file.flush()
                os.fsync(file.fileno())
        except (OSError, TimeoutError) as error:
            self.problem = f"'{path}' cannot be written: {getattr(error, 'strerror', None) or error}"
            return False
        self.problem = ""
        return True

    def _take_fingerprint(self) -> object:
        try:
            stat = self.path.stat() if self.path else None
        except OSError:
            return None
        return stat and (stat.st_ino, stat.st_size, stat.st_mtime_ns)

    def _parse(self) -> tuple[Event, ...]:
        self.unread = 0
        try:
            lines = self.path.read_bytes().splitlines() if self.path else []
        except FileNotFoundError:
            return ()
        except OSError as error:
            self.problem = f"'{self.path}' cannot be read: {error.strerror or error}"
            return ()
        events = [parse_event(line) for line in lines if line.strip()]
        self.unread = events.count(None)
        return tuple(event for event in events if event)


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def parse_event(line: bytes) -> Event | None:
    """Return the event of a line; None if it is damaged.

    >>> parse_event(b'{"did": "hint", "code": "", "exercise": "se-neck"}')
    Event(did='hint', code='', exercise='se-neck', student='', answer='')
    """
    try:
        values = json.loads(line)
        event = Event(**values)
    except (ValueError, TypeError, RecursionError):
        return None
    return event if event.did in KINDS and all(isinstance(value, str) for value in event) else None
