"""Typed: what people type into a field, read as a value."""

from __future__ import annotations

import ast
import re
from typing import Any

MAX_TYPED = 600  # characters that are read as a value: twelve groups of three numbers take 250


def typed(text: str) -> Any:
    """`parsed`, but for whole numbers that were written as others.

    >>> typed("1e3"), typed("0.5")
    (1000, 0.5)
    """
    value = parsed(text)
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def parsed(text: str) -> Any:
    """What was typed, as a value where it is one.

    >>> parsed("16"), parsed("none"), parsed("16, none, 8"), parsed("64x96"), parsed("(64, 3), (128, 4)"), parsed("a")
    (16, None, (16, None, 8), (64, 96), ((64, 3), (128, 4)), 'a')
    """
    text = text.strip()
    if len(text) > MAX_TYPED:  # no value takes as many, and Python's parser may not be able to read them
        return text
    sides = re.fullmatch(r"([0-9]+)\s*[x\u00d7]\s*([0-9]+)", text)
    if sides:
        return int(sides[1]), int(sides[2])
    if text in ("", "none"):
        return None
    try:
        return ast.literal_eval(re.sub(r"\bnone\b", "None", text))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):  # {[]} is a TypeError
        return text
