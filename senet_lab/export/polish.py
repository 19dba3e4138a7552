"""Polish a specialized program: remove what repeats the defaults of Keras or of a signature."""

from __future__ import annotations

import ast
import inspect

from senet_lab.export.trees import Program, arguments, assignment, called_name, copied, defaults, walk
from senet_lab.nets import layers


def polish(program: Program) -> Program:
    """Return a program without arguments that equal defaults, and without defaults that no call uses."""
    program = {name: copied(node) for name, node in program.items()}
    for node in program.values():
        _Polish(program).visit(node)
    calls = [each for node in program.values() for each in walk(node) if isinstance(each, ast.Call)]
    for name, node in program.items():
        argument_names = [set(arguments(node, call)) for call in calls if called_name(call) == name]
        _drop_defaults(node.args, set.intersection(*argument_names) if argument_names else set())
    return program


class _Polish(ast.NodeTransformer):
    def __init__(self, program: Program) -> None:
        self.program = program

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        usual = self._defaults(called_name(node))
        node.keywords = [each for each in node.keywords if usual.get(each.arg or "") != ast.dump(each.value)]
        return node

    def _defaults(self, name: str) -> dict[str, str]:
        """Return the defaults of a function or of a layer, each as the dump of its syntax tree."""
        if name in self.program:
            return {each: ast.dump(value) for each, value in defaults(self.program[name]).items()}
        if name not in layers.__all__:
            return {}
        spec = inspect.signature(getattr(layers, name)).parameters.values()
        return {each.name: ast.dump(ast.Constant(each.default)) for each in spec}

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """Write `if not test: x = f(x)` for `x = x if test else f(x)`."""
        self.generic_visit(node)
        target, value = node.targets[0], node.value
        if not isinstance(value, ast.IfExp) or getattr(value.body, "id", None) != getattr(target, "id", ""):
            return node
        test: ast.expr = ast.UnaryOp(ast.Not(), value.test)
        if isinstance(value.test, ast.Compare) and isinstance(value.test.ops[0], ast.Is):
            test = ast.Compare(value.test.left, [ast.IsNot()], value.test.comparators)
        return ast.If(test, [assignment(target, value.orelse)], [])


def _drop_defaults(spec: ast.arguments, names: set[str]) -> None:
    """Remove defaults that no call uses; a parameter with a default cannot precede one without."""
    spec.kw_defaults = [
        None if each.arg in names else value for each, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)
    ]
    while spec.defaults and spec.args[-len(spec.defaults)].arg in names:
        spec.defaults = spec.defaults[1:]
