"""Define the operations of `keras.ops` that the networks use, which can be read in two ways as `nets.layers` can.

An operation has no class to import and takes no name, so Keras calls each one "pad" or "pad_7". Here it takes one, so
that its row belongs to a block. It has no weights, and a saved model with it opens in plain Keras.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from senet_lab.checks import MAX_SIDE, one_of, quoted, whole
from senet_lab.extras import require
from senet_lab.nets.sketch import Entry, Sketch, automatic_name, write_row


def pad(x: Any, pad_width: Sequence[Sequence[int]], mode: str = "constant", *, name: str | None = None) -> Any:
    """Pad each axis, (before, after), with zeros, or with what is next to the edge, mirrored ("reflect").

    Raises:
        ValueError: the map is too small to be mirrored that far.
    """
    if not isinstance(x, Sketch):
        return _named(_keras_pad(x, pad_width, mode), name)
    one_of("mode", mode, ("constant", "reflect"))
    if not _has_pairs(pad_width, len(x.shape)):
        fit = ((0, 0), *[(1, 1)] * (len(x.shape) - 2), (0, 0))
        raise ValueError(
            f"`pad_width` (={quoted(pad_width)}) must have a pair for each of {len(x.shape)} axes; try {fit}."
        )
    added = [[whole("pad_width", each, 0, MAX_SIDE) for each in pair] for pair in pad_width]
    sides = zip(x.shape[1:], added[1:], strict=True)
    if mode == "reflect" and any(max(pair) >= side for side, pair in sides):
        raise ValueError(
            f"`pad_width` (={quoted(pad_width)}) must be smaller than the map (={x.shape[1:]}); try 'constant'."
        )
    shape = (None, *(side + sum(pair) for side, pair in zip(x.shape[1:], added[1:], strict=True)))
    return write_row([x], name or automatic_name(x, "Pad"), Entry("pad", shape), "")


def _has_pairs(value: Any, count: int) -> bool:
    """Return whether a value is a sequence of so many pairs."""
    is_sequence = isinstance(value, (tuple, list)) and len(value) == count
    return is_sequence and all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in value)


def _keras_pad(x: Any, pad_width: Sequence[Sequence[int]], mode: str) -> Any:
    require("keras", by="pad, called on anything but a Sketch,")
    import keras

    return keras.ops.pad(x, pad_width, mode=mode)


def _named(output: Any, name: str | None) -> Any:
    """Name the operation that has this output, if it is one of a model and not a number."""
    history = getattr(output, "_keras_history", None)
    if name and history:
        history.operation.name = name
    return output
