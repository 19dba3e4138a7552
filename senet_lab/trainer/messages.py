"""Messages between the Trainer and its page, as the page sends and gets them. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict

from senet_lab.widgets.messages import Answered, Controls

Force = Literal[True, "anyway"]


class FormPage(Controls):
    """Controls and what they lead to: what the next training will need; `elsewhere` names buttons that only say so."""

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
    """Which of the buttons for a run can be pressed, and why not; empty where there is no run."""

    toggle: Literal["pause", "resume"]
    can_toggle: bool
    can_stop: bool
    can_like: bool
    can_gates: bool
    gates: str
    can_take: bool
    take: str


class Now(TypedDict):
    """The trait `now`: the run in focus and how far it is."""

    heading: str
    progress: str
    said: str
    ill: bool
    asks: Buttons


class Epochs(TypedDict):
    """The trait `epochs`: what changes with an epoch and not with each step, as HTML."""

    strips: str
    numbers: str


class Traits(TypedDict):
    """What the page reads of the widget; `lens` names the widget of the gates."""

    form: Form
    now: Now
    picture: str
    epochs: Epochs
    table: str
    lens: str | None


class Moves(TypedDict, total=False):
    """What the page itself sets. Controls set values under their own names as well."""

    focus: str
    drawn: Sequence[str]


class Commands(TypedDict, total=False):
    """What is done to runs, once for each press, each in a message of its own; `hello` says that a page is open."""

    start: Force
    pause: bool
    resume: Force
    stop: bool
    like: bool
    gates: bool
    take: bool
    hello: bool


COMMANDS = tuple(Commands.__annotations__)
