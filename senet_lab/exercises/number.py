"""Number: parse a number as people write it, and find whether it is another one, rounded."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from senet_lab.exercises.arithmetic import compute

PREFIXES = {"": 0, "k": 3, "thousand": 3, "m": 6, "million": 6, "g": 9, "b": 9, "bn": 9, "billion": 9, "t": 12}
UNITS = (
    r"(?:trainable\s+)?(?:params?|parameters?|weights?|biases|macs?|multiply-adds?|flops|operations|channels?|pixels?|px|paths?|blocks?"
    r"|layers?|filters?|steps?|gates?|images?|percent|%|pp|p\.p\.?|(?:percent(?:age)?\s+|%[ -])?points?"
    r"|numbers?|times|x|\u00d7|a side)"
)
# What people write around a number: "x = 5", "~18k", "about 3", "twice as many", "19% of the weights", "5 M more".
ABOUT = r"~|\u2248|(?:about|approx(?:imately)?|around|roughly|circa|nearly|almost)\b|(?:ca|approx)\."
BEFORE = re.compile(rf"^(?:.*=|{ABOUT}|[x\u00d7](?= ?\d))\s*", re.IGNORECASE)
AMOUNT = r"\s+(?:as (?:many|much|large|high)|more|in total|in all|altogether)"
AFTER = re.compile(rf"(?:{AMOUNT}|\s*(?:of (?:the|its|all)\s+)?{UNITS})+$", re.IGNORECASE)
PERCENT = re.compile(r"%|percent|\bpp\b|\bp\.p\b|\bpoints?\b", re.IGNORECASE)
NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
WORDS = {name: str(number) for number, name in enumerate(NAMES)} | {
    "none": "0", "once": "1", "twice": "2", "double": "2", "thrice": "3", "triple": "3", "quadruple": "4",
    "hundred": "100", "half": "1/2", "a half": "1/2", "a third": "1/3", "a quarter": "1/4",
}  # fmt: skip
NUMBER_PATTERN = re.compile(r"([+-]?)([\d.,\s]*\d)\.?(?:e([+-]?\d{1,3}))?\s*([a-z]*)", re.IGNORECASE)
DIVISION = re.compile(r"[/:\u00f7]|\b(?:of|in)\b")
WITH_SOURCE = re.compile(r"([^()]+)\((.+)\)")  # 64 (1024/16)
MAX_CHARACTERS = 100  # longer text is not parsed, because it could take long
MIN_DIGITS = 2  # of a rounded number; one digit may be a guess


class Number(NamedTuple):
    """A number as a learner writes it.

    Attributes:
        value: its value.
        digits: the number of digits from the first that is not zero, without zeros at the end that may only fill up
            places: 2 in 280 k and 280,000, 3 in 2.50.
        is_quotient: whether it is computed with a division, such as 1/32.
        is_percent: whether "%", "percentage points" or the like is written after it.
    """

    value: Decimal
    digits: int
    is_quotient: bool = False
    is_percent: bool = False

    def is_rounded(self, other: float, min_digits: int = MIN_DIGITS) -> bool:
        """Return whether this is `other`, rounded to `min_digits` digits or more.

        Zeros at the end, written or not, get the benefit of the doubt: 280 k may be 278,528 rounded to two digits, and
        1 M, like 1,000,000, may be 1,040,000.
        """
        if not self.value:
            return False
        exact = Decimal(other)
        # The place of the last digit. 10,000 has its second digit in the thousands, 9,600 in the hundreds.
        last = min(self.value.adjusted() - max(min_digits, self.digits), exact.adjusted() - min_digits) + 1
        return abs(self.value - exact) <= Decimal(5).scaleb(last - 1)

    def is_cut_off(self, other: float) -> bool:
        """Return whether these are the first digits of `other`, two or more, as 32 k of 32,768."""
        exact = Decimal(other)
        if not self.value or self.value.adjusted() != exact.adjusted():
            return False
        last = self.value.adjusted() - max(MIN_DIGITS, self.digits) + 1
        return self.value == exact.quantize(Decimal(1).scaleb(last), ROUND_DOWN)

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
        except Exception:  # each library has its own: NumPy raises ValueError, PyTorch RuntimeError
            return None
    if isinstance(answer, bool) or not isinstance(answer, (int, float)):
        return None
    if isinstance(answer, float):
        exact = Decimal(repr(answer))
        return _from_decimal(exact) if exact.is_finite() else None
    return _from_decimal(Decimal(answer)) if abs(answer) < 10**MAX_CHARACTERS else None


def _from_decimal(value: Decimal) -> Number:
    """Return a number as it is written without zeros at the end."""
    return Number(value, len(value.normalize().as_tuple().digits))


def _parse_text(answer: str) -> Number | None:
    if len(answer) > MAX_CHARACTERS:
        return None
    words = BEFORE.sub("", " ".join(answer.split()).replace("\u2212", "-").replace("_", "")).rstrip(".")
    if number := _parse_with_source(words):
        return number
    plain = AFTER.sub("", words).strip()
    plain = WORDS.get(plain.casefold(), plain)
    number = _parse_single(plain) or _parse_expression(plain)
    return number and number._replace(is_percent=bool(PERCENT.search(words)))


def _parse_single(words: str) -> Number | None:
    """Return a single number, such as "1,234", "2.51 M" or "2.5e3"."""
    match = NUMBER_PATTERN.fullmatch(words)
    if not match or match[4].lower() not in PREFIXES or (digits := _remove_separators(match[2])) is None:
        return None
    value = Decimal(match[1] + digits).scaleb(PREFIXES[match[4].lower()] + int(match[3] or 0))
    written = digits.replace(".", "").lstrip("0")
    return Number(value, len(written if "." in digits else written.rstrip("0")))


def _parse_with_source(words: str) -> Number | None:
    """Return a number with where it comes from in brackets, "64 (1024/16)", which is no product of the two."""
    match = WITH_SOURCE.fullmatch(words)
    if not match or _parse_single(match[2]):  # 256(256) is a product
        return None
    number, source = _parse_text(match[1]), _parse_expression(match[2])
    is_same = number and source and (number.value == source.value or number.is_rounded(float(source.value)))
    return number if is_same else None


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
    digits = digits.strip()
    for separator in (",", " "):
        if re.fullmatch(rf"\d{{1,3}}(?:{separator}\d{{3}})+(?:\.\d+)?", digits):
            return digits.replace(separator, "")
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}", digits):
        return digits.replace(".", "")
    digits = digits.replace(",", ".")
    return digits if re.fullmatch(r"\d*\.?\d+", digits) else None
