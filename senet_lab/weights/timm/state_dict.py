"""State dict: the tensors of a .safetensors file or of PyTorch as arrays, checked before anything is built."""

from __future__ import annotations

import os
from collections.abc import Mapping
from math import isfinite
from typing import Any

from senet_lab.array_checks import Array
from senet_lab.checks import listed, path_of, quoted
from senet_lab.extras import needed_by
from senet_lab.files import opened

with needed_by(__name__):
    import numpy as np
    from safetensors import SafetensorError, safe_open
    from safetensors.numpy import load_file

COUNTER = "num_batches_tracked"  # a tensor of PyTorch's that no computation uses
PICKLES = (b"PK\x03\x04", b"\x80")  # the first bytes of files by `torch.save`, new and old format
NUMBER_TYPES = ("float16", "bfloat16", "float32", "float64")
STORED_TYPES = {"F16": "float16", "BF16": "bfloat16", "F32": "float32", "F64": "float64"}  # by safetensors's names
EXAMPLE = "float32, by `tensor.float()` in PyTorch"


def read_state_dict(source: str | os.PathLike[str] | Mapping[str, Any]) -> dict[str, Array]:
    """Return the tensors of a .safetensors file or of a state dict as arrays.

    Raises:
        TypeError: a value is not a tensor, or its dtype is not in `NUMBER_TYPES`.
        ValueError: the file is a pickle or is damaged.
        OSError: the file does not exist or cannot be read.
    """
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
    try:
        with safe_open(path, "numpy") as tensors:
            for name in tensors.keys():  # noqa: SIM118 - this is no mapping
                _must_have_type(name, STORED_TYPES.get(dtype := tensors.get_slice(name).get_dtype(), dtype))
        return dict(load_file(path))
    except SafetensorError as error:
        raise ValueError(f"'{path}' is no safetensors file, or is damaged: {error}; download it again.") from error


def _array(name: str, tensor: Any) -> Array:
    """Return a tensor of a state dict as an array if it can contain weights."""
    dtype = getattr(tensor, "dtype", "")  # checked first, since NumPy lacks some of PyTorch's dtypes
    type_name = str(getattr(dtype, "name", dtype)).removeprefix("torch.")
    if type_name:
        _must_have_type(name, type_name)
    try:
        array = np.asarray(tensor)
    except Exception as error:  # a foreign class may raise anything
        words = str(error).partition("\n")[0].rstrip(".")
        raise TypeError(f"`{name}` must be a tensor, and NumPy cannot read it: {words}; try {EXAMPLE}.") from error
    if not type_name:
        raise TypeError(f"`{name}` must be a tensor or an array, not {quoted(tensor)}; try {EXAMPLE}.")
    return array


def _must_have_type(name: str, number_type: str) -> None:
    if number_type not in NUMBER_TYPES and not name.endswith(COUNTER):
        raise TypeError(f"`{name}` must be of {listed(NUMBER_TYPES)}, not {number_type!r}; try {EXAMPLE}.")


def must_be_possible(name: str, tensor: Array) -> None:
    """Raise ValueError if values are not finite, too large for 32 bits, or a variance is negative."""
    with np.errstate(invalid="ignore"):  # both are NaN if a value is, and neither copies the tensor
        least, most = float(tensor.min(initial=0)), float(tensor.max(initial=0))
    if not (isfinite(least) and isfinite(most)):
        count = int((~np.isfinite(tensor)).sum())
        values = "1 value that is" if count == 1 else f"{count:,} values that are"
        raise ValueError(f"`{name}` has {values} not finite; download the weights again.")
    max_value, largest = float(np.finfo("float32").max), max(-least, most)
    if largest > max_value:
        raise ValueError(
            f"`{name}` must be numbers that 32 bits can hold, up to {max_value:.3g}, and has one of {largest:.3g}; "
            "download the weights again."
        )
    if name.endswith("running_var") and least < 0:
        raise ValueError(
            f"`{name}` must be variances, at least 0, and has one of {least:.3g}; download the weights again."
        )
