"""Define the messages between Python and the browser, for an Exercise and for the answers page for teachers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from senet_lab.widgets.messages import Answered


class Shown(TypedDict):
    """The trait `shown`: the question, the reply to the last answer, the hints given so far, and the labels."""

    answered: Answered
    error: str
    name: str
    question: str
    unit: str
    choices: Sequence[str]
    example: str
    verdict: str
    words: str
    hints: Sequence[str]
    hint_button: str
    record: str
    solved: bool


class Traits(TypedDict):
    """The traits of the widget that the page reads."""

    shown: Shown


class Commands(TypedDict, total=False):
    """The commands that run once per press, with the content of the field."""

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
    """The traits that the page for teachers reads."""

    shown: AnswersShown


class AnswersQuery(TypedDict):
    """The class code and the student's name or number in the fields; "" for the page or the whole class."""

    code: str
    student: str


class AnswersCommands(TypedDict, total=False):
    """The commands that run once per press."""

    show: AnswersQuery


COMMANDS = tuple(Commands.__annotations__)
ANSWERS_COMMANDS = tuple(AnswersCommands.__annotations__)
