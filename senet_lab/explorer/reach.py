"""Reach: which values a control can be moved to, and why one does not apply."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.explorer.moves import apply_move


def disabled_reasons(architecture: Architecture) -> dict[str, str]:
    """Return why sliders do not apply, by name; "" for one that does."""
    table = architecture.groups
    no_paths = "" if architecture.family == "resnext" else "a ResNet has one path"
    no_width = no_paths or ("set by Groups; empty that field first" if states_width(architecture) else "")
    return {
        "depth": "set by Groups; empty that field first" if table else "",
        "cardinality": no_paths,
        "base_width": no_width,
        "classes": "" if architecture.include_top else "no classifier",
    }


def states_width(architecture: Architecture) -> bool:
    """Whether its groups say how many filters their 3x3 convolutions have."""
    table = architecture.groups
    return architecture.family == "resnext" and table is not None and len(table[0]) == 3


def can_keep_cost(architecture: Architecture) -> bool:
    """Whether cardinality and base width can move together."""
    return not disabled_reasons(architecture)["base_width"]


@lru_cache(maxsize=2**10)
def reachable_stops(
    architecture: Architecture, name: str, stops: tuple[Any, ...], keep_cost: bool = False
) -> tuple[Any, ...]:
    """Return the stops that the architecture can move to, all else as it is: the constructor knows best.

    It is not asked what follows: a multiple of a base width that fits, and a smaller ratio than one that fits.
    """
    fit: list[Any] = []
    for stop in reversed(stops) if name == "ratio" else stops:
        follows = any(fit) if name == "ratio" else name == "base_width" and any(stop % other == 0 for other in fit)
        if (follows and not keep_cost) or _can_move(architecture, name, stop, keep_cost):
            fit.append(stop)
    return tuple(sorted(fit, key=stops.index))


def _can_move(architecture: Architecture, name: str, stop: Any, keep_cost: bool) -> bool:
    if name != "ratio" and getattr(architecture, name) == stop:  # it is there; a ratio may be one of several
        return True
    try:
        apply_move(architecture, name, stop, origin=architecture if keep_cost else None)
    except (ValueError, TypeError):
        return False
    return True
