"""Number formats of the GateLens: F ratios and changes."""

from __future__ import annotations

from math import inf

MIN_RATIO, MAX_RATIO = 0.5, 1e6  # of the F ratios that a chart shows
MAX_DIGITS = 4  # of numbers that are close to each other


def distinct(first: float, *others: float, digits: int = 2) -> list[str]:
    """Return numbers with as many digits as the first and the last need to differ, up to four.

    >>> distinct(0.5, 0.75), distinct(0.5, 0.5002, 0.5006), distinct(0.5, 0.5)
    (['0.50', '0.75'], ['0.500', '0.500', '0.501'], ['0.50', '0.50'])
    """
    values = (first, *others)
    for count in range(digits, MAX_DIGITS + 1):
        words = [f"{value:.{count}f}" for value in values]
        if words[0] != words[-1]:
            return words
    return [f"{value:.{digits}f}" for value in values]


def signed(value: float, digits: int = 2) -> str:
    """Return a number with a real minus, but none before a zero.

    >>> signed(-0.731), signed(0.5, 1), signed(-0.04, 1)
    ('\u22120.73', '0.5', '0.0')
    """
    return f"{value:z.{digits}f}".replace("-", "\u2212")


def signed_points(change: float) -> str:
    """Return a change of a share in percentage points.

    >>> signed_points(-0.0123), signed_points(0.0)
    ('\u22121.2', '0.0')
    """
    points = round(100 * change, 1)
    return f"{points:+.1f}".replace("-", "\u2212") if points else "0.0"


def brief(ratio: float) -> str:
    """Return an F ratio in at most four characters.

    >>> brief(0.937), brief(12.34), brief(1234.5)
    ('0.9', '12', '1.2k')
    """
    if ratio == inf:
        return "\u221e"
    if ratio >= 1000:
        return f"{ratio / 1000:.1f}k" if ratio < 99_500 else f"{ratio / 1000:.0f}k"
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}"


def precise(ratio: float) -> str:
    """Return an F ratio in three digits; it is infinite if gates differ between classes but not within them.

    >>> precise(0.9371), precise(float("inf"))
    ('0.937', '∞')
    """
    return "\u221e" if ratio == inf else f"{ratio:.3g}"


def limit_ratio(ratio: float) -> float:
    """Return an F ratio limited to the range of a chart."""
    return min(MAX_RATIO, max(MIN_RATIO, ratio))
