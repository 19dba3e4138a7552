"""Simplify functions: remove variables that only copy others, values that are never read, and unused parameters."""

from __future__ import annotations

import ast

from senet_lab.export.inline import Rename
from senet_lab.export.trees import Program, assignment, called_name, loads, parameters, stores, walk


def simplify(function: ast.FunctionDef) -> None:
    """Simplify a function in place, until nothing changes."""
    has_changed = True
    while has_changed:
        tidy = _Tidy(function)
        tidy.generic_visit(function)
        has_joined = _join_everywhere(function, loads(*function.body))
        has_changed = tidy.has_changed or has_joined


class _Tidy(ast.NodeTransformer):
    """Simplify one statement at a time: copies, self-assignments, unread values, pairs that can be separated."""

    def __init__(self, function: ast.FunctionDef) -> None:
        assignments = [each for each in walk(function) if isinstance(each, ast.Assign)]
        self.read = loads(*function.body)
        for each in assignments:  # a variable that is read only for its own next value counts as unread
            if isinstance(each.targets[0], ast.Name):
                self.read[each.targets[0].id] -= loads(each.value)[each.targets[0].id]
        times = stores(function)
        fixed = set(parameters(function)) - set(times)
        copies = [pair for each in assignments if (pair := _copy(each))]
        self.copies = {name: other for name, other in copies if times[name] == 1 and other in fixed}
        self.has_changed = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        if self.read[node.name]:
            return self.generic_visit(node)
        self.has_changed = True
        return None

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if not isinstance(node.ctx, ast.Load) or node.id not in self.copies:
            return node
        self.has_changed = True
        return ast.Name(self.copies[node.id], node.ctx)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.Assign] | None:
        self.generic_visit(node)
        target, value = node.targets[0], node.value
        is_unread = isinstance(target, ast.Name) and self.read[target.id] < 1
        is_pair = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and _is_separable(target, value)
        pair = _copy(node)
        if not is_unread and not is_pair and not (pair and pair[0] == pair[1]):
            return node
        self.has_changed = True
        if not is_pair:
            return None
        return [assignment(t, v) for t, v in zip(target.elts, value.elts, strict=True)]  # type: ignore[attr-defined]


def _copy(node: ast.Assign) -> tuple[str, str] | None:
    """Return both names of a copy, `a = b`."""
    target = node.targets[0]
    return (target.id, node.value.id) if isinstance(target, ast.Name) and isinstance(node.value, ast.Name) else None


def _is_separable(targets: ast.Tuple, values: ast.Tuple) -> bool:
    """Return whether no value depends on an earlier target."""
    assigned: set[str] = set()
    for target, value in zip(targets.elts, values.elts, strict=True):
        if assigned & set(loads(value)):
            return False
        assigned |= set(stores(target)) - set(loads(value))
    return True


def _join_everywhere(node: ast.AST, read: dict[str, int]) -> bool:
    """Join statements in all bodies, in place, and return whether any has changed."""
    has_changed = False
    for name in ("body", "orelse"):
        statements = getattr(node, name, None)
        if isinstance(statements, list):
            joined = _join(statements, read)
            setattr(node, name, joined)
            has_changed |= len(joined) < len(statements)
            for each in statements:
                has_changed |= _join_everywhere(each, read)
    return has_changed


def _join(statements: list[ast.stmt], read: dict[str, int]) -> list[ast.stmt]:
    """Merge a statement with the next one if that uses it, and drop statements after a return."""
    result: list[ast.stmt] = []
    for statement in statements:
        last = result[-1] if result else None
        merger = _merge(last, statement, read) if isinstance(last, ast.Assign) else None
        result[-1:] = [merger] if merger else [*result[-1:], statement]
        if isinstance(statement, ast.Return):
            break
    return result


def _merge(first: ast.Assign, second: ast.stmt, read: dict[str, int]) -> ast.stmt | None:
    """Return one statement for two: `a = b; a = f(a)` is `a = f(b)`; `a = f(b); return a` is `return f(b)`."""
    name, value = getattr(first.targets[0], "id", ""), first.value
    if isinstance(second, ast.Return) and isinstance(second.value, ast.Name) and second.value.id == name:
        return ast.Return(value)
    if not isinstance(second, ast.Assign) or not name:
        return None
    is_overwritten = isinstance(value, (ast.Name, ast.Constant)) and getattr(second.targets[0], "id", "") == name
    is_read_once = isinstance(value, (ast.Tuple, ast.JoinedStr)) and read[name] == loads(second)[name] == 1
    is_table = isinstance(value, ast.Tuple) and not isinstance(second.value, ast.Name)  # a table keeps its name
    if is_overwritten or (is_read_once and not is_table):
        second.value = Rename({name: value}).visit(second.value)
        return second
    return None


def callees(function: ast.FunctionDef, program: Program) -> list[str]:
    """Return the functions of a program that a function refers to, in order."""
    names = [each.id for each in walk(function) if isinstance(each, ast.Name) and each.id in program]
    return list(dict.fromkeys(names))


def prune(program: Program, main: str) -> tuple[Program, set[str]]:
    """Return the functions that are called from `main`, callees first, without parameters that they do not read.

    Also return the names of the functions that passed a value to such a parameter, as it may be read nowhere else.
    """
    reachable: Program = {}

    def visit(name: str) -> None:
        for other in callees(program[name], program):
            if other not in reachable and other != name:
                visit(other)
        reachable[name] = program[name]

    visit(main)
    unread = {name: set(parameters(node)) - set(loads(*node.body)) for name, node in reachable.items() if name != main}
    unread = {name: names for name, names in unread.items() if names}
    callers = {name for name, node in reachable.items() if unread and unread.keys() & set(callees(node, reachable))}
    for name in callers:
        _Unpass(unread, reachable).visit(reachable[name])
    for name, names in unread.items():
        _drop(reachable[name].args, names)
    return reachable, callers


class _Unpass(ast.NodeTransformer):
    """Remove the arguments of removed parameters."""

    def __init__(self, unread: dict[str, set[str]], program: Program) -> None:
        self.unread, self.program = unread, program

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if names := self.unread.get(called_name(node)):
            positional = (each.arg for each in self.program[called_name(node)].args.args)
            node.args = [value for each, value in zip(positional, node.args, strict=False) if each not in names]
            node.keywords = [each for each in node.keywords if each.arg not in names]
        return node


def _drop(spec: ast.arguments, names: set[str]) -> None:
    """Remove parameters, in place."""
    first = len(spec.args) - len(spec.defaults)
    spec.defaults = [v for each, v in zip(spec.args[first:], spec.defaults, strict=True) if each.arg not in names]
    spec.args = [each for each in spec.args if each.arg not in names]
    only = [(e, v) for e, v in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if e.arg not in names]
    spec.kwonlyargs, spec.kw_defaults = [each for each, _ in only], [value for _, value in only]
