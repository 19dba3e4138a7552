"""Define the parts that all four systems share: stem, residual block, squeeze-excite, classifier.

Each function takes a tensor, or a `Sketch` of one, and returns the next (see `senet_lab.nets.layers`). `style` says how
the part is built. The names of its layers begin with `name`; without one, a free name is used.

The first line of a docstring, up to its semicolon, must hold for every style, because `senet_lab.export` quotes it.
`senet_lab.export` also copies comments on lines of their own, so put these only in front of statements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from senet_lab.architecture.style import DEEP_STEMS, Style, eca_kernel_size, squeezed_channels, style_of
from senet_lab.checks import MAX_CLASSES, MAX_RATIO, MAX_UNITS, divisible, whole
from senet_lab.nets import ops
from senet_lab.nets.layers import (
    Activation,
    Add,
    AveragePooling2D,
    BatchNormalization,
    Concatenate,
    Conv1D,
    Conv2D,
    Cropping2D,
    Dense,
    Dropout,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    Multiply,
    ReLU,
    Reshape,
    ZeroPadding2D,
)
from senet_lab.nets.sketch import unique_name, written_once

ORIGINAL = style_of("original")


def conv(
    x: Any,
    filters: int,
    kernel_size: int,
    *,
    strides: int = 1,
    groups: int = 1,
    style: Style,
    role: str = "",
    name: str,
) -> Any:
    """Convolution that keeps the map's size but for its strides."""
    padding = "same"
    if strides > 1 and kernel_size > 1 and style.padding == "symmetric":
        x = ZeroPadding2D(kernel_size // 2, name=f"{name}_pad", role=role)(x)
        padding = "valid"
    return Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        groups=groups,
        use_bias=style.conv_bias,
        kernel_initializer="he_normal",
        name=name,
        role=role,
    )(x)


def batch_norm(x: Any, *, gamma: str = "ones", style: Style, role: str = "", name: str) -> Any:
    """Batch normalization; epsilon and momentum come from the style."""
    momentum, epsilon = style.bn_momentum, style.bn_epsilon
    return BatchNormalization(momentum=momentum, epsilon=epsilon, gamma_initializer=gamma, name=name, role=role)(x)


def blur_pool(x: Any, *, strides: int = 2, name: str) -> Any:
    """Blur with a binomial filter, then stride; the edges of the map are mirrored (Zhang 2019, sec. 3.3)."""
    x = ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect", name=f"{name}_pad")
    # Two means of two have the weights 1, 2, 1 of the filter
    x = AveragePooling2D(2, strides=1, name=f"{name}_mean")(x)
    return AveragePooling2D(2, strides=strides, name=name)(x)


