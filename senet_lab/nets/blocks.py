"""Define the parts that all four systems share: stem, residual block, classifier.

Each function takes a tensor, or a `Sketch` of one, and returns the next (see `senet_lab.nets.layers`). `style` says how
the part is built. The names of its layers begin with `name`; without one, a free name is used.

The first line of a docstring, up to its semicolon, must hold for every style, because `senet_lab.export` quotes it.
`senet_lab.export` also copies comments on lines of their own, so put these only in front of statements.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from senet_lab.architecture.style import DEEP_STEMS, Style
from senet_lab.checks import MAX_CLASSES, divisible, whole
from senet_lab.nets.attention import ORIGINAL, cbam_block, eca_block, scse_block, squeeze_excite_block
from senet_lab.nets.convolution import batch_norm, blur_pool, conv
from senet_lab.nets.layers import (
    Add,
    AveragePooling2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    MaxPooling2D,
    ReLU,
    ZeroPadding2D,
)
from senet_lab.nets.sketch import written_once


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
