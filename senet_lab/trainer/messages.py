"""Messages between the Trainer and its page. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict

from senet_lab.widgets.messages import Answered, Controls

Force = Literal[True, "anyway"]


class FormPage(Controls):
    """Controls, and what the next training will need; `elsewhere` names buttons that only explain what they need."""

    error: str
    start: str
    needs: str
    fits: bool
    anyway: str
    legend: str
    resume_anyway: bool
    elsewhere: Sequence[str]


class Form(FormPage):
    """The trait `form`, with the number of each view's last answered message."""

    answered: Answered


class Buttons(TypedDict, total=False):
    """Which buttons of a run can be pressed, with tooltips; empty if there is no run."""

    toggle: Literal["pause", "resume"]
    can_toggle: bool
    can_stop: bool
    can_like: bool
    can_gates: bool
    gates: str
    can_take: bool
    take: str


class Now(TypedDict):
    """The trait `now`: the run in focus and its progress."""

    heading: str
    progress: str
    said: str
    ill: bool
    asks: Buttons


class Epochs(TypedDict):
    """The trait `epochs`: HTML that changes once per epoch and not with each step."""

    strips: str
    numbers: str


class Traits(TypedDict):
    """The traits that the page reads; `lens` refers to the widget of the gates."""

    form: Form
    now: Now
    picture: str
    epochs: Epochs
    table: str
    lens: str | None


class Moves(TypedDict, total=False):
    """Settings that the page sends, besides those of the controls under their own names."""

    focus: str
    drawn: Sequence[str]


class Commands(TypedDict, total=False):
    """Commands, one per press and per message; `hello` says that a page has opened."""

    start: Force
    pause: bool
    resume: Force
    stop: bool
    like: bool
    gates: bool
    take: bool
    hello: bool


COMMANDS = tuple(Commands.__annotations__)
