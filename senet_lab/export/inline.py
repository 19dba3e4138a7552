"""Inlining: the body of a helper in place of its call."""

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

# Helpers that say nothing by themselves once they are about one network, or are called at one place.
HELPERS = {"squeezed_channels", "_se_dense", "excited", "projection", "bottleneck", "basic", "_filters", "_check"}
# A stem's convolutions have kernels and padding of their own; written out, the others' becomes simpler.
STEM_HELPERS = {"conv"}


def inline_helpers(program: Program) -> set[str]:
    """Put the helpers' bodies where they are called, in place; return the functions that this has changed."""
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
        """Write the statements of a helper whose value is assigned."""
        self.generic_visit(node)
        helper = self.helpers.get(called_name(node.value))
        if helper is None or _as_expression(helper) or not _is_straight(helper):
            return node
        self.has_changed = True
        return _statements(helper, node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Write the value of a helper that is one expression."""
        self.generic_visit(node)
        helper = self.helpers.get(called_name(node))
        value = helper and _as_expression(helper)
        if not helper or not value:
            return node
        self.has_changed = True
        expression: ast.expr = Rename(defaults(helper) | arguments(helper, node)).visit(copied(value))
        return expression


def _is_straight(function: ast.FunctionDef) -> bool:
    """Return whether it returns once, at its end."""
    returns = [each for each in walk(function) if isinstance(each, ast.Return)]
    return returns == [function.body[-1]]


def _as_expression(function: ast.FunctionDef) -> ast.expr | None:
    """Return `b if not test else a` for a function of nothing but `if test: return a` and `return b`."""
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
    """Return the helper's body; its value goes to the target of the call, and so does a parameter that it assigns."""
    assert isinstance(node.value, ast.Call)
    target, values = node.targets[0], defaults(helper) | arguments(helper, node.value)
    first: list[tuple[str, ast.expr]] = []
    for name in sorted(set(stores(helper)) & set(values)):
        moved = target.id if isinstance(target, ast.Name) else name
        first.append((moved, values[name]))
        values[name] = ast.Name(moved, ast.Load())
    *body, last = [Rename(values).visit(copied(each)) for each in body_of(helper)]
    body.append(assignment(target, last.value))
    for name, value in first:  # right in front of where it is needed
        at = next(i for i, each in enumerate(body) if name in loads(each) + stores(each))
        body.insert(at, assignment(ast.Name(name, ast.Store()), value))
    return body


class Rename(ast.NodeTransformer):
    """Replace names by what they stand for."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Replace a name, also where it is assigned, if what it stands for is a name."""
        value = self.values.get(node.id)
        if value is None:
            return node
        if isinstance(node.ctx, ast.Store):
            return ast.Name(value.id, ast.Store()) if isinstance(value, ast.Name) else node
        return copied(value)
