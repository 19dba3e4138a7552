"""Hints: what a control's value means for the network at hand, in a few words under it. No widgets."""

from __future__ import annotations

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import counted, size, spaced

CONVENTION_HINTS = {
    "original": "as in the original lesson: Keras\u2019 own defaults",
    "paper": "as Hu et al. 2018 trained in Caffe",
    "timm": "as PyTorch Image Models has it",
}


def hints(architecture: Architecture) -> dict[str, str]:
    """What the sliders' values mean for an architecture, by control."""
    plan = architecture.plan
    width, paths = plan[0].filters_in, architecture.paths
    blocks = " + ".join(str(group.n_blocks) for group in plan)
    return {
        "depth": f"{blocks} blocks{', CIFAR stem' if architecture.style.stem == 'cifar' else ''}",
        "cardinality": f"path{'s' * (paths != 1)} of {counted(width // paths, 'channel')} in group 1",
        "base_width": f"{width} channels in its 3\u00d73",
        "ratio": _squeezes(architecture),
        "image_size": f"pixels a side; last map {_last_map(architecture)}",
        "classes": "outputs of the classifier",
    }


def _squeezes(architecture: Architecture) -> str:
    reduced = [row for row in architecture.ledger().rows if row.role == "reduce"]
    if not reduced:
        return "no squeeze-excite"
    least = min(reduced, key=lambda row: row.output_shape[-1])
    left = f"{counted(least.output_shape[-1], 'channel')} left in {spaced(least.group)}"
    off = [str(number) for number, group in enumerate(architecture.plan, 1) if not group.ratio]
    return f"SE off in group{'s' * (len(off) > 1)} {', '.join(off)}; {left}" if off else left


def _last_map(architecture: Architecture) -> str:
    last = [row for row in architecture.ledger().rows if row.kind == "add"][-1]
    return size(last.output_shape).partition(" ")[0]
