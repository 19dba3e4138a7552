"""Checks that answer with the rule, the given value and the nearest that would do; and the bounds of every number."""

from __future__ import annotations

import difflib
import operator
import os
import re
import reprlib
from collections.abc import Collection, Iterable, Mapping
from math import inf, isfinite, log10
from pathlib import Path
from typing import Any

# The largest values that a number may have: generous, and small enough that a ledger is counted and drawn in a second.
MAX_CHANNELS = 2**16  # of an image, of a group as it is given, and of what a squeeze is rounded to
MAX_SIDE = 2**16  # pixels of an image, and the side of a window
MAX_CARDINALITY = MAX_BASE_WIDTH = 2**14
MAX_CLASSES = 10**7
MAX_GROUPS, MAX_BLOCKS = 12, 1000  # groups of a network, blocks of a group
MAX_RATIO = 2**20  # with a divisor any ratio leaves some channels
MAX_STRIDE = 2**8
MAX_BATCH = 2**16
MAX_UNITS = 2**40  # of one layer, or along one side of it: an architecture's widest 3x3 convolution has 2**38 channels
MAX_SEED = 2**31 - 1
LARGEST_SUGGESTION = 1e308  # of what an error suggests where every finite number will do

KIND_NAMES: dict[type, str] = {str: "a text", Mapping: "a mapping"}  # where the name of the class would read badly

QUOTE_LENGTH = 80  # characters of a given value that an error repeats
PATH_LENGTH = 300  # characters of a path that an error repeats
QUOTE_DIGITS = 24  # of a whole number that is written in full
MAX_DIGITS = 400  # characters of a whole number that is read; Python refuses 4,301, and no bound needs more


class _Quotes(reprlib.Repr):
    """`reprlib` for errors: cut at the end, and cheap for long text and for numbers that Python does not write out."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxtuple, self.maxlist, self.maxdict, self.maxset = 4, 16, 16, 8, 8
        self.maxother, self.fillvalue = 2 * QUOTE_LENGTH, "\u2026"

    def repr_str(self, value: str, _: int) -> str:
        """As `repr`, and an ellipsis before the closing quote of one that is cut."""
        return shortened(value)

    def repr_bytes(self, value: bytes, _: int) -> str:
        """As `repr`, cut likewise."""
        return repr(value) if len(value) <= QUOTE_LENGTH else f"{value[:QUOTE_LENGTH]!r}\u2026"

    def repr_int(self, value: int, _: int) -> str:
        """In full, or as a power of ten: beyond 4,300 digits `str` raises."""
        if abs(value) < 10**QUOTE_DIGITS:
            return int.__repr__(value)
        exponent, rest = divmod(log10(abs(value)), 1)
        digits = f"{10**rest:.3g}"
        carried = digits == "10"
        return f"{'-' * (value < 0)}{'1' if carried else digits}e+{exponent + carried:.0f}"

    def repr_instance(self, value: Any, level: int) -> str:
        """On one line; of an object whose `__repr__` fails, the type."""
        return " ".join(super().repr_instance(value, level).split())


_QUOTES = _Quotes()


def quoted(value: Any) -> str:
    """Return what an error says of a given value: its `repr`, at most `QUOTE_LENGTH` characters of it.

    Costs next to nothing for huge values, and never fails.

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
    """Return a text in quotes, at most `length` characters of it and then an ellipsis.

    >>> shortened("squeeze"), shortened("squeeze", 3)
    ("'squeeze'", "'squ\u2026'")
    """
    if len(text) <= length:
        return str.__repr__(text)
    said = str.__repr__(text[:length])
    return f"{said[:-1]}\u2026{said[-1]}"


def quoted_path(path: Any) -> str:
    """Return what an error says of a path: most paths in full, since they say where to look."""
    return shortened(str(path), PATH_LENGTH)


def whole_number(text: str) -> int:
    """Return the whole number that a text spells.

    Digits and nothing else: int() would take " 5", "1_0" and digits of other scripts as well.

    Raises:
        ValueError: it spells none, or one of more than `MAX_DIGITS` characters.
    """
    if len(text) > MAX_DIGITS or not re.fullmatch("-?[0-9]+", text):
        raise ValueError(f"{shortened(text)} is not a whole number; try 16.")
    return int(text)


def number(text: str) -> float | str:
    """Return the number that a text spells, or the text itself: the check of what it is for then says what is wrong.

    >>> number("16"), number("1e-3"), number("many")
    (16, 0.001, 'many')
    """
    for read in (whole_number, float):
        try:
            return read(text) if len(text) <= MAX_DIGITS else text
        except ValueError:
            continue
    return text


