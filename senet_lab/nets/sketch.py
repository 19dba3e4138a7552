"""Define the sketch, a feature map with a shape but no numbers, and the ledger that layers called on it write."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache, update_wrapper
from math import ceil, prod
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias, TypeVar

from senet_lab.checks import MAX_UNITS, quoted, whole
from senet_lab.extras import require
from senet_lab.nets.on_keras.blank import call_new

Shape: TypeAlias = tuple[Any, ...]  # (None, height, width, channels) or (None, features); None is the batch

T = TypeVar("T")

KEYWORD_ONLY = inspect.Parameter.KEYWORD_ONLY
MAX_SIDES = 8  # of a shape, not counting the batch
# Roles of layers that compute a gate per channel, and of all layers of attention; sets, as each row is looked up.
GATE_ROLES = frozenset(["squeeze", "reduce", "gate"])
SE_ROLES = GATE_ROLES | {"scale", "spatial squeeze", "spatial gate", "spatial scale", "sum"}


class Entry(NamedTuple):
    """The output shape and counts of one layer; the fields are those of `Row`."""

    kind: str
    output_shape: Shape
    params: int = 0
    state: int = 0
    macs: int = 0
    elementwise: int = 0
    kernel: int = 1
    stride: int = 1
    groups: int = 1
    channels_in: int = 0
    window: str = ""
    function: str = ""


class Row(NamedTuple):
    """One layer in the ledger.

    Attributes:
        name: name of the Keras layer.
        group: "stem", "group1" and so on, "classifier"; "" for layers outside any group.
        block: "block1" and so on; "" for layers outside any block.
        kind: "conv", "grouped conv", "dense", "batch norm", "activation", "scale", "add", "pad" and so on.
        output_shape: (None, height, width, channels), also of a model that has its channels first; None is the batch.
        params: trainable parameters.
        state: moving means and variances of batch normalization: stored, not trained.
        macs: multiply-adds of convolutions and dense layers, per image.
        elementwise: multiply-adds of global pooling and scaling, per image, which Hu et al. 2018 count as well.
        kernel, stride: side and stride of the window, in units of the input.
        groups: groups of a convolution, that is, its cardinality.
        channels_in: input channels of a convolution or dense layer; 0 for all others.
        window: the window in words, such as "1\u00d77", unless it is a square of side `kernel` in units of the input.
        function: name of the activation that the layer computes, also after a convolution; "" if it computes none.
        activations: numbers in the output, per image.
        receptive_field: pixels of the input, along one side, that a unit sees through windows (Araujo et al. 2019).
            A gate per channel sees the whole map, but the map that it scales keeps its receptive field. A gate per
            pixel is computed through windows, so the map that it scales has its receptive field if that is larger.
        role: purpose of the layer in its block: "squeeze", "reduce", "gate" and "scale" belong to squeeze-excite or
            another attention module, which may also have a "spatial squeeze", "spatial gate", "spatial scale" and
            "sum"; "shortcut" is the projection, "output" the last activation; "" for all others.
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
    channels_in: int
    window: str
    function: str
    activations: int
    receptive_field: int
    role: str = ""

    @property
    def in_se(self) -> bool:
        """Whether the layer is part of squeeze-excite, or of another attention module."""
        return self.role in SE_ROLES

    @property
    def sees_all(self) -> bool:
        """Whether the output depends on a whole map, as global pooling and the layers between it and a gate do."""
        if self.kind == "global pool":
            pools_channels = self.kernel == 1 and self.elementwise > self.activations  # as CBAM does for each pixel
            return not pools_channels
        return len(self.output_shape) == 2 or self.role in GATE_ROLES


