"""Answers: the page where a teacher looks up a class's questions, answers and solutions. Imports no widget."""

from __future__ import annotations

from senet_lab.drawing.tables import listing
from senet_lab.exercises.catalogue import LESSONS
from senet_lab.exercises.learner import Answer, Learner
from senet_lab.exercises.messages import AnswersShown
from senet_lab.exercises.task import normalize_code
from senet_lab.widgets.messages import Answered

HEAD = tuple(name.capitalize() for name in Answer._fields)
WORDS = range(1, len(HEAD))  # the columns that are aligned left


def answers_page(code: str | None, answered: Answered, error: str = "") -> AnswersShown:
    """Return what the browser shows: the class code, and a table for each lesson.

    Args:
        code: the class code, "" for the standard numbers; None before the first request.
    """
    said, body = ("", "") if code is None else _look_up(code)
    return {"answered": answered, "error": error, "said": said, "body": body}


def _look_up(code: str) -> tuple[str, str]:
    learner = Learner()  # a fresh one, so no results of the user change
    reply = learner.class_code(code)
    if learner.code != normalize_code(code):  # refused
        return reply.words, ""
    return reply.words, "".join(_table(lesson, learner) for lesson in LESSONS)


def _table(lesson: str, learner: Learner) -> str:
    return listing(lesson_title(lesson), HEAD, learner.answer_rows(lesson), words=WORDS)


def lesson_title(lesson: str) -> str:
    """Return the title of a lesson from the name of its notebook.

    >>> lesson_title("06_two_idioms")
    '6 · Two idioms'
    """
    number, _, name = lesson.partition("_")
    return f"{int(number)} \u00b7 {name.replace('_', ' ').capitalize()}"
