"""Worksheet: the exercises of a lesson as a page to print, and the answers as another."""

from __future__ import annotations

from html import escape

from senet_lab.classroom.figures import figures
from senet_lab.classroom.paper import exercise_numbers, paper
from senet_lab.exercises.answers import lesson_title
from senet_lab.exercises.catalogue import LESSONS
from senet_lab.exercises.hand_in import code_part, file_part
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.task import Task, normalize

LINES, LINES_OF_CHOICE = 4, 2  # to write on below a question


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


def worksheet_file_name(lesson: str, code: str, student: str, answers: bool) -> str:
    """Return a file name that differs from those of other lessons, classes and students.

    >>> worksheet_file_name("06_two_idioms", "9B spring", "", answers=True)
    '06_two_idioms_9b-spring_answers.html'
    """
    parts = (lesson, code_part(normalize(code)), file_part(student), "answers" if answers else "")
    return f"{'_'.join(filter(None, parts))}.html"


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
        answer = f"<ul class=choices>{field}</ul>{_room(LINES_OF_CHOICE)}"
    else:
        answer = f"{_room(LINES)}<p class=answer><span>Answer</span> {escape(task.unit)}</p>"
    return f"<li value={_place(name)}><p>{escape(task.question)}</p>{answer}</li>"


def _room(lines: int) -> str:
    """Return ruled lines, each an element: printers lose and double those of a background."""
    return f"<div class=room aria-hidden=true>{'<i></i>' * lines}</div>"


def _slips(task: Task) -> str:
    if not task.slips:
        return ""
    lines = "".join(f"<li>{_number(value)}: {escape(words)}</li>" for value, words in task.slips)
    return f"<p class=muted>Common wrong answers:</p><ul>{lines}</ul>"


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return escape(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
