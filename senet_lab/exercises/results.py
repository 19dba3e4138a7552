"""Results: count the events of a record per exercise, and write the table that a learner hands in."""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, NamedTuple

from senet_lab.exercises.catalogue import MAKERS, lesson_of
from senet_lab.exercises.record import TRIES, Event, Record
from senet_lab.extras import require
from senet_lab.files import written_whole

if TYPE_CHECKING:
    import pandas as pd

WITHOUT, AFTER = "without the solution", "after the solution"  # how an exercise was solved, in the table
FORMULA_STARTS = tuple("=+-@\t\r")  # a spreadsheet runs a cell that starts with one (OWASP, CSV injection)
MAX_NAME_LETTERS = 30
JOINERS = "\u200c\u200d"  # within words of some scripts; they have no width
MAX_CODE_BYTES = 100  # of a class code in a file name; file systems allow 255 bytes in all


@dataclass(frozen=True)
class Attempts:
    """The events of one exercise.

    Attributes:
        tries: tries before the solution was shown.
        hints: hints shown.
        hints_used: hints shown before the exercise was solved or the solution shown.
        revealed: whether the solution was shown.
        solved_without: whether it was solved before the solution was shown, with or without hints.
    """

    tries: int = 0
    hints: int = 0
    hints_used: int = 0
    solved: bool = False
    revealed: bool = False
    solved_without: bool = False


def count_attempts(events: Iterable[Event], code: str, name: str) -> Attempts:
    """Count the events of one exercise with one class code.

    After a right answer or the solution, tries and hints no longer count.

    >>> count_attempts([Event("wrong", "", "se-neck"), Event("right", "", "se-neck")], "", "se-neck")
    Attempts(tries=2, hints=0, hints_used=0, solved=True, revealed=False, solved_without=True)
    """
    attempts = Attempts()
    for event in events:
        if (event.code, event.exercise) != (code, name):
            continue
        if event.did == "hint":
            is_needed = not (attempts.solved or attempts.revealed)
            attempts = replace(attempts, hints=attempts.hints + 1, hints_used=attempts.hints_used + is_needed)
        elif event.did == "solution":
            attempts = replace(attempts, revealed=True)
        elif event.did in TRIES and not attempts.solved:
            is_right, is_own = event.did == "right", not attempts.revealed
            tries = attempts.tries + is_own
            attempts = replace(attempts, tries=tries, solved=is_right, solved_without=is_right and is_own)
    return attempts


class Row(NamedTuple):
    """A row of the table: what the learner did at one exercise with one class code, and how they solved it."""

    lesson: str
    exercise: str
    code: str
    tries: int
    hints: int
    revealed: bool
    solved: str  # WITHOUT, AFTER or ""


# The names of the fields of a `Row` in the table.
COLUMNS = ("lesson", "exercise", "class code", "tries", "hints used", "solution seen", "solved")


def count_rows(record: Record, codes: Iterable[str]) -> list[Row]:
    """Return one row per class code and exercise; warn if the record is damaged or could not be written."""
    events, rows = record.events(), []
    if record.unread:
        warnings.warn(f"Damaged lines in '{record.path}' that are not counted: {record.unread}.", stacklevel=4)
    if record.problem:
        warnings.warn(f"{record.problem}; unsaved results are lost when this kernel stops.", stacklevel=4)
    for code in codes:
        for name in MAKERS:
            its = count_attempts(events, code, name)
            solved = (WITHOUT if its.solved_without else AFTER) if its.solved else ""
            rows.append(Row(lesson_of(name), name, code, its.tries, its.hints_used, its.revealed, solved))
    return rows


def table(record: Record, codes: Iterable[str]) -> pd.DataFrame:
    """Return `count_rows` as a DataFrame.

    Raises:
        MissingExtraError: pandas is not installed.
    """
    require("pandas", by="the table of results")
    import pandas as pd

    return pd.DataFrame(count_rows(record, codes), columns=COLUMNS).set_index(["lesson", "exercise"])


def write_table(record: Record, path: str | Path, *, overwrite: bool = False) -> list[Row]:
    """Write the exercises that were tried with any class code as CSV, and return them.

    The file is complete or not written at all.

    Raises:
        FileExistsError: the file exists already.
        OSError: it cannot be written.
        TypeError: `path` is not a path.
    """
    rows = tried_rows(record)
    with written_whole(path, overwrite=overwrite) as unfinished:
        Path(unfinished).write_text(csv_text(rows), encoding="utf-8", newline="")
    return rows


def tried_rows(record: Record) -> list[Row]:
    """Return the rows of all exercises that were tried, with any class code."""
    all_codes = dict.fromkeys(event.code for event in record.events())
    return [row for row in count_rows(record, all_codes) if row.tries or row.hints or row.revealed]


def csv_text(rows: Iterable[Row]) -> str:
    """Return the rows as CSV text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(row._replace(code=_harmless(row.code)) for row in rows)
    return text.getvalue()


def _harmless(code: str) -> str:
    """Return a class code as a cell that no spreadsheet runs as a formula."""
    return f"'{code}" if code.startswith(FORMULA_STARTS) else code


def hand_in_file_name(name: str, code: str) -> str:
    """Return a file name for one learner that differs from those of the class.

    Args:
        name: the learner's name or initials; with "", the file name gets random characters instead.
        code: the class code, "" without one.

    Raises:
        ValueError: `name` is too long.

    >>> hand_in_file_name("Anna K.", "9b spring"), hand_in_file_name("J\u00fcrgen", "")
    ('senet_lab_9b-spring_Anna-K.csv', 'senet_lab_J\u00fcrgen.csv')
    """
    name = unicodedata.normalize("NFC", name.strip())
    if len(name) > MAX_NAME_LETTERS:
        raise ValueError(f"A name has at most {MAX_NAME_LETTERS} letters, not {len(name)}; try initials, such as 'AK'.")
    code = _file_part(code).encode()[:MAX_CODE_BYTES].decode(errors="ignore")
    return "_".join(filter(None, ("senet_lab", code, _file_part(name) or token_hex(3)))) + ".csv"


def _is_of_word(letter: str) -> bool:
    """Return whether a character is a letter, a combining mark or a digit, in any script."""
    return unicodedata.category(letter)[0] in "LMN"


def _file_part(text: str) -> str:
    """Return a text as a part of a file name: hyphens between words; underscores separate the parts.

    No other punctuation is left, so no name leads to another folder. Joiners, as in Persian names, are dropped.
    """
    return "-".join("".join(each if _is_of_word(each) else " " for each in text if each not in JOINERS).split())
