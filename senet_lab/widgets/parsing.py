"""Parse the text of a field into a value."""

from __future__ import annotations

import ast
import re
from typing import Any

MAX_TYPED = 600  # characters to parse as a value: twelve groups of three numbers take 250


def parse_field(text: str) -> Any:
    """Return the value of a text, or the text itself if it is no value; integers may be written as floats.

    >>> parse_field("1e3"), parse_field("0.5"), parse_field("16, none, 8"), parse_field("a")
    (1000, 0.5, (16, None, 8), 'a')
    """
    value = _parse(text)
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _parse(text: str) -> Any:
    """Return the value of a text, or the text itself if it is no value.

    >>> _parse("16"), _parse("none"), _parse("64x96"), _parse("(64, 3), (128, 4)")
    (16, None, (64, 96), ((64, 3), (128, 4)))
    """
    text = text.strip()
    if len(text) > MAX_TYPED:  # no value is this long, and Python's parser may fail on it
        return text
    sides = re.fullmatch(r"([0-9]+)\s*[x\u00d7]\s*([0-9]+)", text)
    if sides:
        return int(sides[1]), int(sides[2])
    if text in ("", "none"):
        return None
    try:
        return ast.literal_eval(re.sub(r"\bnone\b", "None", text))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):  # "{[]}" raises a TypeError
        return text