def whole(name: str, value: Any, least: int, most: int) -> int:
    """`value` as a plain int between `least` and `most`, both included.

    Raises:
        TypeError: not a whole number (a bool is none, 16.0 is none; NumPy's integers are).
        ValueError: out of bounds.
    """
    found = _index(value)
    if found is None:
        raise TypeError(f"`{name}` must be a whole number, not {quoted(value)}; try {_meant(value, least, most)}.")
    if found < least:
        raise ValueError(f"`{name}` (={quoted(found)}) must be at least {least}; try {least}.")
    if found > most:
        raise ValueError(f"`{name}` (={quoted(found)}) must be at most {most}; try {most}.")
    return found


def _index(value: Any) -> int | None:
    """`value` as a plain int; None if it is no whole number."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except Exception:  # what a foreign `__index__` may raise
        return None


def _meant(value: Any, least: int, most: int) -> int:
    """For 15.7 or "16" the whole number that was probably meant, for anything else the least there is."""
    try:
        fit = min(max(float(value), least), most)
        return round(fit) if isfinite(fit) else least
    except Exception:  # what a foreign `__float__` may raise
        return least


def ratio_or_none(name: str, value: Any) -> int | None:
    """`value` as a plain int of at least 1, or None; errors as in `whole`.

    Whether it leaves a channel depends on what it divides: see `style.squeezed_channels`.
    """
    return None if value is None else whole(name, value, 1, MAX_RATIO)


def real(name: str, value: Any, least: float, below: float) -> float:
    """`value` as a float in [least, below).

    Raises:
        TypeError: not a number.
        ValueError: out of bounds, or not a number in the IEEE sense.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"`{name}` must be a number, not {quoted(value)}; try {least}.")
    try:
        number = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        number = inf if value > 0 else -inf
    if not least <= number < below:
        fit = least if not number >= below else min(0.99 * below, LARGEST_SUGGESTION)
        bound = f"below {below}" if isfinite(below) else "finite"
        raise ValueError(f"`{name}` (={quoted(value)}) must be at least {least} and {bound}; try {fit:.4g}.")
    return number


def flag(name: str, value: Any) -> bool:
    """`value` if it is True or False; else a TypeError."""
    if not isinstance(value, bool):
        raise TypeError(f"`{name}` must be True or False, not {quoted(value)}; try {_truth(value)}.")
    return value


def _truth(value: Any) -> bool:
    try:
        return bool(value)
    except Exception:  # an array has none, and a foreign `__bool__` may raise anything
        return True


def text(name: str, value: Any, example: str) -> str:
    """`value` if it is a text; else a TypeError, which gives an example."""
    if not isinstance(value, str):
        raise TypeError(f"`{name}` must be a text, not {quoted(value)}; try '{example}'.")
    return value


def one_of(name: str, value: Any, choices: Collection[Any]) -> Any:
    """`value` if it is among `choices`; the error names them, and the nearest.

    Raises:
        TypeError: of another type than the choices.
        ValueError: of their type, but none of them.
    """
    kind = type(next(iter(choices)))
    if kind is int and (index := _index(value)) is not None:
        value = index
    if isinstance(value, bool) or not isinstance(value, kind):
        fit = nearest(value, choices)
        raise TypeError(f"`{name}` must be one of {listed(choices)}, not {quoted(value)}; try {fit!r}.")
    if value not in choices:
        fit = nearest(value, choices)
        raise ValueError(f"`{name}` (={quoted(value)}) must be one of {listed(choices)}; try {fit!r}.")
    return value


def nearest(value: Any, choices: Collection[Any]) -> Any:
    """The choice that was probably meant: closest in number, or in spelling; the first if that means nothing."""
    first = next(iter(choices))
    if isinstance(first, str):  # no name is longer than what an error repeats, and comparing takes its time
        said = value[:QUOTE_LENGTH] if isinstance(value, str) else quoted(value)
        return next(iter(difflib.get_close_matches(said.lower(), choices, 1, 0)), first)
    if isinstance(value, int) and abs(value) > MAX_UNITS:  # beyond what a float can hold, perhaps
        return max(choices) if value > 0 else min(choices)
    try:
        return min(choices, key=lambda choice: abs(choice - float(value)))
    except Exception:  # what a foreign `__float__` may raise
        return first


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
        words = KIND_NAMES.get(kind, f"{article} {kind.__name__}")
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
        raise ValueError(f"`{name}` (={quoted(text)}) must be in the home of a user who exists; try {fit}.") from error


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
        raise ValueError(f"`{name}` (={quoted(value)}) must be divisible by `{by}` (={divisor}); try {try_}.")
    return value