class Sketch:
    """A feature map without numbers; a layer that is called on it counts instead of computing.

    >>> from senet_lab.nets.layers import Conv2D
    >>> Conv2D(64, 3, padding="same")(Sketch((32, 32, 3))).rows[-1].params
    1792

    Attributes:
        shape: (None, height, width, channels) or (None, features).
        written: the rows of the layer or block that has this output.
        inputs: the sketches on which that layer or block was called.
        field, jump: receptive field, and distance between neighboring units, in pixels of the input; 0 for channels of
            one place.
        names: how often each automatic name has been used; all sketches of a network share this counter.
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
        """The ledger of the network up to this output: each layer once, after the layers on which it depends.

        Raises:
            ValueError: two layers have the same name, which Keras would reject.
        """
        rows = [row for sketch in self.ordered() for row in sketch.written]
        if len({row.name for row in rows}) < len(rows):
            duplicate = next(name for name, times in Counter(row.name for row in rows).items() if times > 1)
            raise ValueError(f"Two layers have the name {quoted(duplicate)}; give one of their blocks another `name`.")
        return rows

    @property
    def kind(self) -> str:
        """The kind of the layer that has this output; "" for a further output."""
        return self.written[-1].kind if self.written else ""

    def ordered(self) -> list[Sketch]:
        """Return this sketch and all those on which it depends, each after its inputs."""
        return in_order(self, attrgetter("inputs"))

    def onward(self, shape: Shape, field: int, jump: int) -> Sketch:
        """Return the output of a layer that is called on this sketch, still without rows."""
        output = object.__new__(Sketch)
        output.shape, output.field, output.jump, output.names = shape, field, jump, self.names
        output.written, output.inputs = (), (self,)
        return output

    def write(self, name: str, entry: Entry, role: str = "") -> Sketch:
        """Return the output of a layer, with its row; without a `role`, the role is derived from the name."""
        field = self.field + (entry.kernel - 1) * self.jump
        group, block = place(name)
        row = Row(name, group, block, *entry, prod(entry.output_shape[1:]), ceil(field), role or role_of(name))
        # One place is left of a map that is pooled globally; the neighbors over which ECA convolves are its channels.
        is_pooled = entry.kind == "global pool" and row.sees_all
        output = self.onward(entry.output_shape, field, 0 if is_pooled else self.jump * entry.stride)
        output.written = (row,)
        return output


def in_order(end: T, inputs_of: Callable[[T], Sequence[T]]) -> list[T]:
    """Return a node of a graph and all those on which it depends, each after its inputs."""
    ordered: dict[int, T] = {}
    stack = [(end, False)]
    while stack:
        node, is_ready = stack.pop()
        if is_ready:
            ordered[id(node)] = node
        elif id(node) not in ordered:
            stack.append((node, True))
            stack += [(each, False) for each in reversed(inputs_of(node))]
    return list(ordered.values())


MODULES = r"(?:squeeze_excite|eca|cbam|scse)\d+"  # the places of attention modules that are composed by hand


@lru_cache(maxsize=2**12)  # most names occur in most networks
def place(name: str) -> tuple[str, str]:
    """Return the group and block that a layer's name contains.

    >>> place("group2_block1_conv1"), place("stem_conv"), place("conv2d_7")
    (('group2', 'block1'), ('stem', ''), ('', ''))
    """
    match = re.match(rf"(?P<group>.+?)_(?P<block>block\d+)_|(?P<part>{MODULES}|stem|classifier)_", name)
    return (match["group"] or match["part"], match["block"] or "") if match else ("", "")


_ROLE = re.compile(
    r".+_(?:se_(?P<se>squeeze|reduce|gate|scale)|(?P<shortcut>shortcut)_\w+|block\d+_(?P<output>relu)"
    r"|(?:eca|cbam|scse)_(?P<attention>reduce|(?:spatial_)?(?:squeeze|gate|scale)|sum)(?:_\w+)?)"
)


@lru_cache(maxsize=2**12)
def role_of(name: str) -> str:
    """Return the role that a layer's name implies; Keras layers and exported code state it only in this way.

    >>> role_of("group2_block1_se_reduce"), role_of("group2_block1_shortcut_bn"), role_of("group2_block1_relu1")
    ('reduce', 'shortcut', '')
    """
    match = _ROLE.fullmatch(name)
    if not match:
        return ""
    return match["se"] or (match["attention"] or "").replace("_", " ") or match.lastgroup or ""


def window_words(sides: Sequence[int], dilation: int = 1) -> str:
    """Return a window in words; "" for a square one, or one of a single side, without gaps.

    >>> window_words((1, 7)), window_words((3, 3), dilation=2), window_words((3, 3))
    ('1\u00d77', '3\u00d73, dilation 2', '')
    """
    if len(set(sides)) <= 1 and dilation == 1:
        return ""
    gaps = f", dilation {dilation}" if dilation > 1 else ""
    return "\u00d7".join(map(str, sides)) + gaps


def layer(entry: Callable[..., Entry]) -> Callable[..., Callable[[Any], Any]]:
    """Turn a function that counts a layer into a layer of the vocabulary."""
    keras_name = entry.__name__

    def make(*args: Any, name: str | None = None, role: str = "", **kwargs: Any) -> Callable[[Any], Any]:
        def call(x: Any) -> Any:
            inputs = x if isinstance(x, (list, tuple)) else [x]
            if not isinstance(inputs[0], Sketch):
                return call_new(_keras_layer(keras_name, *args, name=name, **kwargs), x)
            shapes = [each.shape for each in inputs]
            row_name = name or automatic_name(inputs[0], keras_name)
            return write_row(inputs, row_name, entry(shapes if x is inputs else shapes[0], *args, **kwargs), role)

        return call

    signature = inspect.signature(entry)
    _, *arguments = signature.parameters.values()
    ours = [inspect.Parameter("name", KEYWORD_ONLY, default=None), inspect.Parameter("role", KEYWORD_ONLY, default="")]
    update_wrapper(make, entry).__signature__ = signature.replace(parameters=[*arguments, *ours])  # type: ignore[attr-defined]  # PEP 362
    return make


def _keras_layer(keras_name: str, *args: Any, **kwargs: Any) -> Any:
    """Return the named Keras layer, accelerated before its first call, so that Keras need not compile it."""
    require("keras", by=f"{keras_name}, called on anything but a Sketch,")
    import keras

    from senet_lab.nets.on_keras.acceleration import accelerate

    return accelerate(getattr(keras.layers, keras_name)(*args, **kwargs))


def write_row(inputs: Sequence[Sketch], name: str, entry: Entry, role: str) -> Sketch:
    """Return the output of a layer with one or more inputs, with its row."""
    # A scaled map keeps its receptive field, although a gate per channel depends on the whole map.
    widest = max(inputs, key=lambda each: (prod(each.shape[1:-1]) > 1, each.field, each.jump))
    output = widest.write(name, entry, role)
    output.inputs = tuple(inputs)
    return output


class _Template(NamedTuple):
    """A row of a block at no particular place: `suffix` omits the block's name, fields start at the block's input."""

    suffix: str
    measures: tuple[Any, ...]  # the fields of an `Entry`, and the activations: the same for every position of the block
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
    """Compute a residual block on sketches once per shape, and copy its rows from then on.

    A network repeats few distinct blocks many times, and moving a slider changes few of them. The cache stores the rows
    of a block for an input with receptive field 0, without the block's name. Arguments must be plain, validated values,
    because equal ones share an entry, such as 16.0 and 16.
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
        new = tuple.__new__  # Row(...) would take twice as long, and CBAM-ResNeXt-152 has 1,467 rows
        y.written = tuple([
            new(Row, (name + suffix, group_name, block_name, *measures, x.field + field, role))
            for suffix, measures, field, role in templates
        ])  # fmt: skip
        return y

    return update_wrapper(wrapper, block)


def unique_name(x: Any, stem: str) -> str:
    """Return `stem` with the next unused number in the network of `x`: "group1", "group2"."""
    if isinstance(x, Sketch):
        x.names[stem] += 1
        return f"{stem}{x.names[stem]}"
    require("keras", by="a network that is called on anything but a Sketch")
    import keras

    return f"{stem}{keras.backend.get_uid(stem)}"


def automatic_name(x: Sketch, keras_name: str) -> str:
    """Return the name that Keras gives an unnamed layer: conv2d, conv2d_1, and so on."""
    stem = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", keras_name)
    stem = re.sub("([a-z])([A-Z])", r"\1_\2", stem).lower()
    x.names[stem] += 1
    return f"{stem}_{x.names[stem] - 1}" if x.names[stem] > 1 else stem
