"""Number: parse a number as people write it, and find whether it is another one, rounded."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from senet_lab.exercises.arithmetic import compute

PREFIXES = {"": 0, "k": 3, "thousand": 3, "m": 6, "million": 6, "g": 9, "b": 9, "bn": 9, "billion": 9, "t": 12}
UNITS = (
    r"(?:trainable\s+)?(?:params?|parameters?|weights?|biases|macs?|multiply-adds?|flops|operations|channels?|pixels?|px|paths?|blocks?"
    r"|layers?|filters?|steps?|gates?|images?|percent|%|(?:percentage\s+)?points?|numbers?|times|x|\u00d7|a side)"
)
UNIT = re.compile(rf"\s*(?:of (?:the|its|all)\s+)?{UNITS}$", re.IGNORECASE)
# What people write around a number: "x = 5", "~18k", "about 3", "twice as many".
ABOUT = r"~|\u2248|(?:about|approx(?:imately)?|around|roughly|circa|nearly|almost)\b|(?:ca|approx)\."
BEFORE = re.compile(rf"^(?:.*=|{ABOUT}|[x\u00d7](?= ?\d))\s*", re.IGNORECASE)
AFTER = re.compile(r"\s+as (?:many|much|large|high)$", re.IGNORECASE)
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORDS = {name: str(number) for number, name in enumerate(NAMES)} | {
    "none": "0", "once": "1", "twice": "2", "double": "2", "thrice": "3", "triple": "3", "quadruple": "4",
    "hundred": "100", "half": "1/2", "a half": "1/2", "a third": "1/3", "a quarter": "1/4",
}  # fmt: skip
NUMBER_PATTERN = re.compile(r"([+-]?)([\d.,\s]*\d)\.?(?:e([+-]?\d{1,3}))?\s*([a-z]*)", re.IGNORECASE)
DIVISION = re.compile(r"[/:\u00f7]|\b(?:of|in)\b")
MAX_CHARACTERS = 100  # longer text is not parsed, because it could take long
MIN_DIGITS = 2  # of a rounded number; one digit may be a guess


class Number(NamedTuple):
    """A number as a learner writes it.

    Attributes:
        value: its value.
        digits: the number of digits from the first that is not zero.
        zeros: how many of them, at the end, may only fill up places: 1 in 280 k and 4 in 280,000, none in 2.50.
        is_quotient: whether it is computed with a division, such as 1/32.
    """

    value: Decimal
    digits: int
    zeros: int = 0
    is_quotient: bool = False

    def is_rounded(self, other: float, min_digits: int = MIN_DIGITS) -> bool:
        """Return whether this is `other`, rounded to `min_digits` digits or more.

        Zeros at the end get the benefit of the doubt: 280 k may be 278,528 rounded to two digits.
        """
        if self.digits < min_digits or not self.value:
            return False
        last = self.value.adjusted() + 1 - max(min_digits, self.digits - self.zeros)  # the place of the last digit
        return abs(self.value - Decimal(other)) <= Decimal(5).scaleb(last - 1)

    def scaled(self, power: int) -> Number:
        """Return this number times a power of ten."""
        return self._replace(value=self.value.scaleb(power))


def parse_number(answer: Any) -> Number | None:
    """Return the number in an answer: an int, a float, a NumPy number, or text such as "2.51 M" or "9*8*8"; else None.

    >>> parse_number("2.51 M").value == 2_510_000, parse_number("1,234,567").digits, parse_number("about as much")
    (True, 7, None)
    """
    if isinstance(answer, str):
        return _parse_text(answer)
    item = getattr(answer, "item", None)  # NumPy numbers, and arrays and series with one number, have this method
    if callable(item):
        try:
            answer = item()
        except (TypeError, ValueError):
            return None
    if isinstance(answer, bool) or not isinstance(answer, (int, float)):
        return None
    if isinstance(answer, float):
        exact = Decimal(repr(answer))
        return _from_decimal(exact) if exact.is_finite() else None
    return _from_decimal(Decimal(answer)) if abs(answer) < 10**MAX_CHARACTERS else None


def _from_decimal(value: Decimal) -> Number:
    """Return a number as it is written without an exponent, as Python does, and without zeros after the point."""
    _, digits, exponent = value.normalize().as_tuple()
    zeros = max(0, int(exponent))
    return Number(value, len(digits) + zeros, zeros)


def _parse_text(answer: str) -> Number | None:
    if len(answer) > MAX_CHARACTERS:
        return None
    words = BEFORE.sub("", answer.strip().replace("\u2212", "-").replace("_", "")).rstrip(".")
    words = UNIT.sub("", AFTER.sub("", words)).strip()
    words = WORDS.get(words.casefold(), words)
    return _parse_single(words) or _parse_expression(words)


def _parse_single(words: str) -> Number | None:
    """Return a single number, such as "1,234", "2.51 M" or "2.5e3"."""
    match = NUMBER_PATTERN.fullmatch(words)
    if not match or match[4].lower() not in PREFIXES or (digits := _remove_separators(match[2])) is None:
        return None
    value = Decimal(match[1] + digits).scaleb(PREFIXES[match[4].lower()] + int(match[3] or 0))
    written = digits.replace(".", "").lstrip("0")
    return Number(value, len(written), 0 if "." in digits else len(written) - len(written.rstrip("0")))


def _parse_expression(words: str) -> Number | None:
    """Return what an expression such as "9*8*8" computes."""

    def read(number: str) -> Fraction | None:
        single = _parse_single(number)
        return Fraction(single.value) if single else None

    value = compute(words, read)
    if value is None:
        return None
    number = _from_decimal(Decimal(value.numerator) / Decimal(value.denominator))
    return number._replace(is_quotient=bool(DIVISION.search(words)))


def _remove_separators(digits: str) -> str | None:
    """Remove thousands separators and write a decimal point: from 1,234,567 and 1.234.567, 2,51 and 2.51."""
    digits = re.sub(r"\s+", " ", digits.strip())
    for separator in (",", " "):
        if re.fullmatch(rf"\d{{1,3}}(?:{separator}\d{{3}})+(?:\.\d+)?", digits):
            return digits.replace(separator, "")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", digits):
        return digits.replace(".", "")
    digits = digits.replace(",", ".")
    return digits if re.fullmatch(r"\d*\.?\d+", digits) else None
