"""Grades: the class as a CSV that learning platforms import.

- Moodle's gradebook lets the teacher choose the column that identifies a student and those with grades. `Identifier`,
  `Grade` and `Last modified (grade)` are those of its offline grading worksheet, for files from its own archive of
  submissions.
- `nbgrader db student import` reads the column `id`, and leaves out columns that it does not know.
"""

from __future__ import annotations

import csv
import io

from senet_lab.classroom.overview import Overview, Student, count_solved
from senet_lab.classroom.problems import problems
from senet_lab.exercises.catalogue import LESSONS
from senet_lab.exercises.cells import escape_cell
from senet_lab.exercises.results import ALONE, WITH_HINTS

HEAD = ("id", "Identifier", "class code", "Grade", "Maximum grade", "Last modified (grade)", "solved alone", "tried",
        "problems")  # fmt: skip


def grades_csv(overview: Overview) -> str:
    """Return one row per student: how many exercises they solved in all and per lesson, then each exercise.

    An exercise has 1 if the student solved it before seeing the solution, with hints or without; otherwise 0, also if
    its row contradicts itself, as `problems` says. It is empty if the student has not touched it.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    lessons = [f"{lesson} (of {len(LESSONS[lesson])})" for lesson in overview.lessons]
    writer.writerow([*HEAD, *lessons, *overview.exercises])
    for student in overview.students:
        writer.writerow(_cells(student, overview))
    return text.getvalue()


def _cells(student: Student, overview: Overview) -> list[object]:
    participant = f"Participant {student.identifier}" if student.identifier else ""
    marks = {name: int(work.outcome in (ALONE, WITH_HINTS)) for name, work in student.work.items()}
    marks |= dict.fromkeys(student.contradicted, 0)
    lessons = [sum(marks.get(name, 0) for name in LESSONS[lesson]) for lesson in overview.lessons]
    codes = " ".join(filter(None, student.codes))
    solved, alone = count_solved(student), student.count(ALONE)
    who = [escape_cell(student.name), participant, escape_cell(codes)]
    head = [*who, solved, len(overview.exercises), "-", alone, len(marks), escape_cell(" ".join(problems(student)))]
    return [*head, *lessons, *(marks.get(name, "") for name in overview.exercises)]
