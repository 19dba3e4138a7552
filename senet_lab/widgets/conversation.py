"""Conversation: the messages of a panel's page, each acted on once and answered, however often it arrives.

A page sends each message as a custom message of its widget, and again while no answer comes: messages get lost when a
connection breaks or a kernel restarts. It does not set a trait, because ipywidgets holds back the next value of a
trait until the kernel reports idle, and that report can get lost as well.

Answers are state: the trait that the page draws also says, by view, the number of the last message that was answered
(`Conversation.answered`). So a move costs one message each way, and any later state answers it as well as the first.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.checks import InvalidTypeError, quoted, whole
from senet_lab.widgets.follower import reply_where_sent

if TYPE_CHECKING:
    import anywidget

MAX_VIEWS = 32  # remembered views of one widget; each time that a page is loaded there is another one
MAX_NUMBER = 2**53  # of a message: the largest whole number that JavaScript counts to


class Request(NamedTuple):
    """What a page asks for.

    Attributes:
        view: the view that asks; a widget that is shown twice has two.
        number: of the message in that view, from 1.
        moves: controls and buttons with their new values, in the order in which they were touched.
        gesture: the drag, key or click that the moves belong to.
        buffers: the bytes that came with it.
    """

    view: str
    number: int
    moves: Mapping[str, Any]
    gesture: str = ""
    buffers: Sequence[Any] = ()


class _Progress(NamedTuple):
    """The numbers of the last message of a view that was received, and of the last one that was answered."""

    received: int = 0
    answered: int = 0


class Conversation:
    """Receive what the page of one panel sends, and answer it.

    A view sends its next message when the last one was answered, so numbers rise. A number that does not is a message
    that was sent again: it is not acted on, and all of the panel's state is sent once more, in case the answer got
    lost. A message without moves asks for that as well.

    Args:
        act: makes the moves of a request.
        show: sets the traits that the page draws, with `answered` in one of them.
        fail: shows an error, with `answered` as well; in a callback it would vanish (ipywidgets#2612).
    """

    def __init__(
        self, act: Callable[[Request], None], show: Callable[[], None], fail: Callable[[BaseException], None]
    ) -> None:
        self._act, self._show, self._fail = act, show, fail
        self._resend: Callable[[], None] = lambda: None
        self._views = dict[str, _Progress]()
        self._lock = threading.Lock()  # messages may come on several threads; never held while something is sent

    def open(self, panel: anywidget.AnyWidget, traits: Sequence[str]) -> None:
        """Receive a panel's messages from now on; `traits` are those that its page draws."""
        reply_where_sent(panel.comm)
        self._resend = lambda: panel.send_state(traits)
        panel.on_msg(self.receive)

    @property
    def answered(self) -> dict[str, int]:
        """The number of the last message that was answered, by view."""
        with self._lock:
            return {view: progress.answered for view, progress in self._views.items()}

    def receive(self, _: Any, content: Any, buffers: Sequence[Any]) -> None:
        """Act on a message, {"view": str, "number": int, "moves": dict, "gesture": str}, unless it was acted on."""
        try:
            view, number = _sender(content)
        except (TypeError, ValueError) as error:  # nobody knows which view to answer, so all of them show the error
            self._fail(error)
            return
        if not self._begin(view, number):
            if number <= self.answered.get(view, 0):
                self._resend()
            return  # else another thread is at it, and answers
        try:
            request = _request(view, number, content, buffers)
            if request.moves:
                self._act(request)
            self._end(view, number)
            self._show()
            if not request.moves:
                self._resend()
        except BaseException as error:  # an interrupted kernel has to answer as well, or the page would wait for ever
            self._end(view, number)
            self._fail(error)
            if not isinstance(error, Exception):
                raise

    def _begin(self, view: str, number: int) -> bool:
        """Record that a message is being acted on; return False where it was received before."""
        with self._lock:
            progress = self._views.get(view, _Progress())
            if number <= progress.received:
                return False
            self._views.pop(view, None)  # to the end: the views that were silent longest are dropped
            self._views[view] = progress._replace(received=number)
            while len(self._views) > MAX_VIEWS:
                del self._views[next(iter(self._views))]
            return True

    def _end(self, view: str, number: int) -> None:
        with self._lock:
            progress = self._views.get(view, _Progress())
            self._views[view] = _Progress(max(number, progress.received), max(number, progress.answered))


def show_failure(panel: Any, trait: str, answered: Mapping[str, int], error: BaseException) -> None:
    """Keep an error as the `failure` of a panel and show it on its page: in a callback it would vanish.

    Args:
        trait: that the page draws, with the messages that are answered and errors.
        answered: as of `Conversation`.
    """
    panel.failure = error
    setattr(panel, trait, with_failure(getattr(panel, trait), answered, error))


def with_failure(shown: Mapping[str, Any], answered: Mapping[str, int], error: BaseException) -> dict[str, Any]:
    """Return what the page draws with an error in it, which counts as the answer."""
    return {**shown, "answered": answered, "error": "".join(traceback.format_exception(error))}


def _sender(content: Any) -> tuple[str, int]:
    """The view and the number of a message.

    Raises:
        TypeError, ValueError: it does not say them.
    """
    if not isinstance(content, dict):
        fit = "{'view': 'view 1', 'number': 1, 'moves': {}}"
        raise TypeError(f"a message must be a dict of view, number and moves, not {quoted(content)}; try {fit}.")
    view = content.get("view")
    if not isinstance(view, str) or not view:
        raise InvalidTypeError("view", view, "must be a string that names a view", "'view 1'")
    return view, whole("number", content.get("number"), 1, MAX_NUMBER)


def _request(view: str, number: int, content: Mapping[str, Any], buffers: Sequence[Any]) -> Request:
    moves = content.get("moves")
    if not isinstance(moves, dict):
        raise InvalidTypeError("moves", moves, "must be a dict of controls and values", "{}")
    return Request(view, number, moves, str(content.get("gesture", "")), tuple(buffers or ()))
