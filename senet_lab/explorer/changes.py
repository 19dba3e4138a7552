"""Changes: what differs between two networks, and what that costs, in the words of the controls."""

from __future__ import annotations

from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import DEPTHS
from senet_lab.drawing.network.summary import move_sentence
from senet_lab.explorer.reach import disabled_reasons
from senet_lab.widgets import labels

MAX_LISTED_CHANGES = 2  # meta-parameters that changed at once; of more, the networks' names are given
# What published depths settle of a style, in the order of the controls.
_DEPTH_FIELDS = {name for depth in DEPTHS.values() for name in depth.style}
DEPTH_STYLE = tuple(name for name in labels.DETAILS | labels.NUMBERS if name in _DEPTH_FIELDS)


def change_sentence(before: Architecture, after: Architecture, batches: tuple[int, int]) -> str:
    """Return what changed and what that did to the counts; "" where nothing did.

    Args:
        batches: the images of a training step, before and after.
    """
    changes = list_changes(before, after)
    if len(changes) > MAX_LISTED_CHANGES and before.name != after.name:
        changes = [f"{before.name} \u2192 {after.name}"]
    words = ", ".join(changes)
    if others := depth_side_effects(before, after):
        words = f"{words} ({others})"
    if batches[0] != batches[1]:
        words = ", ".join(filter(None, (words, "Batch {} \u2192 {}".format(*batches))))
    return move_sentence(words, before.ledger(), after.ledger(), batches) if words else ""


def list_changes(before: Architecture, after: Architecture) -> list[str]:
    """Return each difference between two architectures: "Ratio 16 \u2192 8"."""
    unused = {name for each in (before, after) for name, reason in disabled_reasons(each).items() if reason}
    values = {
        label: [_parameter_text(each, name) for each in (before, after)]
        for name, label in labels.PARAMETER_LABELS.items()
        if name not in unused
    }
    return [f"{label} {old} \u2192 {new}" for label, (old, new) in values.items() if old != new]


def _parameter_text(architecture: Architecture, name: str) -> str:
    if name == "image_size":
        return labels.image_size_text(architecture)
    value = getattr(architecture, name)
    if value is None and name != "ratio":
        return "as usual"
    return labels.FAMILY_LABELS[value] if name == "family" else labels.format_value(value)


def depth_side_effects(before: Architecture, after: Architecture) -> str:
    """Return what else another depth sets, with its value now; "" where it sets nothing else.

    >>> depth_side_effects(Architecture("resnext", 50), Architecture("resnext", 154))
    'also sets: stem deep, projection kernel 3, first 1\u00d71 halved yes, dropout 0.2'
    """
    by_depth = [name for name in DEPTH_STYLE if getattr(before, name) is None and getattr(after, name) is None]
    changed = [name for name in by_depth if getattr(before.style, name) != getattr(after.style, name)]
    effects = [_effect(labels.PARAMETER_LABELS[name], getattr(after.style, name)) for name in changed]
    return f"also sets: {', '.join(effects)}" if effects else ""


def _effect(label: str, value: Any) -> str:
    text = labels.format_number(value) if isinstance(value, float) else labels.format_value(value)
    return f"{label[0].lower()}{label[1:]} {text}"
