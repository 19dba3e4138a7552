"""Reading: a number as people write it, and how many of its digits they meant."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

PREFIXES = {"": 0, "k": 3, "thousand": 3, "m": 6, "million": 6, "g": 9, "b": 9, "bn": 9, "billion": 9, "t": 12}
UNITS = (
    r"(?:trainable\s+)?(?:params?|parameters?|weights?|biases|macs?|multiply-adds?|flops|operations|channels?|pixels?|px|paths?|blocks?"
    r"|layers?|filters?|steps?|gates?|images?|percent|%|points?|numbers?|times|x|\u00d7|a side)"
)
NUMBER = re.compile(r"([+-]?)([\d.,\s]*\d)\.?(?:e([+-]?\d{1,3}))?\s*([a-z]*)", re.IGNORECASE)
MOST = 100  # characters that can be a number; longer ones are not worth the time


class Number(NamedTuple):
    """A number that was given.

    Attributes:
        value: the number.
        half: half a step of its last digit, which is how far it may be rounded; 0 for a whole number in full.
        digits: how many digits were given, leading zeros apart.
    """

    value: Decimal
    half: Decimal
    digits: int

    def means(self, other: float) -> bool:
        """Whether `other` may have been rounded to it."""
        return abs(self.value - Decimal(other)) <= self.half


def read(given: Any) -> Number | None:
    """A number from what a learner gives: an int, a float, NumPy's, or text such as "2.51 M"; None if it is none.

    >>> read("2.51 M").value == 2_510_000, read("1,234,567").half == 0, read("about ten")
    (True, True, None)
    """
    if isinstance(given, bool) or given is None:
        return None
    if isinstance(given, str):
        return _text(given)
    item = getattr(given, "item", None)  # of NumPy's numbers, and of arrays and series that hold one number
    if callable(item):
        try:
            given = item()
        except (TypeError, ValueError):
            return None
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return None
    if isinstance(given, int):
        return Number(Decimal(given), Decimal(0), len(str(abs(given)))) if abs(given) < 10**MOST else None
    return _float(given)


def _float(given: float) -> Number | None:
    """A float has as many digits as Python writes; the zeros at the end of 2510000.0 are none that were meant."""
    exact = Decimal(repr(given))
    if not exact.is_finite():
        return None
    _, digits, exponent = exact.normalize().as_tuple()
    return Number(exact, Decimal(5).scaleb(int(exponent) - 1), len(digits))


def _text(given: str) -> Number | None:
    words = given.replace("\u2212", "-").replace("_", "").strip().rstrip(".")
    words = re.sub(rf"\s*{UNITS}$", "", words, flags=re.IGNORECASE)
    found = NUMBER.fullmatch(words) if len(words) <= MOST else None
    if not found or found[4].lower() not in PREFIXES:
        return None
    plain = _plain(found[2])
    if plain is None:
        return None
    power = PREFIXES[found[4].lower()] + int(found[3] or 0)
    behind = len(plain.partition(".")[2])
    value = Decimal(found[1] + plain).scaleb(power)
    in_full = power == 0 and not behind
    half = Decimal(0) if in_full else Decimal(5).scaleb(power - behind - 1)
    return Number(value, half, len(plain.replace(".", "").lstrip("0")))


def _plain(digits: str) -> str | None:
    """Digits without what parts them in threes, and with a point: 1,234,567 and 1.234.567, 2,51 and 2.51."""
    digits = re.sub(r"\s+", " ", digits.strip())
    for apart in (",", " "):
        if re.fullmatch(rf"\d{{1,3}}(?:{apart}\d{{3}})+(?:\.\d+)?", digits):
            return digits.replace(apart, "")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", digits):
        return digits.replace(".", "")
    digits = digits.replace(",", ".")
    return digits if re.fullmatch(r"\d*\.?\d+", digits) else None
