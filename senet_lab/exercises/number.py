"""Number: parse a number as people write it, and find how many of its digits are significant."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

PREFIXES = {"": 0, "k": 3, "thousand": 3, "m": 6, "million": 6, "g": 9, "b": 9, "bn": 9, "billion": 9, "t": 12}
UNITS = (
    r"(?:trainable\s+)?(?:params?|parameters?|weights?|biases|macs?|multiply-adds?|flops|operations|channels?|pixels?|px|paths?|blocks?"
    r"|layers?|filters?|steps?|gates?|images?|percent|%|(?:percentage\s+)?points?|numbers?|times|x|\u00d7|a side)"
)
NUMBER_PATTERN = re.compile(r"([+-]?)([\d.,\s]*\d)\.?(?:e([+-]?\d{1,3}))?\s*([a-z]*)", re.IGNORECASE)
MAX_CHARACTERS = 100  # longer text is not parsed, because it could take long


class Number(NamedTuple):
    """A number as a learner writes it.

    Attributes:
        value: its value.
        half: half a unit of its last digit, the largest rounding error; 0 for a whole number with all digits.
        digits: the number of digits without leading zeros.
    """

    value: Decimal
    half: Decimal
    digits: int

    def means(self, other: float) -> bool:
        """Return whether this number may be `other`, rounded."""
        return abs(self.value - Decimal(other)) <= self.half


def parse_number(answer: Any) -> Number | None:
    """Return the number in an answer: an int, a float, a NumPy number, or text such as "2.51 M"; else None.

    >>> parse_number("2.51 M").value == 2_510_000, parse_number("1,234,567").half == 0, parse_number("about ten")
    (True, True, None)
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
        return _parse_float(answer)
    if abs(answer) >= 10**MAX_CHARACTERS:
        return None
    return Number(Decimal(answer), Decimal(0), len(str(abs(answer))))


def _parse_float(answer: float) -> Number | None:
    """Return a float with the digits that Python prints; the trailing zeros of 2510000.0 are not significant."""
    exact = Decimal(repr(answer))
    if not exact.is_finite():
        return None
    _, digits, exponent = exact.normalize().as_tuple()
    return Number(exact, Decimal(5).scaleb(int(exponent) - 1), len(digits))


def _parse_text(answer: str) -> Number | None:
    words = answer.replace("\u2212", "-").replace("_", "").strip().rstrip(".")
    words = re.sub(rf"\s*{UNITS}$", "", words, flags=re.IGNORECASE)
    match = NUMBER_PATTERN.fullmatch(words) if len(words) <= MAX_CHARACTERS else None
    if not match or match[4].lower() not in PREFIXES or (digits := _remove_separators(match[2])) is None:
        return None
    power = PREFIXES[match[4].lower()] + int(match[3] or 0)
    decimals = len(digits.partition(".")[2])
    value = Decimal(match[1] + digits).scaleb(power)
    half = Decimal(5).scaleb(power - decimals - 1) if power or decimals else Decimal(0)
    return Number(value, half, len(digits.replace(".", "").lstrip("0")))


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
