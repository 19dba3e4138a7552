"""Hand-in: read the files that the students of a class handed in. No other module knows their format.

A file is the table that `hand_in` writes, in a notebook or on the site, with one row per exercise and class code. It
may have been damaged on its way, edited, or saved again by a spreadsheet program, so each row is read by itself, and
what cannot be read or contradicts itself is noted.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from senet_lab.checks import quoted
from senet_lab.classroom.archive import MAX_ARCHIVE_BYTES, open_archive
from senet_lab.exercises.catalogue import MAKERS
from senet_lab.exercises.cells import unescape_cell
from senet_lab.exercises.hand_in import student_part
from senet_lab.exercises.learner import MAX_ANSWER_LETTERS, MAX_CODE_LETTERS, MAX_NAME_LETTERS
from senet_lab.exercises.results import AFTER, ALONE, COLUMNS, WITH_HINTS
from senet_lab.exercises.task import normalize

TRIED, SEEN = "not solved", "only opened"
OUTCOMES = (ALONE, WITH_HINTS, AFTER, TRIED, SEEN)  # the furthest first
SOLVED = {ALONE, WITH_HINTS, AFTER, "without the solution", ""}  # what the column says; the fourth in earlier versions
NEEDED = [name for name in COLUMNS if name not in ("lesson", "student", "own numbers", "answers")]  # in all versions
MAX_BYTES = 200_000  # 30 times the size of all exercises with five answers each; more would take long to mark
MAX_NOTED, MAX_LISTED = 10, 5  # reasons why rows of a file are not counted, and rows that are listed for each
ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")  # ours, and those in which spreadsheet programs save
DELIMITERS = (",", ";", "\t")
# Spreadsheet programs write True and False in the language of their user, or as a number.
TRUE = {"true", "1", "prawda", "sand", "sann", "sant", "verdadeiro", "verdadero", "vero", "vrai", "waar", "wahr"}
FALSE = {"false", "0", "fa\u0142sz", "falsch", "falsk", "falskt", "falso", "faux", "onwaar", "usann"}
# The folder of a student in the archive of all submissions that Moodle makes: Anna Muster_1234_assignsubmission_file.
# If the teacher chooses no folders, the names of the files start like this.
MOODLE_NAME = re.compile(r"(.+?)_(\d+)_assignsubmission_file_?.*")
COPY = re.compile(r" ?\(\d+\)$")  # what browsers add to the name of a file that exists already


@dataclass(frozen=True)
class Work:
    """What a student did at one exercise with the numbers of one class code, normalized.

    `student` is the name or number that the numbers were drawn for, "" if they are those of the whole class.
    `answers` are the answers given, in order, if the file has them.
    """

    exercise: str
    code: str
    student: str
    tries: int
    hints: int
    revealed: bool
    solved: str
    answers: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """Return one of `OUTCOMES`."""
        if self.solved == AFTER:
            return AFTER
        if self.solved:
            return WITH_HINTS if self.hints or self.solved == WITH_HINTS else ALONE
        return TRIED if self.tries else SEEN


@dataclass(frozen=True)
class HandIn:
    """A file that a student handed in.

    Attributes:
        student: the name or number that the student entered; otherwise, that of the folder or of the file.
        file: its path, relative to the folder of the class.
        identifier: Moodle's number of the submission, "" without one.
        notes: what is wrong with it, in words.
    """

    student: str
    file: str
    work: tuple[Work, ...]
    identifier: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Folder:
    """The hand-ins of a class, and the other files, each with the reason why it is none."""

    hand_ins: tuple[HandIn, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)


def read_folder(folder: Path, leave_out: Iterable[Path] = ()) -> Folder:
    """Read all files of a folder and the folders and archives in it, or those of an archive.

    Args:
        folder: a folder, or a .zip.
        leave_out: files that are not read, such as an earlier overview.

    Raises:
        FileNotFoundError: there is no such folder or archive.
    """
    if folder.is_file() and folder.suffix.lower() == ".zip":
        return read_files({folder.name: folder.read_bytes if _is_worth_reading(folder) else bytes})
    if not folder.is_dir():
        raise FileNotFoundError(
            f"There is no folder or .zip '{folder}'. Put the files that were handed in into a folder."
        )
    skipped = {path.resolve() for path in leave_out}
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.resolve() not in skipped
    }
    return read_files({name: path.read_bytes if _is_worth_reading(path) else bytes for name, path in paths.items()})


def _is_worth_reading(path: Path) -> bool:
    """Return whether a file may be a table, or an archive of tables; an archive of videos is none."""
    limits = {".csv": MAX_BYTES, ".zip": MAX_ARCHIVE_BYTES}
    return path.stat().st_size <= limits.get(path.suffix.lower(), -1)


def read_files(files: Mapping[str, Callable[[], bytes]]) -> Folder:
    """Read files, given by name, and those in archives; hidden ones are left out.

    Args:
        files: for each name, a function that returns the content.
    """
    hand_ins: list[HandIn] = []
    others: dict[str, str] = {}
    for name, read in _open_archives(files, others):
        if _is_hidden(name):
            continue
        try:
            if not name.lower().endswith(".csv"):
                raise ValueError("It is not a CSV file.")
            hand_ins.append(read_hand_in(name, read()))
        except (OSError, ValueError) as error:
            others[name] = str(error)
    return Folder(*_join_copies(hand_ins, others))


def _open_archives(
    files: Mapping[str, Callable[[], bytes]], others: dict[str, str]
) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the files with those in archives in place of these; archives within archives stay closed."""
    for name, read in files.items():
        if not name.lower().endswith(".zip") or _is_hidden(name):
            yield name, read
            continue
        try:
            yield from open_archive(name, read(), MAX_BYTES).items()
        except (OSError, ValueError) as error:
            others[name] = str(error)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") and part != ".." for part in Path(name).parts)


