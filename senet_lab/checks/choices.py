"""Choices: check flags, strings, paths, instances of a class, and values from a short list."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from senet_lab.checks.bounds import MAX_UNITS
from senet_lab.checks.errors import Bare, Flag, InvalidTypeError, InvalidValueError, Name
from senet_lab.checks.numbers import as_index
from senet_lab.checks.quoting import QUOTE_LENGTH, listed, quoted

MAX_LISTED, MAX_CLOSE = 12, 3  # names that an error lists, and those that it suggests if there are more
KIND_NAMES: dict[type, str] = {str: "a string", Mapping: "a mapping"}  # clearer than the name of the class


def flag(name: Name, value: Any) -> bool:
    """Return `value` if it is True or False; else raise a TypeError."""
    if not isinstance(value, bool):
        rule = ("must be ", Flag(True), " or ", Flag(False))
        raise InvalidTypeError(name, value, rule, Flag(_truth(value)))
    return value


def _truth(value: Any) -> bool:
    try:
        return bool(value)
    except Exception:  # an array has no truth value, and a foreign `__bool__` may raise anything
        return True


def text(name: Name, value: Any, example: str) -> str:
    """Return `value` if it is a string; else raise a TypeError with an example."""
    if not isinstance(value, str):
        raise InvalidTypeError(name, value, "must be a string", f"'{example}'")
    return value


def one_of(name: Name, value: Any, choices: Collection[Any], source: str = "") -> Any:
    """Return `value` if it is among `choices`; the error lists them and suggests the nearest.

    Args:
        source: where to find all choices, for an error about too many to list; it suggests the nearest few instead.

    Raises:
        TypeError: the type differs from that of the choices.
        ValueError: the type fits, but it is none of them.
    """
    kind = type(next(iter(choices)))
    if kind is int and (index := as_index(value)) is not None:
        value = index
    is_of_kind = isinstance(value, kind) and not isinstance(value, bool)
    if not is_of_kind or value not in choices:
        error = InvalidValueError if is_of_kind else InvalidTypeError
        if kind is str and len(choices) > MAX_LISTED:
            advice = f"{source} lists all" if source else ""
            raise error(
                name, value, f"must be one of {len(choices)} names", listed(_close(value, choices)), advice=advice
            )
        rule = f"must be {'one of ' if len(choices) > 2 else ''}{listed(choices)}"
        raise error(name, value, rule, repr(nearest(value, choices)))
    return value


def nearest(value: Any, choices: Collection[Any]) -> Any:
    """Return the choice that was probably meant: closest in value or spelling; the first if neither applies."""
    first = next(iter(choices))
    if isinstance(first, str):
        return _close(value, choices)[0]
    if isinstance(value, int) and abs(value) > MAX_UNITS:  # may be too large for a float
        return max(choices) if value > 0 else min(choices)
    if isinstance(value, str) and (digits := re.search(r"\d+", value[:QUOTE_LENGTH])):  # 50 in "50d"
        value = digits[0]
    try:
        return min(choices, key=lambda choice: abs(choice - float(value)))
    except Exception:  # a foreign `__float__` may raise anything
        return first


def _close(value: Any, choices: Collection[str]) -> list[str]:
    """Return up to three choices, the nearest in spelling first."""
    # Comparing is slow, and no name is longer than what an error quotes.
    start = value[:QUOTE_LENGTH] if isinstance(value, str) else quoted(value)
    if start and (longer := [choice for choice in choices if start.lower() in choice]):
        return sorted(longer, key=len)[:MAX_CLOSE]  # "float16" is in "mixed_float16", but nearer to "float32"
    return difflib.get_close_matches(start.lower(), choices, MAX_CLOSE, 0) or list(choices)[:MAX_CLOSE]


def instance(name: Name, value: Any, kind: type, fit: str) -> Any:
    """Return `value` if it is of a class.

    Args:
        fit: an expression for a valid value.

    Raises:
        TypeError: it is of another class.
    """
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIO" else "a"
        words = KIND_NAMES.get(kind, f"{article} {kind.__name__}")
        raise InvalidTypeError(
            name, Bare(value.__name__) if isinstance(value, type) else value, f"must be {words}", fit
        )
    return value


def path_of(name: Name, value: Any, fit: str) -> Path:
    """Return `value` as a path, with "~" replaced by the user's home.

    Raises:
        TypeError: it is neither a string nor a path.
        ValueError: it is empty, has a character that is invalid in paths, or there is no such home.
    """
    if not isinstance(value, (str, os.PathLike)) or not isinstance(text := os.fspath(value), str):
        raise InvalidTypeError(name, value, "must be a path", fit)
    if not text or "\0" in text:
        raise InvalidValueError(name, text, "must name a file or a folder", fit)
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise InvalidValueError(name, text, "must be in the home of a user who exists", fit) from error
