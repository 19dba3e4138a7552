"""Define the messages between every panel and its page; the `messages` of each panel extend these.

`tools/message_types.py` writes the same types and constants for the page: `messages.d.ts` and `messages.js`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

Value = str | bool | int | float | None
ControlValue = Value | Sequence[Value]
ControlKind = Literal["choice", "slider", "select", "check", "checks", "text", "number"]
Answered = Mapping[str, int]

OPEN_SECTIONS = ("Network", "Paths", "Squeeze-excite", "Input", "Data", "Recipe", "Comparison")


class ControlMessage(TypedDict):
    """One control, as the page needs it; see `Control` for the meaning of the fields."""

    name: str
    label: str
    section: str
    kind: ControlKind
    stops: Sequence[Value]
    labels: Sequence[str]
    value: ControlValue
    hint: str
    disabled: bool
    text: str


class Controls(TypedDict):
    """The controls, and by name the reasons why moves were rejected."""

    controls: Sequence[ControlMessage]
    reasons: Mapping[str, str]


class Request(TypedDict):
    """A message from the page: values, where later ones replace earlier ones, or one command, which runs once."""

    view: str
    number: int
    moves: Mapping[str, object]
    gesture: str
