"""What the steps of the export ask of a syntax tree."""

from __future__ import annotations

import ast
from collections import Counter

Program = dict[str, ast.FunctionDef]  # functions by name


def called_name(node: ast.AST) -> str:
    """Return the name of the function that is called; "" if it is no call by name."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def loads(*nodes: ast.AST) -> Counter[str]:
    """Count how often each name is read in some trees."""
    return _names(nodes, ast.Load)


def stores(*nodes: ast.AST) -> Counter[str]:
    """Count how often each name is assigned in some trees."""
    return _names(nodes, ast.Store)


def _names(nodes: tuple[ast.AST, ...], context: type[ast.expr_context]) -> Counter[str]:
    names = (each for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name))
    return Counter(each.id for each in names if isinstance(each.ctx, context))


def parameters(function: ast.FunctionDef) -> list[str]:
    """Return the names of the parameters, positional first."""
    return [each.arg for each in (*function.args.args, *function.args.kwonlyargs)]


def defaults(function: ast.FunctionDef) -> dict[str, ast.expr]:
    """Return the defaults by the names of their parameters."""
    spec = function.args
    positional = zip(reversed(spec.args), reversed(spec.defaults), strict=False)
    pairs = [*positional, *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
    return {each.arg: value for each, value in pairs if value is not None}


def arguments(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr]:
    """Return the arguments of a call by the names of the parameters."""
    positional = dict(zip((each.arg for each in function.args.args), call.args, strict=False))
    return positional | {each.arg: each.value for each in call.keywords if each.arg}


def body_of(function: ast.FunctionDef) -> list[ast.stmt]:
    """Return the statements behind the docstring."""
    return function.body[1:] if ast.get_docstring(function) else function.body


def assignment(target: ast.expr, value: ast.expr) -> ast.Assign:
    """Return `target = value`."""
    return ast.Assign([target], value, lineno=0)
