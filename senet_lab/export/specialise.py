"""The functions of `senet_lab.nets` as one would write them for one network alone.

The network is drawn up on a `Sketch`, and it is noted what each expression gave. What gave the same every time is
written as that value; branches that were never taken, parameters that nobody reads and helpers that are called once
go away. Nothing is written twice: what is exported is what computes, less what does not concern this network.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from senet_lab.export.inline import inlined
from senet_lab.export.simplify import pruned, simplified
from senet_lab.export.source import MAIN, namespace, source
from senet_lab.export.trees import Program, loads
from senet_lab.nets.sketch import Sketch

if TYPE_CHECKING:
    from senet_lab.architecture.architecture import Architecture

WATCHED = (
    ast.Name,
    ast.Attribute,
    ast.Subscript,
    ast.Compare,
    ast.BoolOp,
    ast.BinOp,
    ast.IfExp,
    ast.JoinedStr,
    ast.Call,
)
# What the table of groups says remains a variable, even where all groups are alike in it; so does a block's name.
TABLE = {"n_filters", "filters_in", "filters_out", "n_blocks"}
CALLED_ONCE = ("stem", "learner", "classifier", MAIN)
Wrap = Callable[[str, Callable[..., Any]], Callable[..., Any]]
Seen = dict[int, set[str]]


@lru_cache(maxsize=16)
def specialised(architecture: Architecture) -> Program:
    """The functions of one network, "network" the last; each stands behind those that it calls."""
    program, before = deepcopy(source(architecture.family)), ""
    while before != (before := _dump(program)):
        seen = _observed(program, architecture)
        program = {name: _Fold(seen, name).visit(node) for name, node in program.items()}
        inlined(program)
        for node in program.values():
            simplified(node)
        program = pruned(program, MAIN)
    return program


def _as_it_is(_name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    return function


def _dump(program: Program) -> str:
    return "".join(map(ast.dump, program.values()))


def run(program: Program, architecture: Architecture, wrap: Wrap = _as_it_is, **names: Any) -> Sketch:
    """Draw up the network by the functions of `program`, each wrapped; `names` go before those that they use."""
    known = namespace(architecture.family)
    module = ast.fix_missing_locations(ast.Module(list(program.values()), []))
    exec(compile(module, "<network>", "exec"), known)
    known.update({name: wrap(name, known[name]) for name in program}, **names)
    sketch: Sketch = known[MAIN](Sketch(architecture.input_shape), architecture)
    return sketch


def _observed(program: Program, architecture: Architecture) -> Seen:
    """What each marked expression gives when the network is drawn up: the source texts of its values."""
    seen: Seen = {}
    known = set(namespace(architecture.family)) | set(program)

    def saw(mark: int, value: Any) -> Any:
        seen.setdefault(mark, set()).add(_text(value, known))
        return value

    count = 0
    for node in program.values():
        for each in (inner for statement in node.body for inner in ast.walk(statement)):
            if isinstance(each, WATCHED) and isinstance(getattr(each, "ctx", ast.Load()), ast.Load):
                each.mark = count = count + 1  # type: ignore[union-attr]  # a tree's nodes take any attribute
    watched = {name: _Watch().visit(deepcopy(node)) for name, node in program.items()}
    run(watched, architecture, _saw=saw, range=_few)
    return seen


def _few(*bounds: int) -> range:
    """The first rounds of a loop over blocks: those behind them are alike, and SE-ResNeXt-152 has 50."""
    return range(*bounds)[:3]


class _Watch(ast.NodeTransformer):
    """Wraps each marked expression in a call that notes its value."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if not hasattr(node, "mark"):
            return node
        seen: list[Any] = [ast.Constant(node.mark), node]
        return ast.Call(ast.Name("_saw", ast.Load()), seen, [])


def _text(value: Any, known: set[str]) -> str:
    """How a value is written in source; "" if it cannot be."""
    if _is_plain(value):
        return repr(value)
    name = getattr(value, "__name__", "")
    return name if callable(value) and name in known else ""


def _is_plain(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str)


class _Fold(ast.NodeTransformer):
    """Writes a value where an expression had no other, and drops what was never reached."""

    def __init__(self, seen: Seen, function: str) -> None:
        kept = TABLE if function in CALLED_ONCE else TABLE | {"name"}
        self.seen, self.kept = seen, set() if function == "stem" else kept

    def visit(self, node: ast.AST) -> Any:
        """Fold the outermost expression that can be; else what is inside of it."""
        values = self.seen.get(getattr(node, "mark", 0), set())
        if len(values) == 1 and (text := next(iter(values))) and not self._stays(node):
            value = ast.parse(text, mode="eval").body
            table = self.kept and isinstance(node, ast.Name) and isinstance(value, ast.Tuple)
            if not table:  # of groups, or of their ratios: it keeps its name
                return value
        return super().visit(node)

    def _stays(self, node: ast.AST) -> bool:
        """Whether an expression is about the table of groups, or about a shape, which says more than its number."""
        shapes = any(isinstance(each, ast.Attribute) and each.attr == "shape" for each in ast.walk(node))
        return shapes or bool(self.kept & set(loads(node)))

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        """Less a factor or divisor of one."""
        self.generic_visit(node)
        one = isinstance(node.op, (ast.Mult, ast.FloorDiv)) and isinstance(node.right, ast.Constant)
        return node.left if one and node.right.value == 1 else node  # type: ignore[attr-defined]  # a constant

    def visit_If(self, node: ast.If) -> Any:
        """The branch that is always taken."""
        self.generic_visit(node)
        if not isinstance(node.test, ast.Constant):
            return node
        return node.body if node.test.value else node.orelse

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        """The value that it always has."""
        self.generic_visit(node)
        if not isinstance(node.test, ast.Constant):
            return node
        return node.body if node.test.value else node.orelse

    def visit_For(self, node: ast.For) -> Any:
        """Nothing for a loop that never went round."""
        if not any(getattr(each, "mark", 0) in self.seen for inner in node.body for each in ast.walk(inner)):
            return None
        return self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        """Less the operands that decide nothing."""
        self.generic_visit(node)
        neutral = isinstance(node.op, ast.And)
        kept = [each for each in node.values if not (isinstance(each, ast.Constant) and bool(each.value) is neutral)]
        if not kept or isinstance(kept[0], ast.Constant):
            return ast.Constant(neutral if not kept else not neutral)
        return kept[0] if len(kept) == 1 else ast.BoolOp(node.op, kept)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        """One string for strings in a string."""
        self.generic_visit(node)
        parts: list[ast.expr] = []
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            alone = inner if isinstance(inner, ast.Constant) else part
            for each in inner.values if isinstance(inner, ast.JoinedStr) else [alone]:
                if isinstance(each, ast.Constant) and parts and isinstance(parts[-1], ast.Constant):
                    parts[-1] = ast.Constant(str(parts[-1].value) + str(each.value))
                else:
                    parts.append(ast.Constant(str(each.value)) if isinstance(each, ast.Constant) else each)
        whole = len(parts) == 1 and isinstance(parts[0], ast.Constant)
        return parts[0] if whole else ast.JoinedStr(parts)
