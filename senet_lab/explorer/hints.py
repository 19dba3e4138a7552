"""Write the short text under each control that explains its value for this network."""

from __future__ import annotations

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import counted, spaced

CONVENTION_HINTS = {
    "original": "as in the original lesson, with Keras\u2019s defaults",
    "paper": "as in the weights that Hu et al. 2018 published",
    "timm": "as in PyTorch Image Models",
}

ATTENTION_HINTS = {
    "se": "two dense layers, Hu et al. 2018",
    "cbam": "channels, then pixels, Woo et al. 2018",
    "scse": "channels and pixels, Roy et al. 2018",
}


DETAIL_HINTS = {
    "projection_pooling": "average pooling before the 1\u00d71, which then has no stride, as in ResNet-D",
    "downsampling": "strides skip values; an average or a blur after the 3\u00d73 and in the stem uses all",
}


def detail_hints(architecture: Architecture) -> dict[str, str]:
    """Return the hints of details that need one, by control."""
    convolutions = [row for row in architecture.ledger().rows if row.group == "stem" and row.kind == "conv"]
    kernel = convolutions[0].kernel
    channels = " \u2192 ".join(str(row.output_shape[-1]) for row in convolutions)
    return DETAIL_HINTS | {"stem": f"{kernel}\u00d7{kernel} with {channels} channels"}


def hints(architecture: Architecture) -> dict[str, str]:
    """Return the hint of each slider for an architecture, by control."""
    plan = architecture.plan
    width, paths = plan[0].filters_in, plan[0].cardinality
    blocks = " + ".join(str(group.n_blocks) for group in plan)
    widths = " \u2192 ".join(str(group.filters_out) for group in plan)
    return {
        "depth": f"{blocks} blocks{', CIFAR stem' if architecture.style.stem == 'cifar' else ''}",
        "cardinality": f"{counted(width // paths, 'channel')} per path in group 1",
        "base_width": f"{counted(width, 'channel')} in its 3\u00d73",
        "w0": "w0, where the line starts",
        "wa": "wa, added by each block",
        "wm": f"wm: {widths}",
        "group_width": f"{', '.join(str(group.cardinality) for group in plan)} paths",
        "ratio": _squeeze_hint(architecture),
        "image_size": f"pixels per side; last map {_last_map_size(architecture)}",
        "classes": "outputs of the classifier",
    }


def attention_hint(architecture: Architecture) -> str:
    """Return the hint of the attention module."""
    if not architecture.has_se:
        return "no gates"
    if architecture.attention != "eca":
        return ATTENTION_HINTS[architecture.attention]
    kernels: dict[str, list[int]] = {}  # of each group; its first block may gate another number of channels
    for row in architecture.ledger().rows:
        if row.role == "gate" and row.kind == "conv":
            kernels.setdefault(row.group, []).append(row.kernel)
    words = (" and ".join(map(str, dict.fromkeys(each))) for each in kernels.values())
    return f"a convolution over channels; kernel {', '.join(words)}"


def _squeeze_hint(architecture: Architecture) -> str:
    reduce_rows = [row for row in architecture.ledger().rows if row.role == "reduce"]
    if not reduce_rows:
        return "no squeeze-excite"
    least = min(reduce_rows, key=lambda row: row.output_shape[-1])
    squeezed = f"squeezed to {least.output_shape[-1]:,} in {spaced(least.group)}"
    off = [str(number) for number, group in enumerate(architecture.plan, 1) if not group.ratio]
    return f"no SE in group{'s' * (len(off) > 1)} {', '.join(off)}; {squeezed}" if off else squeezed


def _last_map_size(architecture: Architecture) -> str:
    last = [row for row in architecture.ledger().rows if row.kind == "add" and not row.in_se][-1]
    _, height, width, _ = last.output_shape
    return f"{height}\u00d7{width}"
