"""Poll in a daemon thread, often while something is in progress and rarely otherwise."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable
from typing import Any

BUSY_INTERVAL, IDLE_INTERVAL = 0.2, 1.0  # seconds between polls
MAX_CORE_SHARE = 0.01  # of one core, while something is in progress, such as a training run; slow polls may exceed it


def reply_where_sent(comm: Any) -> None:
    """Handle the page's messages in the subshell to which the page sends them.

    ipykernel 7 passes a widget's next message to the thread that last published for it, as if that waited for a reply.
    After the cell that created the widget, this is the main thread, where the first message would wait for the next
    cell. The attribute is private to ipykernel; if it no longer exists, this function changes nothing.
    """
    if hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _, sent_to: sent_to


class Follower:
    """Call `tick` until the follower is ended or the object of `tick` is deleted.

    This is a thread, not a task of the kernel's event loop, which does not run while a cell is busy. ipykernel treats
    messages from a thread as part of whatever the kernel handled last, and passes the page's next message to the thread
    that handled it. While a cell is busy, that is the main thread, where Stop would wait for the cell. So the follower
    sends in the context of the page's own last message, which arrived through the subshell of the widgets.

    Attributes:
        context: the context of its calls; None for the default.
    """

    def __init__(self, tick: Callable[[], Callable[[], bool] | None]) -> None:
        self._tick = tick
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()
        self.context: contextvars.Context | None = None

    def start(self) -> None:
        """Start polling unless already started."""
        with self._starting:
            if self._thread is None and not self._ended.is_set():
                self._thread = threading.Thread(target=self._follow, name="senet_lab follower", daemon=True)
                self._thread.start()

    def end(self) -> None:
        """Stop polling; return at once."""
        self._ended.set()

    @property
    def is_alive(self) -> bool:
        """Whether the thread is polling."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_ended(self) -> bool:
        """Whether `end` was called."""
        return self._ended.is_set()

    def call(self, function: Callable[[], Any]) -> Any:
        """Call a function that sends, on the calling thread, in the context of the page's last message."""
        context = self.context
        return context.copy().run(function) if context else function()

    def _follow(self) -> None:
        while not self._ended.is_set() and (tick := self._tick()) is not None:
            start = time.thread_time()
            is_busy = self.call(tick)
            del tick  # a reference would keep its object alive
            rest = (time.thread_time() - start) / MAX_CORE_SHARE
            self._ended.wait(min(max(BUSY_INTERVAL, rest), IDLE_INTERVAL) if is_busy else IDLE_INTERVAL)
