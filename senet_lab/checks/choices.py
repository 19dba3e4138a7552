"""Choices: texts, flags, paths, instances of a class, and values out of a few."""

from __future__ import annotations

import difflib
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from senet_lab.checks.bounds import MAX_UNITS
from senet_lab.checks.errors import Bare, InvalidTypeError, InvalidValueError, Name
from senet_lab.checks.numbers import as_index
from senet_lab.checks.quoting import QUOTE_LENGTH, listed, quoted

KIND_NAMES: dict[type, str] = {str: "a text", Mapping: "a mapping"}  # where the name of the class would read badly


def flag(name: Name, value: Any) -> bool:
    """Return `value` if it is True or False; else raise a TypeError."""
    if not isinstance(value, bool):
        raise InvalidTypeError(name, value, "must be True or False", f"{_truth(value)}")
    return value


def _truth(value: Any) -> bool:
    try:
        return bool(value)
    except Exception:  # an array has none, and a foreign `__bool__` may raise anything
        return True


def text(name: Name, value: Any, example: str) -> str:
    """Return `value` if it is a text; else raise a TypeError, which gives an example."""
    if not isinstance(value, str):
        raise InvalidTypeError(name, value, "must be a text", f"'{example}'")
    return value


def one_of(name: Name, value: Any, choices: Collection[Any]) -> Any:
    """Return `value` if it is among `choices`; the error names them, and the nearest.

    Raises:
        TypeError: of another type than the choices.
        ValueError: of their type, but none of them.
    """
    kind = type(next(iter(choices)))
    if kind is int and (index := as_index(value)) is not None:
        value = index
    is_of_kind = isinstance(value, kind) and not isinstance(value, bool)
    if not is_of_kind or value not in choices:
        error = InvalidValueError if is_of_kind else InvalidTypeError
        raise error(name, value, f"must be one of {listed(choices)}", repr(nearest(value, choices)))
    return value


def nearest(value: Any, choices: Collection[Any]) -> Any:
    """Return the choice that was probably meant: closest in number or in spelling; the first if that means nothing."""
    first = next(iter(choices))
    if isinstance(first, str):  # no name is longer than what an error repeats, and comparing takes its time
        start = value[:QUOTE_LENGTH] if isinstance(value, str) else quoted(value)
        return next(iter(difflib.get_close_matches(start.lower(), choices, 1, 0)), first)
    if isinstance(value, int) and abs(value) > MAX_UNITS:  # beyond what a float can hold, perhaps
        return max(choices) if value > 0 else min(choices)
    try:
        return min(choices, key=lambda choice: abs(choice - float(value)))
    except Exception:  # what a foreign `__float__` may raise
        return first


def instance(name: Name, value: Any, kind: type, fit: str) -> Any:
    """Return `value` if it is of a class.

    Args:
        fit: an expression for one that would do.

    Raises:
        TypeError: it is of another one.
    """
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIO" else "a"
        words = KIND_NAMES.get(kind, f"{article} {kind.__name__}")
        raise InvalidTypeError(
            name, Bare(value.__name__) if isinstance(value, type) else value, f"must be {words}", fit
        )
    return value


def path_of(name: Name, value: Any, fit: str) -> Path:
    """Return `value` as a path, the user's home put in for "~".

    Raises:
        TypeError: it is neither a text nor a path.
        ValueError: it is empty, has a character that no path can have, or there is no such home.
    """
    if not isinstance(value, (str, os.PathLike)) or not isinstance(text := os.fspath(value), str):
        raise InvalidTypeError(name, value, "must be a path", fit)
    if not text or "\0" in text:
        raise InvalidValueError(name, text, "must name a file or a folder", fit)
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise InvalidValueError(name, text, "must be in the home of a user who exists", fit) from error
