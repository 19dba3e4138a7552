"""Query and build syntax trees, for all steps of the export."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from typing import TypeVar

Program = dict[str, ast.FunctionDef]  # functions by name
Tree = TypeVar("Tree", bound=ast.AST)


# Fields without nodes, and contexts and operators, which no step searches or changes.
_LEAVES = {"arg", "attr", "conversion", "ctx", "id", "kind", "name", "op", "ops", "type_comment"}


class _FieldsBelow(dict[type, tuple[str, ...]]):
    """The fields of each kind of node that may hold other nodes, computed on first access."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = () if kind is ast.Constant else tuple(name for name in kind._fields if name not in _LEAVES)
        return self[kind]


_FIELDS_BELOW = _FieldsBelow()


def walk(*nodes: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of some trees, parents first, without contexts and operators.

    `ast.walk` takes three times as long, and the export spends most of its time searching for nodes.
    """
    found = list(nodes)
    for node in found:  # the list grows during the loop
        yield node
        for name in _FIELDS_BELOW[type(node)]:
            value = getattr(node, name, None)
            if type(value) is list:
                found += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)


def copied(tree: Tree) -> Tree:
    """Return a copy of a tree; `deepcopy`, which tracks shared objects, takes seven times as long."""
    node = type(tree).__new__(type(tree))
    attributes = vars(node)
    attributes.update(vars(tree))
    for name in _FIELDS_BELOW[type(tree)]:
        value = attributes.get(name)  # a node created by this package may lack some
        if type(value) is list:
            attributes[name] = [copied(each) if isinstance(each, ast.AST) else each for each in value]
        elif isinstance(value, ast.AST):
            attributes[name] = copied(value)
    return node


def called_name(node: ast.AST) -> str:
    """Return the name of the function that a node calls; "" if the node is not a call by name."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def loads(*nodes: ast.AST) -> Counter[str]:
    """Count how often each name is read in some trees."""
    return _names(nodes, ast.Load)


def stores(*nodes: ast.AST) -> Counter[str]:
    """Count how often each name is assigned in some trees."""
    return _names(nodes, ast.Store)


def _names(nodes: tuple[ast.AST, ...], context: type[ast.expr_context]) -> Counter[str]:
    return Counter([each.id for each in walk(*nodes) if isinstance(each, ast.Name) and isinstance(each.ctx, context)])


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
    """Return the statements after the docstring."""
    return function.body[1:] if ast.get_docstring(function) else function.body


def assignment(target: ast.expr, value: ast.expr) -> ast.Assign:
    """Return `target = value`."""
    return ast.Assign([target], value, lineno=0)
