"""Define the messages between the Trainer and its page, without widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypedDict

from senet_lab.widgets.messages import Answered, Controls

Force = Literal[True, "anyway"]
ModelSuffix = Literal[".keras", ".onnx", ".tflite", ".xml"]


class FormPage(Controls):
    """The controls and the needs of the next run; `elsewhere` lists buttons that only explain what to install."""

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
    """The buttons of a run that are enabled, with tooltips; empty if there is no run."""

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
    """The trait `epochs`: HTML that changes only once per epoch."""

    strips: str
    numbers: str


class Traits(TypedDict):
    """The traits of the widget that the page reads; `lens` refers to the GateLens."""

    form: Form
    now: Now
    picture: str
    epochs: Epochs
    table: str
    lens: str | None


class Moves(TypedDict, total=False):
    """The values that the page itself sets. Controls also set values, under their own names."""

    focus: str
    drawn: Sequence[str]


class Commands(TypedDict, total=False):
    """The commands that run once per press, each sent in a separate message; `hello` says that a page has opened."""

    start: Force
    pause: bool
    resume: Force
    stop: bool
    like: bool
    gates: bool
    take: ModelSuffix
    hello: bool


COMMANDS = tuple(Commands.__annotations__)
