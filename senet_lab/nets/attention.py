"""Attention: what computes gates from feature maps, and multiplies the maps by them.

Arguments, and rules for docstrings and comments, are those of `blocks.py`.
"""

from __future__ import annotations

from typing import Any

from senet_lab.architecture.style import Style, eca_kernel_size, squeezed_channels, style_of
from senet_lab.checks import MAX_RATIO, MAX_UNITS, whole
from senet_lab.nets.convolution import batch_norm
from senet_lab.nets.layers import (
    Activation,
    Add,
    Concatenate,
    Conv1D,
    Conv2D,
    Cropping2D,
    Dense,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    Multiply,
    Reshape,
)
from senet_lab.nets.sketch import unique_name

ORIGINAL = style_of("original")


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
