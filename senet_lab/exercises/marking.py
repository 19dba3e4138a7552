"""Marking: say in words whether an answer is right, nearly right or wrong; no answer raises an exception."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any

from senet_lab.checks import listed
from senet_lab.drawing.units import short
from senet_lab.exercises.number import Number, parse_number
from senet_lab.exercises.task import Task

RIGHT, NEARLY, WRONG, NO_ANSWER = "Right", "Nearly", "Wrong", "Not an answer yet"
MIN_DIGITS = 3  # with fewer, a rounded count may be a guess
CLOSE_FRACTION = 0.02  # of a count; a closer answer has the right approach and a small mistake
FAR_FACTOR = 10  # the reply says so if a wrong answer is off by more
HELP = "Try a hint."
EXAMPLE = "try a number such as 1_234_567, or text such as '1.23 M'"


@dataclass(frozen=True, repr=False)
class Reply:
    """A reply to a learner: a heading such as "Nearly" or "Hint 1 of 3", and words.

    Attributes:
        verdict: the heading.
        words: the rest, one or more lines.
    """

    verdict: str
    words: str

    @property
    def right(self) -> bool:
        """Return whether it says that the answer is right."""
        return self.verdict == RIGHT

    def __repr__(self) -> str:
        return f"{self.verdict}. {self.words}"

    def _repr_html_(self) -> str:
        return f"<p><strong>{escape(self.verdict)}.</strong> {escape(self.words).replace(chr(10), '<br>')}</p>"


def mark(task: Task, answer: Any) -> Reply:
    """Mark an answer as right, nearly, wrong, or not an answer yet."""
    if answer is None or answer is Ellipsis or (isinstance(answer, str) and not answer.strip()):
        advice = f"choose {listed(task.choices)}" if task.choices else EXAMPLE
        return Reply(NO_ANSWER, f"Enter an answer first; {advice}.")
    if task.choices:
        return _mark_choice(task, answer)
    number = parse_number(answer)
    if number is None:
        return Reply(NO_ANSWER, f"{_quote(answer)} is not a single number; {EXAMPLE}.")
    return _mark_measurement(task, number) if task.tolerance else _mark_count(task, number)


def _quote(answer: Any) -> str:
    """Return the repr of an answer, shortened; if it fails, the name of the type."""
    try:
        words = repr(answer)
    except Exception:
        words = type(answer).__name__
    return words if len(words) <= 60 else f"{words[:57]}..."


def _mark_choice(task: Task, answer: Any) -> Reply:
    """Mark a choice, or a part of it that no other choice contains.

    The reply does not suggest the nearest spelling, because that could be the answer.
    """
    words = _typed(answer) if isinstance(answer, str) else ""
    choices = {_typed(choice): choice for choice in task.choices}
    matches = [choices[words]] if words in choices else [c for text, c in choices.items() if words and words in text]
    if len(matches) != 1:
        return Reply(NO_ANSWER, f"{_quote(answer)} is not one of the choices; try {listed(task.choices)}.")
    if matches[0] == task.answer:
        return Reply(RIGHT, f"It is {task.answer}. The solution explains why.")
    return Reply(WRONG, dict(task.slips).get(matches[0], f"Not this one. {HELP}"))


def _typed(words: str) -> str:
    """Return words as they are compared: in lower case, with single spaces, and with the letter x for times."""
    return " ".join(words.casefold().replace("\u00d7", "x").split())


def _mark_count(task: Task, number: Number) -> Reply:
    """Mark a count, which must be exact; a number with a prefix is rounded and needs three digits."""
    answer = float(task.answer)
    if number.means(answer):
        if number.digits >= min(MIN_DIGITS, len(str(task.answer))) or number.value == answer:
            return Reply(RIGHT, f"It is {task.answer:,} {task.unit}.")
        return Reply(NEARLY, f"Right so far, but give at least {MIN_DIGITS} digits.")
    if slip := _mark_slip(task, number):
        return slip
    if abs(float(number.value) - answer) <= CLOSE_FRACTION * abs(answer):
        words = "too large" if number.value > answer else "too small"
        reason = "you counted something extra" if number.value > answer else "something is missing"
        return Reply(NEARLY, f"Slightly {words}. A count must be exact; {reason}.")
    return _mark_miss(number, answer)


def _mark_measurement(task: Task, number: Number) -> Reply:
    answer = float(task.answer)
    distance = abs(float(number.value) - answer)
    if distance <= task.tolerance * abs(answer):
        words = short(task.answer) if isinstance(task.answer, int) else f"{answer:.4g}"
        return Reply(RIGHT, f"It is {f'{words} {task.unit}'.strip()}.")
    if slip := _mark_slip(task, number):
        return slip
    if distance <= 5 * task.tolerance * abs(answer):
        return Reply(NEARLY, f"Close, but more than {100 * task.tolerance:g}% off.")
    if task.unit == "%" and abs(100 * float(number.value) - answer) <= 5 * task.tolerance * abs(answer):
        return Reply(NEARLY, "That is the share as a fraction; in percent it is 100 times as large.")
    return _mark_miss(number, answer)


def _mark_slip(task: Task, number: Number) -> Reply | None:
    """Return the reply to a common wrong answer or a right one without its prefix; None if it is neither."""
    tolerance = Decimal(task.tolerance)
    for value, words in task.slips:
        if number.means(float(value)) or abs(number.value - Decimal(value)) <= tolerance * abs(Decimal(value)):
            return Reply(NEARLY, words)
    for power in (3, 6, 9):
        larger = Number(number.value.scaleb(power), max(number.half, Decimal("0.005")).scaleb(power), number.digits)
        if number.digits >= MIN_DIGITS and larger.means(float(task.answer)):
            words = "The digits are right, but the size is not: add the prefix, as in '1.23 M', or write all digits."
            return Reply(NEARLY, words)
    return None


def _mark_miss(number: Number, answer: float) -> Reply:
    value = float(number.value)
    words = "Too large" if value > answer else "Too small"
    if answer * value > 0 and not 1 / FAR_FACTOR < value / answer < FAR_FACTOR:
        words += f", by more than a factor of {FAR_FACTOR}"
    return Reply(WRONG, f"{words}. {HELP}")
