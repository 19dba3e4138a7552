"""Checks that answer with the rule, the given value and the nearest that would do."""

from __future__ import annotations

import difflib
import operator
import os
import reprlib
from collections.abc import Collection, Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

_KINDS: dict[type, str] = {str: "a text", Mapping: "a mapping"}  # where the name of the class would read badly


def whole(name: str, value: Any, least: int = 1, most: int | None = None) -> int:
    """`value` as a plain int between `least` and `most`, both included.

    Raises:
        TypeError: not a whole number (a bool is none, 16.0 is none; NumPy's integers are).
        ValueError: out of bounds.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"`{name}` must be a whole number, not {value!r}; try {_meant(value, least, most)}.") from None
    if number < least:
        raise ValueError(f"`{name}` (={number}) must be at least {least}; try {least}.")
    if most is not None and number > most:
        raise ValueError(f"`{name}` (={number}) must be at most {most}; try {most}.")
    return number


def _meant(value: Any, least: int, most: int | None) -> int:
    """For 15.7 or "16" the whole number that was probably meant, for anything else the least there is."""
    try:
        fit = min(max(float(value), least), float("inf") if most is None else most)
        return round(fit) if isfinite(fit) else least
    except (TypeError, ValueError, OverflowError):
        return least


def whole_or_none(name: str, value: Any) -> int | None:
    """`value` as a plain int of at least 1, or None; errors as in `whole`."""
    return None if value is None else whole(name, value)


def real(name: str, value: Any, least: float, below: float) -> float:
    """`value` as a float in [least, below).

    Raises:
        TypeError: not a number.
        ValueError: out of bounds, or not a number in the IEEE sense.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"`{name}` must be a number, not {value!r}; try {least}.")
    if not least <= value < below:
        fit = least if not value >= below else 0.99 * below
        raise ValueError(f"`{name}` (={value}) must be at least {least} and below {below}; try {fit:.4g}.")
    return float(value)


