"""Task: one exercise with its numbers drawn; and the draw that gives a class numbers of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")

# What an exercise is asked about: the first of the values given, or with a class code one that the code draws.
Pick: TypeAlias = Callable[..., T]


@dataclass(frozen=True, kw_only=True)
class Task:
    """One exercise, with its numbers drawn.

    Attributes:
        question: what is asked, in plain words; says the unit.
        answer: a whole number for a count, a float for what is measured or rounded, or one of `choices`.
        unit: of the answer, such as "parameters"; "" for a choice.
        hints: from a nudge to all but the answer; none of them holds it.
        solution: the way there, with the numbers put in.
        tolerance: how far off the answer may be, as a part of it; 0 for a count, which is exact.
        choices: what can be chosen, if it is a choice.
        slips: wrong answers that are often given, each with what went wrong.
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


def drawn(maker: Maker, name: str, code: str = "") -> Task:
    """The exercise with the numbers of a class; without a code, those of the lesson.

    The draw depends on code and name alone, so that all machines of a class agree (Python's `Random` promises it for
    text as a seed).
    """
    if not code:
        return maker(lambda first, *_: first)
    random = Random(f"{code} {name}")
    return maker(lambda *values: random.choice(values))


def code_of(text: str) -> str:
    """A class code as it counts: "9b-Spring " is "9B-spring".

    >>> code_of(" 9B-spring ") == code_of("9b-Spring")
    True
    """
    return " ".join(text.casefold().split())
