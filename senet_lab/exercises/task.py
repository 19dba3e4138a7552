"""Task: one exercise with its numbers drawn; and the draw that gives a class its own numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

# Returns one of its arguments: the first, or with a class code the one that the code draws.
Pick: TypeAlias = Callable[..., T]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One exercise, with its numbers drawn.

    Attributes:
        question: the question in plain words; names the unit.
        answer: a whole number for a count, a float for a measurement, or one of `choices`.
        unit: the unit of the answer, such as "parameters"; "" for a choice.
        hints: from a nudge to all but the answer; none of them contains it.
        solution: the worked solution with the numbers put in.
        tolerance: by which fraction a measurement may be off; 0 for a count, which is exact.
        choices: the possible answers of a multiple-choice question; else empty.
        slips: common wrong answers, each with what went wrong.
    """

    question: str
    answer: float | str
    unit: str = ""
    hints: tuple[str, ...]
    solution: str
    tolerance: float = 0.0
    choices: tuple[str, ...] = ()
    slips: tuple[tuple[float | str, str], ...] = ()


Maker: TypeAlias = Callable[[Pick[Any]], Task]


def by_name(*makers: Maker) -> dict[str, Maker]:
    """Return exercises by their names: `paths_late_loop` makes "paths-late-loop"."""
    return {maker.__name__.replace("_", "-"): maker for maker in makers}


def draw_task(maker: Maker, name: str, code: str = "") -> Task:
    """Return the exercise with the numbers of a class; without a code, those of the lesson.

    The draw depends on code and name alone, so that all machines of a class agree (Python's `Random` promises it for
    text as a seed).
    """
    if not code:
        return maker(lambda first, *_: first)
    random = Random(f"{code} {name}")
    return maker(lambda *values: random.choice(values))


def normalize_code(text: str) -> str:
    """Return a class code as it is compared: "9b-Spring " is "9B-spring".

    >>> normalize_code(" 9B-spring ") == normalize_code("9b-Spring")
    True
    """
    return " ".join(text.casefold().split())
