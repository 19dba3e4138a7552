"""Format numbers for readers, with two decimals and a unit prefix."""

from __future__ import annotations

import re
from functools import lru_cache
from math import floor, isnan, log10

from senet_lab.nets.sketch import Shape

PREFIXES = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


@lru_cache(maxsize=2**12, typed=True)  # a move of a slider keeps most numbers
def short(number: int) -> str:
    """Return 27.54 M for 27,543,848; a number below a thousand as it is.

    >>> short(27_543_848), short(18_432), short(640)
    ('27.54 M', '18.43 k', '640')
    """
    for size, prefix in PREFIXES:
        if abs(number) >= 0.999995 * size:  # 999,999 is 1.00 M and not 1000.00 k
            return f"{number / size:.2f} {prefix}"
    return str(number)


def signed(number: int) -> str:
    """Return `short` with its sign, using a true minus sign.

    >>> signed(-2_514_944), signed(0)
    ('\u22122.51 M', '\u00b10')
    """
    sign = "+" if number > 0 else "\u2212" if number < 0 else "\u00b1"
    return sign + short(abs(number))


def with_unit(number: str, unit: str) -> str:
    """Return a number as text with its unit, which follows the prefix directly.

    >>> with_unit("1.50 k", "B"), with_unit("512", "B"), with_unit("512", "")
    ('1.50 kB', '512 B', '512')
    """
    return f"{number} {unit}" if unit and number[-1].isdigit() else f"{number}{unit}"


def arrow(old: int, new: int, unit: str = "") -> str:
    """Return 27.54 M \u2192 35.09 M, or all digits of two numbers that would look the same.

    >>> print(arrow(27_543_848, 35_088_680), arrow(54_108_904, 54_111_736), sep="; ")
    27.54 M \u2192 35.09 M; 54,108,904 \u2192 54,111,736
    """
    before, after = short(old), short(new)
    if before == after:
        before, after = f"{old:,}", f"{new:,}"
    return f"{with_unit(before, unit)} \u2192 {with_unit(after, unit)}"


def as_percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage; "none" if it is not a number.

    >>> as_percent(0.796), as_percent(0.5, 0), as_percent(float("nan"))
    ('79.6%', '50%', 'none')
    """
    return "none" if isnan(share) else f"{100 * share:.{digits}f}%"


def percent(part: float, whole: float) -> str:
    """Return 9.1% for 0.0913 of the whole; 0.0% only for nothing.

    >>> percent(913, 10_000), percent(1, 10_000), percent(0, 10_000)
    ('9.1%', 'below 0.1%', '0.0%')
    """
    share = part / whole if whole else 0
    return "below 0.1%" if 0 < share < 0.0005 else as_percent(share)


def whole_percent(share: float) -> str:
    """Return 9% for a share of 9.13%; 0% only for nothing.

    >>> whole_percent(9.13), whole_percent(0.2)
    ('9%', 'below 1%')
    """
    return "below 1%" if 0 < share < 0.5 else as_percent(share / 100, 0)


def signed_decimal(number: float) -> str:
    """Return a change to one decimal, or to as many as it takes to differ from zero, four at most.

    >>> signed_decimal(27.38), signed_decimal(-0.0052), signed_decimal(2e-6), signed_decimal(0)
    ('+27.4', '\u22120.005', '+0.0000', '\u00b10')
    """
    if not number:
        return "\u00b10"
    decimals = min(4, max(1, -floor(log10(abs(number)))))
    return f"{number:+.{decimals}f}".replace("-", "\u2212")


def spaced(name: str) -> str:
    """Return "group 1" for "group1"; other names as they are.

    >>> spaced("group1"), spaced("stem")
    ('group 1', 'stem')
    """
    stem = name.rstrip("0123456789")
    return f"{stem} {name[len(stem) :]}" if stem != name else name


@lru_cache(maxsize=2**12)
def size(shape: Shape) -> str:
    """Return 56\u00b2 \u00d7 256 for a square map, 56\u00d748 \u00d7 256 for another, 1000 for features.

    The map of a network for sequences or volumes has one side or three.

    >>> size((None, 56, 48, 256))
    '56\u00d748 \u00d7 256'
    """
    _, *sides, channels = shape if len(shape) > 1 else (None, 1)
    if not sides:
        return str(channels)
    is_square = len(sides) == 2 and sides[0] == sides[1]
    area = f"{sides[0]}\u00b2" if is_square else "\u00d7".join(map(str, sides))
    return f"{area} \u00d7 {channels}"


def counted(number: int, thing: str) -> str:
    """Return 1 path, 32 paths.

    >>> counted(1, "path"), counted(32, "path")
    ('1 path', '32 paths')
    """
    return f"{number} {thing}{'s' * (number != 1)}"


def tied(words: str) -> str:
    r"""Return `words` with no-break spaces between numbers and their prefixes.

    >>> tied("27.54 M of 4.23 G")
    '27.54\xa0M of 4.23\xa0G'
    """
    return re.sub(r"(\d) ([kMGT](?!\w))", "\\1\u00a0\\2", words)
