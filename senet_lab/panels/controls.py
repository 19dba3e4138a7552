"""Controls: what the page offers for an architecture, in its order, and how a move is told. No widgets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from senet_lab.architecture import Architecture
from senet_lab.checks import whole
from senet_lab.panels.moves import KEPT, moved, parsed, preset_of
from senet_lab.published import DEPTHS, PRESETS
from senet_lab.style import CHOICES, CONVENTIONS
from senet_lab.views.units import counted, size


class Control(NamedTuple):
    """One control, as the page needs it.

    Attributes:
        name: the meta-parameter it moves.
        label: what people read.
        section: the heading that it stands under.
        kind: "choice" (buttons), "slider" (with a field), "select", "check", "checks" (several at once) or "text".
        stops: the values that can be reached, in order; a field takes others that are legal, too.
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
OWN = "a network of your own"
# The page opens the first four; the others are folded until somebody wants them.
NETWORK, PATHS, SE, INPUT = "Network", "Paths", "Squeeze-excite", "Input"
ABLATIONS, CLASSIFIER, CONVENTION = "Kind of gate", "Classifier and batch", "Convention and groups"

# What people read, the heading that a slider stands under, and its stops where all of them can be reached.
SLIDERS: dict[str, tuple[str, str, tuple[Any, ...]]] = {
    "depth": ("Depth", NETWORK, tuple(DEPTHS)),
    "cardinality": ("Cardinality", PATHS, (1, 2, 4, 8, 16, 32, 64)),
    "base_width": ("Base width", PATHS, (*range(1, 17), 20, 24, 28, 32, 40, 48, 56, 64)),
    "ratio": ("Ratio", SE, (2, 4, 8, 16, 32, 64, None)),
    "image_size": ("Image size", INPUT, tuple(range(32, 481, 32))),
    "classes": ("Classes", CLASSIFIER, (2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000)),
}
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
BATCH_HINT = "images of a training step"
PLACES = {"place": "Place", "squeeze": "Squeeze", "gate": "Gate"}
# What a convention settles, or a depth brings along, and may be chosen apart from it.
DETAILS = {
    "stride_place": "Stride in",
    "padding": "Padding",
    "pool_padding": "Pool padding",
    "se_bias": "SE biases",
    "conv_bias": "Convolution biases",
    "zero_gamma": "Last gamma at 0",
    "block": "Block",
    "stem": "Stem",
    "projection_kernel": "Projection kernel",
    "halve_reduction": "First 1\u00d71 halved",
}
NUMBERS = {
    "squeeze_divisor": "Squeeze divisor",
    "bn_epsilon": "BN epsilon",
    "bn_momentum": "BN momentum",
    "dropout": "Dropout",
}


def controls(
    architecture: Architecture, *, keep_cost: bool = False, batch: int = 32, details: bool = False
) -> tuple[Control, ...]:
    """The controls for an architecture, in the order of the page.

    Args:
        keep_cost: whether cardinality and base width move together.
        batch: images of a training step, which the figure of activations is for.
        details: with those that a convention settles.
    """
    off = _off(architecture)
    hints = _hints(architecture)
    sliders = {
        name: _slider(architecture, name, hints[name], off.get(name, ""), keep_cost and not off.get("base_width"))
        for name in SLIDERS
    }
    keep = Control("keep_cost", "Keep cost", PATHS, "check", (), (), keep_cost, *_why(off.get("base_width", "")))
    return (
        *_network(architecture, sliders["depth"]),
        *(sliders[name] for name in KEPT),
        keep._replace(hint=keep.hint or "the other slider follows, for about the same multiply-adds"),
        sliders["ratio"],
        *_excite(architecture),
        sliders["image_size"],
        sliders["classes"]._replace(disabled=not architecture.include_top),
        Control(
            "include_top",
            "Classifier",
            CLASSIFIER,
            "check",
            (),
            (),
            architecture.include_top,
            "pooling, dense, softmax",
        ),
        Control(
            "batch", "Batch", CLASSIFIER, "slider", BATCHES, tuple(map(str, BATCHES)), batch, "images a training step"
        ),
        *_convention(architecture, details),
    )