def read_hand_in(name: str, content: bytes) -> HandIn:
    """Read one file.

    Args:
        name: its path in the folder of the class.

    Raises:
        ValueError: it is not a table of results; the error says why.
    """
    if not content or len(content) > MAX_BYTES:
        raise ValueError(f"It is empty, or larger than {MAX_BYTES // 1000} KB.")
    work, names, notes = _read_rows(_open_table(_decode(content)))
    twice = [key for key, rows in Counter((row.exercise, row.code, row.student) for row in work).items() if rows > 1]
    notes += [f"'{exercise}' has more than one row." for exercise, *_ in twice]
    if len(names) > 1:
        notes.append(f"It has more than one name ({', '.join(sorted(names))}).")
    moodle = next((found for part in Path(name).parts if (found := MOODLE_NAME.fullmatch(part))), None)
    entered = max(names, key=names.__getitem__, default="")
    student = entered or (moodle[1] if moodle else _name_of_file(name, work))
    return HandIn(student, name, tuple(work), moodle[2] if moodle else "", tuple(notes))


def _read_rows(reader: csv.DictReader[str]) -> tuple[list[Work], Counter[str], list[str]]:
    """Return what the rows say, how many have each name, and why others are not counted."""
    work, names, reasons = [], Counter[str](), dict[str, list[int]]()
    for number in count(2):
        try:
            cells = _unescape_row(next(reader))
            work.append(_parse_row(cells))
            names[cells.get("student", "")] += 1
        except StopIteration:
            break
        except (csv.Error, ValueError) as error:  # after a csv.Error, the reader goes on with the next line
            reasons.setdefault(str(error), []).append(number)
    del names[""]
    return work, names, _uncounted(reasons)


def _uncounted(reasons: Mapping[str, list[int]]) -> list[str]:
    """Return in words which rows are not counted; those with the same reason share a sentence."""
    notes = []
    for reason, rows in [*reasons.items()][:MAX_NOTED]:
        listed = ", ".join(map(str, rows[:MAX_LISTED])) + ("\u2026" if len(rows) > MAX_LISTED else "")
        which = f"Row {listed} is" if len(rows) == 1 else f"{len(rows)} rows ({listed}) are"
        notes.append(f"{which} not counted: {reason}.")
    if others := [*reasons.values()][MAX_NOTED:]:
        notes.append(f"{sum(map(len, others))} more rows are not counted.")
    return notes


