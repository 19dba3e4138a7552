"""Define the vocabulary: layers with the names and arguments of `keras.layers`, which can be read in two ways.

Called on a `Sketch` (a shape without numbers), a layer writes its row of the ledger, in plain Python.
Called on anything else, it is the Keras layer of that name:

    x = Conv2D(64, 7, strides=2, padding="same", use_bias=False, name="stem_conv")(x)

A network is therefore defined once, and its counts always match the model that Keras builds.

Each function below implements the first reading: it maps an input shape and Keras's arguments to an `Entry`. Arguments
that do not affect counts (initializers, epsilon) are listed as well, so that a misspelled one fails in both readings.
Only arguments with the same position in Keras can be passed by position.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from senet_lab.checks import MAX_SIDE, MAX_UNITS, divisible, one_of, quoted, real, whole
from senet_lab.nets.sketch import MAX_SIDES, Entry, Shape, layer, window_words

Pair = int | tuple[int, int]


def _pair(name: str, value: Pair) -> tuple[int, int]:
    first, second = _both(name, value)
    return whole(name, first, 1, MAX_SIDE), whole(name, second, 1, MAX_SIDE)


def _both(name: str, value: Any) -> tuple[Any, Any]:
    """Return a pair: one value twice, or the two values given."""
    if not isinstance(value, (tuple, list)):
        return value, value
    if len(value) != 2:
        fit = quoted(value[0] if value else 2)
        raise ValueError(f"`{name}` (={quoted(value)}) must be one number or two; try {fit}.")
    return value[0], value[1]


def _must_be_maps(shape: Shape) -> None:
    """Raise a ValueError unless a shape is that of feature maps."""
    if len(shape) != 4:
        raise ValueError(f"`shape` (={quoted(shape[1:])}) must be (height, width, channels); try Reshape first.")


def _windowed(shape: Shape, kernel: Pair, strides: Pair, padding: str) -> tuple[int, int, int, int]:
    """Return height and width of the output, side and stride of the window (Dumoulin and Visin 2016, sec. 2.4).

    Raises:
        ValueError: the window is larger than the map.
    """
    window, step = _pair("kernel_size", kernel), _pair("strides", strides)
    _must_be_maps(shape)
    if one_of("padding", padding.lower() if isinstance(padding, str) else padding, ("valid", "same")) == "same":
        height, width = (-(-side // s) for side, s in zip(shape[1:3], step, strict=True))
    else:
        height, width = ((side - k) // s + 1 for side, k, s in zip(shape[1:3], window, step, strict=True))
    if min(height, width) < 1:
        fit = min(shape[1:3])
        raise ValueError(f"`kernel_size` (={window}) must fit into the map (={shape[1:3]}); try {fit}, or 'same'.")
    return height, width, max(window), max(step)


@layer
def Conv2D(
    shape: Shape,
    filters: int,
    kernel_size: Pair,
    strides: Pair = 1,
    padding: str = "valid",
    *,
    groups: int = 1,
    activation: str | None = None,
    use_bias: bool = True,
    kernel_initializer: str = "glorot_uniform",
) -> Entry:
    """Convolve; with `groups` > 1, each group of filters sees only its own channels (Xie et al. 2017)."""
    channels, filters = shape[-1], whole("filters", filters, 1, MAX_UNITS)
    height, width, kernel, stride = _windowed(shape, kernel_size, strides, padding)
    groups = whole("groups", groups, 1, MAX_UNITS)
    divisible("channels", channels, "groups", groups)
    divisible("filters", filters, "groups", groups)
    weights = prod(_pair("kernel_size", kernel_size)) * (channels // groups) * filters
    return Entry(
        kind="grouped conv" if groups > 1 else "conv",
        output_shape=(None, height, width, filters),
        params=weights + filters * use_bias,
        macs=weights * height * width,
        kernel=kernel,
        stride=stride,
        groups=groups,
        channels_in=channels,
        window=window_words(_pair("kernel_size", kernel_size)),
        function=activation or "",
    )


@layer
def Conv1D(
    shape: Shape,
    filters: int,
    kernel_size: int,
    strides: int = 1,
    padding: str = "valid",
    *,
    activation: str | None = None,
    use_bias: bool = True,
    kernel_initializer: str = "glorot_uniform",
) -> Entry:
    """Convolve along a sequence, (steps, channels)."""
    if len(shape) != 3:
        raise ValueError(f"`shape` (={quoted(shape[1:])}) must be (steps, channels); try Reshape first.")
    filters, kernel = whole("filters", filters, 1, MAX_UNITS), whole("kernel_size", kernel_size, 1, MAX_SIDE)
    steps, _, _, stride = _windowed((None, shape[1], 1, shape[2]), (kernel, 1), (strides, 1), padding)
    weights = kernel * shape[2] * filters
    return Entry(
        "conv", (None, steps, filters), params=weights + filters * use_bias, macs=weights * steps, kernel=kernel,
        stride=stride, channels_in=shape[2], function=activation or "",
    )  # fmt: skip


@layer
def Dense(
    shape: Shape,
    units: int,
    activation: str | None = None,
    use_bias: bool = True,
    kernel_initializer: str = "glorot_uniform",
) -> Entry:
    """Apply a dense layer to the last axis, at every position of the other axes."""
    units = whole("units", units, 1, MAX_UNITS)
    weights = shape[-1] * units
    output = (*shape[:-1], units)
    return Entry(
        "dense", output, params=weights + units * use_bias, macs=weights * prod(shape[1:-1]),
        channels_in=shape[-1], function=activation or "",
    )  # fmt: skip


@layer
def BatchNormalization(
    shape: Shape, *, momentum: float = 0.99, epsilon: float = 1e-3, gamma_initializer: str = "ones"
) -> Entry:
    """Normalize each channel; gamma and beta are parameters, moving statistics are state (Ioffe, Szegedy 2015)."""
    return Entry("batch norm", shape, params=2 * shape[-1], state=2 * shape[-1])


@layer
def ReLU(shape: Shape) -> Entry:
    """Compute max(x, 0)."""
    return Entry("activation", shape, function="relu")


@layer
def Activation(shape: Shape, activation: str) -> Entry:
    """Apply the named activation."""
    return Entry("activation", shape, function=activation)


@layer
def Dropout(shape: Shape, rate: float) -> Entry:
    """Set a fraction `rate` of the input to zero during training."""
    real("rate", rate, 0, 1)
    return Entry("dropout", shape)


@layer
def ZeroPadding2D(shape: Shape, padding: int | Sequence[int] | Sequence[Sequence[int]] = 1) -> Entry:
    """Pad a map with zeros: one number for every side, (rows, columns), or ((top, bottom), (left, right))."""
    _must_be_maps(shape)
    rows, columns = _both("padding", padding)
    added = [sum(whole("padding", each, 0, MAX_SIDE) for each in _both("padding", side)) for side in (rows, columns)]
    return Entry("pad", (None, shape[1] + added[0], shape[2] + added[1], shape[3]))


def _pooling(shape: Shape, pool_size: Pair, strides: Pair | None, padding: str) -> Entry:
    height, width, kernel, stride = _windowed(shape, pool_size, pool_size if strides is None else strides, padding)
    window = window_words(_pair("pool_size", pool_size))
    return Entry("pool", (None, height, width, shape[-1]), kernel=kernel, stride=stride, window=window)


@layer
def MaxPooling2D(shape: Shape, pool_size: Pair = 2, strides: Pair | None = None, padding: str = "valid") -> Entry:
    """Return the largest number of each window."""
    return _pooling(shape, pool_size, strides, padding)


@layer
def AveragePooling2D(shape: Shape, pool_size: Pair = 2, strides: Pair | None = None, padding: str = "valid") -> Entry:
    """Return the mean of each window; with "same", of the part of it that is in the map."""
    return _pooling(shape, pool_size, strides, padding)


def _global_pooling(shape: Shape, keepdims: bool) -> Entry:
    _must_be_maps(shape)
    _, height, width, channels = shape
    output: Shape = (None, 1, 1, channels) if keepdims else (None, channels)
    return Entry("global pool", output, elementwise=height * width * channels, kernel=max(height, width))


@layer
def GlobalAveragePooling2D(shape: Shape, *, keepdims: bool = False) -> Entry:
    """Return the mean of each channel's map."""
    return _global_pooling(shape, keepdims)


