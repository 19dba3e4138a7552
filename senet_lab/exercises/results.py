"""Results: the events of a record counted per exercise; and the table that a learner hands in."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.exercises.catalogue import MAKERS, lesson_of
from senet_lab.exercises.record import TRIES, Event, Record
from senet_lab.files import written_whole

if TYPE_CHECKING:
    import pandas as pd

ALONE, AFTER = "alone", "after the solution"  # how an exercise was solved, in the table
FORMULA_STARTS = tuple("=+-@\t\r")  # a spreadsheet would run a cell that starts so (OWASP, CSV injection)


@dataclass(frozen=True)
class Attempts:
    """The events of one exercise: tries before the solution was shown, hints, whether and how it was solved."""

    tries: int = 0
    hints: int = 0
    solved: bool = False
    revealed: bool = False
    solved_alone: bool = False


def count_attempts(events: Iterable[Event], code: str, name: str) -> Attempts:
    """Count the events of one exercise with one class code; after a right answer or the solution no try counts.

    >>> count_attempts([Event("wrong", "", "se-neck"), Event("right", "", "se-neck")], "", "se-neck")
    Attempts(tries=2, hints=0, solved=True, revealed=False, solved_alone=True)
    """
    attempts = Attempts()
    for event in events:
        if (event.code, event.exercise) != (code, name):
            continue
        if event.did == "hint":
            attempts = replace(attempts, hints=attempts.hints + 1)
        elif event.did == "solution":
            attempts = replace(attempts, revealed=True)
        elif event.did in TRIES and not attempts.solved:
            is_right, is_own = event.did == "right", not attempts.revealed
            tries = attempts.tries + is_own
            attempts = replace(attempts, tries=tries, solved=is_right, solved_alone=is_right and is_own)
    return attempts


def table(record: Record, codes: Iterable[str]) -> pd.DataFrame:
    """Return a row for each class code and exercise; warn if the record is damaged or could not be written."""
    import pandas as pd

    events, rows = record.events(), []
    if record.unread:
        warnings.warn(f"{record.unread} damaged lines of '{record.path}' are not counted.", stacklevel=3)
    if record.problem:
        warnings.warn(f"{record.problem}; what is missing there is kept in this kernel alone.", stacklevel=3)
    for code in codes:
        for name in MAKERS:
            its = count_attempts(events, code, name)
            solved = (ALONE if its.solved_alone else AFTER) if its.solved else ""
            rows.append((lesson_of(name), name, code, its.tries, its.hints, its.revealed, solved))
    columns = ["lesson", "exercise", "class code", "tries", "hints used", "solution seen", "solved"]
    return pd.DataFrame(rows, columns=columns).set_index(["lesson", "exercise"])


def write_table(record: Record, path: str | Path, *, overwrite: bool = False) -> pd.DataFrame:
    """Write the exercises that were tried with any class code as CSV, whole or not at all, and return them.

    Raises:
        OSError, TypeError: there is such a file already, or it cannot be written.
    """
    all_codes = dict.fromkeys(event.code for event in record.events())
    rows = table(record, all_codes)
    rows = rows[(rows.tries > 0) | (rows["hints used"] > 0) | rows["solution seen"]]
    harmless = [f"'{code}" if code.startswith(FORMULA_STARTS) else code for code in rows["class code"]]
    with written_whole(path, overwrite=overwrite) as unfinished:
        rows.assign(**{"class code": harmless}).to_csv(unfinished)
    return rows
