"""Write a network as code: procedural, composable, or a script that needs only Keras."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from senet_lab.architecture.architecture import EXAMPLE as ARCHITECTURE
from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import CONVENTIONS, STYLE_FIELDS, Style, style_of
from senet_lab.checks import instance, one_of
from senet_lab.export.polish import polish
from senet_lab.export.source import FAMILY, MAIN
from senet_lab.export.specialise import specialise
from senet_lab.export.text import import_lines, source_text, wrap_lines
from senet_lab.export.trees import Program, assignment, body_of, loads
from senet_lab.nets import layers
from senet_lab.nets.network import model_name
from senet_lab.nets.regnet_composable import RegNet
from senet_lab.nets.se_resnet_composable import SEResNet
from senet_lab.nets.se_resnext_composable import SEResNeXt

FORMS = ("procedural", "composable", "standalone")
CLASSES = {"resnet": SEResNet, "resnext": SEResNeXt, "regnet": RegNet}
# The meta-parameters of a family, other than its groups, that its `learner` and its class take.
LEARNER_FIELDS = {"resnet": (), "resnext": ("cardinality",), "regnet": ("group_width",)}
CLASS_FIELDS = LEARNER_FIELDS | {"regnet": ("w0", "wa", "wm", "group_width")}
SLOW_CONV_COMMENT = """\
# On a TensorFlow CPU Keras compiles grouped convolutions with XLA, and they train slowly;
# senet_lab's layer of the same numbers does not."""


def code(architecture: Architecture, form: str = "procedural") -> str:
    """Return the code of a network, ready to run in a notebook; it defines `model`.

    Args:
        form: "procedural" uses the functions of `senet_lab.nets`; "composable" uses its classes; "standalone" is a
            script that imports only Keras. All create the same layers, with the same names, as `architecture.build()`.

    Raises:
        ValueError, TypeError: the first argument is not an architecture, or there is no such form.
    """
    instance("architecture", architecture, Architecture, ARCHITECTURE)
    return _code(architecture, one_of("form", form, FORMS))


@lru_cache(maxsize=64)
def _code(architecture: Architecture, form: str) -> str:
    return _WRITERS[form](architecture)


def call_text(name: str, /, *args: Any, **kwargs: Any) -> str:
    """Return the source of a call; a value of type `Name` is written as it is."""
    return f"{name}({', '.join([*map(_literal, args), *(f'{k}={_literal(v)}' for k, v in kwargs.items())])})"


class Name(str):
    """Text that is already source code."""

    __slots__ = ()


def _literal(value: Any) -> str:
    if isinstance(value, Name):
        return value
    return f'"{value}"' if isinstance(value, str) else repr(value)


def style_call(style: Style, family: str, convention: str) -> str:
    """Return the shortest call of `style_of` that returns a style; among equally short ones, prefer `convention`.

    >>> style_call(style_of("timm", "resnext", se_bias=False), "resnext", "timm")
    'style_of("timm", "resnext", se_bias=False)'
    """

    def differences(name: str) -> dict[str, Any]:
        usual = style_of(name, family)
        return {each: value for each in STYLE_FIELDS if (value := getattr(style, each)) != getattr(usual, each)}

    shortest = min((convention, *CONVENTIONS), key=lambda name: len(differences(name)))
    args = [shortest, family] if family != "resnet" else [shortest] if shortest != "original" else []
    return call_text("style_of", *args, **differences(shortest))


def _procedural(architecture: Architecture) -> str:
    """Write calls of the stem, learner and classifier of the family's module."""
    module, plan = FAMILY[architecture.family], architecture.plan
    table = tuple(
        tuple(group)[:3] if architecture.family == "resnext" else (group.filters_in, group.n_blocks) for group in plan
    )
    known: Mapping[Any, Any] = module.groups
    depth = next((n for n in (architecture.depth, *known) if known.get(n) == table), None)
    ratios = {group.ratio for group in plan}
    ratio = ratios.pop() if len(ratios) == 1 else tuple(group.ratio for group in plan)
    paths = {name: getattr(architecture, name) for name in LEARNER_FIELDS[architecture.family]}
    is_default = architecture.style == module.STYLE
    style = {} if is_default else {"style": Name("style")}
    own_style = style_call(architecture.style, architecture.family, architecture.convention)
    width = {} if architecture.stem_filters == 64 else {"n_filters": architecture.stem_filters}
    names = [*(["classifier"] if architecture.include_top else []), *(["groups"] if depth else []), "learner", "stem"]
    groups = Name(f"groups[{_literal(depth)}]" if depth else "groups")
    learner = call_text("learner", Name("x"), groups, **paths, ratio=ratio, **style)
    lines = [
        "from keras import Input, Model",
        f"from {module.__name__} import {', '.join(names)}",
        *([] if is_default else ["from senet_lab.architecture.style import style_of"]),
        "",
        *([] if depth else [f"groups = {table!r}"]),
        *([] if is_default else [f"style = {own_style}"]),
        f'inputs = Input({architecture.input_shape}, name="inputs")',
        f"x = {call_text('stem', Name('inputs'), **width, **style)}",
    ]
    classifier = call_text("classifier", Name("x"), architecture.classes, **style)
    lines += [f"x = {learner}", f"outputs = {classifier}"] if architecture.include_top else [f"outputs = {learner}"]
    return wrap_lines("\n".join([*lines, "model = Model(inputs, outputs)"]))