@layer
def GlobalMaxPooling2D(shape: Shape, *, keepdims: bool = False) -> Entry:
    """Return the largest number of each channel's map."""
    return _global_pooling(shape, keepdims)


@layer
def Reshape(shape: Shape, target_shape: tuple[int, ...]) -> Entry:
    """Reshape the input; one -1 is replaced by the size that remains."""
    numbers, sides = prod(shape[1:]), tuple(target_shape) if isinstance(target_shape, (tuple, list)) else ()
    sides = tuple(side if side == -1 else whole("target_shape", side, 1, MAX_UNITS) for side in sides[: MAX_SIDES + 1])
    size = prod(side for side in sides if side != -1)
    output = tuple(numbers // size if side == -1 else side for side in sides)
    if not 1 <= len(sides) <= MAX_SIDES or sides.count(-1) > 1 or prod(output) != numbers:
        raise ValueError(f"`target_shape` (={quoted(target_shape)}) must hold {numbers} numbers; try (-1,).")
    return Entry("reshape", (None, *output))


@layer
def Flatten(shape: Shape) -> Entry:
    """Flatten the input into one axis."""
    return Entry("reshape", (None, prod(shape[1:])))


@layer
def Cropping2D(shape: Shape, cropping: int | Sequence[int] | Sequence[Sequence[int]] = 0) -> Entry:
    """Crop a map: one number for every side, (rows, columns), or ((top, bottom), (left, right))."""
    _must_be_maps(shape)
    pairs = [_both("cropping", side) for side in _both("cropping", cropping)]
    cut = [sum(whole("cropping", each, 0, MAX_SIDE) for each in pair) for pair in pairs]
    if cut[0] >= shape[1] or cut[1] >= shape[2]:
        raise ValueError(f"`cropping` (={quoted(cropping)}) must leave something of {shape[1:3]}; try 0.")
    return Entry("crop", (None, shape[1] - cut[0], shape[2] - cut[1], shape[3]))


def _global_sequence_pooling(shape: Shape, data_format: str | None, keepdims: bool) -> Entry:
    if len(shape) != 3:
        raise ValueError(f"`shape` (={quoted(shape[1:])}) must be (steps, channels); try Reshape first.")
    known = "channels_last" if data_format is None else data_format
    is_first = one_of("data_format", known, ("channels_last", "channels_first")) == "channels_first"
    steps, channels = shape[:0:-1] if is_first else shape[1:]
    output: Shape = (None, channels, 1) if is_first else (None, 1, channels)
    output = output if keepdims else (None, channels)
    # A sketch has its channels last: if they are taken for the steps, each step is pooled over its channels.
    return Entry("global pool", output, elementwise=steps * channels, kernel=1 if is_first else steps)


@layer
def GlobalAveragePooling1D(shape: Shape, data_format: str | None = None, keepdims: bool = False) -> Entry:
    """Return the mean of each channel's sequence."""
    return _global_sequence_pooling(shape, data_format, keepdims)


@layer
def GlobalMaxPooling1D(shape: Shape, data_format: str | None = None, keepdims: bool = False) -> Entry:
    """Return the largest number of each channel's sequence."""
    return _global_sequence_pooling(shape, data_format, keepdims)


def _listed(shapes: Sequence[Shape]) -> str:
    return " and ".join(str(shape[1:]) for shape in shapes[:3])


@layer
def Add(shapes: Sequence[Shape]) -> Entry:
    """Add maps of one shape, such as a shortcut and its residual (He et al. 2016, eq. 1)."""
    if len(set(shapes)) > 1:
        raise ValueError(f"What is added must have one shape, not {_listed(shapes)}; project the shortcut.")
    return Entry("add", shapes[0])


@layer
def Concatenate(shapes: Sequence[Shape], axis: int = -1) -> Entry:
    """Join maps along one axis; on all others they have the same sizes."""
    first = shapes[0]
    at = one_of("axis", axis, (*range(1, len(first)), *range(-len(first) + 1, 0))) % len(first)
    if len({shape[:at] + shape[at + 1 :] for shape in shapes}) > 1 or len(set(map(len, shapes))) > 1:
        raise ValueError(f"What is concatenated must differ along axis {axis} only, not {_listed(shapes)}.")
    return Entry("concatenate", (*first[:at], sum(shape[at] for shape in shapes), *first[at + 1 :]))


@layer
def Multiply(shapes: Sequence[Shape]) -> Entry:
    """Multiply a map by its gate, channel by channel (Hu et al. 2018, eq. 4)."""
    output = (None, *(max(sides) for sides in zip(*(shape[1:] for shape in shapes), strict=False)))
    is_alike = all(len(shape) == len(shapes[0]) for shape in shapes)
    if not is_alike or any(s not in (1, out) for shape in shapes for s, out in zip(shape[1:], output[1:], strict=True)):
        rule = "What is multiplied must have one shape, or sides of 1"
        raise ValueError(f"{rule}, not {_listed(shapes)}; pool with keepdims=True.")
    return Entry("scale", output, elementwise=prod(output[1:]))


__all__ = [name for name, value in globals().items() if hasattr(value, "__wrapped__")]
