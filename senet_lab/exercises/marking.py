"""Marking: say in words whether an answer is right, nearly right or not yet right; no answer raises an exception.

Of several rules, the first that fits decides:

1. Right: the exact count; a choice; a measurement within its tolerance.
2. Not yet: exactly a common mistake, or a measurement that is nearer to one than to the answer.
3. Right, rounded: a number that is the answer rounded to two digits or more; a count only from 1,000 on. 280 k is
   278,528, rounded, although a common mistake gives 280,064; 280.1 k is that mistake. 1 M is 1,040,000, rounded: its
   second digit is a zero, which need not be written.
4. Not yet: a common mistake, rounded.
5. Nearly: the answer rounded to one digit, or cut off after two or more: 30 k and 32 k are both 32,768. A count only
   from 1,000 on; a measurement only if no common mistake that it may be is nearer. Also the right number without its
   prefix; a count that is off by at most 2%; a measurement that is off by at most twice its tolerance.
6. Not yet: anything else.

A share is right as a fraction, too, however it is written: 1/8, 0.125 and 12.5 are all 12.5%. With a percent sign, only
percent are meant: 0.125% is nearly right, and 1/8% as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from math import isclose
from typing import Any

from senet_lab.checks import listed
from senet_lab.drawing.units import short
from senet_lab.exercises.number import MAX_CHARACTERS, MIN_DIGITS, Number, parse_number
from senet_lab.exercises.task import Task

RIGHT, NEARLY, NOT_YET, NO_ANSWER = "Right", "Nearly", "Not yet", "Not an answer yet"
MIN_ROUNDED = 1000  # a smaller count must be exact: nobody needs to round it
CLOSE_FRACTION = 0.02  # of a count; a closer answer has the right approach and a small mistake
CLOSE_TOLERANCES, MAX_CLOSE = 2, 0.2  # a measurement is close within so many tolerances, at most this fraction
FAR_FACTOR = 10  # the reply says so if a wrong answer is off by more
HELP = "Try a hint."
PREFIX_MISSING = "The digits are right, but the size is not: add the prefix, as in '1.23 M', or write all digits."
COMMA = re.compile(r"\s*\d{1,3},\d{3}\s*[^\d.,]*")  # which may separate thousands or decimals
# A number with the whole of which it is a part: "8 of 128", "about 8 out of the 128 channels".
PART = re.compile(
    r"((?:[a-z]+\s)?[^a-z/:\u00f7]*\d(?:\s*[kmgbt])?)\s+(?:out of|of|in)\s+(?:(?:the|its|all)\s+)?\d.*", re.IGNORECASE
)
SHARES = {"%": "percent", "points": "percentage points"}  # units that are a hundredth, in words
MORE_DIGITS = f"Right so far, but give at least {MIN_DIGITS} digits."
CUT_OFF = "Right so far, but cut off instead of rounded; round it, or give one more digit."
# An example of an answer, by its unit.
EXAMPLES = {
    **dict.fromkeys(("parameters", "weights", "multiply-adds", "FLOPs", "numbers", "gates"), "1.23 M"),
    **dict.fromkeys(("channels", "steps"), "123"),
    **dict.fromkeys(("%", "times", "points", ""), "1.23"),
}


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
    """Mark an answer as right, nearly, not yet right, or not an answer yet."""
    if answer is None or answer is Ellipsis or (isinstance(answer, str) and not answer.strip()):
        advice = f"choose {listed(task.choices)}" if task.choices else f"try a number, such as {example(task)}"
        return Reply(NO_ANSWER, f"Enter an answer first; {advice}.")
    if task.choices:
        return _mark_choice(task, answer)
    number = _parse(task, answer)
    if number is None:
        words = f"{_quote(answer)} cannot be read as one number; try a number, such as {example(task)}, or 9*8*8."
        return Reply(NO_ANSWER, words)
    return _mark_measurement(task, number) if task.tolerance else _mark_count(task, number)


def _parse(task: Task, answer: Any) -> Number | None:
    """Return the number in an answer.

    Where no thousands are expected, the comma in 3,125 is a decimal point. A count of 8 of 128 is 8, and not a share.
    """
    if not isinstance(answer, str) or len(answer) > MAX_CHARACTERS:
        return parse_number(answer)
    if not task.tolerance:
        part = PART.fullmatch(answer.strip())
        return parse_number(part[1] if part else answer)
    is_decimal = float(task.answer) < MIN_ROUNDED and COMMA.fullmatch(answer)
    return parse_number(answer.replace(",", ".") if is_decimal else answer)


def with_unit(number: str, unit: str) -> str:
    """Return a number with its unit: "64 channels", "12.5%".

    >>> with_unit("12.5", "%"), with_unit("64", "channels"), with_unit("2.303", "")
    ('12.5%', '64 channels', '2.303')
    """
    return f"{number}%" if unit == "%" else f"{number} {unit}".strip()


def example(task: Task) -> str:
    """Return an example of an answer to a task, for its unit; "" for a choice."""
    return "" if task.choices else EXAMPLES[task.unit]


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
    return Reply(NOT_YET, dict(task.slips).get(matches[0], f"Not this one. {HELP}"))


def _typed(words: str) -> str:
    """Return words as they are compared: in lower case, with single spaces, and with the letter x for times."""
    return " ".join(words.casefold().replace("\u00d7", "x").split())


def _mark_count(task: Task, number: Number) -> Reply:
    """Mark a count, which must be exact; from 1,000 on, it may be rounded."""
    answer = int(task.answer)
    if number.value == answer:
        return Reply(RIGHT, f"It is {answer:,} {task.unit}.")
    if words := next((words for slip, words in task.slips if isclose(number.value, float(slip))), ""):
        return Reply(NOT_YET, words)
    if answer >= MIN_ROUNDED and (reply := _mark_rounded(task, number)):
        return reply
    if words := _find_other_size(task, number) or _find_small_difference(answer, number):
        return Reply(NEARLY, words)
    return _mark_miss(number, answer)


def _mark_rounded(task: Task, number: Number) -> Reply | None:
    """Return the reply to a count or a common mistake that is rounded; None if the number is neither."""
    mistake = next(((slip, words) for slip, words in task.slips if number.is_rounded(float(slip))), None)
    if number.is_rounded(float(task.answer)):
        warning = f" If you counted {mistake[0]:,}: {mistake[1]}" if mistake else ""
        return Reply(RIGHT, f"Rounded; exactly, it is {task.answer:,} {task.unit}.{warning}")
    return Reply(NOT_YET, mistake[1]) if mistake else None


def _find_small_difference(answer: int, number: Number) -> str:
    """Return what to say about a count with a small mistake; "" if it is larger."""
    if abs(number.value - answer) > Decimal(CLOSE_FRACTION) * abs(answer):
        return ""
    if number.value > answer:
        return "Slightly too large. A count must be exact; you counted something extra."
    return "Slightly too small. A count must be exact; something is missing."


def _mark_measurement(task: Task, number: Number) -> Reply:
    """Mark a measurement; a share may be in percent or, without a percent sign, a fraction."""
    may_be_fraction = task.unit in SHARES and not number.is_percent and abs(number.value) < 1
    as_fraction = number.scaled(2)
    if reply := _mark_value(task, number) or (_mark_value(task, as_fraction) if may_be_fraction else None):
        return reply
    if task.unit in SHARES and _distance(as_fraction, float(task.answer)) <= task.tolerance:
        return Reply(NEARLY, f"That is a fraction; in {SHARES[task.unit]} it is 100 times as large.")
    return _mark_miss(as_fraction if may_be_fraction and number.is_quotient else number, float(task.answer))


def _mark_value(task: Task, number: Number) -> Reply | None:
    """Mark a measurement, which may be off by its tolerance; None if it is neither near the answer nor a mistake.

    The nearest of answer and common mistakes decides.
    """
    answer = float(task.answer)
    if nearest := _find_nearest(task, number):
        _, mistake = nearest
        words = short(task.answer) if isinstance(task.answer, int) else f"{answer:.4g}"
        return Reply(NOT_YET, mistake) if mistake else Reply(RIGHT, f"It is {with_unit(words, task.unit)}.")
    if words := _find_other_size(task, number):
        return Reply(NEARLY, words)
    close = min(CLOSE_TOLERANCES * task.tolerance, MAX_CLOSE)
    if _distance(number, answer) <= close:
        return Reply(NEARLY, f"Close, but more than {100 * task.tolerance:g}% off.")
    return None


def _find_nearest(task: Task, number: Number, min_digits: int = MIN_DIGITS) -> tuple[float, str] | None:
    """Return the nearest of the answer and the common mistakes, with the words about the mistake, "" for the answer.

    Return None if the number is none of them, within the tolerance or rounded to `min_digits` digits.
    """
    values = [(float(task.answer), ""), *((float(slip), words) for slip, words in task.slips)]
    fits = [
        each
        for each in values
        if _distance(number, each[0]) <= task.tolerance or number.is_rounded(each[0], min_digits)
    ]
    return min(fits, key=lambda each: _distance(number, each[0]), default=None)


def _distance(number: Number, value: float) -> float:
    """Return how far a number is from a value, as a fraction of the value."""
    return abs(float(number.value) - value) / abs(value)


def _find_other_size(task: Task, number: Number) -> str:
    """Return what to say if the digits are right, but there are too few, or their size is another; else ""."""
    answer = float(task.answer)
    if task.tolerance or answer >= MIN_ROUNDED:
        if number.is_rounded(answer, 1):
            is_mistake = task.tolerance and (nearest := _find_nearest(task, number, 1)) and nearest[1]
            return "" if is_mistake else MORE_DIGITS
        if number.is_cut_off(answer):
            return CUT_OFF
    if abs(answer) >= MIN_ROUNDED and any(number.scaled(power).is_rounded(answer, 3) for power in (3, 6, 9)):
        return PREFIX_MISSING
    return ""


def _mark_miss(number: Number, answer: float) -> Reply:
    value = float(number.value)
    words = "Too large" if value > answer else "Too small"
    if answer * value > 0 and not 1 / FAR_FACTOR < value / answer < FAR_FACTOR:
        words += f", by more than a factor of {FAR_FACTOR}"
    return Reply(NOT_YET, f"{words}. {HELP}")
