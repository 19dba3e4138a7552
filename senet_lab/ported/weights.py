"""Weights: from a state dict of timm to a Keras model, each used once and all of them, and back."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab.architecture import Architecture
from senet_lab.files import written_whole
from senet_lab.ported.keys import key, ours, theirs

if TYPE_CHECKING:
    import keras
    import numpy as np

    Array = np.ndarray[Any, Any]

COUNTED = "num_batches_tracked"  # a counter of PyTorch's, which no computation uses
PICKLES = (b"PK\x03\x04", b"\x80")  # how `torch.save` begins its files: the new ones, and the old
SHOWN = 6  # names of each side that an error tells


def convert(source: str | os.PathLike[str] | Mapping[str, Any], architecture: Architecture) -> keras.Model:
    """The Keras model of an architecture with weights of timm.

    Args:
        source: a `.safetensors` file; or a state dict, of tensors or arrays.
        architecture: what they are the weights of, see `senet_lab.ported.networks.architecture_of`.

    Raises:
        ValueError: a pickle, a damaged file, a tensor too many or missing or of another shape, or one that is not all
            numbers; nothing is built before the names and shapes are right.
    """
    tensors = {name: array for name, array in _tensors(source).items() if not name.endswith(COUNTED)}
    wanted = _wanted(architecture, legacy=any(name.startswith("layer0.") for name in tensors))
    _must_match(tensors, wanted)
    model = architecture.build()
    for variable, name in zip(model.weights, _keys(model, wanted), strict=True):
        variable.assign(ours(tensors[name], variable.path, len(variable.shape)))
    return model


def to_timm(model: keras.Model, *, legacy: bool = False) -> dict[str, Array]:
    """The weights of a model as a state dict of timm, in NumPy arrays: `load_state_dict(..., strict=False)` takes them.

    Args:
        legacy: by the names of timm's `legacy_*`.

    Raises:
        ValueError: the model has a weight that timm's networks do not have.
    """
    import keras

    deep = any(layer.name == "stem_conv1" for layer in model.layers)
    found = {}
    for variable in model.weights:
        layer, _, name = variable.path.rpartition("/")
        array = keras.ops.convert_to_numpy(variable.value)
        found[key(layer.rpartition("/")[2], name, deep=deep, legacy=legacy)] = theirs(array, layer)
    return found


def save_timm(
    model: keras.Model, path: str | os.PathLike[str], *, legacy: bool = False, overwrite: bool = False
) -> Path:
    """Write the weights of a model as safetensors, as timm reads them: whole or not at all."""
    import numpy as np
    from safetensors.numpy import save_file

    tensors = {name: np.ascontiguousarray(array) for name, array in to_timm(model, legacy=legacy).items()}
    with written_whole(Path(path), overwrite=overwrite) as unfinished:
        save_file(tensors, unfinished, metadata={"format": "pt"})
    return Path(path)


def shapes(architecture: Architecture, *, legacy: bool = False) -> dict[str, tuple[int, ...]]:
    """Name and shape of every tensor that timm has for an architecture, counted from the ledger.

    >>> len(shapes(Architecture("resnet", 50, convention="timm")))
    331
    """
    return {name: shape for name, (_, shape) in _wanted(architecture, legacy).items()}


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
            parts["kernel"] = (out, row.channels_in) + (1, 1) * ("_se_" in row.name)
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
    import numpy as np

    if isinstance(source, Mapping):
        return {str(name): np.asarray(tensor) for name, tensor in source.items()}
    path = Path(source)
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith(PICKLES):
        raise ValueError(
            f"'{path.name}' is a pickle, which can run any code when it is read; save it as .safetensors, with "
            "safetensors.torch.save_file(model.state_dict(), ...), on a machine that trusts it."
        )
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return dict(load_file(path))
    except SafetensorError as error:
        raise ValueError(f"'{path.name}' is no safetensors file, or is damaged: {error}; get it anew.") from error


def _must_match(tensors: Mapping[str, Any], wanted: Mapping[str, tuple[str, tuple[int, ...]]]) -> None:
    import numpy as np

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
        told = "; ".join(f"{len(names)} {words}: {_some(names)}" for words, names in sides if names)
        raise ValueError(f"The weights do not fit the architecture. {told}.")
    for name, tensor in tensors.items():
        if not np.isfinite(tensor).all():
            raise ValueError(f"`{name}` must be numbers, and {int((~np.isfinite(tensor)).sum())} of it are none.")


def _some(names: Sequence[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
