"""Describe the differences between two networks and their effect on the counts, with the labels of the controls."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import DEPTHS
from senet_lab.architecture.style import ATTENTIONS, FAMILY_FIELDS
from senet_lab.drawing.network.summary import move_sentence
from senet_lab.explorer.reach import disabled_reasons
from senet_lab.widgets import labels

MAX_LISTED_CHANGES = 2  # meta-parameters listed one by one; for more, the networks' names stand for some of them
# The fields that a network's name states.
IN_NAME = ("family", "depth", "groups", *chain(*FAMILY_FIELDS.values()))
STYLE = tuple(labels.DETAILS | labels.NUMBERS)
# The style fields that the published depths set.
DEPTH_STYLE = {name for depth in DEPTHS.values() for name in depth.style}


def change_sentence(before: Architecture, after: Architecture, batches: tuple[int, int]) -> str:
    """Return a sentence about the changes and their effect on the counts; "" if nothing changed.

    Args:
        batches: the images per training step, before and after.
    """
    changes, depths = list_changes(before, after), (before.layers, after.layers)
    if len(changes) > MAX_LISTED_CHANGES and before.name != after.name:
        others = [lower_first(change) for change in list_changes(before, after, leave_out=IN_NAME)]
        changes, depths = [f"{before.name} \u2192 {after.name}", *others], (0, 0)
    elif before.depth != after.depth:
        depths = (0, 0)
    words = ", ".join(changes)
    if effects := side_effects(before, after):
        words = f"{words} ({effects})"
    if batches[0] != batches[1]:
        words = ", ".join(filter(None, (words, "Batch size {} \u2192 {}".format(*batches))))
    return move_sentence(words, before.ledger(), after.ledger(), batches, depths) if words else ""


def list_changes(before: Architecture, after: Architecture, leave_out: Collection[str] = ()) -> list[str]:
    """Return each difference between two architectures: "Ratio 16 \u2192 8"."""
    unused = {name for each in (before, after) for name, reason in disabled_reasons(each).items() if reason}
    values = {
        labels.parameter_label(name, before, after): [_parameter_text(each, name) for each in (before, after)]
        for name in labels.PARAMETER_LABELS
        if name not in unused and name not in leave_out
    }
    if set(values.get("Attention", ())) == {"none", "SE"}:  # the ratio says so
        del values["Attention"]
    return [f"{label} {old} \u2192 {new}" for label, (old, new) in values.items() if old != new]


def _parameter_text(architecture: Architecture, name: str) -> str:
    if name == "image_size":
        return labels.image_size_text(architecture)
    if name == "attention":
        return ATTENTIONS[architecture.attention] if architecture.has_se else "none"
    value = getattr(architecture, name)
    if value is None and name != "ratio":
        return "set by the depth" if name == "groups" else "default"
    if name == "family":
        return labels.FAMILY_LABELS[value]
    return f"{value:,}" if type(value) is int else labels.format_value(value)


def side_effects(before: Architecture, after: Architecture) -> str:
    """Return the details that another depth or family sets, with their new values; "" if it sets none.

    Details that a convention sets are not listed: there are many, and the convention's name stands for them.

    >>> side_effects(Architecture("resnext", 50), Architecture("resnext", 154))
    'also sets: stem deep, projection kernel 3, first 1\u00d71 halved yes, dropout 0.2'
    >>> side_effects(Architecture("resnext", 50), Architecture("resnet", 50))
    'also sets: stride in 1x1'
    """
    names = STYLE if before.convention == after.convention else [name for name in STYLE if name in DEPTH_STYLE]
    # Only a bottleneck has two places for the stride.
    unused = {"stride_place"} if "basic" in (before.style.block, after.style.block) else set()
    implied = [name for name in names if getattr(before, name) is None and getattr(after, name) is None]
    implied = [name for name in implied if name not in unused]
    if before.place == after.place == "standard":  # which is another one in a RegNet
        implied.append("place")
    changed = [name for name in implied if getattr(before.style, name) != getattr(after.style, name)]
    effects = [_effect(labels.PARAMETER_LABELS[name], getattr(after.style, name)) for name in changed]
    return f"also sets: {', '.join(effects)}" if effects else ""


def lower_first(words: str) -> str:
    """Return words as they stand within a sentence; an abbreviation such as ReLU or SE keeps its capitals."""
    rest = words.partition(" ")[0][1:]
    return words if rest != rest.lower() else words[:1].lower() + words[1:]


def _effect(label: str, value: Any) -> str:
    text = labels.format_number(value) if isinstance(value, float) else labels.format_value(value)
    return f"{lower_first(label)} {text}"
