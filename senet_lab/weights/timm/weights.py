"""Weights: from a state dict of timm to a Keras model, each used once and all of them, and back."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab import array_checks
from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import first_few, flag, instance, listed, path_of, quoted
from senet_lab.files import opened, written_whole
from senet_lab.ledger.build_memory import check_build
from senet_lab.weights.timm.keys import key, ours, theirs
from senet_lab.weights.timm.networks import MAX_NAMED, NAMES, architecture_of, differences, name_of

if TYPE_CHECKING:
    import keras
    import numpy as np

    Array = np.ndarray[Any, Any]

COUNTED = "num_batches_tracked"  # a counter of PyTorch's, which no computation uses
PICKLES = (b"PK\x03\x04", b"\x80")  # how `torch.save` begins its files: the new ones, and the old
NUMBER_TYPES = ("float16", "bfloat16", "float32", "float64")
STORED_TYPES = {"F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64"}  # safetensors' names
EXAMPLE = "float32, by `tensor.float()` in PyTorch"
CLASSIFIER = re.compile(r"(fc|last_linear)\.(weight|bias)")  # whose classes may be any number


def convert(source: str | os.PathLike[str] | Mapping[str, Any], architecture: Architecture) -> keras.Model:
    """The Keras model of an architecture with weights of timm.

    Args:
        source: a `.safetensors` file; or a state dict, of tensors or arrays.
        architecture: what they are the weights of, see `senet_lab.weights.timm.networks.architecture_of`.

    Raises:
        TypeError: an argument of another type; a tensor that is none, or not of `NUMBER_TYPES`.
        ValueError: a pickle, a damaged file, a tensor too many or missing or of another shape, or one with values that
            no weight can have; or weights of a network that has the same shapes, but computes otherwise. Nothing is
            built before all of that is right.
        OSError: the file is not there, or cannot be read.
    """
    instance("architecture", architecture, Architecture, "architecture_of('seresnet50')")
    tensors = {name: array for name, array in _tensors(source).items() if not name.endswith(COUNTED)}
    wanted = _wanted(architecture, legacy=any(name.startswith("layer0.") for name in tensors))
    _must_match(tensors, wanted)
    _must_compute_as(_origin(tensors), architecture)
    check_build(architecture)
    model = architecture.build()
    for variable, name in zip(model.weights, _keys(model, wanted), strict=True):
        variable.assign(ours(tensors[name], variable.path, len(variable.shape)))
    return model


def to_timm(model: keras.Model) -> dict[str, Array]:
    """The weights of a model as a state dict of timm, in NumPy arrays, for the network that `name_of` names.

    Raises:
        ValueError: timm has no such network, so that nothing there would compute the same; names the nearest.
        TypeError: the model has a layer that no ledger counts.
    """
    array_checks.model("model", model)
    import keras

    legacy = name_of(model).startswith("legacy_")
    deep = any(layer.name == "stem_conv1" for layer in model.layers)
    found = {}
    for variable in model.weights:
        layer, _, name = variable.path.rpartition("/")
        array = keras.ops.convert_to_numpy(variable.value)
        found[key(layer.rpartition("/")[2], name, deep=deep, legacy=legacy)] = theirs(array, layer)
    return found


def save_timm(model: keras.Model, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Write the weights of a model as safetensors, whole or not at all.

    In timm: `timm.create_model(name_of(model), num_classes=..., checkpoint_path="...")`.
    """
    import numpy as np
    from safetensors.numpy import save_file

    path = path_of("path", path, "'model.safetensors'")
    flag("overwrite", overwrite)
    tensors = {name: np.ascontiguousarray(array) for name, array in to_timm(model).items()}
    with written_whole(path, overwrite=overwrite) as unfinished:
        save_file(tensors, unfinished, metadata={"format": "pt"})
    return path


