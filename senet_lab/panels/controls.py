"""Controls: what each one offers for an architecture, and what a move of it makes of the architecture. No widgets."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, NamedTuple

from senet_lab.architecture import Architecture
from senet_lab.checks import nearest, one_of
from senet_lab.published import depths
from senet_lab.views.units import spaced


class Control(NamedTuple):
    """One control, as the page needs it.

    Attributes:
        name: the meta-parameter it moves.
        label: what people read.
        section: the heading that it stands under.
        kind: "choice" (buttons) or "slider" (with a number field).
        stops: the values that can be reached, in order; the number field takes others that are legal, too.
        labels: what people read for each stop.
        value: the present one.
        hint: what the value means for this network; or why the control does not apply.
        disabled: whether it does not apply.
    """

    name: str
    label: str
    section: str
    kind: str
    stops: tuple[Any, ...]
    labels: tuple[str, ...]
    value: Any
    hint: str = ""
    disabled: bool = False


FAMILY_LABELS = ("SE-ResNet", "SE-ResNeXt")
PATHS = (1, 2, 4, 8, 16, 32, 64)
WIDTHS = (*range(1, 17), 20, 24, 28, 32, 40, 48, 56, 64)
SIDES = (*range(32, 481, 32),)
RATIOS = (None, 2, 4, 8, 16, 32, 64)


def controls(architecture: Architecture, opened: int = 1) -> tuple[Control, ...]:
    """The controls for an architecture, in the order of the page."""
    plan, family = architecture.plan, architecture.family
    off = "" if family == "resnext" else "a ResNet has one path"
    width = plan[0].filters_in
    blocks = " + ".join(str(group.n_blocks) for group in plan)
    paths = f"{architecture.paths} paths of {width // architecture.paths} channels in group 1"
    reach = partial(_reachable, architecture)
    widths = f"{width} channels in the 3\u00d73 of group 1"
    groups = tuple(range(1, len(plan) + 1))
    shown = min(opened, len(plan))
    return (
        Control("family", "Family", "Network", "choice", ("resnet", "resnext"), FAMILY_LABELS, family),
        _slider("Depth", "Network", depths(family), architecture.depth, f"{blocks} blocks"),
        _slider("Cardinality", "Paths", reach("cardinality", PATHS), architecture.cardinality, paths, off),
        _slider("Base width", "Paths", reach("base_width", WIDTHS), architecture.base_width, widths, off),
        _slider("Ratio", "Squeeze-excite", reach("ratio", RATIOS), architecture.ratio, _squeezes(architecture)),
        _slider(
            "Image size", "Input", reach("image_size", SIDES), architecture.input_shape[0], _last_map(architecture)
        ),
        Control("opened", "Group shown large", "View", "choice", groups, tuple(map(str, groups)), shown),
    )


def _slider(label: str, section: str, stops: tuple[Any, ...], value: Any, hint: str, off: str = "") -> Control:
    """A slider; `off` is the reason why it does not apply, where it does not."""
    labels = tuple("none" if stop is None else str(stop) for stop in stops)
    name = label.lower().replace(" ", "_")
    return Control(name, label, section, "slider", stops, labels, value, off or hint, bool(off))


@lru_cache(maxsize=2**10)
def _reachable(architecture: Architecture, name: str, stops: tuple[Any, ...]) -> tuple[Any, ...]:
    """The stops that the architecture can move to, all else as it is: the constructor knows best."""
    fit = []
    for stop in stops:
        try:
            moved(architecture, name, stop)
        except ValueError:
            continue
        fit.append(stop)
    return tuple(fit)


def _squeezes(architecture: Architecture) -> str:
    if architecture.ratio is None:
        return "no squeeze-excite"
    reduced = [row for row in architecture.ledger().rows if row.name.endswith("_se_reduce")]
    least = min(reduced, key=lambda row: row.output_shape[-1])
    return f"narrowest squeeze: {least.output_shape[-1]} channels, in {spaced(least.group)}"


def _last_map(architecture: Architecture) -> str:
    side = -(-architecture.input_shape[0] // architecture.stride)
    return f"pixels a side; {side}\u00b2 in the last map"


def moved(architecture: Architecture, name: str, value: Any) -> Architecture:
    """The architecture after one control was moved; what the new value rules out follows to the nearest that fits.

    Raises:
        ValueError, TypeError: the value cannot be had, and the error says why.
    """
    if name == "image_size":
        return replace(architecture, input_shape=(value, value, architecture.input_shape[2]))
    if name == "family" and value in ("resnet", "resnext"):
        return replace(architecture, family=value, depth=nearest(architecture.depth, depths(value)))
    return replace(architecture, **{name: value})


def move_words(before: tuple[Control, ...], name: str, value: Any) -> str:
    """A move in words, such as "Ratio 16 \u2192 8"; `before` are the controls as they were.

    Raises:
        ValueError: no control has this name.
    """
    by_name = {control.name: control for control in before}
    control = by_name[one_of("control", name, tuple(by_name))]
    labels = dict(zip(control.stops, control.labels, strict=True))
    old, new = (labels.get(v, str(v)) for v in (control.value, value))
    return f"{control.label} {old} \u2192 {new}"
