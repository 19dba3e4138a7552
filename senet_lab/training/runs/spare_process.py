"""Spare process: one that has imported Keras and waits, so that a training starts without that delay.

>>> cool()  # ends it; nothing happens where there is none
"""

from __future__ import annotations

import threading

from senet_lab.extras import TRAINING, require
from senet_lab.training.runs.process import WaitingProcess

SPARE_SECONDS = 30 * 60.0  # in which it holds some 600 MB of memory


class _Spare:
    """The one spare process of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: WaitingProcess | None = None
        self.timer: threading.Timer | None = None

    def ensure(self, seconds: float) -> WaitingProcess | None:
        """Have a current one for so long; return an outdated one, for the caller to end."""
        with self.lock:
            if self.process and self.process.is_current():
                return None
            old, self.process = self.process, WaitingProcess()
            if self.timer:
                self.timer.cancel()
            self.timer = threading.Timer(seconds, cool, (self.process,))
            self.timer.daemon = True
            self.timer.start()
        return old

    def take(self, only: WaitingProcess | None = None) -> WaitingProcess | None:
        """Hand over the waiting process; with `only`, None if it is another one."""
        with self.lock:
            if only and self.process is not only:
                return None
            process, self.process = self.process, None
            if self.timer:
                self.timer.cancel()
        return process


_SPARE = _Spare()


def warm(seconds: float = SPARE_SECONDS) -> None:
    """Have a process ready for the next `Run.start`, which loads Keras while you choose; returns at once.

    There is one at a time, however often and from whatever thread this is called. It ends by itself when this process
    does, or after `seconds` without a run; one that would compute otherwise than the environment now says is replaced.
    """
    require(*TRAINING, by="training")
    if old := _SPARE.ensure(seconds):
        old.end()


def cool(only: WaitingProcess | None = None) -> None:
    """End the spare process, if there is one; with `only`, if it is that one."""
    if process := _SPARE.take(only):
        process.end()


def take_spare_process() -> WaitingProcess | None:
    """Return the spare process, to be used, if there is one and it computes as a new one would; else None."""
    process = _SPARE.take()
    if process and not process.is_current():
        process.end()
        return None
    return process
