"""Syntax trees as text that is pleasant to read: double quotes, comments, lines that are not too long."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from textwrap import fill

WIDTH = 120
PAIRS = {")": "(", "]": "[", "}": "{"}


def tidied(code: str) -> str:
    """Simple statements, each on a line of its own, with the long ones wrapped."""
    return "\n".join(line for each in code.split("\n") for line in wrapped(each)) + "\n"


def written(node: ast.FunctionDef) -> str:
    """A function."""
    return "\n".join(_lines(node, ""))


def statements(nodes: Sequence[ast.stmt], indent: str = "") -> list[str]:
    """The lines of some statements."""
    return [line for node in nodes for line in _lines(node, indent)]


def _lines(node: ast.stmt, indent: str) -> Iterator[str]:
    deeper = indent + "    "
    if isinstance(node, ast.FunctionDef):
        yield from wrapped(f"{indent}def {node.name}({_source(node.args)}):")
        said = ast.get_docstring(node)
        yield from [f'{deeper}"""{said}"""'] if said else []
        yield from statements(node.body[1:] if said else node.body, deeper)
    elif isinstance(node, ast.For):
        yield from wrapped(f"{indent}for {_bare(node.target)} in {_source(node.iter)}:")
        yield from statements(node.body, deeper)
    elif isinstance(node, ast.If):
        yield from wrapped(f"{indent}if {_source(node.test)}:")
        yield from statements(node.body, deeper)
        if node.orelse:
            yield f"{indent}else:"
            yield from statements(node.orelse, deeper)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield indent + str(node.value.value)
    else:
        yield from wrapped(indent + _source(node))


def _bare(target: ast.expr) -> str:
    """A target without the brackets around it."""
    return ", ".join(map(_source, target.elts)) if isinstance(target, ast.Tuple) else _source(target)


def _source(node: ast.AST) -> str:
    """Source of a node, with double quotes; no string in these networks contains a quote."""
    return re.sub(r"'([^'\"\\]*)'", r'"\1"', ast.unparse(ast.fix_missing_locations(node)))


def wrapped(line: str, room: int = WIDTH) -> list[str]:
    """A line, or what becomes of it when it is too long: its widest brackets opened, as formatters do."""
    indent = line[: len(line) - len(line.lstrip())]
    found = _widest(line)
    if len(line) <= room or not found:
        return [line]
    start, end = found
    inner, deeper = line[start + 1 : end], indent + "    "
    head, tail = line[: start + 1], indent + line[end:]
    if len(deeper + inner) <= room and not tail.endswith(":"):
        return [head, deeper + inner, tail]
    parts = _parts(inner)
    comma = "," if len(parts) > 1 else ""
    return [head, *(each for part in parts for each in wrapped(f"{deeper}{part}{comma}", room)), tail]


def _outside(text: str) -> Iterator[tuple[int, str, int]]:
    """Position, character and depth of brackets of what is in no string."""
    depth, quoted = 0, False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif not quoted:
            depth -= char in PAIRS
            yield at, char, depth
            depth += char in PAIRS.values()


def _widest(line: str) -> tuple[int, int] | None:
    """Where the outermost brackets with the most between them open and close."""
    marks = [at for at, char, depth in _outside(line) if depth == 0 and (char in PAIRS or char in PAIRS.values())]
    spans = [(start, end) for start, end in zip(marks[::2], marks[1::2], strict=False) if end - start > 1]
    return max(spans, key=lambda span: span[1] - span[0], default=None)


def _parts(inner: str) -> list[str]:
    """What stands between the commas."""
    cuts = [at for at, char, depth in _outside(inner) if char == "," and depth == 0]
    parts = [inner[a + 1 : b].strip() for a, b in zip([-1, *cuts], [*cuts, len(inner)], strict=True)]
    return [part for part in parts if part]


def import_lines(module: str, names: Sequence[str]) -> list[str]:
    """An import from a module, in brackets when one line is too short for it."""
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return [line]
    indent = "    "
    filled = fill(", ".join(names) + ",", WIDTH, initial_indent=indent, subsequent_indent=indent)
    return [f"from {module} import (", *filled.split("\n"), ")"]
