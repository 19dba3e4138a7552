"""Return labels for the meta-parameters of a network and their values."""

from __future__ import annotations

from typing import Any

from senet_lab.architecture.architecture import Architecture

OWN = "custom network"
FAMILY_LABELS = {
    "resnet": "ResNet",
    "resnext": "ResNeXt",
    "regnet": "RegNet",
}  # the ratio determines whether "SE-" precedes it
PLACES = {"place": "Placement", "squeeze": "Squeeze", "gate": "Gate"}
# The details that a convention or a depth sets, and that can also be set one by one.
DETAILS = {
    "stride_place": "Stride in",
    "padding": "Padding",
    "pool_padding": "Pool padding",
    "se_bias": "SE biases",
    "conv_bias": "Convolution biases",
    "zero_gamma": "Last gamma at 0",
    "branch_relu": "ReLU before SE",
    "block": "Block",
    "stem": "Stem",
    "projection_kernel": "Projection kernel",
    "projection_pooling": "Pooled projection",
    "downsampling": "Downsampling",
    "halve_reduction": "First 1\u00d71 halved",
    "eca_kernel": "ECA kernel",
    "squeeze_from": "Ratio divides",
}
NUMBERS = {
    "squeeze_divisor": "Squeeze divisor",
    "bn_epsilon": "BN epsilon",
    "bn_momentum": "BN momentum",
    "dropout": "Dropout",
}
# All meta-parameters, in the order in which several changes are listed.
PARAMETER_LABELS = {
    "family": "Family",
    "depth": "Depth",
    "groups": "Groups",
    "cardinality": "Cardinality",
    "base_width": "Base width",
    "stem_width": "Stem width",
    "attention": "Attention",
    "w0": "Initial width",
    "wa": "Width slope",
    "wm": "Width factor",
    "group_width": "Group width",
    "ratio": "Ratio",
    "image_size": "Image size",
    "classes": "Classes",
    "include_top": "Classifier",
    **PLACES,
    "convention": "Convention",
    **DETAILS,
    **NUMBERS,
}


def parameter_label(name: str, *architectures: Architecture) -> str:
    """Return the label of a meta-parameter in these networks; the depth of a RegNet is its number of blocks."""
    is_blocks = name == "depth" and all(each.family == "regnet" for each in architectures)
    return "Blocks" if is_blocks else PARAMETER_LABELS[name]


def format_value(value: Any) -> str:
    """Return a value as the page shows it.

    >>> format_value(None), format_value((16, None)), format_value(True), format_value(((64, 3), (128, 4)))
    ('none', '16, none', 'yes', '(64, 3), (128, 4)')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(f"({format_value(each)})" if isinstance(each, tuple) else format_value(each) for each in value)
    return "none" if value is None else str(value)


def format_number(value: float) -> str:
    """Return a number as its field shows it: the shortest text that is read as that number again.

    >>> format_number(20261122), format_number(0.1), format_number(30.0), format_number(0.12345678)
    ('20261122', '0.1', '30', '0.12345678')
    """
    short = f"{value:g}"
    return short if isinstance(value, float) and float(short) == value else str(value)


def image_size_text(architecture: Architecture) -> str:
    """Return the image size as its field shows it: 224, or 64\u00d796."""
    height, width, _ = architecture.input_shape
    return str(height) if height == width else f"{height}\u00d7{width}"
