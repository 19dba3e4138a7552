"""Simplifying: variables that only repeat another, values that nobody reads, parameters that nobody needs."""

from __future__ import annotations

import ast
from copy import deepcopy

from senet_lab.export.trees import Program, assignment, is_call, loads, parameters, stores


def simplified(function: ast.FunctionDef) -> None:
    """Simplify a function in place, until nothing is left to simplify."""
    before = ""
    while before != (before := ast.dump(function)):
        _Tidy(function).generic_visit(function)
        _in_each_list(function, loads(*function.body))


class _Tidy(ast.NodeTransformer):
    """One statement at a time: copies, self-assignments, unread values, pairs that can be apart."""

    def __init__(self, function: ast.FunctionDef) -> None:
        assignments = [each for each in ast.walk(function) if isinstance(each, ast.Assign)]
        self.read = loads(*function.body)
        for each in assignments:  # what is read for its own next value alone is not read
            if isinstance(each.targets[0], ast.Name):
                self.read[each.targets[0].id] -= loads(each.value)[each.targets[0].id]
        times = stores(function)
        fixed = set(parameters(function)) - set(times)
        copies = [pair for each in assignments if (pair := _copy(each))]
        self.copies = {name: other for name, other in copies if times[name] == 1 and other in fixed}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST | None:
        return self.generic_visit(node) if self.read[node.name] else None

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.copies.get(node.id, node.id), node.ctx) if isinstance(node.ctx, ast.Load) else node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.Assign] | None:
        self.generic_visit(node)
        target, value = node.targets[0], node.value
        if isinstance(target, ast.Name) and self.read[target.id] < 1:
            return None
        if (pair := _copy(node)) and pair[0] == pair[1]:
            return None
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and _is_apart(target, value):
            return [assignment(t, v) for t, v in zip(target.elts, value.elts, strict=True)]
        return node


def _copy(node: ast.Assign) -> tuple[str, str] | None:
    """The names of `a = b`."""
    target = node.targets[0]
    return (target.id, node.value.id) if isinstance(target, ast.Name) and isinstance(node.value, ast.Name) else None


def _is_apart(targets: ast.Tuple, values: ast.Tuple) -> bool:
    """Whether no value needs a name that an earlier target changes."""
    changed: set[str] = set()
    for target, value in zip(targets.elts, values.elts, strict=True):
        if changed & set(loads(value)):
            return False
        changed |= set(stores(target)) - set(loads(value))
    return True


def _in_each_list(node: ast.AST, read: dict[str, int]) -> None:
    for name in ("body", "orelse"):
        statements = getattr(node, name, None)
        if isinstance(statements, list):
            setattr(node, name, _joined(statements, read))
            for each in statements:
                _in_each_list(each, read)


def _joined(statements: list[ast.stmt], read: dict[str, int]) -> list[ast.stmt]:
    """Two statements in a row as one, where the second takes up the first; nothing behind a return."""
    made: list[ast.stmt] = []
    for statement in statements:
        last = made[-1] if made else None
        both = _in_one(last, statement, read) if isinstance(last, ast.Assign) else None
        made[-1:] = [both] if both else [*made[-1:], statement]
        if isinstance(statement, ast.Return):
            break
    return made


def _in_one(first: ast.Assign, second: ast.stmt, read: dict[str, int]) -> ast.stmt | None:
    """`a = b; a = f(a)` is `a = f(b)`; `a = f(b); return a` is `return f(b)`; what is read once goes where it is."""
    name, value = getattr(first.targets[0], "id", ""), first.value
    if isinstance(second, ast.Return) and isinstance(second.value, ast.Name) and second.value.id == name:
        return ast.Return(value)
    if not isinstance(second, ast.Assign) or not name:
        return None
    overwritten = isinstance(value, (ast.Name, ast.Constant)) and getattr(second.targets[0], "id", "") == name
    once = isinstance(value, (ast.Tuple, ast.JoinedStr)) and read[name] == loads(second)[name] == 1
    named = isinstance(value, ast.Tuple) and not isinstance(second.value, ast.Name)  # a table keeps its name
    return _Put(name, value).visit(second) if overwritten or (once and not named) else None


class _Put(ast.NodeTransformer):
    def __init__(self, name: str, value: ast.expr) -> None:
        self.name, self.value = name, value

    def visit_Name(self, node: ast.Name) -> ast.AST:
        is_read = node.id == self.name and isinstance(node.ctx, ast.Load)
        return deepcopy(self.value) if is_read else node


def callees(function: ast.FunctionDef, program: Program) -> list[str]:
    """The functions of a program that a function names, in order."""
    names = [each.id for each in ast.walk(function) if isinstance(each, ast.Name) and each.id in program]
    return list(dict.fromkeys(names))


def pruned(program: Program, main: str) -> Program:
    """The functions that are called from `main`, callees first, without parameters that they do not read."""
    found: Program = {}

    def visit(name: str) -> None:
        for other in callees(program[name], program):
            if other not in found and other != name:
                visit(other)
        found[name] = program[name]

    visit(main)
    unread = {name: set(parameters(node)) - set(loads(*node.body)) for name, node in found.items() if name != main}
    for node in found.values():
        _Unpass(unread, found).visit(node)
    for name, names in unread.items():
        _drop(found[name].args, names)
    return found


class _Unpass(ast.NodeTransformer):
    """Takes arguments away whose parameters go."""

    def __init__(self, unread: dict[str, set[str]], program: Program) -> None:
        self.unread, self.program = unread, program

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if names := self.unread.get(is_call(node)):
            positional = (each.arg for each in self.program[is_call(node)].args.args)
            node.args = [value for each, value in zip(positional, node.args, strict=False) if each not in names]
            node.keywords = [each for each in node.keywords if each.arg not in names]
        return node


def _drop(spec: ast.arguments, names: set[str]) -> None:
    """Take parameters away, in place."""
    first = len(spec.args) - len(spec.defaults)
    spec.defaults = [v for each, v in zip(spec.args[first:], spec.defaults, strict=True) if each.arg not in names]
    spec.args = [each for each in spec.args if each.arg not in names]
    only = [(e, v) for e, v in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if e.arg not in names]
    spec.kwonlyargs, spec.kw_defaults = [each for each, _ in only], [value for _, value in only]
