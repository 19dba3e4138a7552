"""Spare process: a process that has imported Keras and waits, so that a run starts without that delay.

>>> cool()  # ends it; nothing happens where there is none
"""

from __future__ import annotations

import threading

from senet_lab.extras import TRAINING, require
from senet_lab.training.runs.process import WaitingProcess

SPARE_SECONDS = 30 * 60.0  # in which it holds some 600 MB of memory


class _Spare:
    """The single spare process of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.process: WaitingProcess | None = None
        self.timer: threading.Timer | None = None

    def ensure(self, seconds: float) -> WaitingProcess | None:
        """Keep a current spare process for some seconds; return an outdated one for the caller to end."""
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
        """Hand over the waiting process; with `only`, return None if it is a different one."""
        with self.lock:
            if only and self.process is not only:
                return None
            process, self.process = self.process, None
            if self.timer:
                self.timer.cancel()
        return process


_SPARE = _Spare()


def warm(seconds: float = SPARE_SECONDS) -> None:
    """Start loading Keras in a spare process for the next `Run.start`; return at once.

    There is at most one spare process, however often and from whichever thread this is called. It ends by itself when
    this process ends, or after `seconds` without a run. It is replaced if the environment variables have changed.
    """
    require(*TRAINING, by="training")
    if old := _SPARE.ensure(seconds):
        old.end()


def cool(only: WaitingProcess | None = None) -> None:
    """End the spare process, if there is one; with `only`, just if it is that one."""
    if process := _SPARE.take(only):
        process.end()


def take_spare_process() -> WaitingProcess | None:
    """Hand over the spare process if there is one with current settings; otherwise return None."""
    process = _SPARE.take()
    if process and not process.is_current():
        process.end()
        return None
    return process
