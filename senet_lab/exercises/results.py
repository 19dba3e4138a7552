"""Results: count the events of a record per exercise, as a table."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from senet_lab.exercises.catalogue import MAKERS, lesson_of
from senet_lab.exercises.record import TRIES, Event, Record
from senet_lab.extras import require

if TYPE_CHECKING:
    import pandas as pd

# How an exercise was solved, in the table: without any help, with hints, or after the solution.
ALONE, WITH_HINTS, AFTER = "alone", "with hints", "after the solution"


@dataclass(frozen=True)
class Attempts:
    """The events of one exercise.

    Attributes:
        tries: tries before the solution was shown.
        hints: hints shown.
        hints_used: hints shown before the exercise was solved or the solution shown.
        revealed: whether the solution was shown.
        outcome: how it was solved: ALONE, WITH_HINTS or AFTER; "" if it is not solved.
        answers: the answers of all tries until it was solved, in order.
    """

    tries: int = 0
    hints: int = 0
    hints_used: int = 0
    revealed: bool = False
    outcome: str = ""
    answers: tuple[str, ...] = ()

    @property
    def solved(self) -> bool:
        """Return whether it was solved, in any way."""
        return bool(self.outcome)

    @property
    def solved_without(self) -> bool:
        """Return whether it was solved before the solution was shown, with or without hints."""
        return self.outcome in (ALONE, WITH_HINTS)

    def after_try(self, event: Event) -> Attempts:
        """Return the attempts after one more try, of an exercise that was not solved before."""
        tries = self.tries + (not self.revealed)
        outcome = (WITH_HINTS if self.hints_used else ALONE) if not self.revealed else AFTER
        answers = (*self.answers, event.answer) if event.answer else self.answers
        return replace(self, tries=tries, outcome=outcome if event.did == "right" else "", answers=answers)


def count_attempts(events: Iterable[Event], code: str, student: str, name: str) -> Attempts:
    """Count the events of one exercise with the numbers of one class code and student, both normalized.

    After a right answer or the solution, tries and hints no longer count.

    >>> count_attempts([Event("wrong", "", "se-neck", "", "4"), Event("right", "", "se-neck")], "", "", "se-neck")
    Attempts(tries=2, hints=0, hints_used=0, revealed=False, outcome='alone', answers=('4',))
    """
    attempts = Attempts()
    for event in events:
        if (event.code, event.student, event.exercise) != (code, student, name):
            continue
        if event.did == "hint":
            is_needed = not (attempts.solved or attempts.revealed)
            attempts = replace(attempts, hints=attempts.hints + 1, hints_used=attempts.hints_used + is_needed)
        elif event.did == "solution":
            attempts = replace(attempts, revealed=True)
        elif event.did in TRIES and not attempts.solved:
            attempts = attempts.after_try(event)
    return attempts


class Row(NamedTuple):
    """A row of the table: what a learner did at one exercise with certain numbers, and how they solved it.

    `code`, `student` and `own` say whose numbers these are, so that a program can draw the exercise again and mark
    `answers`. `own` is whether they are those of the student, and not those of the whole class or the page.
    """

    lesson: str
    exercise: str
    code: str
    student: str
    own: bool
    tries: int
    hints: int
    revealed: bool
    solved: str  # ALONE, WITH_HINTS, AFTER or ""
    answers: tuple[str, ...]


# The names of the fields of a `Row` in the table.
COLUMNS = ("lesson", "exercise", "class code", "student", "own numbers", "tries", "hints used", "solution seen",
           "solved", "answers")  # fmt: skip


def count_rows(record: Record, drawn_for: Iterable[tuple[str, str]]) -> list[Row]:
    """Return one row per exercise and pair of class code and student, both normalized.

    Warns if the record is damaged or could not be written.
    """
    events, rows = record.events(), []
    if record.unread:
        warnings.warn(f"Damaged lines in '{record.path}' that are not counted: {record.unread}.", stacklevel=4)
    if record.problem:
        warnings.warn(f"{record.problem}; unsaved results are lost when this kernel stops.", stacklevel=4)
    for code, student in drawn_for:
        for name in MAKERS:
            its = count_attempts(events, code, student, name)
            counts = (its.tries, its.hints_used, its.revealed, its.outcome, its.answers)
            rows.append(Row(lesson_of(name), name, code, student, bool(student), *counts))
    return rows


def table(record: Record, code: str, student: str) -> pd.DataFrame:
    """Return the counts of all exercises with the numbers of a class code and a student as a DataFrame.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    require("pandas", by="the table of results")
    import pandas as pd

    rows = pd.DataFrame(count_rows(record, [(code, student)]), columns=COLUMNS)
    return rows.drop(columns=["class code", "student", "own numbers", "answers"]).set_index(["lesson", "exercise"])
