"""The vocabulary: layers with the names and arguments of `keras.layers`, read in two ways.

Called on a `Sketch` (a shape and nothing else) a layer writes its row of the ledger, in plain Python.
Called on anything else it is the Keras layer of that name:

    x = Conv2D(64, 7, strides=2, padding="same", use_bias=False, name="stem_conv")(x)

So a network is written once, and what is counted cannot differ from what computes.

Each function below is the first reading: from input shape and Keras' arguments to an `Entry`. Arguments that change
no count (initializers, epsilon) are named all the same, so that a misspelt one fails in both readings.
"""

from __future__ import annotations

from math import prod

from senet_lab.checks import divisible
from senet_lab.nets.sketch import Entry, Shape, layer

Pair = int | tuple[int, int]


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def _window(side: int, kernel: int, stride: int, padding: str) -> int:
    """Positions of a window along one side (Dumoulin and Visin 2016, sec. 2.4; TensorFlow's "same")."""
    return -(-side // stride) if padding == "same" else (side - kernel) // stride + 1


@layer
def Conv2D(
    shape: Shape,
    filters: int,
    kernel_size: Pair,
    strides: Pair = 1,
    padding: str = "valid",
    groups: int = 1,
    activation: str | None = None,
    use_bias: bool = True,
    kernel_initializer: str = "glorot_uniform",
) -> Entry:
    """Convolution; with `groups` > 1 each group of filters sees its own share of the channels (Xie et al. 2017)."""
    _, height, width, channels = shape
    (kh, kw), (sh, sw) = _pair(kernel_size), _pair(strides)
    divisible("channels", channels, "groups", groups)
    divisible("filters", filters, "groups", groups)
    output = (None, _window(height, kh, sh, padding), _window(width, kw, sw, padding), filters)
    weights = kh * kw * (channels // groups) * filters
    return Entry(
        kind="grouped conv" if groups > 1 else "conv",
        output_shape=output,
        params=weights + filters * use_bias,
        macs=weights * output[1] * output[2],
        kernel=max(kh, kw),
        stride=max(sh, sw),
        groups=groups,
    )


@layer
def Dense(
    shape: Shape,
    units: int,
    activation: str | None = None,
    use_bias: bool = True,
    kernel_initializer: str = "glorot_uniform",
) -> Entry:
    """A dense layer on the last axis, at every position of the others."""
    weights = shape[-1] * units
    output = (*shape[:-1], units)
    return Entry("dense", output, params=weights + units * use_bias, macs=weights * prod(shape[1:-1]))


@layer
def BatchNormalization(
    shape: Shape, momentum: float = 0.99, epsilon: float = 1e-3, gamma_initializer: str = "ones"
) -> Entry:
    """Batch normalization: gamma and beta are parameters, moving mean and variance are state (Ioffe, Szegedy 2015)."""
    return Entry("batch norm", shape, params=2 * shape[-1], state=2 * shape[-1])


@layer
def ReLU(shape: Shape) -> Entry:
    """max(x, 0)."""
    return Entry("activation", shape)


@layer
def Activation(shape: Shape, activation: str) -> Entry:
    """The activation of that name."""
    return Entry("activation", shape)


@layer
def Dropout(shape: Shape, rate: float) -> Entry:
    """Zeroes a share `rate` of its input while training."""
    return Entry("dropout", shape)


@layer
def ZeroPadding2D(shape: Shape, padding: int | tuple[tuple[int, int], tuple[int, int]]) -> Entry:
    """Zeros around a map: a number on every side, or ((top, bottom), (left, right))."""
    _, height, width, channels = shape
    (top, bottom), (left, right) = ((padding, padding),) * 2 if isinstance(padding, int) else padding
    return Entry("pad", (None, height + top + bottom, width + left + right, channels))


@layer
def MaxPooling2D(shape: Shape, pool_size: Pair = 2, strides: Pair | None = None, padding: str = "valid") -> Entry:
    """The largest number of each window."""
    _, height, width, channels = shape
    (kh, kw), (sh, sw) = _pair(pool_size), _pair(pool_size if strides is None else strides)
    output = (None, _window(height, kh, sh, padding), _window(width, kw, sw, padding), channels)
    return Entry("pool", output, kernel=max(kh, kw), stride=max(sh, sw))


def _global_pooling(shape: Shape, keepdims: bool) -> Entry:
    _, height, width, channels = shape
    output: Shape = (None, 1, 1, channels) if keepdims else (None, channels)
    return Entry("global pool", output, elementwise=height * width * channels, kernel=max(height, width))


@layer
def GlobalAveragePooling2D(shape: Shape, keepdims: bool = False) -> Entry:
    """The mean of each channel's map."""
    return _global_pooling(shape, keepdims)


@layer
def GlobalMaxPooling2D(shape: Shape, keepdims: bool = False) -> Entry:
    """The largest number of each channel's map."""
    return _global_pooling(shape, keepdims)


@layer
def Reshape(shape: Shape, target_shape: tuple[int, ...]) -> Entry:
    """The same numbers in another shape."""
    return Entry("reshape", (None, *target_shape))


@layer
def Flatten(shape: Shape) -> Entry:
    """The same numbers in a row."""
    return Entry("reshape", (None, prod(shape[1:])))


@layer
def Add(shapes: tuple[Shape, Shape]) -> Entry:
    """Sum of maps of one shape: where a shortcut meets its residual (He et al. 2016, eq. 1)."""
    first, second = shapes
    if first != second:
        raise ValueError(f"What is added must have one shape, not {first[1:]} and {second[1:]}; project the shortcut.")
    return Entry("add", first)


@layer
def Multiply(shapes: tuple[Shape, Shape]) -> Entry:
    """A map times its gate, channel by channel (Hu et al. 2018, eq. 4)."""
    return Entry("scale", shapes[0], elementwise=prod(shapes[0][1:]))


__all__ = [name for name, value in globals().items() if name[0].isupper() and callable(value)]
