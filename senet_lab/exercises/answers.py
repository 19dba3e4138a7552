"""Answers: the page where a teacher looks up questions, answers and solutions of a class or a student; no widget."""

from __future__ import annotations

from senet_lab.drawing.tables import listing
from senet_lab.exercises.catalogue import LESSONS, TITLES
from senet_lab.exercises.learner import Answer, Learner
from senet_lab.exercises.messages import AnswersQuery, AnswersShown
from senet_lab.widgets.messages import Answered

HEAD = tuple(name.capitalize() for name in Answer._fields)
WORDS = range(1, len(HEAD))  # the columns that are aligned left


def answers_page(query: AnswersQuery | None, answered: Answered, error: str = "") -> AnswersShown:
    """Return what the browser shows: whose numbers these are, and a table for each lesson.

    Args:
        query: class code and student; None before the first request.
    """
    said, body = ("", "") if query is None else _look_up(query)
    return {"answered": answered, "error": error, "said": said, "body": body}


def _look_up(query: AnswersQuery) -> tuple[str, str]:
    try:
        learner = Learner(query["code"], query["student"])  # a fresh one, so no results of the user change
    except ValueError as error:  # too long
        return str(error), ""
    code, student = learner.drawn_for
    whose = f"{code}, {learner.student}" if student else code
    said = f"The numbers of {whose.removesuffix('.')}." if code else "The standard numbers, for no class code."
    return said, "".join(_table(lesson, learner) for lesson in LESSONS)


def _table(lesson: str, learner: Learner) -> str:
    return listing(lesson_title(lesson), HEAD, learner.answer_rows(lesson), words=WORDS)


def lesson_title(lesson: str) -> str:
    """Return the number and the title of a lesson, given the name of its notebook.

    >>> lesson_title("05_squeeze_and_excitation")
    '5 · Squeeze-and-excitation'
    """
    return f"{int(lesson.partition('_')[0])} \u00b7 {TITLES[lesson]}"
