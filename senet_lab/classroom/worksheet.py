"""Worksheet: the exercises of a lesson as a page to print, and the answers as another."""

from __future__ import annotations

from html import escape

from senet_lab.checks import quoted
from senet_lab.classroom.figures import figures
from senet_lab.classroom.paper import exercise_numbers, paper
from senet_lab.exercises.answers import lesson_title
from senet_lab.exercises.catalogue import LESSONS
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.task import Task


def find_lesson(text: str) -> str:
    """Return the name of a lesson with exercises, given its name or number.

    >>> find_lesson("5"), find_lesson("05_squeeze_and_excitation")
    ('05_squeeze_and_excitation', '05_squeeze_and_excitation')

    Raises:
        ValueError: no lesson with exercises has this name or number.
    """
    wanted = text.strip().lower()
    for lesson in LESSONS:
        number = lesson.partition("_")[0]
        if wanted in (lesson, number, number.lstrip("0")):
            return lesson
    numbers = [lesson.partition("_")[0].lstrip("0") for lesson in LESSONS]
    raise ValueError(
        f"There are no exercises in lesson {quoted(text)}; try a number from {numbers[0]} to {numbers[-1]}."
    )


def worksheet(lesson: str, code: str = "", student: str = "") -> str:
    """Return the exercises of a lesson with room for the answers.

    Args:
        lesson: the name of the notebook.
        code: the class code, "" for the standard numbers.
        student: the name or number of a student, for their own numbers; "" for those of the class.
    """
    learner = Learner(code, student)
    questions = "".join(_question(name, learner.task(name)) for name in LESSONS[lesson])
    fields = "<p class=fields><span>Name</span><span>Class</span><span>Date</span></p>"
    head = f"<h1>{escape(lesson_title(lesson))}</h1>{_about(learner)}{fields}"
    return paper(_title(lesson, learner), f"{head}{figures(lesson)}<ol>{questions}</ol>", "worksheet.css")


def worksheet_answers(lesson: str, code: str = "", student: str = "") -> str:
    """Return the answers to a worksheet: each with the solution, and with common wrong answers."""
    learner = Learner(code, student)
    rows = {row.exercise: row for row in learner.answer_rows(lesson)}
    answers = "".join(
        f"<li value={_place(name)}><p><b>{escape(row.answer)}</b></p><p>{escape(row.solution)}</p>"
        f"{_slips(learner.task(name))}</li>"
        for name, row in rows.items()
    )
    head = f"<h1>Answers: {escape(lesson_title(lesson))}</h1>{_about(learner)}"
    return paper(f"Answers: {_title(lesson, learner)}", f"{head}<ol class=answers>{answers}</ol>", "worksheet.css")


def _title(lesson: str, learner: Learner) -> str:
    return ", ".join(filter(None, (lesson_title(lesson), learner.code and f"class {learner.code}", learner.student)))


def _about(learner: Learner) -> str:
    if not learner.code:
        return "<p class=muted>Standard numbers, without a class code</p>"
    whose = f", numbers of {learner.student}" if learner.student else ""
    return f"<p class=muted>{escape(f'Class code {learner.code}{whose}')}</p>"


def _place(name: str) -> str:
    return exercise_numbers()[name].partition(".")[2]


def _question(name: str, task: Task) -> str:
    if task.choices:
        field = "".join(f"<li>{escape(choice)}</li>" for choice in task.choices)
        answer = f"<ul class=choices>{field}</ul><div class='room short' aria-hidden=true></div>"
    else:
        answer = f"<div class=room aria-hidden=true></div><p class=answer><span>Answer</span> {escape(task.unit)}</p>"
    return f"<li value={_place(name)}><p>{escape(task.question)}</p>{answer}</li>"


def _slips(task: Task) -> str:
    if not task.slips:
        return ""
    lines = "".join(f"<li>{_number(value)}: {escape(words)}</li>" for value, words in task.slips)
    return f"<p class=muted>Common wrong answers:</p><ul>{lines}</ul>"


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return escape(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
