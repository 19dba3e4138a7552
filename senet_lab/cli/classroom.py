"""`senet-lab class` and `worksheet`: an overview of a class, and exercises on paper."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from senet_lab.checks import path_of
from senet_lab.classroom.grades import grades_csv
from senet_lab.classroom.hand_in import read_folder
from senet_lab.classroom.lessons import find_lesson, find_lessons
from senet_lab.classroom.overview import Overview, look_over
from senet_lab.classroom.page import class_page
from senet_lab.classroom.paper import counted
from senet_lab.classroom.problems import problems
from senet_lab.classroom.worksheet import worksheet, worksheet_answers, worksheet_file_name
from senet_lab.files import written_whole

SAME_START = 100  # characters that all pages, and all tables of grades, have in common, and no other file has


def write_overview(arguments: argparse.Namespace) -> int:
    """Write the page and the table of a class; print which files have problems. Return 1 if there is no hand-in."""
    html, csv = (path_of(name, getattr(arguments, name), f"'class.{name}'") for name in ("html", "csv"))
    folder = read_folder(path_of("folder", arguments.folder, "'hand_ins'"), leave_out=(html, csv))
    overview = look_over(folder, arguments.code, find_lessons(arguments.lessons))
    _write({html: class_page(overview), csv: grades_csv(overview)})
    sys.stdout.write(f"{counted(len(overview.students), 'student')}: {html}, {csv}\n")
    sys.stderr.writelines(f"{line}\n" for line in _problems(overview))
    return 0 if overview.students else 1


def write_worksheet(arguments: argparse.Namespace) -> int:
    """Write the exercises of a lesson, or their answers, as a page."""
    lesson, code, student = find_lesson(arguments.lesson), arguments.code, arguments.student
    name = arguments.html or worksheet_file_name(lesson, code, student, arguments.answers)
    path = path_of("html", name, "'worksheet.html'")
    text = (worksheet_answers if arguments.answers else worksheet)(lesson, code, student)
    _write({path: text}, same_start=text.index("</title>"))  # so not that of another lesson, class or student
    sys.stdout.write(f"{path}\n")
    return 0


def _problems(overview: Overview) -> list[str]:
    noted = [f"{each.name}: {' '.join(found)}" for each in overview.students if (found := problems(each))]
    return noted + [f"{name}: {reason}" for name, reason in overview.others.items()]


def _write(texts: Mapping[Path, str], same_start: int = SAME_START) -> None:
    """Write files, replacing only those that this command has written: a name may be that of a hand-in.

    Args:
        same_start: the number of characters that a file must have in common to be replaced.
    """
    for path, text in texts.items():
        start = text[:same_start].encode(errors="replace")
        if path.exists() and not (path.is_file() and path.read_bytes()[: len(start)] == start):
            raise FileExistsError(f"'{path}' exists and is another file. Choose another name.")
    for path, text in texts.items():
        with written_whole(path, overwrite=True) as unfinished:
            # Names of files from an archive may have characters that cannot be encoded.
            Path(unfinished).write_text(text, encoding="utf-8", errors="replace", newline="")
