"""Specialize the functions of `senet_lab.nets` for one network, as if they had been written only for it.

This is partial evaluation by observation, on the syntax trees of the functions (`source`). The steps are repeated until
nothing changes, since each can enable others:

1. Number the expressions, wrap each in a call that records its value, and run the network on a `Sketch` (`_observe`).
2. Replace an expression that always had the same value by that value: `style.padding` becomes `"same"`. Drop branches
   that were never taken and loops that never ran (`_Fold`).
3. Replace calls of small helpers by their bodies (`inline`).
4. Remove assignments and parameters that are never read, and functions that are never called (`simplify`).

So no code exists twice: the exported code is the code that builds the networks, without the parts that this network
does not use.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from senet_lab.export.inline import inline_helpers
from senet_lab.export.simplify import prune, simplify
from senet_lab.export.source import MAIN, namespace, source
from senet_lab.export.trees import Program, copied, loads, walk
from senet_lab.nets.sketch import Sketch

if TYPE_CHECKING:
    from senet_lab.architecture.architecture import Architecture

# Expressions whose values are recorded: all kinds that can have a plain value and are not literals.
RECORDED = (
    ast.Name, ast.Attribute, ast.Subscript, ast.Compare, ast.BoolOp, ast.BinOp, ast.IfExp, ast.JoinedStr, ast.Call,
)  # fmt: skip
# Values from the table of groups remain variables, even if they are equal for all groups; so does a block's name.
TABLE_NAMES = {"n_filters", "filters_in", "filters_out", "n_blocks"}
CALLED_ONCE = ("stem", "learner", "classifier", MAIN)  # their `name` has a single value, and is folded
FIRST_ROUNDS = 3  # observed iterations of a loop over blocks: all later blocks are identical, and SE-ResNeXt-152 has 50
Wrap = Callable[[str, Callable[..., Any]], Callable[..., Any]]
Values = dict[int, set[str]]  # number of an expression -> source texts of its values, "" if not plain


@lru_cache(maxsize=16)
def specialise(architecture: Architecture) -> Program:
    """Return the functions of one network, callees first; the last one is "network"."""
    program = {name: copied(node) for name, node in source(architecture.family).items()}
    changed, dumps = set(program), dict[str, str]()
    while changed:  # each round handles only the functions that the last one changed
        values = _observe(program, architecture, changed)
        program |= {name: _Fold(values, name).visit(program[name]) for name in changed}
        inlined = inline_helpers(program)
        program = _simplified(program, changed | inlined)
        before, dumps = dumps, {name: ast.dump(node) for name, node in program.items()}
        changed = {name for name in program if dumps[name] != before.get(name)}
    return program


def _simplified(program: Program, changed: set[str]) -> Program:
    """Simplify the functions that have changed, and their callers wherever a parameter is removed."""
    while changed:
        for name in changed & set(program):
            simplify(program[name])
        program, changed = prune(program, MAIN)
    return program


def run(program: Program, architecture: Architecture, wrap: Wrap | None = None, **names: Any) -> Sketch:
    """Run the functions of `program`, each wrapped, on a sketch; `names` replaces globals that they use."""
    scope = namespace(architecture.family)
    module = ast.fix_missing_locations(ast.Module(list(program.values()), []))
    exec(compile(module, "<network>", "exec"), scope)
    scope.update({name: wrap(name, scope[name]) for name in program} if wrap else {}, **names)
    sketch: Sketch = scope[MAIN](Sketch(architecture.input_shape), architecture)
    return sketch


def _observe(program: Program, architecture: Architecture, names: set[str]) -> Values:
    """Number the expressions of some functions in place, run the network, and return the values of each expression."""
    values: Values = {}
    function_names = set(namespace(architecture.family)) | set(program)

    def record(number: int, value: Any) -> Any:
        values.setdefault(number, set()).add(_source_text(value, function_names))
        return value

    count = 0
    for name in names:
        for each in (inner for statement in program[name].body for inner in walk(statement)):
            if isinstance(each, RECORDED) and isinstance(getattr(each, "ctx", ast.Load()), ast.Load):
                each.number = count = count + 1  # type: ignore[union-attr]  # a tree's nodes take any attribute
    recording = {name: _Record().visit(copied(program[name])) for name in names}
    run(program | recording, architecture, _record=record, range=lambda *bounds: range(*bounds)[:FIRST_ROUNDS])
    return values


class _Record(ast.NodeTransformer):
    """Wrap each numbered expression in a call that records its value: `x` becomes `_record(7, x)`."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if not hasattr(node, "number"):
            return node
        arguments: list[Any] = [ast.Constant(node.number), node]
        return ast.Call(ast.Name("_record", ast.Load()), arguments, [])


