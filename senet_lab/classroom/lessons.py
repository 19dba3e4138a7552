"""Lessons: find those with exercises by what teachers write, such as "2, 5"."""

from __future__ import annotations

from senet_lab.checks import quoted
from senet_lab.exercises.catalogue import LESSONS


def find_lesson(text: str) -> str:
    """Return the name of a lesson with exercises, given its name or number.

    >>> find_lesson("5"), find_lesson("05_squeeze_and_excitation")
    ('05_squeeze_and_excitation', '05_squeeze_and_excitation')

    Raises:
        ValueError: no lesson with exercises has this name or number.
    """
    wanted = text.strip().lower()
    for lesson in LESSONS:
        number = lesson.partition("_")[0]
        if wanted in (lesson, number, number.lstrip("0")):
            return lesson
    numbers = [lesson.partition("_")[0].lstrip("0") for lesson in LESSONS]
    raise ValueError(
        f"There are no exercises in lesson {quoted(text)}; try a number from {numbers[0]} to {numbers[-1]}."
    )


def find_lessons(text: str) -> tuple[str, ...]:
    """Return the names of lessons, given names or numbers between commas or spaces; none for "".

    >>> find_lessons("5, 2")
    ('05_squeeze_and_excitation', '02_macro_architecture')

    Raises:
        ValueError: no lesson with exercises has one of these names or numbers.
    """
    return tuple(map(find_lesson, text.replace(",", " ").split()))
