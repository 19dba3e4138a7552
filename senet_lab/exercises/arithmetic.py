"""Arithmetic: compute what learners write, such as 32*9*8*8, 1/32, 2^10 or ln(10).

This is a parser of our own, without `eval` and without Python's grammar, because learners write signs for times, 2^10
and 18k. Values are exact fractions of at most `MAX_BITS` bits, so that 9**9**9 is refused at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction

MAX_BITS = 512  # of a numerator or denominator; more than any answer has
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "ln": math.log,
    "log": math.log,  # as in Python and NumPy
    "log2": math.log2,
    "log10": math.log10,
    "sqrt": math.sqrt,
}
OPERATIONS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: Fraction(a // b),
}
# Other ways to write operators; an x between numbers is a sign for times.
SPELLINGS = (
    (re.compile("[\u00d7\u00b7\u22c5\u2219]"), "*"),
    (re.compile(r"(?<=[\d)])\s*x\s*(?=[\d(])"), "*"),
    (re.compile(r"(/\s*\d+)\s+of\b"), r"\1*"),  # 1/16 of 1024
    (re.compile("[\u00f7:]|\\b(?:out )?of\\b|\\bin\\b"), "/"),  # 6 ÷ 3, 6 : 3, 4 of 128, 1 in 32
    (re.compile("[\u2212\u2013]"), "-"),
    (re.compile(r"\*\*"), "^"),
    (re.compile("\u00b2"), "^2"),
    (re.compile("\u00b3"), "^3"),
    (re.compile("\u221a"), "sqrt"),
)
NUMBER = r"(?:\d{1,3}(?: \d{3})+|[\d.,]*\d)(?:e[+-]?\d+)?(?:\s*(?:thousand|million|billion|bn|[kmgbt])(?![a-z]))?"
TOKEN = re.compile(rf"\s*({NUMBER}|log10|log2|log|ln|sqrt|//|[-+*/^()])\s*")


def compute(text: str, read: Callable[[str], Fraction | None]) -> Fraction | None:
    """Return the value of an expression; None if it is none, or if a number in it is too large.

    Args:
        text: the expression, at most about a hundred characters.
        read: returns the value of a single number such as "18k"; None if it is not one.

    >>> compute("32*9*8\u00b2", lambda number: Fraction(number)), compute("9**9**9", lambda number: Fraction(number))
    (Fraction(18432, 1), None)
    """
    text = text.lower()
    for spelling, operator in SPELLINGS:
        text = spelling.sub(operator, text)
    tokens = _split(text)
    try:
        return _Parser(tokens, read).whole() if tokens else None
    except (ArithmeticError, ValueError):
        return None


def _split(text: str) -> list[str]:
    """Return the tokens of an expression; none if something in it is no token."""
    tokens, at = [], 0
    while match := TOKEN.match(text, at):
        tokens.append(match[1])
        at = match.end()
    return tokens if at == len(text) else []


class _Parser:
    """A parser by recursive descent, which computes as it reads; each method reads one rule of the grammar.

    Raises:
        ValueError: the tokens are not an expression, or a value is too large.
        ArithmeticError: a division by zero.
    """

    def __init__(self, tokens: list[str], read: Callable[[str], Fraction | None]) -> None:
        self._tokens, self._read = tokens, read

    def whole(self) -> Fraction:
        value = self._sum()
        if self._tokens:
            raise ValueError(f"unexpected {self._tokens[0]}")
        return value

    def _take(self, *expected: str) -> str:
        """Remove and return the next token if it is one of those expected; else return ""."""
        return self._tokens.pop(0) if self._tokens and self._tokens[0] in expected else ""

    def _sum(self) -> Fraction:
        value = self._product()
        while operator := self._take("+", "-"):
            term = self._product()
            value = _bounded(value + term if operator == "+" else value - term)
        return value

    def _product(self) -> Fraction:
        value = self._signed()
        while operator := self._take("*", "//", "/") or self._next_implicit():
            factor = self._signed()
            value = _bounded(OPERATIONS[operator](value, factor))
        return value

    def _next_implicit(self) -> str:
        """Return "*" if a bracket or a function follows, as in 2(3 + 4) and 100 sqrt(2)."""
        return "*" if self._tokens and self._tokens[0] in ("(", *FUNCTIONS) else ""

    def _signed(self) -> Fraction:
        sign = self._take("+", "-")
        if sign:
            value = self._signed()
            return -value if sign == "-" else value
        return self._power()

    def _power(self) -> Fraction:
        base = self._atom()
        return _power(base, self._signed()) if self._take("^") else base

    def _atom(self) -> Fraction:
        if name := self._take(*FUNCTIONS):
            return _bounded(Fraction(FUNCTIONS[name](float(self._atom()))))
        if self._take("("):
            value = self._sum()
            if not self._take(")"):
                raise ValueError("a bracket is not closed")
            return value
        number = self._read(self._tokens.pop(0)) if self._tokens else None
        if number is None:
            raise ValueError("a number is missing")
        return _bounded(number)


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        return _bounded(Fraction(math.pow(base, exponent)))
    if _bits(base) * abs(exponent) > MAX_BITS:  # before it is computed
        raise ValueError("too large")
    return base ** int(exponent)


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def _bounded(value: Fraction) -> Fraction:
    if _bits(value) > MAX_BITS:
        raise ValueError("too large")
    return value