def shapes(architecture: Architecture, *, legacy: bool = False) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor that timm has for an architecture, counted from the ledger.

    >>> len(shapes(Architecture("resnet", 50, convention="timm")))
    331
    """
    instance("architecture", architecture, Architecture, "architecture_of('seresnet50')")
    return {name: shape for name, (_, shape) in _wanted(architecture, flag("legacy", legacy)).items()}


def _wanted(architecture: Architecture, legacy: bool) -> dict[str, tuple[str, tuple[int, ...]]]:
    """For each tensor of timm the variable that it is for, "layer/variable", and its shape there."""
    rows = architecture.ledger().rows
    deep = any(row.name == "stem_conv1" for row in rows)
    wanted: dict[str, tuple[str, tuple[int, ...]]] = {}
    for row in rows:
        out = row.output_shape[-1]
        parts: dict[str, tuple[int, ...]] = {}
        if row.kind in ("conv", "grouped conv"):
            parts["kernel"] = (out, row.channels_in // row.groups, row.kernel, row.kernel)
        elif row.kind == "dense":
            parts["kernel"] = (out, row.channels_in) + (1, 1) * row.in_se
        elif row.kind == "batch norm":
            parts = dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (out,))
        if "kernel" in parts and row.params > prod(parts["kernel"]):
            parts["bias"] = (out,)
        for variable, shape in parts.items():
            wanted[key(row.name, variable, deep=deep, legacy=legacy)] = f"{row.name}/{variable}", shape
    return wanted


def _keys(model: Any, wanted: Mapping[str, tuple[str, tuple[int, ...]]]) -> list[str]:
    """The tensor for each variable of a model, in its order; each once."""
    by_variable = {variable: name for name, (variable, _) in wanted.items()}
    return [by_variable.pop("/".join(variable.path.split("/")[-2:])) for variable in model.weights]


def _tensors(source: str | os.PathLike[str] | Mapping[str, Any]) -> dict[str, Array]:

    if isinstance(source, Mapping):
        return {str(name): _array(str(name), tensor) for name, tensor in source.items()}
    path = path_of("source", source, "'model.safetensors', or a state dict")
    with opened(path, "name a .safetensors file") as file:
        start = file.read(4)
    if start.startswith(PICKLES):
        raise ValueError(
            f"'{path}' is a pickle, which can run any code when it is read; save it as .safetensors, with "
            "safetensors.torch.save_file(model.state_dict(), ...), on a machine that trusts it."
        )
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import load_file

    try:
        with safe_open(path, "numpy") as tensors:
            for name in tensors.keys():  # noqa: SIM118 - this is no mapping
                _must_be_of(name, STORED_TYPES.get(said := tensors.get_slice(name).get_dtype(), said))
        return dict(load_file(path))
    except SafetensorError as error:
        raise ValueError(f"'{path}' is no safetensors file, or is damaged: {error}; get it anew.") from error


def _array(name: str, tensor: Any) -> Array:
    """Return a tensor of a state dict as an array, if it can be one of weights."""
    import numpy as np

    dtype = getattr(tensor, "dtype", "")  # asked first, since NumPy does not know all those of PyTorch
    said = str(getattr(dtype, "name", dtype)).removeprefix("torch.")
    if said:
        _must_be_of(name, said)
    try:
        array = np.asarray(tensor)
    except Exception as error:  # whatever a class of somebody else's raises
        words = str(error).partition("\n")[0].rstrip(".")
        raise TypeError(f"`{name}` must be a tensor, and NumPy cannot read it: {words}; try {EXAMPLE}.") from error
    if not said:
        raise TypeError(f"`{name}` must be a tensor or an array, not {quoted(tensor)}; try {EXAMPLE}.")
    return array


def _must_be_of(name: str, number_type: str) -> None:
    if number_type not in NUMBER_TYPES and not name.endswith(COUNTED):
        raise TypeError(f"`{name}` must be of {listed(NUMBER_TYPES)}, not {number_type!r}; try {EXAMPLE}.")


def _must_be_possible(name: str, tensor: Array) -> None:
    """See that values can be weights of a network that computes in 32 bits."""
    import numpy as np

    if not (finite := np.isfinite(tensor)).all():
        count = int((~finite).sum())
        values = "1 value that is" if count == 1 else f"{count:,} values that are"
        raise ValueError(f"`{name}` has {values} not finite; download the weights again.")
    most = float(np.finfo("float32").max)
    large = np.abs(tensor.astype("float64", copy=False)).max(initial=0)
    if large > most:
        raise ValueError(
            f"`{name}` must be numbers that 32 bits can hold, up to {most:.3g}, and has one of {large:.3g}; download "
            "the weights again."
        )
    if name.endswith("running_var") and (least := float(tensor.min(initial=0))) < 0:
        raise ValueError(
            f"`{name}` must be variances, at least 0, and has one of {least:.3g}; download the weights again."
        )


def _origin(tensors: Mapping[str, Any]) -> tuple[str, int]:
    """What timm calls the network that has tensors of these names and shapes, and its classes; "" for none of them."""
    given = {name: tuple(tensor.shape) for name, tensor in tensors.items() if not CLASSIFIER.fullmatch(name)}
    for name in NAMES:
        theirs = shapes(architecture_of(name), legacy=name.startswith("legacy_"))
        heads = [each for each in theirs if CLASSIFIER.fullmatch(each)]
        if given == {each: shape for each, shape in theirs.items() if each not in heads} and set(heads) <= set(tensors):
            return name, len(tensors[heads[0]])
    return "", 0


def _hint(tensors: Mapping[str, Any]) -> str:
    name, classes = _origin(tensors)
    return f" They are those of {_said(name, classes)}." if name else ""


def _said(name: str, classes: int) -> str:
    """A network of timm, and the expression for its architecture."""
    made = f"architecture_of({name!r})"
    return f"{name!r}; try {made if classes == 1000 else f'replace({made}, classes={classes})'}"


def _must_compute_as(origin: tuple[str, int], architecture: Architecture) -> None:
    """Refuse an architecture for which weights of timm have the right shapes, but were trained for something else."""
    name, classes = origin
    if name and (found := differences(architecture, name)):
        raise ValueError(
            "The weights fit the architecture, but it computes otherwise than timm: it has other "
            f"{first_few(found, MAX_NAMED)}. They are those of {_said(name, classes)}."
        )


def _must_match(tensors: Mapping[str, Any], wanted: Mapping[str, tuple[str, tuple[int, ...]]]) -> None:
    missing, more = ([*a.keys() - b.keys()] for a, b in ((wanted, tensors), (tensors, wanted)))
    other = [
        f"{name} is {tuple(tensors[name].shape)}, and `{variable}` wants {shape}"
        for name, (variable, shape) in wanted.items()
        if name in tensors and tuple(tensors[name].shape) != shape
    ]
    if missing or more or other:
        sides = (
            ("are missing", [f"{name} {wanted[name][1]} for `{wanted[name][0]}`" for name in sorted(missing)]),
            ("are unknown to the architecture", [f"{name} {tuple(tensors[name].shape)}" for name in sorted(more)]),
            ("have another shape", other),
        )
        told = "; ".join(f"{len(names)} {words}: {first_few(names, MAX_NAMED)}" for words, names in sides if names)
        raise ValueError(f"The weights do not fit the architecture. {told}.{_hint(tensors)}")
    for name, tensor in tensors.items():
        _must_be_possible(name, tensor)
