"""Hand-in: read the files that the students of a class handed in. No other module knows their format.

A file is the table that `hand_in` writes, in a notebook or on the site, with one row per exercise and class code. It
may have been damaged on its way, edited, or saved again by a spreadsheet program, so each row is read by itself, and
what cannot be read or contradicts itself is noted.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from senet_lab.exercises.catalogue import MAKERS
from senet_lab.exercises.cells import unescape_cell
from senet_lab.exercises.results import AFTER, ALONE, COLUMNS, WITH_HINTS
from senet_lab.exercises.task import normalize

TRIED, SEEN = "not solved", "only opened"
OUTCOMES = (ALONE, WITH_HINTS, AFTER, TRIED, SEEN)  # the furthest first
SOLVED = {ALONE, WITH_HINTS, AFTER, "without the solution", ""}  # what the column says; the fourth in earlier versions
NEEDED = [name for name in COLUMNS if name not in ("lesson", "student", "answers")]  # which earlier versions lacked
MAX_BYTES = 1_000_000
ENCODINGS = ("utf-8-sig", "utf-16", "cp1252")  # ours, and those in which spreadsheet programs save
DELIMITERS = (",", ";", "\t")
# The folder of a student in the archive of all submissions that Moodle makes: Anna Muster_1234_assignsubmission_file.
MOODLE_FOLDER = re.compile(r"(.+?)_(\d+)_assignsubmission_file_?")
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
    """Read all files of a folder and the folders in it.

    Args:
        leave_out: files that are not read, such as an earlier overview.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder '{folder}'. Put the files that were handed in into a folder.")
    skipped = {path.resolve() for path in leave_out}
    paths = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.resolve() not in skipped
    }
    return read_files({name: path.read_bytes if _may_be_table(path) else bytes for name, path in paths.items()})


def _may_be_table(path: Path) -> bool:
    """Return whether a file is worth reading; an archive of videos is not."""
    return path.suffix.lower() == ".csv" and path.stat().st_size <= MAX_BYTES


def read_files(files: Mapping[str, Callable[[], bytes]]) -> Folder:
    """Read files, given by name; hidden ones are left out.

    Args:
        files: for each name, a function that returns the content.
    """
    hand_ins, others = [], {}
    for name, read in files.items():
        if any(part.startswith(".") for part in Path(name).parts):
            continue
        try:
            if not name.lower().endswith(".csv"):
                raise ValueError("It is not a CSV file.")
            hand_ins.append(read_hand_in(name, read()))
        except (OSError, ValueError) as error:
            others[name] = str(error)
    return Folder(*_join_copies(hand_ins, others))


def read_hand_in(name: str, content: bytes) -> HandIn:
    """Read one file.

    Args:
        name: its path in the folder of the class.

    Raises:
        ValueError: it is not a table of results; the error says why.
    """
    if not content or len(content) > MAX_BYTES:
        raise ValueError(f"It is empty, or larger than {MAX_BYTES / 1e6:g} MB.")
    lines = _parse_table(_decode(content))
    work, notes = [], []
    for number, line in enumerate(lines, 2):
        try:
            work.append(_parse_row(line))
        except ValueError as error:
            notes.append(f"Row {number} is not counted: {error}.")
    twice = [key for key, count in Counter((row.exercise, row.code, row.student) for row in work).items() if count > 1]
    notes += [f"'{exercise}' has more than one row." for exercise, *_ in twice]
    names = Counter(line["student"].strip() for line in lines if (line.get("student") or "").strip())
    folder = next((found for part in Path(name).parts[:-1] if (found := MOODLE_FOLDER.fullmatch(part))), None)
    entered = unescape_cell(names.most_common(1)[0][0]) if names else ""
    student = entered or (folder[1] if folder else _name_of_file(name, work))
    if len(names) > 1:
        notes.append(f"It has more than one name: {', '.join(map(unescape_cell, sorted(names)))}.")
    return HandIn(student, name, tuple(work), folder[2] if folder else "", tuple(notes))


def _decode(content: bytes) -> str:
    for encoding in ENCODINGS:
        if encoding == "utf-16" and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("It is not text.")


def _parse_table(text: str) -> list[dict[str, str]]:
    head = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=head.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        columns = [name.strip().casefold() for name in reader.fieldnames or ()]
        if missing := [name for name in NEEDED if name not in columns]:
            raise ValueError(f"It is not a table of results: it has no column '{missing[0]}'.")
        reader.fieldnames = columns
        return [dict(line) for line in reader]
    except csv.Error as error:
        raise ValueError(f"It is a damaged table: {error}.") from error


def _parse_row(line: Mapping[str, str | None]) -> Work:
    cells = {name: (value or "").strip() for name, value in line.items() if isinstance(name, str)}
    if cells["exercise"] not in MAKERS:
        raise ValueError(f"there is no exercise '{cells['exercise']}'")
    if cells["solved"] not in SOLVED:
        raise ValueError(f"an exercise cannot be solved '{cells['solved']}'")
    if (revealed := cells["solution seen"].casefold()) not in ("true", "false"):
        raise ValueError(f"'{cells['solution seen']}' is neither True nor False")
    return Work(
        exercise=cells["exercise"],
        code=normalize(unescape_cell(cells["class code"])),
        student=normalize(unescape_cell(cells.get("student", ""))),
        tries=_parse_count(cells["tries"], "tries"),
        hints=_parse_count(cells["hints used"], "hints"),
        revealed=revealed == "true",
        solved=cells["solved"],
        answers=_parse_answers(cells.get("answers", "")),
    )


def _parse_count(cell: str, things: str) -> int:
    if not re.fullmatch(r"\d{1,6}", cell):
        raise ValueError(f"'{cell}' is not a number of {things}")
    return int(cell)


def _parse_answers(cell: str) -> tuple[str, ...]:
    try:
        answers = json.loads(cell or "[]")
    except (ValueError, RecursionError):
        answers = None
    if not isinstance(answers, list):
        raise ValueError("its answers are damaged")
    return tuple(map(str, answers))


def _name_of_file(name: str, work: Iterable[Work]) -> str:
    """Return the student's part of a file name such as senet_lab_9b-spring_Anna.csv."""
    stem = COPY.sub("", Path(name).stem)
    parts = stem.removeprefix("senet_lab_").split("_")
    codes = {row.code.replace(" ", "-") for row in work} - {""}
    return "_".join(parts[1:]) if len(parts) > 1 and parts[0] in codes else "_".join(parts)


def _join_copies(hand_ins: list[HandIn], others: dict[str, str]) -> tuple[tuple[HandIn, ...], dict[str, str]]:
    """Count the same file of the same student once; give different files of one student different names."""
    joined: dict[tuple[str, tuple[Work, ...]], HandIn] = {}
    for each in hand_ins:
        first = joined.setdefault((normalize(each.student), each.work), each)
        if first is not each:
            others[each.file] = f"It has the same rows as '{first.file}', so it is counted once."
    kept = list(joined.values())
    names = Counter(normalize(each.student) for each in kept)
    return tuple(_with_file(each) if names[normalize(each.student)] > 1 else each for each in kept), others


def _with_file(each: HandIn) -> HandIn:
    note = "Another file has the same name or number. Both are listed, with their files."
    name = f"{each.student} ({Path(each.file).name})"
    return HandIn(name, each.file, each.work, each.identifier, (*each.notes, note))