def stem(inputs: Any, n_filters: int = 64, *, style: Style = ORIGINAL, name: str = "stem") -> Any:
    """Construct the Stem: from images to feature maps; `style.stem` selects its layers, by default 7x7 and pooling.

    Args:
        inputs: images, (batch, height, width, channels).
        n_filters: channels of the output; 128 for SENet-154. The first two convolutions of a deep stem have half as
            many, the first one of a tiered stem 3/8.
    """
    style = replace(style, conv_bias=False)  # the original ResNeXt has biases in its blocks, but not in its stem
    if style.stem == "cifar":
        x = conv(inputs, n_filters, 3, style=style, name=f"{name}_conv")
    elif style.stem == "simple":
        x = conv(inputs, n_filters, 3, strides=2, style=style, name=f"{name}_conv")
    elif style.stem in DEEP_STEMS:
        first = (
            n_filters // 2
            if style.stem == "deep"
            else 3 * (divisible("n_filters", n_filters, "parts of a tiered stem", 8) // 8)
        )
        x = conv(inputs, first, 3, strides=2, style=style, name=f"{name}_conv1")
        x = batch_norm(x, style=style, name=f"{name}_bn1")
        x = ReLU(name=f"{name}_relu1")(x)
        x = conv(x, n_filters // 2, 3, style=style, name=f"{name}_conv2")
        x = batch_norm(x, style=style, name=f"{name}_bn2")
        x = ReLU(name=f"{name}_relu2")(x)
        x = conv(x, n_filters, 3, style=style, name=f"{name}_conv")
    else:  # every source pads explicitly by 3 here, whatever it does elsewhere
        x = conv(inputs, n_filters, 7, strides=2, style=replace(style, padding="symmetric"), name=f"{name}_conv")
    x = batch_norm(x, style=style, name=f"{name}_bn")
    x = ReLU(name=f"{name}_relu")(x)
    if style.stem in ("cifar", "simple"):
        return x
    if style.downsampling == "average":
        return AveragePooling2D(2, name=f"{name}_pool")(x)
    if style.downsampling == "blur":
        x = MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(x)
        return blur_pool(x, name=f"{name}_blur")
    # Behind a ReLU a padded zero never wins, so these equal max pooling with padding in Caffe and PyTorch.
    padding = ((0, 1), (0, 1)) if style.pool_padding == "ceil" else 1
    x = ZeroPadding2D(padding, name=f"{name}_pool_pad")(x)
    return MaxPooling2D(3, strides=2, name=f"{name}_pool")(x)


def squeeze_excite_block(
    x: Any, ratio: int = 16, *, channels: int | None = None, style: Style = ORIGINAL, name: str | None = None
) -> Any:
    """Squeeze and Excite: pool each channel to one number, two dense layers, scale (Hu et al. 2018, sec. 3).

    Args:
        x: feature maps, (batch, height, width, channels); the output has the same shape.
        ratio: amount of filter reduction in the squeeze.
        channels: the channels that are divided by the ratio and rounded as in a RegNet; None for those of `x`.

    Raises:
        ValueError: `ratio` leaves no channel.
    """
    name = unique_name(x, "squeeze_excite") if name is None else name
    filters = x.shape[-1]
    pooling = GlobalAveragePooling2D if style.squeeze == "average" else GlobalMaxPooling2D
    squeezed = squeezed_channels(
        filters if channels is None else whole("channels", channels, 1, MAX_UNITS),
        whole("ratio", ratio, 1, MAX_RATIO),
        style.squeeze_divisor,
        to_nearest=channels is not None,
    )
    gate = pooling(keepdims=True, name=f"{name}_se_squeeze", role="squeeze")(x)
    gate = _se_dense(gate, squeezed, "relu", style=style, role="reduce", name=f"{name}_se_reduce")
    gate = _se_dense(gate, filters, style.gate, style=style, role="gate", name=f"{name}_se_gate")
    return Multiply(name=f"{name}_se_scale", role="scale")([x, gate])


def _se_dense(x: Any, units: int, activation: str | None, *, style: Style, role: str = "", name: str) -> Any:
    return Dense(
        units, activation=activation, kernel_initializer="he_normal", use_bias=style.se_bias, name=name, role=role
    )(x)


def eca_block(x: Any, *, style: Style = ORIGINAL, name: str | None = None) -> Any:
    """Efficient Channel Attention: convolve over the pooled channels, scale; no reduction (Wang et al. 2020, sec. 3.2).

    Args:
        x: feature maps, (batch, height, width, channels); the output has the same shape.
    """
    name = unique_name(x, "eca") if name is None else name
    filters = x.shape[-1]
    pooling = GlobalAveragePooling2D if style.squeeze == "average" else GlobalMaxPooling2D
    gate = pooling(keepdims=True, name=f"{name}_eca_squeeze", role="squeeze")(x)
    # Each gate is computed from the numbers of a few neighboring channels, with the same few weights for all
    gate = Reshape((filters, 1), name=f"{name}_eca_squeeze_sequence", role="squeeze")(gate)
    gate = Conv1D(
        1,
        eca_kernel_size(filters, style.eca_kernel),
        padding="same",
        activation=style.gate,
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_eca_gate_conv",
        role="gate",
    )(gate)
    gate = Reshape((1, 1, filters), name=f"{name}_eca_gate", role="gate")(gate)
    return Multiply(name=f"{name}_eca_scale", role="scale")([x, gate])


def cbam_block(
    x: Any, ratio: int = 16, *, channels: int | None = None, style: Style = ORIGINAL, name: str | None = None
) -> Any:
    """Convolutional Block Attention Module: scale channels, then pixels (Woo et al. 2018, sec. 3).

    Its 7x7 convolution is followed by batch normalization, as in the authors' code and in timm; the paper has none.

    Args:
        x: feature maps, (batch, height, width, channels) of known size; the output has the same shape.
        ratio: amount of filter reduction in the squeeze.
        channels: the channels that are divided by the ratio and rounded as in a RegNet; None for those of `x`.

    Raises:
        ValueError: `ratio` leaves no channel.
    """
    name = unique_name(x, "cbam") if name is None else name
    filters = x.shape[-1]
    squeezed = squeezed_channels(
        filters if channels is None else whole("channels", channels, 1, MAX_UNITS),
        whole("ratio", ratio, 1, MAX_RATIO),
        style.squeeze_divisor,
        to_nearest=channels is not None,
    )
    mean = GlobalAveragePooling2D(keepdims=True, name=f"{name}_cbam_squeeze_mean", role="squeeze")(x)
    largest = GlobalMaxPooling2D(keepdims=True, name=f"{name}_cbam_squeeze_max", role="squeeze")(x)
    # One below the other, both go through the same two dense layers
    gate = Concatenate(axis=1, name=f"{name}_cbam_squeeze", role="squeeze")([mean, largest])
    gate = _se_dense(gate, squeezed, "relu", style=style, role="reduce", name=f"{name}_cbam_reduce")
    gate = _se_dense(gate, filters, None, style=style, role="gate", name=f"{name}_cbam_gate_dense")
    mean = Cropping2D(((0, 1), (0, 0)), name=f"{name}_cbam_gate_mean", role="gate")(gate)
    largest = Cropping2D(((1, 0), (0, 0)), name=f"{name}_cbam_gate_max", role="gate")(gate)
    gate = Add(name=f"{name}_cbam_gate_sum", role="gate")([mean, largest])
    gate = Activation(style.gate, name=f"{name}_cbam_gate", role="gate")(gate)
    x = Multiply(name=f"{name}_cbam_scale", role="scale")([x, gate])
    return _gate_pixels(x, style=style, name=f"{name}_cbam_spatial")


def _gate_pixels(x: Any, *, style: Style, name: str) -> Any:
    """Scale each pixel by a gate from means and maxima over the channels (Woo et al. 2018, eq. 3)."""
    height, width, filters = x.shape[1:]
    # Keras pools over the last axis if it takes the pixels for channels
    pixels = Reshape((height * width, filters), name=f"{name}_squeeze_pixels", role="spatial squeeze")(x)
    mean = GlobalAveragePooling1D(
        data_format="channels_first", keepdims=True, name=f"{name}_squeeze_mean", role="spatial squeeze"
    )(pixels)
    largest = GlobalMaxPooling1D(
        data_format="channels_first", keepdims=True, name=f"{name}_squeeze_max", role="spatial squeeze"
    )(pixels)
    gate = Concatenate(name=f"{name}_squeeze", role="spatial squeeze")([mean, largest])
    gate = Reshape((height, width, 2), name=f"{name}_squeeze_map", role="spatial squeeze")(gate)
    gate = Conv2D(
        1,
        7,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_gate_conv",
        role="spatial gate",
    )(gate)
    gate = batch_norm(gate, style=style, role="spatial gate", name=f"{name}_gate_bn")
    gate = Activation(style.gate, name=f"{name}_gate", role="spatial gate")(gate)
    return Multiply(name=f"{name}_scale", role="spatial scale")([x, gate])


def scse_block(
    x: Any, ratio: int = 16, *, channels: int | None = None, style: Style = ORIGINAL, name: str | None = None
) -> Any:
    """Spatial and channel squeeze and excite: scale channels, scale pixels, add both (Roy et al. 2018, sec. 2).

    Both results are added, as in the paper; the authors' later one, Roy et al. 2019, prefers their maximum.

    Args:
        x: feature maps, (batch, height, width, channels); the output has the same shape.
        ratio: amount of filter reduction in the squeeze.
        channels: the channels that are divided by the ratio and rounded as in a RegNet; None for those of `x`.

    Raises:
        ValueError: `ratio` leaves no channel.
    """
    name = unique_name(x, "scse") if name is None else name
    scaled = squeeze_excite_block(x, ratio, channels=channels, style=style, name=name)
    gate = Conv2D(
        1,
        1,
        activation=style.gate,
        use_bias=style.se_bias,
        kernel_initializer="he_normal",
        name=f"{name}_scse_spatial_gate",
        role="spatial gate",
    )(x)
    pixels = Multiply(name=f"{name}_scse_spatial_scale", role="spatial scale")([x, gate])
    return Add(name=f"{name}_scse_sum", role="sum")([scaled, pixels])


def projection(x: Any, filters: int, *, strides: int, style: Style, name: str) -> Any:
    """Projection shortcut: a 1x1 convolution brings the input to the output's shape (He et al. 2016, eq. 2)."""
    kernel_size = style.projection_kernel if strides > 1 else 1
    pools = style.projection_pooling and strides > 1
    if pools:  # the part of a window outside an odd map is not counted, as in timm
        x = AveragePooling2D(strides, padding="same", name=f"{name}_shortcut_pool", role="shortcut")(x)
    own_stride = 1 if pools else strides
    x = conv(x, filters, kernel_size, strides=own_stride, style=style, role="shortcut", name=f"{name}_shortcut_conv")
    return batch_norm(x, style=style, role="shortcut", name=f"{name}_shortcut_bn")


@written_once
def residual_block(
    x: Any,
    shortcut: Any,
    filters_in: int,
    *,
    strides: int = 1,
    cardinality: int = 1,
    ratio: int | None = 16,
    style: Style = ORIGINAL,
    name: str,
) -> Any:
    """Residual branch, addition of the shortcut, ReLU; squeeze-excite (He et al. 2016, fig. 2; Hu et al. 2018, fig. 3).

    Args:
        x: input, (batch, height, width, channels).
        shortcut: the tensor to add, with the shape of the output: `x` itself or its projection.
        filters_in: channels of the 3x3 convolution.
        strides: strides of the branch.
        cardinality: groups of the 3x3 convolution.
        ratio: amount of filter reduction in the squeeze; None for no squeeze-excite.
    """
    channels = x.shape[-1] if style.squeeze_from == "input" else None

    def excited(x: Any, place: str) -> Any:
        """Apply squeeze-excite, or other attention, to `x` if this is its place (Hu et al. 2018, sec. 6.5)."""
        if ratio is None or style.place != place:
            return x
        if style.attention == "eca":
            return eca_block(x, style=style, name=name)
        if style.attention == "cbam":
            return cbam_block(x, ratio, channels=channels, style=style, name=name)
        if style.attention == "scse":
            return scse_block(x, ratio, channels=channels, style=style, name=name)
        return squeeze_excite_block(x, ratio, channels=channels, style=style, name=name)

    branch = basic if style.block == "basic" else bottleneck
    shortcut = excited(shortcut, "identity")
    x = excited(x, "pre")
    filters = (filters_in, shortcut.shape[-1])
    x = branch(x, filters, excited, strides=strides, cardinality=cardinality, style=style, name=name)
    x = excited(x, "standard")
    x = Add(name=f"{name}_add")([shortcut, x])
    x = ReLU(name=f"{name}_relu", role="output")(x)
    return excited(x, "post")


def bottleneck(
    x: Any,
    filters: tuple[int, int],
    excited: Callable[[Any, str], Any],
    *,
    strides: int,
    cardinality: int,
    style: Style,
    name: str,
) -> Any:
    """Apply 1x1, 3x3 in `cardinality` groups and 1x1 (He et al. 2016, fig. 5, and Xie et al. 2017, fig. 3c)."""
    filters_in, filters_out = filters
    reduced = filters_in
    if style.halve_reduction:  # half the channels must still divide evenly among all paths
        reduced = divisible("filters_in", filters_in, "2 x cardinality", 2 * cardinality) // 2
    stride, pool_stride = (strides, 1) if style.downsampling == "stride" else (1, strides)
    first, second = (stride, 1) if style.stride_place == "1x1" else (1, stride)
    # Dimensionality reduction
    x = conv(x, reduced, 1, strides=first, style=style, name=f"{name}_conv1")
    x = batch_norm(x, style=style, name=f"{name}_bn1")
    x = ReLU(name=f"{name}_relu1")(x)
    # Bottleneck, or cardinality layer: split, transform, merge
    x = conv(x, filters_in, 3, strides=second, groups=cardinality, style=style, name=f"{name}_conv2")
    x = batch_norm(x, style=style, name=f"{name}_bn2")
    x = ReLU(name=f"{name}_relu2")(x)
    if pool_stride > 1:
        x = downsample(x, pool_stride, style=style, name=name)
    x = excited(x, "3x3")
    # Dimensionality restoration
    x = conv(x, filters_out, 1, style=style, name=f"{name}_conv3")
    return batch_norm(x, gamma="zeros" if style.zero_gamma else "ones", style=style, name=f"{name}_bn3")


def basic(
    x: Any,
    filters: tuple[int, int],
    excited: Callable[[Any, str], Any],
    *,
    strides: int,
    cardinality: int,
    style: Style,
    name: str,
) -> Any:
    """Apply two 3x3 convolutions, the first strided (He et al. 2016, fig. 5 left).

    With place "3x3", squeeze-excite follows the first convolution.
    """
    filters_in, filters_out = filters
    stride, pool_stride = (strides, 1) if style.downsampling == "stride" else (1, strides)
    x = conv(x, filters_in, 3, strides=stride, groups=cardinality, style=style, name=f"{name}_conv1")
    x = batch_norm(x, style=style, name=f"{name}_bn1")
    x = ReLU(name=f"{name}_relu1")(x)
    if pool_stride > 1:
        x = downsample(x, pool_stride, style=style, name=name)
    x = excited(x, "3x3")
    x = conv(x, filters_out, 3, style=style, name=f"{name}_conv2")
    x = batch_norm(x, gamma="zeros" if style.zero_gamma else "ones", style=style, name=f"{name}_bn2")
    return ReLU(name=f"{name}_relu2")(x) if style.branch_relu else x


def downsample(x: Any, strides: int, *, style: Style, name: str) -> Any:
    """Pool the map of a block, whose convolutions then have no stride (Zhang 2019, sec. 3.3)."""
    if style.downsampling == "blur":
        return blur_pool(x, strides=strides, name=f"{name}_blur")
    return AveragePooling2D(strides, padding="same", name=f"{name}_pool")(x)


def classifier(x: Any, n_classes: int, *, style: Style = ORIGINAL, name: str = "classifier") -> Any:
    """Construct the Classifier: global average pooling and softmax; with dropout between them if the style has it.

    Args:
        x: feature maps, (batch, height, width, channels).
        n_classes: number of classes; the output is (batch, n_classes).
    """
    x = GlobalAveragePooling2D(name=f"{name}_pool")(x)
    if style.dropout:
        x = Dropout(style.dropout, name=f"{name}_dropout")(x)
    units = whole("n_classes", n_classes, 1, MAX_CLASSES)
    return Dense(units, activation="softmax", kernel_initializer="he_normal", name=f"{name}_dense")(x)
