"""Task: one exercise with its numbers, and the draw that gives each class and each student their own numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from unicodedata import normalize as compose


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


@dataclass(frozen=True)
class Maker:
    """Makes the tasks of one exercise.

    Attributes:
        build: returns the task for the numbers of one variant.
        variants: the numbers, as arguments of `build`. The first are those of the lesson's page. The others have
            other questions and other answers, and each class code draws one of them.
    """

    build: Callable[..., Task]
    variants: tuple[tuple[Any, ...], ...]

    @property
    def name(self) -> str:
        """Return the name of the exercise: the function `paths_late_loop` makes "paths-late-loop"."""
        return self.build.__name__.replace("_", "-")

    def tasks(self) -> tuple[Task, ...]:
        """Return the tasks of all variants, that of the page first."""
        return tuple(self.build(*numbers) for numbers in self.variants)


def variants(page: tuple[Any, ...], others: Iterable[tuple[Any, ...]]) -> Callable[[Callable[..., Task]], Maker]:
    """Decorate a function that builds a task with its numbers: those of the page, and those for class codes.

    The numbers of the page may be among the others, as in a product; class codes never draw them.
    """
    return lambda build: Maker(build, (page, *(numbers for numbers in others if numbers != page)))


def by_name(*makers: Maker) -> dict[str, Maker]:
    """Return exercises by name."""
    return {maker.name: maker for maker in makers}


def draw_task(maker: Maker, code: str = "", student: str = "") -> Task:
    """Return the exercise with the numbers of a student in a class; without a class code, with those of the page."""
    return maker.build(*draw_variant(maker, code, student))


def draw_variant(maker: Maker, code: str = "", student: str = "") -> tuple[Any, ...]:
    """Return the numbers of a student in a class; without a class code, those of the page.

    The draw depends only on the code, the student and the name of the exercise, and uses SHA-256, so all computers
    and all versions of Python agree.

    Args:
        code: the class code, "" without one.
        student: the student's name or number, "" for the numbers of the whole class.
    """
    page, *others = maker.variants
    if not code:
        return page
    digest = sha256(
        "\n".join((normalize(code), normalize(student), maker.name)).encode(errors="surrogatepass")
    ).digest()
    return others[int.from_bytes(digest) % len(others)]


def normalize(text: str) -> str:
    """Return a class code or a student's name in the form in which it is compared.

    >>> normalize(" 9B-spring") == normalize("9b-Spring "), normalize("J\u00fcrgen") == normalize("j\u00fcrgen")
    (True, True)
    """
    return " ".join(compose("NFKC", compose("NFKC", text).casefold()).split())
