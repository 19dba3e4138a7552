"""Results: what the lines of a record come to, exercise by exercise; and the table that a learner hands in."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.exercises.catalogue import MAKERS, lesson_of
from senet_lab.exercises.record import TRIES, Deed, Record
from senet_lab.files import written_whole

if TYPE_CHECKING:
    import pandas as pd

ALONE, AFTER = "alone", "after the solution"  # how it was solved, in the table
FORMULA = tuple("=+-@\t\r")  # what a table program would take for one, and run (OWASP, CSV injection)


@dataclass(frozen=True)
class Tried:
    """What was done at one exercise: tries of one's own, hints, whether solved, and whether before the solution."""

    tries: int = 0
    hints: int = 0
    solved: bool = False
    revealed: bool = False
    solved_alone: bool = False


def tried(deeds: Iterable[Deed], code: str, name: str) -> Tried:
    """What deeds come to at one exercise, with one class code; behind a right answer or the solution no try counts.

    >>> tried([Deed("wrong", "", "se-neck"), Deed("hint", "", "se-neck"), Deed("right", "", "se-neck")], "", "se-neck")
    Tried(tries=2, hints=1, solved=True, revealed=False, solved_alone=True)
    """
    found = Tried()
    for deed in deeds:
        if (deed.code, deed.exercise) != (code, name):
            continue
        if deed.did == "hint":
            found = replace(found, hints=found.hints + 1)
        elif deed.did == "solution":
            found = replace(found, revealed=True)
        elif deed.did in TRIES and not found.solved:
            right = deed.did == "right"
            own = not found.revealed
            found = replace(found, tries=found.tries + own, solved=right, solved_alone=right and own)
    return found


def table(record: Record, codes: Iterable[str]) -> pd.DataFrame:
    """A row for each class code and exercise; a warning, if the record is damaged or could not be kept."""
    import pandas as pd

    deeds, rows = record.deeds(), []
    if record.unread:
        warnings.warn(f"{record.unread} damaged lines of '{record.path}' are not counted.", stacklevel=3)
    if record.problem:
        warnings.warn(f"{record.problem}; what is missing there is kept in this kernel alone.", stacklevel=3)
    for code in codes:
        for name in MAKERS:
            found = tried(deeds, code, name)
            solved = "" if not found.solved else ALONE if found.solved_alone else AFTER
            rows.append((lesson_of(name), name, code, found.tries, found.hints, found.revealed, solved))
    columns = ["lesson", "exercise", "class code", "tries", "hints used", "solution seen", "solved"]
    return pd.DataFrame(rows, columns=columns).set_index(["lesson", "exercise"])


def write_table(record: Record, path: str | Path, *, overwrite: bool = False) -> pd.DataFrame:
    """Write what was tried with any class code as CSV, whole or not at all; gives what was written.

    Raises:
        OSError, TypeError: there is such a file already, or it cannot be written.
    """
    all_codes = dict.fromkeys(deed.code for deed in record.deeds())
    written = table(record, all_codes)
    written = written[(written.tries > 0) | (written["hints used"] > 0) | written["solution seen"]]
    harmless = [f"'{code}" if code.startswith(FORMULA) else code for code in written["class code"]]
    with written_whole(path, overwrite=overwrite) as unfinished:
        written.assign(**{"class code": harmless}).to_csv(unfinished)
    return written
