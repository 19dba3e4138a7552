"""Problems: what is wrong with the file of a student, in sentences, for the page, the table and the command."""

from __future__ import annotations

from senet_lab.classroom.misconceptions import CONTRADICTIONS
from senet_lab.classroom.overview import Student
from senet_lab.classroom.paper import counted, number_ranges


def problems(student: Student) -> list[str]:
    """Return a sentence for each problem; exercises with the same one share it."""
    return [*student.notes, *(_sentence(reason, student) for reason in student.doubts)]


def _sentence(reason: str, student: Student) -> str:
    names = dict.fromkeys(student.doubts[reason])
    effect = ", not counted" if reason in CONTRADICTIONS else ""
    return f"{reason}: {number_ranges(names)} ({counted(len(names), 'exercise')}{effect})."
