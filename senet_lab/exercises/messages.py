"""Messages between an Exercise, or the answers for a teacher, and its page. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from senet_lab.widgets.messages import Answered


class Shown(TypedDict):
    """The trait `shown`: the question, what was said to the last answer, and what there is still to ask for."""

    answered: Answered
    error: str
    name: str
    question: str
    unit: str
    choices: Sequence[str]
    verdict: str
    words: str
    hints: str
    record: str
    solved: bool


class Traits(TypedDict):
    """What the page reads of the widget."""

    shown: Shown


class Commands(TypedDict, total=False):
    """What is done once for each press, with the answer in the field."""

    check: str
    hint: str
    reveal: str


class AnswersShown(TypedDict):
    """The trait `shown` of the page for teachers: whose numbers these are, and tables as HTML."""

    answered: Answered
    error: str
    said: str
    body: str


class AnswersTraits(TypedDict):
    """What that page reads."""

    shown: AnswersShown


class AnswersCommands(TypedDict, total=False):
    """What is done once for each press, with the class code in the field."""

    show: str


COMMANDS = tuple(Commands.__annotations__)
ANSWERS_COMMANDS = tuple(AnswersCommands.__annotations__)
