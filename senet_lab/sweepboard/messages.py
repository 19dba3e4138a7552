"""Define the messages between the panel of a sweep and its page, without widgets."""

from __future__ import annotations

from typing import Literal, TypedDict

from senet_lab.widgets.messages import Answered, Controls

Force = Literal[True, "anyway"]


class FormPage(Controls):
    """The controls, and what the buttons of the sweep do; `needs` says what starting it needs, or why it cannot."""

    error: str
    start: str
    can_start: bool
    stop: str
    can_stop: bool
    needs: str
    fits: bool
    anyway: bool
    about: str


class Form(FormPage):
    """The trait `form`, with the number of each view's last answered message."""

    answered: Answered


class Now(TypedDict):
    """The trait `now`: how far the sweep is, and what it shows so far."""

    heading: str
    conclusion: str
    progress: str
    ill: bool


class Run(TypedDict):
    """The trait `run`: the selected run; `gates` is the tooltip of the button that shows its gates."""

    words: str
    has_button: bool
    can_gates: bool
    gates: str


class Traits(TypedDict):
    """The traits of the widget that the page reads; `lens` refers to the GateLens."""

    form: Form
    now: Now
    plots: str
    squares: str
    run: Run
    numbers: str
    lens: str | None


class Moves(TypedDict, total=False):
    """The values that the page itself sets. Controls also set values, under their own names."""

    run: str


class Commands(TypedDict, total=False):
    """The commands that run once per press, each sent in a separate message; `hello` says that a page has opened."""

    start: Force
    stop: bool
    gates: bool
    hello: bool


COMMANDS = tuple(Commands.__annotations__)
