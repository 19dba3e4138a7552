"""Inline helpers: replace a call by the body of the function."""

from __future__ import annotations

import ast

from senet_lab.export.trees import (
    Program,
    arguments,
    assignment,
    body_of,
    called_name,
    copied,
    defaults,
    loads,
    stores,
    walk,
)

# Helpers that are not worth a function once they are specialized for one network or called in only one place.
HELPERS = {
    "squeezed_channels",
    "eca_kernel_size",
    "_se_dense",
    "excited",
    "projection",
    "bottleneck",
    "basic",
    "downsample",
    "_filters",
    "_check",
}
# A stem's convolutions have kernels and padding that occur nowhere else; inlining them simplifies the others.
STEM_HELPERS = {"conv"}


def inline_helpers(program: Program) -> set[str]:
    """Inline the helpers, in place, and return the names of the functions that have changed."""
    changed = set()
    for name, node in program.items():
        nested = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        names = HELPERS | (STEM_HELPERS if name == "stem" else set())
        helpers = {key: each for key, each in (program | nested).items() if key in names and key != name}
        inline = _Inline(helpers)
        inline.visit(node)
        if inline.has_changed:
            changed.add(name)
    return changed


class _Inline(ast.NodeTransformer):
    def __init__(self, helpers: Program) -> None:
        self.helpers, self.has_changed = helpers, False

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        """Replace an assigned call by the statements of the helper."""
        self.generic_visit(node)
        helper = self.helpers.get(called_name(node.value))
        if helper is None or _as_expression(helper) or not _is_straight(helper):
            return node
        self.has_changed = True
        return _statements(helper, node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Replace a call by the value of a helper that is a single expression."""
        self.generic_visit(node)
        helper = self.helpers.get(called_name(node))
        value = helper and _as_expression(helper)
        if not helper or not value:
            return node
        self.has_changed = True
        expression: ast.expr = Rename(defaults(helper) | arguments(helper, node)).visit(copied(value))
        return expression


def _is_straight(function: ast.FunctionDef) -> bool:
    """Return whether a function returns only once, at its end."""
    returns = [each for each in walk(function) if isinstance(each, ast.Return)]
    return returns == [function.body[-1]]


def _as_expression(function: ast.FunctionDef) -> ast.expr | None:
    """Return a conditional expression for a function that consists only of `if test: return a` and `return b`."""
    *guards, last = body_of(function)
    if not isinstance(last, ast.Return) or last.value is None:
        return None
    value = last.value
    for guard in reversed(guards):
        if not (isinstance(guard, ast.If) and len(guard.body) == 1 and isinstance(guard.body[0], ast.Return)):
            return None
        if guard.orelse or guard.body[0].value is None:
            return None
        value = ast.IfExp(guard.test, guard.body[0].value, value)
    return value


def _statements(helper: ast.FunctionDef, node: ast.Assign) -> list[ast.stmt]:
    """Return the helper's body; it assigns its value, and a parameter that it changes, to the target of the call."""
    assert isinstance(node.value, ast.Call)
    target, values = node.targets[0], defaults(helper) | arguments(helper, node.value)
    first: list[tuple[str, ast.expr]] = []
    for name in sorted(set(stores(helper)) & set(values)):
        moved = target.id if isinstance(target, ast.Name) else name
        first.append((moved, values[name]))
        values[name] = ast.Name(moved, ast.Load())
    *body, last = [Rename(values).visit(copied(each)) for each in body_of(helper)]
    body.append(assignment(target, last.value))
    for name, value in first:  # directly before its first use
        at = next(i for i, each in enumerate(body) if name in loads(each) + stores(each))
        body.insert(at, assignment(ast.Name(name, ast.Store()), value))
    return body


class Rename(ast.NodeTransformer):
    """Replace names by the expressions that they stand for."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Replace a name; where it is assigned, only by another name."""
        value = self.values.get(node.id)
        if value is None:
            return node
        if isinstance(node.ctx, ast.Store):
            return ast.Name(value.id, ast.Store()) if isinstance(value, ast.Name) else node
        return copied(value)
