"""Quoting: how an error quotes any value on at most one line."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable
from math import log10
from typing import Any

QUOTE_LENGTH = 80  # quoted characters of a value
PATH_LENGTH = 300  # quoted characters of a path
QUOTE_DIGITS = 24  # the most digits of a whole number written in full


class _Quotes(reprlib.Repr):
    """`reprlib` for errors: cuts at the end; cheap for long strings and for numbers that `str` refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxtuple, self.maxlist, self.maxdict, self.maxset = 4, 16, 16, 8, 8
        self.maxother, self.fillvalue = 2 * QUOTE_LENGTH, "\u2026"

    def repr_str(self, value: str, _: int) -> str:
        """Return `repr`, with an ellipsis before the closing quote if cut."""
        return shortened(value)

    def repr_bytes(self, value: bytes, _: int) -> str:
        """Return `repr`, with an ellipsis if cut."""
        return repr(value) if len(value) <= QUOTE_LENGTH else f"{value[:QUOTE_LENGTH]!r}\u2026"

    def repr_int(self, value: int, _: int) -> str:
        """Return all digits, or a power of ten: `str` raises beyond 4,300 digits."""
        if abs(value) < 10**QUOTE_DIGITS:
            return int.__repr__(value)
        exponent, rest = divmod(log10(abs(value)), 1)
        digits = f"{10**rest:.3g}"
        carried = digits == "10"
        return f"{'-' * (value < 0)}{'1' if carried else digits}e+{exponent + carried:.0f}"

    def repr_instance(self, value: Any, level: int) -> str:
        """Return `repr` on one line; only the type if `__repr__` fails."""
        return " ".join(super().repr_instance(value, level).split())


_QUOTES = _Quotes()


def quoted(value: Any) -> str:
    """Return the `repr` of a value for an error, at most `QUOTE_LENGTH` characters of it.

    It is cheap even for huge values, and never fails.

    >>> quoted("sixteen"), quoted(10**5000), len(quoted("a" * 10**6))
    ("'sixteen'", '1e+5000', 83)
    """
    if isinstance(value, float):  # also NumPy's, which say np.float64(0.5)
        return float.__repr__(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return _QUOTES.repr_int(value, 0)
    if isinstance(value, str):
        return shortened(value)
    text = _QUOTES.repr(value)
    return text if len(text) <= QUOTE_LENGTH else f"{text[: QUOTE_LENGTH - 1]}\u2026"


def shortened(text: str, length: int = QUOTE_LENGTH) -> str:
    """Return a string in quotes; after `length` characters, an ellipsis.

    >>> shortened("squeeze"), shortened("squeeze", 3)
    ("'squeeze'", "'squ\u2026'")
    """
    if len(text) <= length:
        return str.__repr__(text)
    start = str.__repr__(text[:length])
    return f"{start[:-1]}\u2026{start[-1]}"


def quoted_path(path: Any) -> str:
    """Return a path in quotes for an error; most are given in full, as they tell where to look."""
    return shortened(str(path), PATH_LENGTH)


def listed(choices: Iterable[Any]) -> str:
    """Return choices as a list in words: 'a', 'b' or 'c'."""
    *head, last = map(repr, choices)
    return f"{', '.join(head)} or {last}" if head else last


def first_few(words: Iterable[str], most: int = 5, separator: str = ", ") -> str:
    """Join the first few words, and count the others.

    >>> first_few("ab"), first_few("abcdefg")
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    words = tuple(words)
    others = len(words) - most
    return separator.join(words[:most]) + (f" and {others:,} more" if others > 0 else "")
