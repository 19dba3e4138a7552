"""Class files: the hand-ins of a class of 60, made with a fixed seed, some of them damaged, edited or no hand-ins."""

import csv
import io
import json
from functools import cache
from random import Random

from senet_lab.exercises.catalogue import LESSONS, MAKERS
from senet_lab.exercises.learner import Learner

CODE = "9b-spring"
COLUMNS = ("lesson", "exercise", "class code", "student", "own numbers", "tries", "hints used", "solution seen",
           "solved", "answers")  # fmt: skip
FIRST = ("Aaliyah", "Ben", "Chloé", "Dmitri", "Elif", "Farid", "Grace", "Hô", "Ines", "Jürgen")
LAST = ("Abadi", "Brown", "Çelik", "Dubois", "Eriksen", "Fischer")
NAMES = tuple(f"{first} {last}" for last in LAST for first in FIRST)  # 60
HARD = ("paths-late-loop", "published-se-biases", "ratio-4-params")


@cache
def task(name, student=""):
    return Learner(CODE, student).task(name)


def wrong_answer(name, student=""):
    its = task(name, student)
    return str(its.slips[0][0] if its.slips else next(each for each in its.choices if each != its.answer))


def row(name, tries=1, hints=0, seen=False, solved="alone", answers=None, code=CODE, student=""):
    lesson = next(lesson for lesson, makers in LESSONS.items() if name in makers)
    if answers is None:
        wrong = [wrong_answer(name, student)] * (tries - bool(solved and not seen))
        answers = wrong + [str(task(name, student).answer)] * bool(solved)
    return (lesson, name, code, student, bool(student), tries, hints, seen, solved, json.dumps(answers))


def table(rows, columns=COLUMNS, delimiter=","):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def attempt(name, skill, draw, student):
    """One student's row for an exercise, or None if it is untouched."""
    luck = draw.random() + (0.35 if name not in HARD else -0.1)
    if draw.random() > 0.5 + skill / 2:
        return None
    if luck > 1.25 - skill:
        return row(name, draw.choice((1, 1, 2)), student=student)
    if luck > 1.0 - skill:
        return row(name, draw.choice((2, 3)), draw.choice((1, 2)), solved="with hints", student=student)
    if luck > 0.6 - skill:
        return row(name, draw.choice((2, 3, 5)), 3, True, "after the solution", student=student)
    return row(name, draw.choice((1, 4)), draw.choice((0, 1)), solved="", student=student)


def student_rows(index):
    draw = Random(f"student {index}")
    skill = 0.15 + 0.8 * draw.random()
    reached = draw.choice((12, 20, 26, 34))
    found = [attempt(name, skill, draw, NAMES[index]) for name in [*MAKERS][:reached]]
    return [each for each in found if each] or [row("macro-deeper", student=NAMES[index])]


def write_class(folder):
    """Write the files: one per student, and nine others that are damaged, edited, copied or foreign."""
    for index, name in enumerate(NAMES):
        file = folder / f"senet_lab_{CODE}_{name.replace(' ', '-')}.csv"
        file.write_text(table(student_rows(index)), encoding="utf-8")
    names = [folder / f"senet_lab_{CODE}_{name.replace(' ', '-')}.csv" for name in NAMES]
    # Downloaded twice; a different second file; without a name; saved again by a spreadsheet program.
    (folder / f"{names[0].stem} (1).csv").write_bytes(names[0].read_bytes())
    (folder / "ben_at_home.csv").write_text(table([row("micro-norm-state", student=NAMES[1])]), encoding="utf-8")
    (folder / f"senet_lab_{CODE}_3fa2c1.csv").write_text(table([row("se-neck")]), encoding="utf-8")
    names[2].write_text(table(student_rows(2), delimiter=";"), encoding="utf-8-sig")
    # Edited: solved without a try, although no answer is right; and a number that is none.
    edited = [row("se-share", 0, answers=[], student=NAMES[3]), row("se-neck", 1, answers=["1"], student=NAMES[3])]
    names[3].write_text(table([*student_rows(3), *edited]), encoding="utf-8")
    broken = table(student_rows(4)).splitlines()
    names[4].write_text("\n".join([*broken[:-1], broken[-1].replace("False", "Perhaps").replace("True", "Perhaps")]))
    # Damaged and foreign.
    (folder / "half.csv").write_bytes(names[5].read_bytes()[:30])
    (folder / "shopping.csv").write_text("milk,2\nbread,1\n", encoding="utf-8")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "binary.csv").write_bytes(bytes(range(256)))
    (folder / ".DS_Store").write_bytes(b"\0")