def _off(architecture: Architecture) -> dict[str, str]:
    """Why sliders do not apply, where they do not."""
    table = architecture.groups
    no_paths = "" if architecture.family == "resnext" else "a ResNet has one path"
    no_width = no_paths or ("these groups state their width" if table and len(table[0]) == 3 else "")
    return {
        "depth": "these groups are your own" if table else "",
        "cardinality": no_paths,
        "base_width": no_width,
        "classes": "" if architecture.include_top else "there is no classifier",
    }


def can_keep_cost(architecture: Architecture) -> bool:
    """Whether cardinality and base width can move together."""
    return not _off(architecture)["base_width"]


def _why(reason: str) -> tuple[str, bool]:
    return reason, bool(reason)


def _hints(architecture: Architecture) -> dict[str, str]:
    plan = architecture.plan
    width, paths = plan[0].filters_in, architecture.paths
    blocks = " + ".join(str(group.n_blocks) for group in plan)
    return {
        "depth": f"{blocks} blocks{', CIFAR stem' if architecture.style.stem == 'cifar' else ''}",
        "cardinality": f"{counted(paths, 'path')} of {counted(width // paths, 'channel')} in group 1",
        "base_width": f"{width} channels in its 3\u00d73",
        "ratio": _squeezes(architecture),
        "image_size": f"pixels a side; {_last_map(architecture)} in the last map",
        "classes": "outputs of the classifier",
    }


def _network(architecture: Architecture, depth: Control) -> Iterator[Control]:
    preset = preset_of(architecture)
    names = tuple(PRESETS) if preset else (None, *PRESETS)
    yield Control("preset", "Preset", NETWORK, "select", names, preset_labels(names), preset)
    families = _reachable(architecture, "family", tuple(FAMILY_LABELS))
    family_labels = tuple(FAMILY_LABELS[family] for family in families)
    yield Control("family", "Family", NETWORK, "choice", families, family_labels, architecture.family)
    yield depth


@lru_cache(maxsize=4)
def preset_labels(names: tuple[str | None, ...]) -> tuple[str, ...]:
    """As the literature calls them; those for CIFAR say so."""
    prefix = {True: "CIFAR ", False: ""}
    return tuple(prefix[name.startswith("cifar")] + Architecture.preset(name).name if name else OWN for name in names)


def _excite(architecture: Architecture) -> Iterator[Control]:
    """Where squeeze-excite is, and of what kind."""
    numbers = tuple(range(1, len(architecture.plan) + 1))
    where = [number for number, group in zip(numbers, architecture.plan, strict=True) if group.ratio]
    why = "" if where else "there is no squeeze-excite"
    yield Control("in_groups", "In groups", SE, "checks", numbers, tuple(map(str, numbers)), where)
    for name, label in PLACES.items():
        asked = name == "place" and not why  # the others go with everything
        stops = _reachable(architecture, name, CHOICES[name]) if asked else CHOICES[name]
        yield Control(name, label, ABLATIONS, "select", stops, stops, getattr(architecture, name), *_why(why))


def _convention(architecture: Architecture, details: bool) -> Iterator[Control]:
    names = tuple(CONVENTIONS)
    stops = _reachable(architecture, "convention", names)
    yield Control("convention", "Convention", CONVENTION, "choice", stops, stops, architecture.convention)
    row = "(filters, blocks)" if architecture.family == "resnet" else "(filters, blocks) or (in, out, blocks)"
    table = ", ".join(map(str, architecture.groups or ()))
    yield Control("groups", "Groups", CONVENTION, "text", (), (), table, f"{row}, \u2026; empty: those of the depth")
    token = architecture.token()
    yield Control("token", "Token", CONVENTION, "text", (), (), token, "the network in a line: paste another one here")
    yield Control("details", "Details", CONVENTION, "check", (), (), details, "all that it settles")
    if not details:
        return
    for name, label in DETAILS.items():
        given, usual = getattr(architecture, name), words(getattr(architecture.style, name))
        stops = (None, *_reachable(architecture, name, CHOICES.get(name, (False, True))))
        labels = (f"as usual: {usual}" if given is None else "as usual", *map(words, stops[1:]))
        yield Control(name, label, CONVENTION, "select", stops, labels, given)
    for name, label in NUMBERS.items():
        given, usual = getattr(architecture, name), getattr(architecture.style, name)
        yield Control(name, label, CONVENTION, "text", (), (), "" if given is None else given, f"empty: {usual:g}")


