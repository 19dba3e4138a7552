"""Numbers as people read them: four digits and a prefix, three where that is enough."""

from __future__ import annotations

import re
from functools import lru_cache

from senet_lab.nets.sketch import Shape

PREFIXES = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))


@lru_cache(maxsize=2**12, typed=True)  # a move of a slider keeps most numbers
def short(number: int) -> str:
    """Return 27.54 M for 27,543,848; 0 for 0; below a thousand the number itself.

    >>> short(27_543_848), short(18_432), short(640)
    ('27.54 M', '18.43 k', '640')
    """
    for size, prefix in PREFIXES:
        if abs(number) >= 0.999995 * size:  # 999,999 is 1.00 M and not 1000.00 k
            return f"{number / size:.2f} {prefix}"
    return str(number)


def signed(number: int) -> str:
    """Return `short` with its sign, the minus a real one.

    >>> signed(-2_514_944), signed(0)
    ('\u22122.51 M', '\u00b10')
    """
    sign = "+" if number > 0 else "\u2212" if number < 0 else "\u00b1"
    return sign + short(abs(number))


def percent(part: int, whole: int) -> str:
    """Return 9.1 % for 0.0913 of the whole; 0 % of nothing."""
    return f"{100 * part / whole if whole else 0:.1f} %"


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

    >>> size((None, 56, 48, 256))
    '56\u00d748 \u00d7 256'
    """
    if len(shape) == 2:
        return str(shape[1])
    _, height, width, channels = shape
    sides = f"{height}\u00b2" if height == width else f"{height}\u00d7{width}"
    return f"{sides} \u00d7 {channels}"


def counted(number: int, thing: str) -> str:
    """Return 1 path, 32 paths.

    >>> counted(1, "path"), counted(32, "path")
    ('1 path', '32 paths')
    """
    return f"{number} {thing}{'s' * (number != 1)}"


def tied(words: str) -> str:
    r"""Return `words` with each number tied to its prefix or percent sign, so that no line ends between them.

    >>> tied("27.54 M, 9.1 %")
    '27.54\xa0M, 9.1\xa0%'
    """
    return re.sub(r"(\d) ([kMGT%](?!\w))", "\\1\u00a0\\2", words)
