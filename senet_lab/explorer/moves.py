"""Apply the new value of a control to an architecture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import DEPTHS, depths
from senet_lab.architecture.style import FAMILIES, STYLE_FIELDS, USUAL_RATIOS
from senet_lab.checks import MAX_SIDE, Bare, InvalidTypeError, InvalidValueError, nearest, one_of, whole
from senet_lab.ledger.budget import at_constant_cost
from senet_lab.widgets.parsing import parse_field
from senet_lab.widgets.presets import find_network, preset_name

MOVES = (
    "preset", "family", "depth", "groups", "cardinality", "base_width", "w0", "wa", "wm", "group_width", "ratio",
    "classes", "include_top", "convention", "image_size", "in_groups", "stem_width", *STYLE_FIELDS,
)  # fmt: skip
BOTTLENECK_DEPTHS = (50, 26, 101, 152)  # to which a RegNet is moved in another family
COST_PAIR = ("cardinality", "base_width")  # change together if the cost is kept
TYPED_FIELDS = (
    "depth", "groups", "cardinality", "base_width", "w0", "wa", "wm", "group_width", "ratio", "image_size", "classes",
    "dropout", "squeeze_divisor", "bn_epsilon", "bn_momentum", "stem_width",
)  # fmt: skip


def apply_move(
    architecture: Architecture, name: str, value: Any, *, origin: Architecture | None = None
) -> Architecture:
    """Return the architecture after a move; fields that do not fit the new value change to the nearest value that does.

    Args:
        name: one of `MOVES`.
        value: the new value; typed values may be text, such as `"none"`, `"16, none, 8, 4"` or `"64x96"`.
        origin: the architecture whose cost to keep if cardinality or base width is moved; None leaves the other field
            unchanged.

    Raises:
        ValueError, TypeError: the value is not possible; the error says why.
    """
    one_of("control", name, MOVES)
    if name == "ratio" and isinstance(value, str) and not value.strip():  # a cleared field does not mean "none"
        raise InvalidTypeError("ratio", None, "must be a whole number", "'none'")
    value = parse_field(value) if isinstance(value, str) and name in TYPED_FIELDS else value
    if name in _BY_CONTROL:
        return _BY_CONTROL[name](architecture, value)
    if origin is not None and name in COST_PAIR and value not in (None, getattr(architecture, name)):
        paths = {each: getattr(origin, each) for each in COST_PAIR}
        return at_constant_cost(replace(architecture, **paths), **{name: value})
    return replace(architecture, **{name: value})


def _with_groups(architecture: Architecture, rows: Any) -> Architecture:
    """Set custom groups; if they halve the image too often, the error is about the groups, not about the image."""
    height, width, _ = architecture.input_shape
    try:
        larger = replace(architecture, groups=rows, input_shape=(2**16, 2**16, 3))
    except (ValueError, TypeError):
        return replace(architecture, groups=rows)
    if larger.stride > (side := min(height, width)):
        most = len(larger.plan) - (larger.stride // side - 1).bit_length()
        rule = f"must be at most {max(1, most)} for images of {side} pixels"
        fit = f"fewer, or first increase the image size to {larger.stride:,}"
        raise InvalidValueError("groups", Bare(f"{len(larger.plan)} of them"), rule, fit)
    return replace(architecture, groups=rows)


def _with_preset(architecture: Architecture, name: str | None) -> Architecture:
    """Set a network by name; None keeps the current network, which has no such name.

    A convention that came with one of timm's networks goes with it.
    """
    if name is None:
        return architecture
    has_own_convention = (preset_name(architecture) or "").startswith("timm/")
    return find_network(name) if has_own_convention else find_network(name, architecture.convention)


def _with_side(architecture: Architecture, value: Any) -> Architecture:
    sides = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
    height, width = (whole("image_size", side, architecture.stride, MAX_SIDE) for side in sides)
    return replace(architecture, input_shape=(height, width, architecture.input_shape[2]))


def _with_se_in(architecture: Architecture, numbers: Sequence[int]) -> Architecture:
    """Keep squeeze-excite only in these groups; a group that had none gets the first ratio in use, or the usual one."""
    n_groups = len(architecture.plan)
    if not isinstance(numbers, (list, tuple)):
        raise InvalidTypeError("in_groups", numbers, "must be a list of groups", f"{[*range(1, n_groups + 1)]}")
    for number in numbers:
        one_of("in_groups", number, range(1, n_groups + 1))
    ratios_before = [group.ratio for group in architecture.plan]
    usual = next((ratio for ratio in ratios_before if ratio), USUAL_RATIOS[architecture.family])
    ratios = tuple((ratios_before[n - 1] or usual) if n in numbers else None for n in range(1, n_groups + 1))
    return replace(architecture, ratio=ratios[0] if len(set(ratios)) == 1 else ratios)


def _with_ratio(architecture: Architecture, ratio: Any) -> Architecture:
    """Set one ratio in the groups that have squeeze-excite, or in all if none has; None or a tuple is set as it is."""
    ratios_before = [group.ratio for group in architecture.plan]
    if any(ratios_before) and not all(ratios_before) and not isinstance(ratio, (tuple, type(None))):
        ratio = tuple(ratio if each else None for each in ratios_before)
    return replace(architecture, ratio=ratio)


def _with_attention(architecture: Architecture, attention: str | None) -> Architecture:
    """Set the attention module, in the groups that have one or in all; None removes it from all."""
    if attention is None:
        return replace(architecture, ratio=None)
    ratio = architecture.ratio if architecture.has_se else USUAL_RATIOS[architecture.family]
    return replace(architecture, attention=attention, ratio=ratio)


def _with_family(architecture: Architecture, family: str) -> Architecture:
    if family == architecture.family or family not in FAMILIES:
        return replace(architecture, family=family)
    block = None if family != "resnet" and architecture.block == "basic" else architecture.block
    ratio = architecture.ratio
    if ratio == USUAL_RATIOS[architecture.family]:
        ratio = USUAL_RATIOS[family]
    return replace(architecture, family=family, depth=_depth_in(architecture, family), block=block, ratio=ratio)


def _depth_in(architecture: Architecture, family: str) -> int:
    """Return the depth nearest to that of an architecture in another family; a RegNet's depth is its blocks."""
    n_blocks = {depth: sum(DEPTHS[depth].n_blocks) for depth in DEPTHS}
    if family == "regnet":
        return n_blocks[architecture.depth]
    if architecture.family == "regnet":
        return min(BOTTLENECK_DEPTHS, key=lambda depth: abs(n_blocks[depth] - architecture.depth))
    return int(nearest(architecture.depth, depths(family)))


_BY_CONTROL: dict[str, Callable[[Architecture, Any], Architecture]] = {
    "preset": _with_preset,
    "family": _with_family,
    "groups": _with_groups,
    "image_size": _with_side,
    "in_groups": _with_se_in,
    "ratio": _with_ratio,
    "attention": _with_attention,
}
