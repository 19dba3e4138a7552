"""Numbers: check whole and real numbers against bounds, and read them from text."""

from __future__ import annotations

import operator
import re
from math import inf, isfinite
from typing import Any

from senet_lab.checks.bounds import MAX_RATIO, MAX_STRIDE
from senet_lab.checks.errors import InvalidTypeError, InvalidValueError, Name, Parameter
from senet_lab.checks.quoting import shortened

LARGEST_SUGGESTION = 1e308  # suggested if any finite number is valid
MAX_DIGITS = 400  # characters of a whole number; Python refuses 4,301 digits, and no bound needs 400


def whole_number(text: str) -> int:
    """Return the whole number that a string spells.

    Only digits are allowed; int() would also accept " 5", "1_0" and digits of other scripts.

    Raises:
        ValueError: it spells none, or has more than `MAX_DIGITS` characters.
    """
    if len(text) > MAX_DIGITS or not re.fullmatch("-?[0-9]+", text):
        raise ValueError(f"{shortened(text)} is not a whole number; try 16.")
    return int(text)


def number(text: str) -> float | str:
    """Return the number that a string spells, or the string itself, for the check of its parameter to reject.

    >>> number("16"), number("1e-3"), number("many")
    (16, 0.001, 'many')
    """
    for read in (whole_number, float):
        try:
            return read(text) if len(text) <= MAX_DIGITS else text
        except ValueError:
            continue
    return text


def whole(name: Name, value: Any, least: int, most: int) -> int:
    """Return `value` as a plain int between `least` and `most`, both included.

    Raises:
        TypeError: not a whole number (neither a bool nor 16.0 is one; NumPy's integers are).
        ValueError: out of bounds.
    """
    index = as_index(value)
    if index is None:
        raise InvalidTypeError(name, value, "must be a whole number", f"{_nearest_whole(value, least, most)}")
    if index < least:
        raise InvalidValueError(name, index, f"must be at least {least:,}", f"{least}")
    if index > most:
        raise InvalidValueError(name, index, f"must be at most {most:,}", f"{most}")
    return index


def as_index(value: Any) -> int | None:
    """Return `value` as a plain int; None if it is not a whole number."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except Exception:  # a foreign `__index__` may raise anything
        return None


def _nearest_whole(value: Any, least: int, most: int) -> int:
    """Return the whole number that was probably meant by 15.7 or "16"; for anything else, the smallest valid one."""
    try:
        fit = min(max(float(value), least), most)
        return round(fit) if isfinite(fit) else least
    except Exception:  # a foreign `__float__` may raise anything
        return least


def ratio_or_none(name: Name, value: Any) -> int | None:
    """Return `value` as a plain int of at least 1, or None; errors as in `whole`.

    Whether any channel is left depends on the number of channels; see `style.squeezed_channels`.
    """
    return None if value is None else whole(name, value, 1, MAX_RATIO)


def real(name: Name, value: Any, least: float, below: float) -> float:
    """Return `value` as a float in [least, below).

    Raises:
        TypeError: not a number.
        ValueError: out of bounds, or NaN.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidTypeError(name, value, "must be a number", f"{least}")
    try:
        number = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        number = inf if value > 0 else -inf
    if not least <= number < below:
        fit = least if not number >= below else min(0.99 * below, LARGEST_SUGGESTION)
        bound = f"below {below}" if isfinite(below) else "finite"
        raise InvalidValueError(name, value, f"must be at least {least} and {bound}", f"{fit:.4g}")
    return number


def divisible(name: Name, value: int, by: str, divisor: int) -> int:
    """Return `value` if `divisor` divides it; the error names the multiples below and above.

    Raises:
        ValueError: there is a remainder.
    """
    if value % divisor:
        below = value // divisor * divisor
        fit = f"{below} or {below + divisor}" if below else f"{divisor}"
        raise InvalidValueError(name, value, ("must be divisible by ", Parameter(by, divisor)), fit)
    return value


def stride_of(value: Any) -> int:
    """Return Keras's `strides`, 2 or (2, 2), as one number; the networks use equal strides in both directions.

    Raises:
        TypeError, ValueError: not a whole number from 1 to `MAX_STRIDE`, or two different ones.
    """
    if isinstance(value, (tuple, list)):
        sides = [whole("strides", side, 1, MAX_STRIDE) for side in value[:3]]
        if len(sides) != 2 or sides[0] != sides[1]:
            fit = sides[0] if sides else 2
            raise InvalidValueError("strides", value, "must be one number or a pair of equal numbers", f"{fit}")
        return sides[0]
    return whole("strides", value, 1, MAX_STRIDE)