def image_shape(name: str, value: Any, stride: int) -> tuple[int, int, int]:
    """`value` as (height, width, channels), large enough that each stride of a network has something to halve.

    Raises:
        TypeError, ValueError: not three whole numbers, none of them zero, height and width at least `stride`.
    """
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        raise TypeError(f"`{name}` must be (height, width, channels), not {quoted(value)}; try (224, 224, 3).")
    channels = whole(f"{name}[2]", value[2], 1, MAX_CHANNELS)
    # Sizes that are too small are answered together, below; what is no number at all, here.
    height, width = (whole(f"{name}[{i}]", v, min(stride, v) if isinstance(v, int) else stride, MAX_SIDE)
                     for i, v in enumerate(value[:2]))  # fmt: skip
    if min(height, width) < stride:
        fit = (max(height, stride), max(width, stride), channels)
        raise ValueError(
            f"`{name}` (={quoted(tuple(value))}) must be at least {stride} pixels high and wide, the product of the "
            f"strides; try {fit}."
        )
    return height, width, channels


def per_group(name: str, value: Any, n_groups: int) -> int | tuple[int | None, ...] | None:
    """`value` as one whole number or None for all groups, or as a tuple of those, one per group.

    Raises:
        TypeError, ValueError: something else, or a tuple of another length.
    """
    if not isinstance(value, (tuple, list)):
        return ratio_or_none(name, value)
    if len(value) != n_groups:
        fit = quoted((*value, *[value[-1] if value else 16] * n_groups)[:n_groups])
        raise ValueError(f"`{name}` (={quoted(tuple(value))}) must have one entry per group (={n_groups}); try {fit}.")
    return tuple(ratio_or_none(f"{name}[{i}]", v) for i, v in enumerate(value))


def for_each_group(name: str, value: Any, n_groups: int) -> tuple[int | None, ...]:
    """As `per_group`, spelt out: always a tuple, one entry per group."""
    checked = per_group(name, value, n_groups)
    return checked if isinstance(checked, tuple) else (checked,) * n_groups


def group_rows(value: Any, length: int) -> Any:
    """`value` if it is a table of groups with rows of a length; what the rows hold is checked where it is used.

    Raises:
        TypeError: no table, more than `MAX_GROUPS` rows, or rows of another length.
    """
    fit = "((64, 3), (128, 4))" if length == 2 else "((64, 256, 3), (128, 512, 4))"
    if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= MAX_GROUPS:
        raise TypeError(f"`groups` must be a tuple of 1 to {MAX_GROUPS} rows, not {quoted(value)}; try {fit}.")
    for row in value:
        if not isinstance(row, (tuple, list)) or len(row) != length:
            raise TypeError(f"`groups` must have rows of {length} numbers, not {quoted(row)}; try {fit}.")
    return value


def own_groups(value: Any, family: str) -> tuple[tuple[int, ...], ...]:
    """`value` as a table of groups: (n_filters, n_blocks) each, or (filters_in, filters_out, n_blocks) in a ResNeXt.

    Raises:
        TypeError, ValueError: something else; rows of different kinds; more than `MAX_GROUPS`, or than `MAX_BLOCKS`
            in one of them.
    """
    rows, sizes = "(n_filters, n_blocks)", {2}
    if family == "resnext":
        rows, sizes = f"{rows} or (filters_in, filters_out, n_blocks)", {2, 3}
    if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= MAX_GROUPS:
        raise TypeError(
            f"`groups` must be a tuple of 1 to {MAX_GROUPS} rows {rows}, not {quoted(value)}; try ((64, 3), (128, 4))."
        )
    for row in value:
        if not isinstance(row, (tuple, list)) or len(row) not in sizes or len(row) != len(value[0]):
            raise TypeError(f"`groups` must have rows {rows}, all alike, not {quoted(row)}; try ((64, 3), (128, 4)).")
    return tuple(
        tuple(
            whole(f"groups[{i}][{j}]", v, 1, MAX_BLOCKS if j == len(row) - 1 else MAX_CHANNELS)
            for j, v in enumerate(row)
        )
        for i, row in enumerate(value)
    )


def stride_of(value: Any) -> int:
    """`strides` as Keras takes it, 2 or (2, 2), as one number: the networks here stride alike in both directions.

    Raises:
        TypeError, ValueError: not a whole number from 1 to `MAX_STRIDE`, or two different ones.
    """
    if isinstance(value, (tuple, list)):
        sides = [whole("strides", side, 1, MAX_STRIDE) for side in value[:3]]
        if len(sides) != 2 or sides[0] != sides[1]:
            fit = sides[0] if sides else 2
            raise ValueError(f"`strides` (={quoted(value)}) must be one number or twice the same; try {fit}.")
        return sides[0]
    return whole("strides", value, 1, MAX_STRIDE)


def first_few(words: Iterable[str], most: int = 5, separator: str = ", ") -> str:
    """Join the first few texts, and count the others.

    >>> first_few("ab"), first_few("abcdefg")
    ('a, b', 'a, b, c, d, e and 2 more')
    """
    words = tuple(words)
    others = len(words) - most
    return separator.join(words[:most]) + (f" and {others:,} more" if others > 0 else "")
