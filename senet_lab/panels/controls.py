"""Controls: what each one offers for an architecture, and what a move of it makes of the architecture. No widgets."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from senet_lab.architecture import Architecture
from senet_lab.checks import nearest, one_of, whole
from senet_lab.published import DEPTHS, depths
from senet_lab.views.units import counted, size, spaced


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


FAMILY_LABELS = {"resnet": "SE-ResNet", "resnext": "SE-ResNeXt"}

# What people read, the heading that a slider stands under, and its stops where all of them can be reached.
SLIDERS: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "depth": ("Depth", "Network", tuple(DEPTHS)),
    "cardinality": ("Cardinality", "Paths", (1, 2, 4, 8, 16, 32, 64)),
    "base_width": ("Base width", "Paths", (*range(1, 17), 20, 24, 28, 32, 40, 48, 56, 64)),
    "ratio": ("Ratio", "Squeeze-excite", (2, 4, 8, 16, 32, 64, None)),
    "image_size": ("Image size", "Input", tuple(range(32, 481, 32))),
}


def controls(architecture: Architecture, opened: int = 1) -> tuple[Control, ...]:
    """The controls for an architecture, in the order of the page.

    Args:
        opened: number of the group that is shown large.
    """
    plan, table = architecture.plan, architecture.groups
    own = "these groups are your own" if table else ""
    no_paths = "" if architecture.family == "resnext" else "a ResNet has one path"
    no_width = no_paths or ("these groups state their width" if table and len(table[0]) == 3 else "")
    width, paths = plan[0].filters_in, architecture.paths
    blocks = " + ".join(str(group.n_blocks) for group in plan)
    numbers = tuple(range(1, len(plan) + 1))
    hints = {
        "depth": f"{blocks} blocks{', CIFAR stem' if architecture.style.stem == 'cifar' else ''}",
        "cardinality": f"{counted(paths, 'path')} of {counted(width // paths, 'channel')} in group 1",
        "base_width": f"{width} channels in its 3\u00d73",
        "ratio": _squeezes(architecture),
        "image_size": f"pixels a side; {_last_map(architecture)} in the last map",
    }
    off = {"depth": own, "cardinality": no_paths, "base_width": no_width}
    families = _reachable(architecture, "family", tuple(FAMILY_LABELS))
    family_labels = tuple(FAMILY_LABELS[family] for family in families)
    return (
        Control("family", "Family", "Network", "choice", families, family_labels, architecture.family),
        *(_slider(architecture, name, hints[name], off.get(name, "")) for name in SLIDERS),
        Control("opened", "Group shown large", "View", "choice", numbers, tuple(map(str, numbers)), opened),
    )


def _slider(architecture: Architecture, name: str, hint: str, off: str) -> Control:
    """A slider; `off` is the reason why it does not apply, where it does not."""
    label, section, stops = SLIDERS[name]
    height, width, _ = architecture.input_shape
    size_ = height if height == width else (height, width)
    value = size_ if name == "image_size" else getattr(architecture, name)
    stops = stops if off else _reachable(architecture, name, stops)
    return Control(name, label, section, "slider", stops, tuple(map(words, stops)), value, off or hint, bool(off))


def words(value: Any) -> str:
    """A value as the page shows it.

    >>> words(None), words((16, None))
    ('none', '16, none')
    """
    if isinstance(value, tuple):
        return ", ".join(map(words, value))
    return "none" if value is None else str(value)


@lru_cache(maxsize=2**10)
def _reachable(architecture: Architecture, name: str, stops: tuple[Any, ...]) -> tuple[Any, ...]:
    """The stops that the architecture can move to, all else as it is: the constructor knows best."""
    fit = []
    for stop in stops:
        try:
            moved(architecture, name, stop)
        except (ValueError, TypeError):
            continue
        fit.append(stop)
    return tuple(fit)


def _squeezes(architecture: Architecture) -> str:
    reduced = [row for row in architecture.ledger().rows if row.name.endswith("_se_reduce")]
    if not reduced:
        return "no squeeze-excite"
    least = min(reduced, key=lambda row: row.output_shape[-1])
    return f"narrowest: {counted(least.output_shape[-1], 'channel')}, in {spaced(least.group)}"


def _last_map(architecture: Architecture) -> str:
    last = [row for row in architecture.ledger().rows if row.kind == "add"][-1]
    return size(last.output_shape).partition(" ")[0]


def moved(architecture: Architecture, name: str, value: Any) -> Architecture:
    """The architecture after one control was moved; what the new value rules out follows to the nearest that fits.

    Raises:
        ValueError, TypeError: the value cannot be had, and the error says why.
    """
    if name == "image_size":
        side = whole("image_size", value, architecture.stride, 2**16)
        return replace(architecture, input_shape=(side, side, architecture.input_shape[2]))
    one_of("control", name, ("family", *SLIDERS))
    if name == "family" and value in FAMILY_LABELS:
        return replace(architecture, family=value, depth=nearest(architecture.depth, depths(value)))
    return replace(architecture, **{name: value})


def move_words(before: Architecture, after: Architecture) -> str:
    """What differs between two architectures, in the words of the controls: "Ratio 16 \u2192 8"."""
    old, new = ({c.name: c for c in controls(each) if not c.disabled} for each in (before, after))
    parts = (
        f"{control.label} {_shown(old[name])} \u2192 {_shown(control)}"
        for name, control in new.items()
        if name in old and name != "opened" and control.value != old[name].value
    )
    return ", ".join(parts)


def _shown(control: Control) -> str:
    return dict(zip(control.stops, control.labels, strict=True)).get(control.value) or words(control.value)
