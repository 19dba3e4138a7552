"""Hand-in: the table of results that a learner gives to the teacher, as CSV, and its file name.

It contains what a program needs to draw each exercise again and mark its answers: class code, student, whether the
numbers are the student's own, exercise and answers. It also contains the exercises that were done on this computer with
no name, and the numbers of the class.
"""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from secrets import token_hex

from senet_lab.exercises.cells import escape_cell
from senet_lab.exercises.record import Record
from senet_lab.exercises.results import COLUMNS, Row, count_rows
from senet_lab.exercises.task import normalize
from senet_lab.files import written_whole

JOINERS = "\u200c\u200d"  # within words of some scripts; they have no width
FILE_START = "senet_lab"
MAX_CODE_BYTES = 100  # of a class code in a file name; file systems allow 255 bytes in all


def write_hand_in(record: Record, student: str, path: str | Path, *, overwrite: bool = False) -> list[Row]:
    """Write the exercises that a student tried, with any class code, as CSV, and return them.

    The file is complete or not written at all.

    Raises:
        FileExistsError: the file exists already.
        OSError: it cannot be written.
        TypeError: `path` is not a path.
    """
    rows = tried_rows(record, student)
    with written_whole(path, overwrite=overwrite) as unfinished:
        Path(unfinished).write_text(csv_text(rows), encoding="utf-8", errors="replace", newline="")
    return rows


def tried_rows(record: Record, student: str) -> list[Row]:
    """Return the rows of all exercises that a student tried, with any class code, and those tried with no name.

    Other students who used the same computer and entered their names are left out. Without a class code, numbers do
    not depend on the student, so the exercises done without one are this student's.
    """
    own = ("", normalize(student))
    drawn_for = dict.fromkeys((event.code, event.student) for event in record.events() if event.exercise)
    rows = count_rows(record, [(code, name) for code, name in drawn_for if name in own])
    tried = [row for row in rows if row.tries or row.hints or row.revealed]
    return [row._replace(student=student) for row in tried]


def csv_text(rows: Iterable[Row]) -> str:
    """Return the rows as CSV text; the answers of an exercise are a list in JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (*row[:-1], json.dumps(row.answers, ensure_ascii=False))
        writer.writerow(escape_cell(str(cell)) for cell in cells)
    return text.getvalue()


def hand_in_file_name(name: str, code: str) -> str:
    """Return a file name for one learner that differs from those of the class.

    Args:
        name: the learner's name or number; with "", the file name gets random characters instead.
        code: the class code, "" without one.

    >>> hand_in_file_name("Anna K.", "9b spring"), hand_in_file_name("J\u00fcrgen", "")
    ('senet_lab_9b-spring_Anna-K.csv', 'senet_lab_J\u00fcrgen.csv')
    """
    name = unicodedata.normalize("NFC", name)
    return "_".join(filter(None, (FILE_START, code_part(code), file_part(name) or token_hex(3)))) + ".csv"


def student_part(stem: str, codes: Iterable[str]) -> str:
    """Return the learner's part of a file name from `hand_in_file_name`; the whole of another name.

    Args:
        stem: the file name without ".csv".
        codes: the class codes that it may contain.

    >>> student_part("senet_lab_9b-spring_Anna-K", ["9b spring"]), student_part("anna_k", ["9b"])
    ('Anna-K', 'anna_k')
    """
    rest = stem.removeprefix(f"{FILE_START}_")
    return next((rest.removeprefix(start) for code in codes if rest.startswith(start := f"{code_part(code)}_")), rest)


def code_part(code: str) -> str:
    """Return a class code as a part of a file name, shortened if it is long."""
    return file_part(code).encode()[:MAX_CODE_BYTES].decode(errors="ignore")


def _is_of_word(letter: str) -> bool:
    """Return whether a character is a letter, a combining mark or a digit, in any script."""
    return unicodedata.category(letter)[0] in "LMN"


def file_part(text: str) -> str:
    """Return a text as a part of a file name: hyphens between words; underscores separate the parts.

    No other punctuation is left, so no name leads to another folder. Joiners, as in Persian names, are dropped.
    """
    return "-".join("".join(each if _is_of_word(each) else " " for each in text if each not in JOINERS).split())
