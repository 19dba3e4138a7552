"""Marking: right, nearly or wrong, and what to say. Whatever is given, the answer is in words, never an exception."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from senet_lab.drawing.units import short
from senet_lab.exercises.reading import Number, read
from senet_lab.exercises.task import Task

RIGHT, NEARLY, WRONG, NOTHING = "Right", "Nearly", "Wrong", "Not an answer yet"
ENOUGH = 3  # digits that say that one has worked it out
CLOSE = 0.02  # of a count: a slip on the way, no other way
FAR = 10  # times the answer, or a part of it
HELP = "A hint helps."
EXAMPLE = "try a number such as 1_234_567, or text such as '1.23 M'"


@dataclass(frozen=True, repr=False)
class Reply:
    """What is said to a learner: a heading such as "Nearly" or "Hint 1 of 3", and words.

    Attributes:
        verdict: the heading.
        words: the rest; lines are parted by newlines.
    """

    verdict: str
    words: str

    @property
    def right(self) -> bool:
        """Whether it says that the answer is right."""
        return self.verdict == RIGHT

    def __repr__(self) -> str:
        return f"{self.verdict}. {self.words}"

    def _repr_html_(self) -> str:
        return f"<p><strong>{escape(self.verdict)}.</strong> {escape(self.words).replace(chr(10), '<br>')}</p>"


def mark(task: Task, given: Any) -> Reply:
    """What an answer is worth: right, nearly, wrong, or none at all."""
    if given is None or given is Ellipsis or (isinstance(given, str) and not given.strip()):
        what = f"choose one of {'; '.join(task.choices)}" if task.choices else EXAMPLE
        return Reply(NOTHING, f"Nothing was given; {what}.")
    if task.choices:
        return _choice(task, given)
    number = read(given)
    if number is None:
        return Reply(NOTHING, f"{_shown(given)} is not one number; {EXAMPLE}.")
    return _measured(task, number) if task.tolerance else _count(task, number)


def _shown(given: Any) -> str:
    """What was given, shortened; things can fail to say what they are."""
    try:
        words = repr(given)
    except Exception:
        words = type(given).__name__
    return words if len(words) <= 60 else f"{words[:57]}..."


def _choice(task: Task, given: Any) -> Reply:
    """A choice, or a part of it that no other has; the nearest in spelling is not told, since it may be right."""
    words = " ".join(given.casefold().split()) if isinstance(given, str) else ""
    choices = {choice.casefold(): choice for choice in task.choices}
    found = [choices[words]] if words in choices else [c for text, c in choices.items() if words and words in text]
    if len(found) != 1:
        return Reply(NOTHING, f"{_shown(given)} is not one of the choices; try one of {'; '.join(task.choices)}.")
    if found[0] == task.answer:
        return Reply(RIGHT, f"It is {task.answer}; the solution has the reasons.")
    return Reply(WRONG, dict(task.slips).get(found[0], "Another one; a hint helps."))


def _count(task: Task, given: Number) -> Reply:
    """A count is exact; who writes it with a prefix has rounded it, and three digits will do."""
    answer = float(task.answer)
    if given.means(answer):
        if given.digits >= min(ENOUGH, len(str(task.answer))) or given.value == answer:
            return Reply(RIGHT, f"It is {task.answer:,} {task.unit}.")
        return Reply(NEARLY, f"Right as far as it goes; give at least {ENOUGH} digits.")
    if (said := _slip(task, given)) is not None:
        return said
    off = abs(float(given.value) - answer)
    if off <= CLOSE * abs(answer):
        words = "too large" if given.value > answer else "too small"
        also = "has something that should not be in it" if given.value > answer else "lacks something"
        return Reply(NEARLY, f"A little {words}: a count is right to the last one, and this one {also}.")
    return _wrong(given, answer)


def _measured(task: Task, given: Number) -> Reply:
    answer = float(task.answer)
    off = abs(float(given.value) - answer)
    if off <= task.tolerance * abs(answer):
        number = short(task.answer) if isinstance(task.answer, int) else f"{answer:.4g}"
        return Reply(RIGHT, f"It is {f'{number} {task.unit}'.strip()}.")
    if (said := _slip(task, given)) is not None:
        return said
    if off <= 5 * task.tolerance * abs(answer):
        return Reply(NEARLY, f"Close, but more than {100 * task.tolerance:g} % off.")
    if task.unit == "%" and abs(100 * float(given.value) - answer) <= 5 * task.tolerance * abs(answer):
        return Reply(NEARLY, "That is the share; in percent it is a hundred times as much.")
    return _wrong(given, answer)


def _slip(task: Task, given: Number) -> Reply | None:
    """What is said to a wrong answer that is often given; and to one whose prefix was left out."""
    room = Decimal(task.tolerance)
    for value, words in task.slips:
        if given.means(float(value)) or abs(given.value - Decimal(value)) <= room * abs(Decimal(value)):
            return Reply(NEARLY, words)
    for power in (3, 6, 9):
        larger = Number(given.value.scaleb(power), max(given.half, Decimal("0.005")).scaleb(power), given.digits)
        if given.digits >= ENOUGH and larger.means(float(task.answer)):
            return Reply(
                NEARLY, "The digits are right, the size is not: write the prefix, as in '1.23 M', or all digits."
            )
    return None


def _wrong(given: Number, answer: float) -> Reply:
    value = float(given.value)
    words = "Too large" if value > answer else "Too small"
    if answer * value > 0 and not 1 / FAR < value / answer < FAR:
        words += f", by more than a factor of {FAR}"
    return Reply(WRONG, f"{words}. {HELP}")
