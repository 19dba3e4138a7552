"""Labels: what people read at the controls, and how a move and a value are told. No widgets."""

from __future__ import annotations

from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import DEPTHS
from senet_lab.explorer.reach import off

FAMILY_LABELS = {"resnet": "ResNet", "resnext": "ResNeXt"}  # "SE-" before it is the ratio's matter
OWN = "a network of your own"
# The page opens the first four; the others are folded until somebody wants them.
NETWORK, PATHS, SE, INPUT = "Network", "Paths", "Squeeze-excite", "Input"
ABLATIONS, CLASSIFIER, CONVENTION = "Kind of gate", "Classifier and batch", "Convention and groups"

# What people read, the heading that a slider stands under, and its stops where all of them can be reached.
SLIDERS: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "depth": ("Depth", NETWORK, tuple(DEPTHS)),
    "cardinality": ("Cardinality", PATHS, (1, 2, 4, 8, 16, 32, 64)),
    "base_width": ("Base width", PATHS, (*range(1, 17), 20, 24, 28, 32, 40, 48, 56, 64)),
    "ratio": ("Ratio", SE, (2, 4, 8, 16, 32, 64, None)),
    "image_size": ("Image size", INPUT, tuple(range(32, 481, 32))),
    "classes": ("Classes", CLASSIFIER, (2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000)),
}
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
PLACES = {"place": "Place", "squeeze": "Squeeze", "gate": "Gate"}
# What a convention settles, or a depth brings along, and may be chosen apart from it.
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
    "halve_reduction": "First 1\u00d71 halved",
}
NUMBERS = {
    "squeeze_divisor": "Squeeze divisor",
    "bn_epsilon": "BN epsilon",
    "bn_momentum": "BN momentum",
    "dropout": "Dropout",
}


def words(value: Any) -> str:
    """A value as the page shows it.

    >>> words(None), words((16, None)), words(True), words(((64, 3), (128, 4)))
    ('none', '16, none', 'yes', '(64, 3), (128, 4)')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(f"({words(each)})" if isinstance(each, tuple) else words(each) for each in value)
    return "none" if value is None else str(value)


def digits(value: float) -> str:
    """A number as its field shows it: the shortest text that is read as that number again.

    >>> digits(20261122), digits(0.1), digits(30.0), digits(0.12345678)
    ('20261122', '0.1', '30', '0.12345678')
    """
    short = f"{value:g}"
    return short if isinstance(value, float) and float(short) == value else str(value)


def move_words(before: Architecture, after: Architecture) -> str:
    """What differs between two architectures, in the words of the controls: "Ratio 16 \u2192 8"."""
    unused = {name for each in (before, after) for name, reason in off(each).items() if reason}
    used = {name: label for name, label in TOLD.items() if name not in unused}
    told = {label: [_told(each, name) for each in (before, after)] for name, label in used.items()}
    return ", ".join(f"{label} {old} \u2192 {new}" for label, (old, new) in told.items() if old != new)


def depth_side_effects(before: Architecture, after: Architecture) -> str:
    """Return what else another depth sets, with its value now; "" where it sets nothing else.

    >>> depth_side_effects(Architecture("resnext", 50), Architecture("resnext", 154))
    'also sets: stem deep, projection kernel 3, first 1\u00d71 halved yes, dropout 0.2'
    """
    moved = [name for name in DEPTH_STYLE if getattr(before, name) is None and getattr(after, name) is None]
    moved = [name for name in moved if getattr(before.style, name) != getattr(after.style, name)]
    told = [f"{TOLD[name][0].lower()}{TOLD[name][1:]} {_plain(getattr(after.style, name))}" for name in moved]
    return f"also sets: {', '.join(told)}" if told else ""


def _plain(value: Any) -> str:
    return digits(value) if isinstance(value, float) else words(value)


def sides(architecture: Architecture) -> str:
    """The image size as its field shows it: 224, or 64\u00d796."""
    height, width, _ = architecture.input_shape
    return str(height) if height == width else f"{height}\u00d7{width}"


def _told(architecture: Architecture, name: str) -> str:
    if name == "image_size":
        return sides(architecture)
    value = getattr(architecture, name)
    if value is None and name != "ratio":
        return "as usual"
    return FAMILY_LABELS[value] if name == "family" else words(value)


# What published depths settle of a style, in the order of the controls.
DEPTH_STYLE = tuple(name for name in DETAILS | NUMBERS if any(name in depth.style for depth in DEPTHS.values()))
TOLD = (
    {"family": "Family", "depth": "Depth", "groups": "Groups"}
    | {name: label for name, (label, *_) in SLIDERS.items() if name != "depth"}
    | {"include_top": "Classifier", **PLACES, "convention": "Convention", **DETAILS, **NUMBERS}
)
