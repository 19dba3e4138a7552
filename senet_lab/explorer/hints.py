"""Write the short text under each control that explains its value for this network."""

from __future__ import annotations

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import counted, spaced

CONVENTION_HINTS = {
    "original": "as in the original lesson, with Keras\u2019s defaults",
    "paper": "as in the weights that Hu et al. 2018 published",
    "timm": "as in PyTorch Image Models",
}


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
        "w0": "w0, channels of block 1",
        "wa": "wa, added by each block",
        "wm": f"wm: {widths}",
        "group_width": f"{', '.join(str(group.cardinality) for group in plan)} paths",
        "ratio": _squeeze_hint(architecture),
        "image_size": f"pixels per side; last map {_last_map_size(architecture)}",
        "classes": "outputs of the classifier",
    }


def _squeeze_hint(architecture: Architecture) -> str:
    reduce_rows = [row for row in architecture.ledger().rows if row.role == "reduce"]
    if not reduce_rows:
        return "no squeeze-excite"
    least = min(reduce_rows, key=lambda row: row.output_shape[-1])
    squeezed = f"squeezed to {least.output_shape[-1]:,} in {spaced(least.group)}"
    off = [str(number) for number, group in enumerate(architecture.plan, 1) if not group.ratio]
    return f"no SE in group{'s' * (len(off) > 1)} {', '.join(off)}; {squeezed}" if off else squeezed


def _last_map_size(architecture: Architecture) -> str:
    last = [row for row in architecture.ledger().rows if row.kind == "add"][-1]
    _, height, width, _ = last.output_shape
    return f"{height}\u00d7{width}"
