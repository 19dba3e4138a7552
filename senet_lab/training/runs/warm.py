"""Warm: a process that has imported Keras and waits, so that a training starts without that wait.

>>> cool()  # lets it go again; nothing happens where there is none
"""

from __future__ import annotations

import threading

from senet_lab.training.runs.process import Waiting

KEPT = 30 * 60.0  # seconds; it has some 600 MB in memory for as long


class _Keeper:
    """The one process that this one keeps warm."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: Waiting | None = None
        self.timer: threading.Timer | None = None

    def keep(self, seconds: float) -> Waiting | None:
        """One that fits, for so long; what was kept before and does not fit comes back."""
        with self.lock:
            if self.waiting and self.waiting.fits():
                return None
            old, self.waiting = self.waiting, Waiting()
            if self.timer:
                self.timer.cancel()
            self.timer = threading.Timer(seconds, cool, (self.waiting,))
            self.timer.daemon = True
            self.timer.start()
        return old

    def take(self, wanted: Waiting | None = None) -> Waiting | None:
        """What waits, which is kept no longer; None if that is not the one that is wanted."""
        with self.lock:
            if wanted and self.waiting is not wanted:
                return None
            waiting, self.waiting = self.waiting, None
            if self.timer:
                self.timer.cancel()
        return waiting


_KEEPER = _Keeper()


def warm(seconds: float = KEPT) -> None:
    """Have a process ready for the next `Run.start`, which loads Keras while you choose; comes back at once.

    One at a time, however often and from whatever thread this is called. It ends by itself when this process does, or
    after `seconds` without a run; one that would compute otherwise than the environment now says is replaced.
    """
    if old := _KEEPER.keep(seconds):
        old.end()


def cool(one: Waiting | None = None) -> None:
    """Let the warm process go, if there is one; `one` alone, where that is given."""
    if waiting := _KEEPER.take(one):
        waiting.end()


def taken() -> Waiting | None:
    """The warm process, to be used, if it is there and computes as a new one would; else None."""
    waiting = _KEEPER.take()
    if waiting and not waiting.fits():
        waiting.end()
        return None
    return waiting