def flag(name: str, value: Any) -> bool:
    """`value` if it is True or False; else a TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f"`{name}` must be True or False, not {value!r}; try {bool(value)}.")
    return value


def one_of(name: str, value: Any, choices: Collection[Any]) -> Any:
    """`value` if it is among `choices`; the error names them, and the nearest.

    Raises:
        TypeError: of another type than the choices.
        ValueError: of their type, but none of them.
    """
    kind = type(next(iter(choices)))
    if kind is int and not isinstance(value, bool) and hasattr(value, "__index__"):
        value = operator.index(value)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise TypeError(f"`{name}` must be one of {listed(choices)}, not {value!r}; try {nearest(value, choices)!r}.")
    if value not in choices:
        raise ValueError(f"`{name}` (={value!r}) must be one of {listed(choices)}; try {nearest(value, choices)!r}.")
    return value


def nearest(value: Any, choices: Collection[Any]) -> Any:
    """The choice that was probably meant: closest in number, or in spelling; the first if that means nothing."""
    first = next(iter(choices))
    if isinstance(first, str):
        return next(iter(difflib.get_close_matches(str(value).lower(), choices, 1, 0)), first)
    try:
        return min(choices, key=lambda choice: abs(choice - float(value)))
    except (TypeError, ValueError):
        return first


def quoted(value: Any) -> str:
    """Return how a value looks in Python, shortened; things can be large, or fail to say what they are.

    >>> quoted("a" * 10**6)
    "'aaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaa'"
    """
    return _SHORT.repr(value).replace("\n", " ")


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 54
_SHORT.maxdict = _SHORT.maxlist = _SHORT.maxtuple = 4


def instance(name: str, value: Any, kind: type, fit: str) -> Any:
    """Return `value` if it is of a class.

    Args:
        fit: an expression for one that would do.

    Raises:
        TypeError: it is of another one.
    """
    if not isinstance(value, kind):
        given = value.__name__ if isinstance(value, type) else quoted(value)
        article = "an" if kind.__name__[0] in "AEIO" else "a"
        words = _KINDS.get(kind, f"{article} {kind.__name__}")
        raise TypeError(f"`{name}` must be {words}, not {given}; try {fit}.")
    return value


def path_of(name: str, value: Any, fit: str) -> Path:
    """Return `value` as a path, the user's home put in for "~".

    Raises:
        TypeError: it is neither a text nor a path.
        ValueError: it is empty, has a character that no path can have, or there is no such home.
    """
    if not isinstance(value, (str, os.PathLike)) or not isinstance(text := os.fspath(value), str):
        raise TypeError(f"`{name}` must be a path, not {quoted(value)}; try {fit}.")
    if not text or "\0" in text:
        raise ValueError(f"`{name}` (={quoted(text)}) must name a file or a folder; try {fit}.")
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"`{name}` (={quoted(text)}) must be under a home that there is; try {fit}.") from error


def listed(choices: Iterable[Any]) -> str:
    """'a', 'b' or 'c'."""
    *head, last = map(repr, choices)
    return f"{', '.join(head)} or {last}" if head else last


def divisible(name: str, value: int, by: str, divisor: int) -> int:
    """`value` if `divisor` divides it; the error names the multiples below and above.

    Raises:
        ValueError: a remainder would be dropped.
    """
    if value % divisor:
        below = value // divisor * divisor
        try_ = f"{below} or {below + divisor}" if below else f"{divisor}"
        raise ValueError(f"`{name}` (={value}) must be divisible by `{by}` (={divisor}); try {try_}.")
    return value


def image_shape(name: str, value: Any, stride: int) -> tuple[int, int, int]:
    """`value` as (height, width, channels), large enough that each stride of a network has something to halve.

    Raises:
        TypeError, ValueError: not three whole numbers, none of them zero, height and width at least `stride`.
    """
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        raise TypeError(f"`{name}` must be (height, width, channels), not {value!r}; try (224, 224, 3).")
    channels = whole(f"{name}[2]", value[2], 1, 2**16)
    # Sizes that are too small are answered together, below; what is no number at all, here.
    height, width = (whole(f"{name}[{i}]", v, min(stride, v) if isinstance(v, int) else stride, 2**16)
                     for i, v in enumerate(value[:2]))  # fmt: skip
    if min(height, width) < stride:
        fit = (max(height, stride), max(width, stride), channels)
        raise ValueError(
            f"`{name}` (={tuple(value)}) must be at least {stride} pixels high and wide, the product of the strides; "
            f"try {fit}."
        )
    return height, width, channels


def per_group(name: str, value: Any, n_groups: int) -> int | tuple[int | None, ...] | None:
    """`value` as one whole number or None for all groups, or as a tuple of those, one per group.

    Raises:
        TypeError, ValueError: something else, or a tuple of another length.
    """
    if not isinstance(value, (tuple, list)):
        return whole_or_none(name, value)
    if len(value) != n_groups:
        fit = (*value, *[value[-1] if value else 16] * n_groups)[:n_groups]
        raise ValueError(f"`{name}` (={tuple(value)}) must have one entry per group (={n_groups}); try {fit}.")
    return tuple(whole_or_none(f"{name}[{i}]", v) for i, v in enumerate(value))


def for_each_group(name: str, value: Any, n_groups: int) -> tuple[int | None, ...]:
    """As `per_group`, spelt out: always a tuple, one entry per group."""
    checked = per_group(name, value, n_groups)
    return checked if isinstance(checked, tuple) else (checked,) * n_groups


def own_groups(value: Any, family: str) -> tuple[tuple[int, ...], ...]:
    """`value` as a table of groups: (n_filters, n_blocks) each, or (filters_in, filters_out, n_blocks) in a ResNeXt.

    Raises:
        TypeError, ValueError: something else; rows of different kinds; more than 1,000 blocks or 12 groups.
    """
    rows, sizes = "(n_filters, n_blocks)", {2}
    if family == "resnext":
        rows, sizes = f"{rows} or (filters_in, filters_out, n_blocks)", {2, 3}
    if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= 12:
        raise TypeError(f"`groups` must be a tuple of 1 to 12 rows {rows}, not {value!r}; try ((64, 3), (128, 4)).")
    for row in value:
        if not isinstance(row, (tuple, list)) or len(row) not in sizes or len(row) != len(value[0]):
            raise TypeError(f"`groups` must have rows {rows}, all alike, not {row!r}; try ((64, 3), (128, 4)).")
    return tuple(
        tuple(whole(f"groups[{i}][{j}]", v, 1, 1000 if j == len(row) - 1 else 2**16) for j, v in enumerate(row))
        for i, row in enumerate(value)
    )


def stride_of(value: Any) -> int:
    """`strides` as Keras takes it, 2 or (2, 2), as one number: the networks here stride alike in both directions.

    Raises:
        TypeError, ValueError: not a whole number from 1 to 2**8, or two different ones.
    """
    if isinstance(value, (tuple, list)):
        if len(value) != 2 or value[0] != value[1]:
            raise ValueError(
                f"`strides` (={value!r}) must be one number or twice the same; try {value[0] if value else 2}."
            )
        value = value[0]
    return whole("strides", value, 1, 2**8)
