"""Send a panel the messages that its page would send."""

from __future__ import annotations

from itertools import count
from typing import Any

VIEW = "view of the tests"
_gestures = count(1)


def message(panel: Any, moves: Any, gesture: str = "", view: str = VIEW, number: int | None = None) -> dict[str, Any]:
    """Return the next message of a view; a separate gesture unless it belongs to one."""
    number = panel._conversation.answered.get(view, 0) + 1 if number is None else number
    return {"view": view, "number": number, "moves": moves, "gesture": gesture or f"gesture {next(_gestures)}"}


def post(panel: Any, moves: Any, gesture: str = "", view: str = VIEW, buffers: list[Any] | None = None) -> int:
    """Send moves to a panel as ipywidgets does, and return the number of the message."""
    sent = message(panel, moves, gesture, view)
    panel._handle_custom_msg(sent, buffers or [])
    return int(sent["number"])
