"""Misconceptions: the common mistake behind a wrong answer, and whether a row fits the answers in it."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any, NamedTuple

from senet_lab.classroom.hand_in import Work
from senet_lab.exercises.catalogue import MAKERS
from senet_lab.exercises.marking import Reply, mark
from senet_lab.exercises.results import AFTER, ALONE, WITH_HINTS
from senet_lab.exercises.task import Task, draw_variant


class Mistake(NamedTuple):
    """A wrong answer: what kind it is, and the answer with the mistake behind it in words, if that is known.

    With own numbers, the same mistake gives each student another answer. `kind` is the same for all.
    """

    kind: str
    words: str


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
    kinds = {words: f"slip {index}" for index, (_, words) in enumerate(task.slips)}
    found = []
    for answer in work.answers:
        reply, plain = _mark(task, answer), _plain(answer)
        if not reply.right:
            kind = kinds.get(reply.words)
            found.append(Mistake(kind or plain, f"{plain}: {reply.words}" if kind else plain))
    return found


def _plain(answer: str) -> str:
    words = " ".join(answer.split())
    return words if len(words) <= 40 else f"{words[:39]}\u2026"


def doubts(work: Work) -> list[str]:
    """Return in what a row contradicts itself, in words: its owner may have edited it."""
    solved_alone = work.solved and work.solved != AFTER
    checks = {
        "solved without a try": solved_alone and not work.tries,
        "solved alone, but with hints": work.solved == ALONE and work.hints,
        "solved with hints, but without any": work.solved == WITH_HINTS and not work.hints,
        "solved after the solution, which was not shown": work.solved == AFTER and not work.revealed,
        "more answers than tries": len(work.answers) > work.tries and not work.revealed,
        "more hints than it has": work.hints > _hints(work.exercise),
        "solved, but none of its answers is right": work.solved and work.answers and not _has_right_answer(work),
    }
    return [f"'{work.exercise}' is {words}." if words.startswith("solved") else f"'{work.exercise}' has {words}."
            for words, is_so in checks.items() if is_so]  # fmt: skip


def _hints(exercise: str) -> int:
    return len(draw(exercise, "", "").hints)


def _has_right_answer(work: Work) -> bool:
    task = draw(work.exercise, work.code, work.student)
    return any(_mark(task, answer).right for answer in work.answers)
