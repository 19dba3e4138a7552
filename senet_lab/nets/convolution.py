"""Convolution, batch normalization and blur pooling, as a style builds them. Rules for docstrings: see `blocks.py`."""

from __future__ import annotations

from typing import Any

from senet_lab.architecture.style import Style
from senet_lab.nets import ops
from senet_lab.nets.layers import AveragePooling2D, BatchNormalization, Conv2D, ZeroPadding2D


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
