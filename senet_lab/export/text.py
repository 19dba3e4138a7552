"""Print syntax trees as readable text: with double quotes and comments, and without long lines."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from textwrap import fill

WIDTH = 120
PAIRS = {")": "(", "]": "[", "}": "{"}


def wrap_lines(code: str) -> str:
    """Wrap long lines of code at their brackets; each statement must be on one line."""
    return "\n".join(line for each in code.split("\n") for line in wrap(each)) + "\n"


def source_text(*nodes: ast.stmt) -> str:
    """Return the source of statements, with double quotes; no string in these networks contains a quote."""
    text = ast.unparse(ast.fix_missing_locations(ast.Module(list(nodes), [])))
    text = re.sub(r"^( *)'(# .*)'$", r"\1\2", text, flags=re.MULTILINE)  # comments, see `source`
    return wrap_lines(re.sub(r"'([^'\"\\\n]*)'", r'"\1"', text)).rstrip()


def wrap(line: str) -> list[str]:
    """Return a line, split at its widest brackets if it is too long, as formatters do."""
    indent = line[: len(line) - len(line.lstrip())]
    span = _widest(line)
    if len(line) <= WIDTH or not span:
        return [line]
    start, end = span
    inner, deeper = line[start + 1 : end], indent + "    "
    head, tail = line[: start + 1], indent + line[end:]
    if len(deeper + inner) <= WIDTH and not tail.endswith(":"):
        return [head, deeper + inner, tail]
    parts = _parts(inner)
    comma = "," if len(parts) > 1 else ""
    return [head, *(each for part in parts for each in wrap(f"{deeper}{part}{comma}")), tail]


def _outside(text: str) -> Iterator[tuple[int, str, int]]:
    """Yield position, character and bracket depth of all characters outside strings."""
    depth, quoted = 0, False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted:
            depth -= char in PAIRS
            yield at, char, depth
            depth += char in PAIRS.values()


def _widest(line: str) -> tuple[int, int] | None:
    """Return the positions of the widest pair of outermost brackets."""
    marks = [at for at, char, depth in _outside(line) if depth == 0 and (char in PAIRS or char in PAIRS.values())]
    spans = [(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False) if end - start > 1]
    return max(spans, key=lambda span: span[1] - span[0], default=None)


def _parts(inner: str) -> list[str]:
    """Split a text at its outermost commas."""
    cuts = [at for at, char, depth in _outside(inner) if char == "," and depth == 0]
    parts = [inner[a + 1 : b].strip() for a, b in zip([-1, *cuts], [*cuts, len(inner)], strict=True)]
    return [part for part in parts if part]


def import_lines(module: str, names: Sequence[str]) -> list[str]:
    """Return an import from a module, in parentheses if it does not fit on one line."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return [line]
    indent = "    "
    filled = fill(", ".join(names) + ",", WIDTH, initial_indent=indent, subsequent_indent=indent)
    return [f"from {module} import (", *filled.split("\n"), ")"]
