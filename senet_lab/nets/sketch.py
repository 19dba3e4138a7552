"""Sketch: a feature map of which only the shape is known, and the ledger that layers write as they pass over it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, update_wrapper
from math import prod
from typing import Any, NamedTuple, TypeAlias

Shape: TypeAlias = tuple[Any, ...]  # (None, height, width, channels) or (None, features); None is the batch


class Entry(NamedTuple):
    """What one layer makes of its input shape; `kernel` and `stride` in units of its input."""

    kind: str
    output_shape: Shape
    params: int = 0
    state: int = 0
    macs: int = 0
    elementwise: int = 0
    kernel: int = 1
    stride: int = 1
    groups: int = 1


class Row(NamedTuple):
    """One layer in the ledger.

    Attributes:
        name: that of the Keras layer.
        group: "stem", "group1" and so on, "classifier"; "" for layers outside of any.
        block: "block1" and so on, "" for layers outside of any.
        kind: "conv", "grouped conv", "dense", "batch norm", "activation", "scale", "add", "pad" and so on.
        output_shape: (None, height, width, channels) as Keras says it; None is the batch.
        params: trainable parameters.
        state: moving means and variances of batch normalization: stored, not trained.
        macs: multiply-adds of convolutions and dense layers, per image.
        elementwise: multiply-adds of global pooling and scaling, per image, which Hu et al. 2018 count as well.
        kernel, stride: side and step of the window, in units of the input.
        groups: groups of a convolution, which is its cardinality.
        activations: numbers in the output, per image.
        receptive_field: pixels of the input, along one side, that a unit sees through windows (Araujo et al. 2019).
            A gate sees the whole map; the map that it scales keeps its own.
    """

    name: str
    group: str
    block: str
    kind: str
    output_shape: Shape
    params: int
    state: int
    macs: int
    elementwise: int
    kernel: int
    stride: int
    groups: int
    activations: int
    receptive_field: int

    @property
    def in_se(self) -> bool:
        """Whether the layer is part of a squeeze-excite block."""
        return "_se_" in self.name or self.name.startswith("squeeze_excite")


class Sketch:
    """A feature map without numbers; a layer called on it writes a row instead of computing.

    >>> from senet_lab.nets.layers import Conv2D
    >>> Conv2D(64, 3, padding="same")(Sketch((32, 32, 3))).rows[-1].params
    1792

    Attributes:
        shape: (None, height, width, channels) or (None, features).
        rows: the ledger so far, one for all sketches of a network.
        field, jump: receptive field, and distance between neighbouring units, in pixels of the input.
        names: how often each automatic name was given out, one for all sketches of a network.
    """

    __slots__ = ("field", "jump", "names", "rows", "shape")

    shape: Shape
    rows: list[Row]
    field: int
    jump: int
    names: Counter[str]

    def __init__(self, shape: Sequence[int], name: str = "inputs") -> None:
        self.shape = (None, *shape)
        self.rows = [Row(name, "input", "", *Entry("input", self.shape), prod(shape), 1)]
        self.names = Counter()
        self.field = self.jump = 1

    def __repr__(self) -> str:
        return f"<Sketch {self.shape}, {len(self.rows)} layers>"

    def onward(self, shape: Shape, field: int, jump: int) -> Sketch:
        """Another feature map of the same network."""
        made = object.__new__(Sketch)
        made.shape, made.rows, made.field, made.jump, made.names = shape, self.rows, field, jump, self.names
        return made

    def write(self, name: str, entry: Entry) -> Sketch:
        """Put a layer into the ledger, and give its output."""
        field = self.field + (entry.kernel - 1) * self.jump
        group, block = place(name)
        self.rows.append(Row(name, group, block, *entry, prod(entry.output_shape[1:]), field))
        return self.onward(entry.output_shape, field, self.jump * entry.stride)


def place(name: str) -> tuple[str, str]:
    """Group and block that a layer's name says.

    >>> place("group2_block1_conv1"), place("stem_conv"), place("conv2d_7")
    (('group2', 'block1'), ('stem', ''), ('', ''))
    """
    found = re.match(r"(.+)_(block\d+)_|(stem|classifier|squeeze_excite\d+)_", name)
    return (found[1] or found[3], found[2] or "") if found else ("", "")


def layer(entry: Callable[..., Entry]) -> Callable[..., Callable[[Any], Any]]:
    """Make a layer of the vocabulary out of the function that counts it."""
    keras_name = entry.__name__

    def make(*args: Any, name: str | None = None, **kwargs: Any) -> Callable[[Any], Any]:
        def call(x: Any) -> Any:
            if isinstance(x, Sketch):
                return x.write(name or _automatic_name(x, keras_name), entry(x.shape, *args, **kwargs))
            if isinstance(x, (list, tuple)) and isinstance(x[0], Sketch):
                # A map that is scaled keeps its receptive field, although its gate has seen everything.
                widest = x[0] if keras_name == "Multiply" else max(x, key=lambda each: each.field)
                shapes = tuple(each.shape for each in x)
                return widest.write(name or _automatic_name(widest, keras_name), entry(shapes, *args, **kwargs))
            import keras

            return getattr(keras.layers, keras_name)(*args, name=name, **kwargs)(x)

        return call

    return update_wrapper(make, entry)


def written_once(block: Callable[..., Any]) -> Callable[..., Any]:
    """Let a residual block on sketches be worked out once for each shape, and then only be copied.

    A network repeats few blocks many times, and a slider's move changes few of them: the copy takes a fifth of the
    time. What is kept are the rows of the block for an input at receptive field 0, without the block's name.
    """

    @lru_cache(maxsize=2**12)
    def worked_out(shape: Shape, jump: int, shortcut: tuple[Shape, int, int] | None, args: Any, kwargs: Any) -> Any:
        x = Sketch(()).onward(shape, 0, jump)
        x.rows.clear()
        y = block(x, x.onward(*shortcut) if shortcut else x, *args, name="", **dict(kwargs))
        return tuple((row[0], row[3:-1], row[-1]) for row in x.rows), y

    def wrapper(x: Any, shortcut: Any, *args: Any, name: str, **kwargs: Any) -> Any:
        if not isinstance(x, Sketch):
            return block(x, shortcut, *args, name=name, **kwargs)
        beside = None if shortcut is x else (shortcut.shape, shortcut.field - x.field, shortcut.jump)
        rows, y = worked_out(x.shape, x.jump, beside, args, tuple(kwargs.items()))
        where, field = place(f"{name}_"), x.field
        x.rows += [tuple.__new__(Row, (name + part, *where, *counts, field + seen)) for part, counts, seen in rows]
        return x.onward(y.shape, field + y.field, y.jump)

    return update_wrapper(wrapper, block)


def unique_name(x: Any, stem: str) -> str:
    """`stem` with the next number that is free in the network `x` belongs to: "group1", "group2"."""
    if isinstance(x, Sketch):
        x.names[stem] += 1
        return f"{stem}{x.names[stem]}"
    import keras

    return f"{stem}{keras.backend.get_uid(stem)}"


def _automatic_name(x: Sketch, keras_name: str) -> str:
    """The name that Keras gives a layer without one: conv2d, conv2d_1, and so on."""
    stem = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", keras_name)
    stem = re.sub("([a-z])([A-Z])", r"\1_\2", stem).lower()
    x.names[stem] += 1
    return f"{stem}_{x.names[stem] - 1}" if x.names[stem] > 1 else stem
