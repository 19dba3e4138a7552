"""Follower: a daemon thread that polls, often while something is in progress and seldom while nothing is."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

BUSY_INTERVAL, IDLE_INTERVAL = 0.2, 1.0  # seconds between two polls
MAX_CORE_SHARE = 0.01  # while something is in progress, such as a training run; slow polls take more


def reply_where_sent(comm: Any) -> None:
    """Handle the page's messages in the subshell that the page sends them to.

    ipykernel 7 hands a widget's next message to the thread that published for it last, as if that waited for a reply.
    After the cell that made the widget this is the main thread, where the first message would wait for the next cell.
    The name is private to ipykernel; where it is gone, messages go as they did.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _, sent_to: sent_to


class Follower:
    """Call `tick` until it is ended, or the object that `tick` belongs to is gone.

    A thread and not a task of the kernel's loop, which stands still while a cell is busy. What a thread sends counts
    as an answer to whatever the kernel did last, and ipykernel hands the page's next message to the thread which did
    that: the main one, while a cell is busy, where Stop would wait for the cell. So it sends in the context of the
    page's own last message, which came by the subshell of the widgets.

    Attributes:
        context: to call in; None for none in particular.
    """

    def __init__(self, tick: Callable[[], Callable[[], bool] | None]) -> None:
        self._tick = tick
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self.context: contextvars.Context | None = None

    def start(self) -> None:
        """Begin, unless it has begun already."""
        with self._starting:
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._follow, name="senet_lab follower", daemon=True)
                self._thread.start()

    def end(self) -> None:
        """Stop polling; return at once."""
        self._ended.set()

    @property
    def is_alive(self) -> bool:
        """Whether it polls."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_ended(self) -> bool:
        """Whether it was ended."""
        return self._ended.is_set()

    def call(self, function: Callable[[], Any]) -> Any:
        """Call a function that sends, on whatever thread this is, in the context of the page's last message."""
        context = self.context
        return context.copy().run(function) if context else function()

    def _follow(self) -> None:
        while not self._ended.is_set() and (tick := self._tick()) is not None:
            start = time.thread_time()
            is_busy = self.call(tick)
            del tick  # or it would keep alive what it belongs to
            rest = (time.thread_time() - start) / MAX_CORE_SHARE
            self._ended.wait(min(max(BUSY_INTERVAL, rest), IDLE_INTERVAL) if is_busy else IDLE_INTERVAL)
