"""Weights: convert timm's state dicts to Keras models and back, using each tensor exactly once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab import array_checks
from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import DEEP_STEMS
from senet_lab.array_checks import Array
from senet_lab.checks import first_few, flag, instance, path_of
from senet_lab.extras import needed_by
from senet_lab.files import written_whole
from senet_lab.ledger.build_memory import check_build
from senet_lab.nets.on_keras.blank import blank_weights
from senet_lab.weights.timm.keys import key, to_keras_layout, to_timm_layout
from senet_lab.weights.timm.networks import MAX_NAMED, NAMES, architecture_of, differences, name_of
from senet_lab.weights.timm.state_dict import COUNTER, must_be_possible, read_state_dict

with needed_by(__name__):
    import numpy as np
    from safetensors.numpy import save_file

if TYPE_CHECKING:
    import keras

CLASSIFIER = re.compile(r"(fc|last_linear|head\.fc)\.(weight|bias)")  # may have any number of classes


class Target(NamedTuple):
    """The variable that a tensor belongs to, "layer/variable", and the shape of the tensor."""

    variable: str
    shape: tuple[int, ...]


def convert(source: str | os.PathLike[str] | Mapping[str, Any], architecture: Architecture) -> keras.Model:
    """Return the Keras model of an architecture with weights of timm; check everything before building it.

    Args:
        source: a `.safetensors` file; or a state dict of tensors or arrays.
        architecture: the architecture of the weights, see `senet_lab.weights.timm.networks.architecture_of`.

    Raises:
        TypeError: a value is not a tensor, or its dtype is not in `state_dict.NUMBER_TYPES`.
        ValueError: the file is a pickle or damaged; a tensor is surplus, missing, or has the wrong shape or impossible
            values; or the weights are from a network with the same shapes that computes something else.
        OSError: the file does not exist or cannot be read.
    """
    instance("architecture", architecture, Architecture, "architecture_of('seresnet50')")
    tensors = {name: array for name, array in read_state_dict(source).items() if not name.endswith(COUNTER)}
    targets = _targets(architecture, legacy=any(name.startswith("layer0.") for name in tensors))
    _must_match(tensors, targets)
    _must_compute_as(_networks_of(tensors), architecture)
    check_build(architecture)
    with blank_weights():
        model = architecture.build()
    for variable, name in zip(model.weights, _keys(model, targets), strict=True):
        variable.assign(to_keras_layout(tensors[name], variable.path, len(variable.shape)))
    return model


def to_timm(model: keras.Model) -> dict[str, Array]:
    """Return the weights of a model as a state dict of NumPy arrays for timm's network `name_of(model)`.

    Raises:
        ValueError: no network of timm computes the same; the message names the nearest.
        TypeError: the model has a layer that the ledger cannot count.
    """
    array_checks.model("model", model)
    import keras

    network = name_of(model)
    legacy, regnet = network.startswith("legacy_"), network.startswith("regnet")
    names = {layer.name for layer in model.layers}
    deep, pooled = "stem_conv1" in names, any(name.endswith("_shortcut_pool") for name in names)
    state_dict = {}
    for variable in model.weights:
        layer, _, part = variable.path.rpartition("/")
        array = keras.ops.convert_to_numpy(variable.value)
        theirs = key(layer.rpartition("/")[2], part, deep=deep, pooled=pooled, legacy=legacy, regnet=regnet)
        state_dict[theirs] = to_timm_layout(array, layer)
    return state_dict


def save_timm(model: keras.Model, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write the weights of a model as safetensors, whole or not at all.

    Load the file in timm with `timm.create_model(name_of(model), num_classes=..., checkpoint_path="...")`.
    """
    path = path_of("path", path, "'model.safetensors'")
    flag("overwrite", overwrite)
    tensors = {name: np.ascontiguousarray(array) for name, array in to_timm(model).items()}
    with written_whole(path, overwrite=overwrite) as unfinished:
        save_file(tensors, unfinished, metadata={"format": "pt"})
    return path


def shapes(architecture: Architecture, *, legacy: bool = False) -> dict[str, tuple[int, ...]]:
    """Return the name and shape of every tensor that timm has for an architecture, derived from the ledger.

    >>> len(shapes(Architecture("resnet", 50, convention="timm")))
    331
    """
    instance("architecture", architecture, Architecture, "architecture_of('seresnet50')")
    return {name: shape for name, (_, shape) in _targets(architecture, flag("legacy", legacy)).items()}