def _decode(content: bytes) -> str:
    for encoding in ENCODINGS:
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return codecs.getincrementaldecoder(encoding)().decode(content)  # a file may end within a character
        except UnicodeDecodeError:
            continue
    raise ValueError("It is not text.")


def _open_table(text: str) -> csv.DictReader[str]:
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=head.count), strict=True)
    try:
        reader.fieldnames = [name.strip().casefold() for name in reader.fieldnames or ()]
    except csv.Error as error:
        raise ValueError(f"It is a damaged table: {error}.") from error
    if missing := [name for name in NEEDED if name not in reader.fieldnames]:
        raise ValueError(f"It is not a table of results: it has no column '{missing[0]}'.")
    return reader


def _unescape_row(line: Mapping[str, str | None]) -> dict[str, str]:
    """Return the cells by column; those beyond the last column have none."""
    return {name: unescape_cell((value or "").strip()) for name, value in line.items() if isinstance(name, str)}


def _parse_row(cells: Mapping[str, str]) -> Work:
    code, student = cells["class code"], cells.get("student", "")
    if cells["exercise"] not in MAKERS:
        raise ValueError(f"there is no exercise {quoted(cells['exercise'])}")
    if cells["solved"] not in SOLVED:
        raise ValueError(f"an exercise cannot be solved {quoted(cells['solved'])}")
    if len(code) > MAX_CODE_LETTERS or len(student) > MAX_NAME_LETTERS:
        raise ValueError(f"its class code has more than {MAX_CODE_LETTERS} letters, or its name {MAX_NAME_LETTERS}")
    has_own = _parse_boolean(cells["own numbers"]) if "own numbers" in cells else True  # as in earlier versions
    return Work(
        exercise=cells["exercise"],
        code=normalize(code),
        student=normalize(student) if has_own else "",
        tries=_parse_count(cells["tries"], "tries"),
        hints=_parse_count(cells["hints used"], "hints"),
        revealed=_parse_boolean(cells["solution seen"]),
        solved=cells["solved"],
        answers=_parse_answers(cells.get("answers", "")),
    )


def _parse_boolean(cell: str) -> bool:
    word = cell.casefold()
    if word not in TRUE and word not in FALSE:
        raise ValueError(f"{quoted(cell)} is neither True nor False")
    return word in TRUE


def _parse_count(cell: str, things: str) -> int:
    if not re.fullmatch(r"\d{1,6}", cell):
        raise ValueError(f"{quoted(cell)} is not a number of {things}")
    return int(cell)


def _parse_answers(cell: str) -> tuple[str, ...]:
    """Return the answers, each of which is shortened as it is in a record."""
    try:
        answers = json.loads(cell or "[]")
        if isinstance(answers, list):
            return tuple(_encodable(str(each)[:MAX_ANSWER_LETTERS]) for each in answers)
    except (ValueError, RecursionError):
        pass
    raise ValueError("its answers are damaged")


def _encodable(text: str) -> str:
    """Return a text without halves of characters, which JSON can contain and no file."""
    return text.encode(errors="replace").decode()


def _name_of_file(name: str, work: Iterable[Work]) -> str:
    """Return the student's part of a file name such as senet_lab_9b-spring_Anna.csv."""
    return student_part(COPY.sub("", Path(name).stem), sorted({row.code for row in work} - {""}))


def _join_copies(hand_ins: list[HandIn], others: dict[str, str]) -> tuple[tuple[HandIn, ...], dict[str, str]]:
    """Count the same file of the same student once; give different files of one student different names."""
    joined: dict[tuple[str, str, tuple[Work, ...]], HandIn] = {}
    for each in hand_ins:
        first = joined.setdefault((normalize(each.student), each.identifier, each.work), each)
        if first is not each:
            others[each.file] = f"It has the same rows as '{first.file}', so it is counted once."
    kept = list(joined.values())
    names = Counter(normalize(each.student) for each in kept)
    return tuple(_with_file(each) if names[normalize(each.student)] > 1 else each for each in kept), others


def _with_file(each: HandIn) -> HandIn:
    note = "Another file has the same name or number. Both are listed, with their files."
    return replace(each, student=f"{each.student} ({each.file})", notes=(*each.notes, note))
