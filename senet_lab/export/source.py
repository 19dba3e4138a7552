"""Parse the functions that define a family of networks into syntax trees."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from types import ModuleType
from typing import Any

from senet_lab.architecture import regnet as regnet_rule
from senet_lab.architecture import style
from senet_lab.export.trees import Program, assignment, called_name
from senet_lab.nets import attention, blocks, convolution, network, regnet, se_resnet, se_resnext

SHARED = (convolution, attention, blocks)
FAMILY = {"resnet": se_resnet, "resnext": se_resnext, "regnet": regnet}
BORROWED = {"regnet": se_resnext}  # the module whose groups and blocks a family uses
# The helpers from outside `senet_lab.nets`.
HELPERS = {"squeezed_channels": style, "eca_kernel_size": style, "n_paths": regnet_rule}
MODULES = tuple(module.__name__.rpartition(".")[2] for module in FAMILY.values())
MAIN = "network"  # the entry point

# The position of the argument that each check returns. An architecture is already validated, so checks are removed.
CHECKS = {"whole": 1, "ratio_or_none": 1, "divisible": 1, "for_each_group": 1, "group_rows": 0, "stride_of": 0}


@cache
def source(family: str) -> Program:
    """Return the functions of a family, without annotations, checks and automatic names."""
    modules = (*SHARED, *([BORROWED[family]] if family in BORROWED else []), FAMILY[family], network)
    functions = {name: function for module in modules for name, function in _functions(module).items()}
    return functions | {name: _functions(module)[name] for name, module in HELPERS.items()}


def namespace(family: str) -> dict[str, Any]:
    """Return the global names that these functions use, such as layers and styles."""
    modules = (*SHARED, BORROWED.get(family, blocks), FAMILY[family])
    return {name: value for module in modules for name, value in vars(module).items()}


def _functions(module: ModuleType) -> Program:
    # Syntax trees drop comments. Comments on lines of their own are kept as strings before the next statement.
    text = re.sub(r"^( +)(# .*)$", lambda m: f"{m[1]}{m[2]!r}", inspect.getsource(module), flags=re.MULTILINE)
    tree = _Strip().visit(ast.parse(text))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


class _Strip(ast.NodeTransformer):
    """Remove annotations, decorators and checks, and keep of a docstring only the clause that holds for every style."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.decorator_list, node.returns = [], None
        if docstring := ast.get_docstring(node):
            first = docstring.partition("\n")[0].partition("; ")[0].rstrip(".") + "."
            node.body[0] = ast.Expr(ast.Constant(first))
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        self.generic_visit(node)
        is_automatic_name = isinstance(node.value, ast.IfExp) and called_name(node.value.body) == "unique_name"
        return None if is_automatic_name else node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        return assignment(node.target, node.value or ast.Constant(None))

    def visit_If(self, node: ast.If) -> ast.AST | None:
        self.generic_visit(node)
        return None if isinstance(node.body[-1], ast.Raise) else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        self.generic_visit(node)
        return None if called_name(node.value) == "unique_name" else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        is_of_family = isinstance(node.value, ast.Name) and node.value.id in MODULES
        return ast.Name(node.attr, node.ctx) if is_of_family else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        is_operation = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "ops"
        own = ("role", "name") if is_operation else ("role",)  # Keras's layers have no role, its operations no name
        node.keywords = [each for each in node.keywords if each.arg not in own]
        return node.args[CHECKS[name]] if (name := called_name(node)) in CHECKS else node