def _composable(architecture: Architecture) -> str:
    """Write a call of the class with the arguments that differ from its defaults, or of `of` if needed."""
    kind = CLASSES[architecture.family]
    size = architecture.depth if architecture.groups is None else architecture.groups
    arguments = {name: getattr(architecture, name) for name in CLASS_FIELDS[architecture.family]}
    arguments |= {
        "ratio": architecture.ratio,
        "input_shape": architecture.input_shape,
        "n_classes": architecture.classes,
        "include_top": architecture.include_top,
        "convention": architecture.convention,
    }
    try:
        is_same = _structure(kind(size, **arguments).architecture) == _structure(architecture)
    except ValueError:
        is_same = False
    if is_same:
        usual = {name: each.default for name, each in inspect.signature(kind).parameters.items()}
        call = call_text(kind.__name__, size, **{name: v for name, v in arguments.items() if v != usual[name]})
        names = kind.__name__
    else:
        changes = {f.name: v for f in fields(architecture) if (v := getattr(architecture, f.name)) != f.default}
        family = [changes.pop("family")] if "family" in changes else []
        call = f"{kind.__name__}.of({call_text('Architecture', *family, **changes)})"
        names = f"Architecture, {kind.__name__}"
    return wrap_lines(f"from senet_lab import {names}\n\nsenet = {call}\nmodel = senet.model")


def _structure(architecture: Architecture) -> tuple[Any, ...]:
    """Return a value that is equal for two architectures that describe the same network in different ways."""
    top = architecture.classes if architecture.include_top else None
    plan, style, shape = architecture.plan, architecture.style, architecture.input_shape
    return plan, style, architecture.stem_filters, shape, top


def _standalone(architecture: Architecture) -> str:
    """Write a script of plain Keras, derived from the functions of `senet_lab.nets`; see `specialise`."""
    program = polish(specialise(architecture))
    functions = {name: source_text(node) for name, node in program.items() if name != MAIN}
    if architecture.paths > 1:
        functions["conv"] = f"{SLOW_CONV_COMMENT}\n{functions['conv']}"
    names = set(loads(*program.values()))
    layer_names = sorted(names & set(layers.__all__))
    main_names = f"Input, Model{', ops' if 'ops' in names else ''}"
    head = [_header(architecture), f"from keras import {main_names}", *import_lines("keras.layers", layer_names)]
    network = network_lines(architecture, program)
    return "\n\n\n".join(["\n".join(head), *functions.values(), "\n".join(network)]) + "\n"


def network_lines(architecture: Architecture, program: Program) -> list[str]:
    """Return the statements of the whole network: inputs, stem, learner, classifier, model."""
    *first, last = body_of(program[MAIN])
    assert isinstance(last, ast.Return)
    assert last.value is not None
    return [
        f'inputs = Input({architecture.input_shape}, name="inputs")',
        source_text(*first, assignment(ast.Name("outputs", ast.Store()), last.value)),
        f'model = Model(inputs, outputs, name="{model_name(architecture.name)}")',
    ]


def _header(architecture: Architecture) -> str:
    ledger = architecture.ledger()
    return f'''"""{architecture.name}. Needs only keras, 3 or later.

{ledger.params:,} parameters and {ledger.state:,} moving statistics of batch normalization;
{ledger.macs:,} multiply-adds in convolutions and dense layers, per image.
For senet_lab, Architecture.from_token of:
{architecture.token()}
"""
'''


_WRITERS = {"procedural": _procedural, "composable": _composable, "standalone": _standalone}
