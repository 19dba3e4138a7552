"""Task: one exercise with its numbers, and the draw that gives each class its own numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

# Returns one of its arguments: the first, or with a class code the one that the code selects.
Pick: TypeAlias = Callable[..., T]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One exercise with its numbers.

    Attributes:
        question: the question in plain words, including the unit.
        answer: a whole number for a count, a float for a measurement, or one of `choices`.
        unit: the unit of the answer, such as "parameters"; "" for a choice.
        hints: increasingly helpful hints; none of them contains the answer.
        solution: the worked solution with the numbers.
        tolerance: the fraction by which a measurement may be off; 0 for a count, which is exact.
        choices: the possible answers of a multiple-choice question; otherwise empty.
        slips: common wrong answers, each with a sentence about the mistake.
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
    """Return exercises by name: the function `paths_late_loop` makes "paths-late-loop"."""
    return {maker.__name__.replace("_", "-"): maker for maker in makers}


def draw_task(maker: Maker, name: str, code: str = "") -> Task:
    """Return the exercise with the numbers of a class; without a code, with the standard numbers.

    The draw depends only on code and name, so all computers of a class agree. Python guarantees that `Random` is
    reproducible when its seed is text.
    """
    if not code:
        return maker(lambda first, *_: first)
    random = Random(f"{code} {name}")
    return maker(lambda *values: random.choice(values))


def normalize_code(text: str) -> str:
    """Return a class code in the form in which codes are compared: "9b-Spring " is the same as "9B-spring".

    >>> normalize_code(" 9B-spring ") == normalize_code("9b-Spring")
    True
    """
    return " ".join(text.casefold().split())
