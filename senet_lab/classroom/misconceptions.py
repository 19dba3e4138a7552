"""Misconceptions: the common mistake behind a wrong answer, and whether a row fits the answers in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from typing import Any, NamedTuple

from senet_lab.classroom.hand_in import Work
from senet_lab.exercises.catalogue import MAKERS
from senet_lab.exercises.marking import NEARLY, NOT_YET, RIGHT, Reply, mark
from senet_lab.exercises.number import parse_number
from senet_lab.exercises.results import AFTER, ALONE, WITH_HINTS
from senet_lab.exercises.task import Task, draw_variant

# In what a row contradicts itself: its owner may have edited it, so it does not count.
UNTRIED, UNAIDED, UNRIGHT = (
    "Solved without a try",
    "Solved with hints, but without any",
    "Solved without a right answer",
)
AIDED, UNSEEN = "Solved alone, but with hints", "Solved after the solution, which was not shown"
TOO_MANY_ANSWERS = "More answers than tries"
CONTRADICTIONS = (UNTRIED, AIDED, UNAIDED, UNSEEN, TOO_MANY_ANSWERS, UNRIGHT)
# In what it differs from what this version would write. An earlier one may have written it, so it counts.
NEARLY_RIGHT, TOO_MANY_HINTS = "Solved with an answer that is now only nearly right", "More hints than there are"
CHANGED = "Solved without an answer that is right now, like most of the class; the question may have changed"
# An exercise has changed if none of the answers is right of so many students who solved it, and of such a part of them.
MIN_CHANGED, MIN_CHANGED_PART = 8, 2 / 3
NUMBERS = re.compile(r"\d+(?:[.,]\d+)*")


class Mistake(NamedTuple):
    """A wrong answer: what kind it is, and the answer with the mistake behind it in words, if that is known.

    With own numbers, the same mistake gives each student another answer, and the same answer is another mistake. `kind`
    is the mistake, without numbers; if it is not known, the question with the answer. `question` is "" if it is known.
    """

    kind: tuple[str, str]
    words: str
    question: str = ""


def draw(exercise: str, code: str, student: str) -> Task:
    """Return an exercise with the numbers of a student in a class."""
    return _build(exercise, draw_variant(MAKERS[exercise], code, student))


@cache  # an exercise has at most 25 variants; building one takes up to 2 ms, and a file may have thousands of rows
def _build(exercise: str, numbers: tuple[Any, ...]) -> Task:
    return MAKERS[exercise].build(*numbers)


@lru_cache(maxsize=65536)  # many in a class give the same answers
def _mark(task: Task, answer: str) -> Reply:
    return mark(task, answer)


def mistakes_of(work: Work) -> list[Mistake]:
    """Return the mistake behind each wrong answer of a student at an exercise."""
    if not work.answers:
        return []
    task = draw(work.exercise, work.code, work.student)
    known = {words for _, words in task.slips}
    found = []
    for answer in work.answers:
        reply, plain = _mark(task, answer), _plain(answer)
        if reply.words in known:
            found.append(Mistake(("", NUMBERS.sub("", reply.words)), f"{plain}: {reply.words}"))
        elif not reply.right:
            found.append(Mistake((task.question, _value(answer)), plain, task.question))
    return found


def _value(answer: str) -> str:
    """Return what is the same in "10 M" and "10,000,000", and in "Group 4" and "group 4"."""
    number = parse_number(answer)
    return f"{number.value.normalize()}" if number else " ".join(answer.casefold().split())


def _plain(answer: str) -> str:
    words = " ".join(answer.split())
    return words if len(words) <= 40 else f"{words[:39]}\u2026"


def doubts(work: Work, changed: Collection[tuple[str, bool]] = ()) -> list[str]:
    """Return in what a row contradicts itself, or differs from what this version would write, in words.

    Args:
        changed: what `changed_exercises` returns.
    """
    has_changed = _drawn(work) in changed
    solved_alone = work.solved and work.solved != AFTER
    best = _best_verdict(work) if work.solved and work.answers else RIGHT
    checks = {
        UNTRIED: solved_alone and not work.tries,
        AIDED: work.solved == ALONE and work.hints,
        UNAIDED: work.solved == WITH_HINTS and not work.hints,
        UNSEEN: work.solved == AFTER and not work.revealed,
        TOO_MANY_ANSWERS: len(work.answers) > work.tries and bool(solved_alone or not work.revealed),
        TOO_MANY_HINTS: work.hints > _hints(work.exercise),
        NEARLY_RIGHT: best == NEARLY,
        CHANGED: best == NOT_YET and has_changed,
        UNRIGHT: best == NOT_YET and not has_changed,
    }
    return [words for words, is_so in checks.items() if is_so]


def changed_exercises(files: Iterable[Iterable[Work]]) -> set[tuple[str, bool]]:
    """Return the exercises that another version of the program drew, each with whether a class code drew them.

    Students may have solved them before the program or the site was updated, so the answers do not fit the numbers.
    """
    solved, unright = Counter[tuple[str, bool]](), Counter[tuple[str, bool]]()
    for file in files:
        rows = [work for work in file if work.solved and work.answers]
        solved.update({_drawn(work) for work in rows})
        unright.update({_drawn(work) for work in rows if _best_verdict(work) == NOT_YET})
    return {key for key, count in unright.items() if count >= max(MIN_CHANGED, MIN_CHANGED_PART * solved[key])}


def _drawn(work: Work) -> tuple[str, bool]:
    return work.exercise, bool(work.code)


def _hints(exercise: str) -> int:
    return len(draw(exercise, "", "").hints)


def _best_verdict(work: Work) -> str:
    """Return the best verdict on the answers, which are marked again."""
    task = draw(work.exercise, work.code, work.student)
    verdicts = {_mark(task, answer).verdict for answer in work.answers}
    return next((verdict for verdict in (RIGHT, NEARLY) if verdict in verdicts), NOT_YET)
