"""Handle the messages of a panel's page: process each once and answer it, however often it arrives.

A page sends each message as a custom message of its widget, and repeats it until an answer arrives, because messages
are lost when a connection breaks or a kernel restarts. It does not set a trait, because ipywidgets holds back the next
value of a trait until the kernel reports idle, and that report can be lost as well.

Answers are state: the trait that the page draws also contains, for each view, the number of the last answered message
(`Conversation.answered`). So a move needs only one message in each direction, and any later state also answers it.
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

MAX_VIEWS = 32  # views remembered per widget; each time a page is loaded, it creates another one
MAX_NUMBER = 2**53  # of a message; JavaScript cannot count beyond it


class Request(NamedTuple):
    """A request from a page.

    Attributes:
        view: the view that sent it; a widget that is displayed twice has two views.
        number: number of the message in that view, starting at 1.
        moves: controls and buttons with their new values, in the order in which they were used.
        gesture: the drag, key press or click to which the moves belong.
        buffers: the bytes sent with the message.
    """

    view: str
    number: int
    moves: Mapping[str, Any]
    gesture: str = ""
    buffers: Sequence[Any] = ()


class _Progress(NamedTuple):
    """The numbers of the last received and the last answered message of a view."""

    received: int = 0
    answered: int = 0


class Conversation:
    """Receive the messages of one panel's page, and answer them.

    A view sends its next message after the last one was answered, so numbers increase. If a number does not, the
    message is a repetition: it is not processed again, but the complete state of the panel is sent once more, in case
    the answer was lost. A message without moves also requests the complete state.

    Args:
        act: carries out the moves of a request.
        show: sets the traits that the page draws, with `answered` in one of them.
        fail: shows an error, also with `answered`; an error in a callback would vanish (ipywidgets#2612).
    """

    def __init__(
        self, act: Callable[[Request], None], show: Callable[[], None], fail: Callable[[BaseException], None]
    ) -> None:
        self._act, self._show, self._fail = act, show, fail
        self._resend: Callable[[], None] = lambda: None
        self._views = dict[str, _Progress]()
        self._lock = threading.Lock()  # messages may arrive on several threads; never held while sending

    def open(self, panel: anywidget.AnyWidget, traits: Sequence[str]) -> None:
        """Start receiving a panel's messages; `traits` are those that its page draws."""
        reply_where_sent(panel.comm)
        self._resend = lambda: panel.send_state(traits)
        panel.on_msg(self.receive)

    @property
    def answered(self) -> dict[str, int]:
        """The number of the last answered message, by view."""
        with self._lock:
            return {view: progress.answered for view, progress in self._views.items()}

    def receive(self, _: Any, content: Any, buffers: Sequence[Any]) -> None:
        """Process a message, {"view": str, "number": int, "moves": dict, "gesture": str}, unless it is a repetition."""
        try:
            view, number = _sender(content)
        except (TypeError, ValueError) as error:  # the view to answer is unknown, so all views show the error
            self._fail(error)
            return
        if not self._begin(view, number):
            if number <= self.answered.get(view, 0):
                self._resend()
            return  # otherwise another thread is processing the message and will answer it
        try:
            request = _request(view, number, content, buffers)
            if request.moves:
                self._act(request)
            self._end(view, number)
            self._show()
            if not request.moves:
                self._resend()
        except BaseException as error:  # answer even when interrupted, or the page would wait forever
            self._end(view, number)
            self._fail(error)
            if not isinstance(error, Exception):
                raise

    def _begin(self, view: str, number: int) -> bool:
        """Record that a message is being processed; return False if it was received before."""
        with self._lock:
            progress = self._views.get(view, _Progress())
            if number <= progress.received:
                return False
            self._views.pop(view, None)  # move to the end: the views silent for longest are dropped
            self._views[view] = progress._replace(received=number)
            while len(self._views) > MAX_VIEWS:
                del self._views[next(iter(self._views))]
            return True

    def _end(self, view: str, number: int) -> None:
        with self._lock:
            progress = self._views.get(view, _Progress())
            self._views[view] = _Progress(max(number, progress.received), max(number, progress.answered))


def show_failure(panel: Any, trait: str, answered: Mapping[str, int], error: BaseException) -> None:
    """Store an error as the `failure` of a panel and show it on its page; in a callback it would vanish.

    Args:
        trait: the trait that the page draws, with the answered messages and errors.
        answered: as in `Conversation`.
    """
    panel.failure = error
    setattr(panel, trait, with_failure(getattr(panel, trait), answered, error))


def with_failure(shown: Mapping[str, Any], answered: Mapping[str, int], error: BaseException) -> dict[str, Any]:
    """Add an error to the state that the page draws; this counts as the answer."""
    return {**shown, "answered": answered, "error": "".join(traceback.format_exception(error))}


def _sender(content: Any) -> tuple[str, int]:
    """Return the view and the number of a message.

    Raises:
        TypeError, ValueError: the message lacks them.
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
