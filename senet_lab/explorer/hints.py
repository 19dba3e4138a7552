"""Hints: what the value of a control means for this network, in a few words under the control."""

from __future__ import annotations

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import counted, size, spaced

CONVENTION_HINTS = {
    "original": "as in the original lesson: Keras\u2019 own defaults",
    "paper": "as Hu et al. 2018 trained in Caffe",
    "timm": "as PyTorch Image Models has it",
}


def hints(architecture: Architecture) -> dict[str, str]:
    """Return what the values of the sliders mean for an architecture, by control."""
    plan = architecture.plan
    width, paths = plan[0].filters_in, architecture.paths
    blocks = " + ".join(str(group.n_blocks) for group in plan)
    return {
        "depth": f"{blocks} blocks{', CIFAR stem' if architecture.style.stem == 'cifar' else ''}",
        "cardinality": f"path{'s' * (paths != 1)} of {counted(width // paths, 'channel')} in group 1",
        "base_width": f"{width} channels in its 3\u00d73",
        "ratio": _squeeze_hint(architecture),
        "image_size": f"pixels a side; last map {_last_map_size(architecture)}",
        "classes": "outputs of the classifier",
    }


def _squeeze_hint(architecture: Architecture) -> str:
    reduce_rows = [row for row in architecture.ledger().rows if row.role == "reduce"]
    if not reduce_rows:
        return "no squeeze-excite"
    least = min(reduce_rows, key=lambda row: row.output_shape[-1])
    squeezed = f"{counted(least.output_shape[-1], 'channel')} left in {spaced(least.group)}"
    off = [str(number) for number, group in enumerate(architecture.plan, 1) if not group.ratio]
    return f"SE off in group{'s' * (len(off) > 1)} {', '.join(off)}; {squeezed}" if off else squeezed


def _last_map_size(architecture: Architecture) -> str:
    last = [row for row in architecture.ledger().rows if row.kind == "add"][-1]
    return size(last.output_shape).partition(" ")[0]