def _source_text(value: Any, function_names: set[str]) -> str:
    """Return the source of a value, such as `"same"` or `MaxPooling2D`; "" for a sketch or a style."""
    if _is_plain(value):
        return repr(value)
    name = getattr(value, "__name__", "")
    return name if callable(value) and name in function_names else ""


def _is_plain(value: Any) -> bool:
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return value is None or type(value) in (bool, int, float, str)


class _Fold(ast.NodeTransformer):
    """Replace expressions that had a single value, and drop code that was never reached."""

    def __init__(self, values: Values, function: str) -> None:
        self.values = values
        self.variables = TABLE_NAMES if function in CALLED_ONCE else TABLE_NAMES | {"name"}
        if function == "stem":  # its arguments do not come from the table of groups
            self.variables = set()

    def visit(self, node: ast.AST) -> Any:
        """Fold an expression if possible, otherwise its subexpressions."""
        values = self.values.get(getattr(node, "number", 0), set())
        if len(values) == 1 and (text := next(iter(values))) and not self._remains(node):
            value = ast.parse(text, mode="eval").body
            is_table = self.variables and isinstance(node, ast.Name) and isinstance(value, ast.Tuple)
            if not is_table:  # the table of groups, or of ratios, is clearer as a named variable
                return value
        return super().visit(node)

    def _remains(self, node: ast.AST) -> bool:
        """Return whether an expression reads the table of groups or a shape, and is clearer than its value."""
        has_shape = any(isinstance(each, ast.Attribute) and each.attr == "shape" for each in walk(node))
        return has_shape or bool(self.variables & set(loads(node)))

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        """Remove a factor or divisor of one."""
        self.generic_visit(node)
        is_scaled = isinstance(node.op, (ast.Mult, ast.FloorDiv)) and isinstance(node.right, ast.Constant)
        return node.left if is_scaled and node.right.value == 1 else node  # type: ignore[attr-defined]  # a constant

    def visit_If(self, node: ast.If | ast.IfExp) -> Any:
        """Keep the branch that is always taken."""
        self.generic_visit(node)
        if not isinstance(node.test, ast.Constant):
            return node
        return node.body if node.test.value else node.orelse

    visit_IfExp = visit_If  # noqa: N815 - the name of the node

    def visit_For(self, node: ast.For) -> Any:
        """Drop a loop that never ran, that is, whose body has no recorded values."""
        if not any(getattr(each, "number", 0) in self.values for inner in node.body for each in walk(inner)):
            return None
        return self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        """Remove operands that have no effect: `True and x` is `x`, `False and x` is `False`."""
        self.generic_visit(node)
        neutral = isinstance(node.op, ast.And)
        rest = [each for each in node.values if not (isinstance(each, ast.Constant) and bool(each.value) is neutral)]
        if not rest or isinstance(rest[0], ast.Constant):
            return ast.Constant(neutral if not rest else not neutral)
        return rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        """Join strings within an f-string: `f"{'stem'}_conv"` becomes `"stem_conv"`."""
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
        is_plain = len(parts) == 1 and isinstance(parts[0], ast.Constant)
        return parts[0] if is_plain else ast.JoinedStr(parts)
