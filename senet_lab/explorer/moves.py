"""Moves: what a control's new value makes of an architecture, and how people say it. No widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import PRESETS, depths
from senet_lab.architecture.style import FAMILIES, STYLE_FIELDS
from senet_lab.checks import MAX_SIDE, nearest, one_of, quoted, whole
from senet_lab.ledger.budget import at_constant_cost
from senet_lab.weights import pretrained
from senet_lab.weights.timm.networks import NAMES, architecture_of
from senet_lab.widgets.typed import typed

PLAIN = ("family", "depth", "groups", "cardinality", "base_width", "ratio", "classes", "include_top", "convention")
MOVES = ("preset", *PLAIN, "image_size", "in_groups", *STYLE_FIELDS)
KEPT = ("cardinality", "base_width")
TYPED = (
    "depth", "groups", "cardinality", "base_width", "ratio", "image_size", "classes", "dropout", "squeeze_divisor",
    "bn_epsilon", "bn_momentum",
)  # fmt: skip


def _of_timm() -> dict[str, Architecture]:
    """Timm's networks by name, but for those that a preset is already in the paper's convention."""
    theirs = {f"timm/{name}": architecture_of(name) for name in NAMES}
    known = {Architecture.preset(name, "paper") for name in PRESETS}
    return {name: network for name, network in theirs.items() if network not in known}


TIMM = _of_timm()


@cache
def ours() -> dict[str, Architecture]:
    """Networks with gates that ship and that nobody published, by "ours/" and the name that `pretrained.load` takes."""
    published = {Architecture.preset(name) for name in PRESETS}
    found = {f"ours/{name}": network for network, name in _shipped().items() if network not in published}
    return {name: network for name, network in found.items() if network.has_se}


@cache
def _shipped() -> dict[Architecture, str]:
    """Of the networks that ship the names; read once, since a slider must not wait for files."""
    return {pretrained.card(name).architecture: name for name in pretrained.names()}


def shipped_name(architecture: Architecture) -> str | None:
    """What `pretrained.load` takes to give this network trained; None where it does not ship."""
    return _shipped().get(architecture)


def named(name: str, convention: str = "original") -> Architecture:
    """The network of a choice: a preset in a convention, one of timm's, or one of `ours`.

    Raises:
        ValueError, TypeError: there is none of that name; the error says the nearest.
    """
    found = (TIMM | ours()).get(name) if isinstance(name, str) else None
    return found or Architecture.preset(name, convention)


def moved(architecture: Architecture, name: str, value: Any, *, origin: Architecture | None = None) -> Architecture:
    """The architecture after one control was moved; what the new value rules out follows to the nearest that fits.

    Args:
        name: one of `MOVES`.
        value: the new one; as text where it was typed, so `"none"`, `"16, none, 8, 4"` and `"64x96"` will do.
        origin: keep the cost of this one, where cardinality or base width is moved; None keeps the other as it is.

    Raises:
        ValueError, TypeError: the value cannot be had, and the error says why.
    """
    one_of("control", name, MOVES)
    value = typed(value) if isinstance(value, str) and name in TYPED else value
    if name in _BY_NAME:
        return _BY_NAME[name](architecture, value)
    if origin is not None and name in KEPT and value != getattr(architecture, name):
        paths = {each: getattr(origin, each) for each in KEPT}
        return at_constant_cost(replace(architecture, **paths), **{name: value})
    return replace(architecture, **{name: value})


def _with_groups(architecture: Architecture, rows: Any) -> Architecture:
    """One's own groups; where they halve the image too often, that is said of them, and not of the image."""
    height, width, _ = architecture.input_shape
    try:
        larger = replace(architecture, groups=rows, input_shape=(2**16, 2**16, 3))
    except (ValueError, TypeError):
        return replace(architecture, groups=rows)
    if larger.stride > (side := min(height, width)):
        most = len(larger.plan) - (larger.stride // side - 1).bit_length()
        raise ValueError(
            f"`groups` (={len(larger.plan)} of them) must be at most {max(1, most)} for images of {side} pixels; "
            f"try fewer, or first an image size of {larger.stride}."
        )
    return replace(architecture, groups=rows)


def _preset(architecture: Architecture, name: str | None) -> Architecture:
    """The published network; none stands for the one there is, which nobody published."""
    return architecture if name is None else named(name, architecture.convention)


def _with_side(architecture: Architecture, value: Any) -> Architecture:
    sides = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
    height, width = (whole("image_size", side, architecture.stride, MAX_SIDE) for side in sides)
    return replace(architecture, input_shape=(height, width, architecture.input_shape[2]))


def _with_se_in(architecture: Architecture, numbers: Sequence[int]) -> Architecture:
    """Squeeze-excite in these groups alone; a group that had none takes the first one's ratio."""
    n_groups = len(architecture.plan)
    if not isinstance(numbers, (list, tuple)):
        raise TypeError(
            f"`in_groups` must be a list of groups, not {quoted(numbers)}; try {[*range(1, n_groups + 1)]}."
        )
    for number in numbers:
        one_of("in_groups", number, range(1, n_groups + 1))
    had = [group.ratio for group in architecture.plan]
    usual = next((ratio for ratio in had if ratio), 16)
    ratios = tuple((had[n - 1] or usual) if n in numbers else None for n in range(1, n_groups + 1))
    return replace(architecture, ratio=ratios[0] if len(set(ratios)) == 1 else ratios)


def _with_ratio(architecture: Architecture, ratio: Any) -> Architecture:
    """One ratio for the groups that have squeeze-excite, for all if none has; none, or several, as they are."""
    had = [group.ratio for group in architecture.plan]
    if any(had) and not all(had) and not isinstance(ratio, (tuple, type(None))):
        ratio = tuple(ratio if each else None for each in had)
    return replace(architecture, ratio=ratio)


def _of_family(architecture: Architecture, family: str) -> Architecture:
    if family == architecture.family or family not in FAMILIES:
        return replace(architecture, family=family)
    depth = nearest(architecture.depth, depths(family))
    block = None if family == "resnext" and architecture.block == "basic" else architecture.block
    return replace(architecture, family=family, depth=depth, block=block)


_BY_NAME: dict[str, Callable[[Architecture, Any], Architecture]] = {
    "preset": _preset,
    "family": _of_family,
    "groups": _with_groups,
    "image_size": _with_side,
    "in_groups": _with_se_in,
    "ratio": _with_ratio,
}


def preset_of(architecture: Architecture) -> str | None:
    """The choice that this network is: published, in its convention; timm's; one of `ours`; None for any other."""
    return _known(architecture.convention).get(architecture)


def timm_name(architecture: Architecture) -> str | None:
    """What timm calls a network, if it has it."""
    return _timm_names().get(architecture)


@cache
def _timm_names() -> dict[Architecture, str]:
    return {architecture_of(name): name for name in NAMES}


@cache
def _known(convention: str) -> dict[Architecture, str]:
    presets = {Architecture.preset(name, convention): name for name in PRESETS}
    return presets | {network: name for name, network in (TIMM | ours()).items()}
