"""Sketch: a feature map of which only the shape is known, and the ledger that layers write as they pass over it."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, update_wrapper
from math import prod
from typing import Any, NamedTuple, TypeAlias

from senet_lab.checks import MAX_UNITS, quoted, whole
from senet_lab.extras import require
from senet_lab.nets.on_keras.blank import call_new

Shape: TypeAlias = tuple[Any, ...]  # (None, height, width, channels) or (None, features); None is the batch

KEYWORD_ONLY = inspect.Parameter.KEYWORD_ONLY
MAX_SIDES = 8  # of a shape, the batch aside
SE_ROLES = ("squeeze", "reduce", "gate", "scale")


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
        role: what the layer is for in its block: "squeeze", "reduce", "gate" and "scale" are squeeze-excite,
            "shortcut" is its projection, "output" its last activation; "" for all others.
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
    role: str = ""

    @property
    def in_se(self) -> bool:
        """Whether the layer is part of a squeeze-excite block."""
        return self.role in SE_ROLES

    @property
    def channels_in(self) -> int:
        """Channels that a convolution or dense layer is called on: its macs say it, with or without a bias."""
        each = self.activations * (self.kernel**2 if self.kind in ("conv", "grouped conv") else 1)
        return self.macs * self.groups // (each or 1)


class Sketch:
    """A feature map without numbers; a layer called on it counts instead of computing.

    >>> from senet_lab.nets.layers import Conv2D
    >>> Conv2D(64, 3, padding="same")(Sketch((32, 32, 3))).rows[-1].params
    1792

    Attributes:
        shape: (None, height, width, channels) or (None, features).
        written: the rows of the layer, or of the block, whose output this is.
        inputs: the sketches that it was called on.
        field, jump: receptive field, and distance between neighbouring units, in pixels of the input.
        names: how often each automatic name was given out, one for all sketches of a network.
    """

    __slots__ = ("field", "inputs", "jump", "names", "shape", "written")

    shape: Shape
    written: tuple[Row, ...]
    inputs: tuple[Sketch, ...]
    field: int
    jump: int
    names: Counter[str]

    def __init__(self, shape: Sequence[int], name: str = "inputs") -> None:
        if not isinstance(shape, (tuple, list)) or len(shape) > MAX_SIDES:
            raise TypeError(f"`shape` must be (height, width, channels), not {quoted(shape)}; try (224, 224, 3).")
        self.shape = (None, *(whole("shape", side, 1, MAX_UNITS) for side in shape))
        self.written = (Row(name, "input", "", *Entry("input", self.shape), prod(self.shape[1:]), 1),)
        self.inputs, self.names = (), Counter()
        self.field = self.jump = 1

    def __repr__(self) -> str:
        return f"<Sketch {self.shape}, {len(self.rows)} layers>"

    @property
    def rows(self) -> list[Row]:
        """The ledger of the network that leads here: each layer once, behind those that it needs.

        Raises:
            ValueError: two layers have one name, which Keras would refuse.
        """
        ordered: dict[int, Sketch] = {}  # topologically: a sketch is added once its inputs are
        stack = [(self, False)]
        while stack:
            sketch, is_ready = stack.pop()
            if is_ready:
                ordered[id(sketch)] = sketch
            elif id(sketch) not in ordered:
                stack.append((sketch, True))
                stack += [(each, False) for each in reversed(sketch.inputs)]
        rows = [row for sketch in ordered.values() for row in sketch.written]
        if len({row.name for row in rows}) < len(rows):
            duplicate = next(name for name, times in Counter(row.name for row in rows).items() if times > 1)
            raise ValueError(f"Two layers have the name {quoted(duplicate)}; give one of their blocks another `name`.")
        return rows

    def onward(self, shape: Shape, field: int, jump: int) -> Sketch:
        """Return the output of a layer that is called on this sketch, without the rows that the layer writes."""
        output = object.__new__(Sketch)
        output.shape, output.field, output.jump, output.names = shape, field, jump, self.names
        output.written, output.inputs = (), (self,)
        return output

    def write(self, name: str, entry: Entry, role: str = "") -> Sketch:
        """Return the output of a layer, with its row; one that states no role has that which its name says."""
        field = self.field + (entry.kernel - 1) * self.jump
        output = self.onward(entry.output_shape, field, self.jump * entry.stride)
        group, block = place(name)
        output.written = (Row(name, group, block, *entry, prod(entry.output_shape[1:]), field, role or role_of(name)),)
        return output


@lru_cache(maxsize=2**12)  # most names occur in most networks
def place(name: str) -> tuple[str, str]:
    """Return the group and block that a layer's name says.

    >>> place("group2_block1_conv1"), place("stem_conv"), place("conv2d_7")
    (('group2', 'block1'), ('stem', ''), ('', ''))
    """
    match = re.match(r"(?P<group>.+?)_(?P<block>block\d+)_|(?P<part>stem|classifier|squeeze_excite\d+)_", name)
    return (match["group"] or match["part"], match["block"] or "") if match else ("", "")


_ROLE = re.compile(r".+_(?:se_(?P<se>squeeze|reduce|gate|scale)|(?P<shortcut>shortcut)_\w+|block\d+_(?P<output>relu))")


@lru_cache(maxsize=2**12)
def role_of(name: str) -> str:
    """Return the role that a layer's name says: all that a Keras layer, or code that was exported, has to tell it by.

    >>> role_of("group2_block1_se_reduce"), role_of("group2_block1_shortcut_bn"), role_of("group2_block1_relu1")
    ('reduce', 'shortcut', '')
    """
    match = _ROLE.fullmatch(name)
    return (match["se"] or match.lastgroup or "") if match else ""


def layer(entry: Callable[..., Entry]) -> Callable[..., Callable[[Any], Any]]:
    """Make a layer of the vocabulary out of the function that counts it."""
    keras_name = entry.__name__

    def make(*args: Any, name: str | None = None, role: str = "", **kwargs: Any) -> Callable[[Any], Any]:
        def call(x: Any) -> Any:
            inputs = x if isinstance(x, (list, tuple)) else [x]
            if not isinstance(inputs[0], Sketch):
                return call_new(_keras_layer(keras_name, *args, name=name, **kwargs), x)
            shapes = [each.shape for each in inputs]
            row_name = name or _automatic_name(inputs[0], keras_name)
            return _write(inputs, row_name, entry(shapes if x is inputs else shapes[0], *args, **kwargs), role)

        return call

    signature = inspect.signature(entry)
    _, *arguments = signature.parameters.values()
    ours = [inspect.Parameter("name", KEYWORD_ONLY, default=None), inspect.Parameter("role", KEYWORD_ONLY, default="")]
    update_wrapper(make, entry).__signature__ = signature.replace(parameters=[*arguments, *ours])  # type: ignore[attr-defined]  # PEP 362
    return make


def _keras_layer(keras_name: str, *args: Any, **kwargs: Any) -> Any:
    """Return the Keras layer of that name, accelerated before its first call, so that Keras compiles nothing for it."""
    require("keras", by=f"{keras_name}, called on anything but a Sketch,")
    import keras

    from senet_lab.nets.on_keras.acceleration import accelerate

    return accelerate(getattr(keras.layers, keras_name)(*args, **kwargs))


def _write(inputs: Sequence[Sketch], name: str, entry: Entry, role: str) -> Sketch:
    """Return the output of a layer with one or more inputs, with its row."""
    # A map that is scaled keeps its receptive field, although its gate has seen everything.
    widest = max(inputs, key=lambda each: (len(each.shape) == 4 and each.shape[1] > 1, each.field))
    output = widest.write(name, entry, role)
    output.inputs = tuple(inputs)
    return output


class _Template(NamedTuple):
    """A row of a block without its place: `suffix` lacks the block's name, the field starts at the block's input."""

    suffix: str
    measures: tuple[Any, ...]  # the fields of an `Entry`, and the activations: the same wherever the block stands
    receptive_field: int
    role: str

    @classmethod
    def of(cls, row: Row) -> _Template:
        name, _, _, *measures, receptive_field, role = row
        return cls(name, tuple(measures), receptive_field, role)


class _Output(NamedTuple):
    """Shape, receptive field and jump of a sketch."""

    shape: Shape
    field: int
    jump: int


def written_once(block: Callable[..., Any]) -> Callable[..., Any]:
    """Let a residual block on sketches be worked out once for each shape, and from then on only be copied.

    A network repeats few blocks many times, and a slider's move changes few of them. What is kept are the rows of
    the block for an input at receptive field 0, without the block's name. Arguments must be plain and checked: one
    that equals another is taken for it, as 16.0 for 16.
    """

    @lru_cache(maxsize=2**12)
    def work_out(
        shape: Shape, jump: int, projection: _Output | None, args: Any, kwargs: Any
    ) -> tuple[tuple[_Template, ...], _Output]:
        x = Sketch(()).onward(shape, 0, jump)
        x.inputs = ()
        shortcut = x.onward(*projection) if projection else x
        y = block(x, shortcut, *args, name="", **dict(kwargs))
        return tuple(_Template.of(row) for row in y.rows), _Output(y.shape, y.field, y.jump)

    def wrapper(x: Any, shortcut: Any, *args: Any, name: str, **kwargs: Any) -> Any:
        if not isinstance(x, Sketch):
            return block(x, shortcut, *args, name=name, **kwargs)
        projection = None if shortcut is x else _Output(shortcut.shape, shortcut.field - x.field, shortcut.jump)
        templates, output = work_out(x.shape, x.jump, projection, args, tuple(kwargs.items()))
        y, (group_name, block_name) = x.onward(output.shape, x.field + output.field, output.jump), place(f"{name}_")
        y.inputs = (x,) if shortcut is x else (shortcut, x)
        new = tuple.__new__  # Row(...) would take twice as long, and a ledger has up to 717 rows
        y.written = tuple([
            new(Row, (name + suffix, group_name, block_name, *measures, x.field + field, role))
            for suffix, measures, field, role in templates
        ])  # fmt: skip
        return y

    return update_wrapper(wrapper, block)


def unique_name(x: Any, stem: str) -> str:
    """Return `stem` with the next number that is free in the network `x` belongs to: "group1", "group2"."""
    if isinstance(x, Sketch):
        x.names[stem] += 1
        return f"{stem}{x.names[stem]}"
    require("keras", by="a network that is called on anything but a Sketch")
    import keras

    return f"{stem}{keras.backend.get_uid(stem)}"


def _automatic_name(x: Sketch, keras_name: str) -> str:
    """Return the name that Keras gives a layer without one: conv2d, conv2d_1, and so on."""
    stem = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", keras_name)
    stem = re.sub("([a-z])([A-Z])", r"\1_\2", stem).lower()
    x.names[stem] += 1
    return f"{stem}_{x.names[stem] - 1}" if x.names[stem] > 1 else stem