def _targets(architecture: Architecture, legacy: bool) -> dict[str, Target]:
    """Return the variable that each tensor of timm belongs to."""
    rows, style = architecture.ledger().rows, architecture.style
    deep, pooled, regnet = style.stem in DEEP_STEMS, style.projection_pooling, architecture.family == "regnet"
    targets: dict[str, Target] = {}
    for row in rows:
        out = row.output_shape[-1]
        parts: dict[str, tuple[int, ...]] = {}
        if row.kind in ("conv", "grouped conv"):
            parts["kernel"] = (out, row.channels_in // row.groups, *[row.kernel] * (len(row.output_shape) - 2))
        elif row.kind == "dense":
            parts["kernel"] = (out, row.channels_in) + (1, 1) * row.in_se
        elif row.kind == "batch norm":
            parts = dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (out,))
        if "kernel" in parts and row.params > prod(parts["kernel"]):
            parts["bias"] = (out,)
        for variable, shape in parts.items():
            name = key(row.name, variable, deep=deep, pooled=pooled, legacy=legacy, regnet=regnet)
            targets[name] = Target(f"{row.name}/{variable}", shape)
    return targets


def _keys(model: Any, targets: Mapping[str, Target]) -> list[str]:
    """Return the name of the tensor for each variable of a model, in the model's order, each name once."""
    by_variable = {target.variable: name for name, target in targets.items()}
    return [by_variable.pop("/".join(variable.path.split("/")[-2:])) for variable in model.weights]


def _networks_of(tensors: Mapping[str, Any]) -> tuple[list[str], int]:
    """Return timm's names for the networks with these tensor names and shapes, and their number of classes."""
    names, classes = [], 0
    body = {name: tuple(tensor.shape) for name, tensor in tensors.items() if not CLASSIFIER.fullmatch(name)}
    for name in NAMES:
        theirs = shapes(architecture_of(name), legacy=name.startswith("legacy_"))
        heads = [each for each in theirs if CLASSIFIER.fullmatch(each)]
        if body == {each: shape for each, shape in theirs.items() if each not in heads} and set(heads) <= set(tensors):
            names.append(name)
            classes = len(tensors[heads[0]])
    return names, classes


def _network_words(name: str, classes: int) -> str:
    """Return the name of a network of timm, with an expression for its architecture."""
    expression = f"architecture_of({name!r})"
    return f"{name!r}; try {expression if classes == 1000 else f'replace({expression}, classes={classes})'}"


def _must_compute_as(networks: tuple[list[str], int], architecture: Architecture) -> None:
    """Raise ValueError if timm's weights have the right shapes, but were trained for a different computation.

    Some networks of timm have the same tensors, such as `seresnext101d_32x8d` and `seresnextaa101d_32x8d`.
    """
    names, classes = networks
    unlike = {name: differences(architecture, name) for name in names}
    name = min(names, key=lambda each: len(unlike[each]), default="")
    if layers := unlike.get(name):
        raise ValueError(
            "The weights fit the architecture, but it does not compute what timm's network does: it has other "
            f"{first_few(layers, MAX_NAMED)}. They are those of {_network_words(name, classes)}."
        )


def _must_match(tensors: Mapping[str, Any], targets: Mapping[str, Target]) -> None:
    missing, unknown = sorted(targets.keys() - tensors.keys()), sorted(tensors.keys() - targets.keys())
    misshapen = [
        f"{name} is {tuple(tensors[name].shape)}, and `{variable}` wants {shape}"
        for name, (variable, shape) in targets.items()
        if name in tensors and tuple(tensors[name].shape) != shape
    ]
    if missing or unknown or misshapen:
        sides = (
            ("are missing", [f"{name} {targets[name].shape} for `{targets[name].variable}`" for name in missing]),
            ("are unknown to the architecture", [f"{name} {tuple(tensors[name].shape)}" for name in unknown]),
            ("have another shape", misshapen),
        )
        words = "; ".join(f"{len(names)} {verb}: {first_few(names, MAX_NAMED)}" for verb, names in sides if names)
        names, classes = _networks_of(tensors)
        hint = f" They are those of {_network_words(names[0], classes)}." if names else ""
        raise ValueError(f"The weights do not fit the architecture. {words}.{hint}")
    for name, tensor in tensors.items():
        must_be_possible(name, tensor)
