"""Polishing: what a specialised program still says although Keras or a signature says it already."""

from __future__ import annotations

import ast
import inspect
from copy import deepcopy

from senet_lab.export.trees import Program, assignment, defaults, is_call, passed
from senet_lab.nets import layers


def polished(program: Program) -> Program:
    """A program without arguments that are defaults, and without defaults that no call leaves to them."""
    made = deepcopy(program)
    for node in made.values():
        _Polish(made).visit(node)
    calls = [each for node in made.values() for each in ast.walk(node) if is_call(each) in made]
    for name, node in made.items():
        given = [set(passed(node, call)) for call in calls if isinstance(call, ast.Call) and is_call(call) == name]
        _without_defaults(node.args, set.intersection(*given) if given else set())
    return made


class _Polish(ast.NodeTransformer):
    def __init__(self, program: Program) -> None:
        self.program = program

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        usual = self._defaults(is_call(node))
        node.keywords = [each for each in node.keywords if usual.get(each.arg or "") != ast.dump(each.value)]
        return node

    def _defaults(self, name: str) -> dict[str, str]:
        """The defaults of a function or of a layer, as dumps."""
        if name in self.program:
            return {each: ast.dump(value) for each, value in defaults(self.program[name]).items()}
        if name not in layers.__all__:
            return {}
        spec = inspect.signature(getattr(layers, name)).parameters.values()
        return {each.name: ast.dump(ast.Constant(each.default)) for each in spec}

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """`if not test: x = f(x)` for `x = x if test else f(x)`."""
        self.generic_visit(node)
        target, value = node.targets[0], node.value
        if not isinstance(value, ast.IfExp) or getattr(value.body, "id", None) != getattr(target, "id", ""):
            return node
        test: ast.expr = ast.UnaryOp(ast.Not(), value.test)
        if isinstance(value.test, ast.Compare) and isinstance(value.test.ops[0], ast.Is):
            test = ast.Compare(value.test.left, [ast.IsNot()], value.test.comparators)
        return ast.If(test, [assignment(target, value.orelse)], [])


def _without_defaults(spec: ast.arguments, given: set[str]) -> None:
    """Take away the defaults of parameters that every call gives; none may stand before one without."""
    spec.kw_defaults = [
        None if each.arg in given else value for each, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
    ]
    while spec.defaults and spec.args[-len(spec.defaults)].arg in given:
        spec.defaults = spec.defaults[1:]
