"""Checks of arrays, of images and of Keras models, as `senet_lab.checks` has them for numbers and names."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from senet_lab.checks import quoted

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


def numbers(name: str, value: Any, fit: str, *, rank: int | None = None, kinds: str = "biuf") -> Array:
    """Return `value` as an array of numbers, as it is if it is one.

    Args:
        fit: an expression for one that would do.
        rank: how many axes it must have; None for any number.
        kinds: NumPy's letters for the types that will do.

    Raises:
        TypeError: it is none.
        ValueError: it has other axes.
    """
    import numpy as np

    try:
        array = np.asarray(value)
    except Exception as error:  # lists of other lengths, or whatever a class of somebody else's raises
        raise TypeError(f"`{name}` must be an array of numbers, not {quoted(value)}; try {fit}.") from error
    if array.dtype.kind not in kinds and array.dtype.name != "bfloat16":
        raise TypeError(f"`{name}` must be an array of numbers, not {_kind(value, array)}; try {fit}.")
    if rank is not None and array.ndim != rank:
        raise ValueError(f"`{name}` (of shape {array.shape}) must have {rank} axes; try {fit}.")
    return array


def images(name: str, value: Any) -> Array:
    """Return `value` as images, (images, height, width, channels); errors as of `numbers`."""
    return numbers(name, value, "an array of shape (images, height, width, channels)", rank=4)


def labels(name: str, value: Any) -> Array:
    """Return `value` as the classes of images, by number or by name, (images,); errors as of `numbers`."""
    return numbers(name, value, "an array with the class of each image", rank=1, kinds="biufUS")


def model(name: str, value: Any) -> Any:
    """Return `value` if it is a Keras model.

    Raises:
        TypeError: it is none.
    """
    keras = sys.modules.get("keras")  # who has a model has loaded it
    if keras is None or not isinstance(value, keras.Model):
        has_one = hasattr(type(value), "build") and hasattr(type(value), "token")
        fit = "its `build()`" if has_one else "Architecture().build()"
        raise TypeError(f"`{name}` must be a Keras model, not {quoted(value)}; try {fit}.")
    return value


def names(name: str, value: Any, fit: str) -> Collection[str]:
    """Return `value` as texts; one text stands for itself.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, Collection) or not all(isinstance(each, str) for each in value):
        raise TypeError(f"`{name}` must be texts, not {quoted(value)}; try {fit}.")
    return value


def _kind(value: Any, array: Array) -> str:
    return quoted(value) if array.ndim == 0 else f"an array of {array.dtype.name}"
