"""Find the values to which a control can be moved, and the reason if a control does not apply."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import DEEP_STEMS
from senet_lab.explorer.moves import apply_move

ONLY_REGNET = "only a RegNet has it"


def disabled_reasons(architecture: Architecture) -> dict[str, str]:
    """Return the reasons why controls do not apply, by name; "" for one that applies."""
    by_groups = "set by Groups; empty that field first" if architecture.groups else ""
    no_paths = {"resnet": "a ResNet has one path", "regnet": "set by the group width"}.get(architecture.family, "")
    no_rule = by_groups if architecture.family == "regnet" else ONLY_REGNET
    return {
        "depth": by_groups,
        "cardinality": no_paths,
        "base_width": no_paths or (by_groups if states_width(architecture) else ""),
        "ratio": "ECA reduces nothing" if architecture.has_se and architecture.attention == "eca" else "",
        **dict.fromkeys(("w0", "wa", "wm"), no_rule),
        "group_width": "" if architecture.family == "regnet" else ONLY_REGNET,
        "classes": "" if architecture.include_top else "no classifier",
        **dict.fromkeys(("se_bias", "squeeze_from", "squeeze_divisor"), _why_no_reduction(architecture)),
        "stride_place": _why_no_stride_place(architecture),
        "stem_width": "" if architecture.style.stem in DEEP_STEMS else "for deep and tiered stems",
    }


def _why_no_reduction(architecture: Architecture) -> str:
    if not architecture.has_se:
        return "no squeeze-excite"
    return "ECA reduces nothing" if architecture.attention == "eca" else ""


def _why_no_stride_place(architecture: Architecture) -> str:
    if architecture.style.block == "basic":
        return "a basic block has it in its first 3\u00d73"
    return "" if architecture.style.downsampling == "stride" else "pooling replaces the stride"


def states_width(architecture: Architecture) -> bool:
    """Return whether the groups of an architecture state the filters of their 3x3 convolutions."""
    table = architecture.groups
    return architecture.family == "resnext" and table is not None and len(table[0]) == 3


def can_keep_cost(architecture: Architecture) -> bool:
    """Return whether cardinality and base width can change together at constant cost."""
    return not disabled_reasons(architecture)["base_width"]


@lru_cache(maxsize=2**10)
def reachable_stops(
    architecture: Architecture, name: str, stops: tuple[Any, ...], keep_cost: bool = False
) -> tuple[Any, ...]:
    """Return the stops that are legal for the architecture with its other fields unchanged.

    The constructor decides, except for two cases that need no test: a multiple of a legal base width is legal, and so
    is a ratio smaller than a legal one.
    """
    fit: list[Any] = []
    for stop in reversed(stops) if name == "ratio" else stops:
        follows = any(fit) if name == "ratio" else name == "base_width" and any(stop % other == 0 for other in fit)
        if (follows and not keep_cost) or _can_move(architecture, name, stop, keep_cost):
            fit.append(stop)
    return tuple(sorted(fit, key=stops.index))


def _can_move(architecture: Architecture, name: str, stop: Any, keep_cost: bool) -> bool:
    # It is current; but a ratio may be one of several, and no module is current in a network without ratios.
    if name not in ("ratio", "attention") and getattr(architecture, name) == stop:
        return True
    try:
        apply_move(architecture, name, stop, origin=architecture if keep_cost else None)
    except (ValueError, TypeError):
        return False
    return True