def _slider(architecture: Architecture, name: str, hint: str, off: str, keep_cost: bool) -> Control:
    """A slider; `off` is the reason why it does not apply, where it does not."""
    label, section, stops = SLIDERS[name]
    height, width, _ = architecture.input_shape
    size_ = height if height == width else (height, width)
    value = size_ if name == "image_size" else getattr(architecture, name)
    if name == "image_size":  # the one rule for these, and not worth fifteen networks at each move
        stops = tuple(stop for stop in stops if stop >= architecture.stride)
    elif not off and name != "classes":
        stops = _reachable(architecture, name, stops, keep_cost and name in KEPT)
    return Control(name, label, section, "slider", stops, tuple(map(words, stops)), value, off or hint, bool(off))


def words(value: Any) -> str:
    """A value as the page shows it.

    >>> words(None), words((16, None)), words(True)
    ('none', '16, none', 'yes')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(words, value))
    return "none" if value is None else str(value)


@lru_cache(maxsize=2**10)
def _reachable(
    architecture: Architecture, name: str, stops: tuple[Any, ...], keep_cost: bool = False
) -> tuple[Any, ...]:
    """The stops that the architecture can move to, all else as it is: the constructor knows best.

    It is not asked what follows: a multiple of a base width that fits, and a smaller ratio than one that fits.
    """
    fit: list[Any] = []
    for stop in reversed(stops) if name == "ratio" else stops:
        follows = (
            any(fit) if name == "ratio" else any(stop % other == 0 for other in fit) if name == "base_width" else False
        )
        if (follows and not keep_cost) or _can_move(architecture, name, stop, keep_cost):
            fit.append(stop)
    return tuple(sorted(fit, key=stops.index))


def _can_move(architecture: Architecture, name: str, stop: Any, keep_cost: bool) -> bool:
    try:
        moved(architecture, name, stop, origin=architecture if keep_cost else None)
    except (ValueError, TypeError):
        return False
    return True


def _squeezes(architecture: Architecture) -> str:
    reduced = [row for row in architecture.ledger().rows if row.name.endswith("_se_reduce")]
    if not reduced:
        return "no squeeze-excite"
    least = min(reduced, key=lambda row: row.output_shape[-1])
    return f"at least {counted(least.output_shape[-1], 'channel')} left"


def _last_map(architecture: Architecture) -> str:
    last = [row for row in architecture.ledger().rows if row.kind == "add"][-1]
    return size(last.output_shape).partition(" ")[0]


def move_words(before: Architecture, after: Architecture) -> str:
    """What differs between two architectures, in the words of the controls: "Ratio 16 \u2192 8"."""
    off = {name for each in (before, after) for name, reason in _off(each).items() if reason}
    told = {label: [_told(each, name) for each in (before, after)] for name, label in TOLD.items() if name not in off}
    return ", ".join(f"{label} {old} \u2192 {new}" for label, (old, new) in told.items() if old != new)


def _told(architecture: Architecture, name: str) -> str:
    if name == "image_size":
        height, width, _ = architecture.input_shape
        return str(height) if height == width else f"{height}\u00d7{width}"
    value = getattr(architecture, name)
    if value is None and name != "ratio":
        return "as usual"
    return FAMILY_LABELS[value] if name == "family" else words(value)


TOLD = (
    {"family": "Family", "depth": "Depth", "groups": "Groups"}
    | {name: label for name, (label, *_) in SLIDERS.items() if name != "depth"}
    | {"include_top": "Classifier", **PLACES, "convention": "Convention", **DETAILS, **NUMBERS}
)


def checked_batch(value: Any) -> int:
    """A batch size, as typed or as slid to.

    Raises:
        ValueError, TypeError: no whole number from 1 to 65,536.
    """
    return whole("batch", parsed(value) if isinstance(value, str) else value, 1, 2**16)
