"""Controls: what the page offers for an architecture, in its order. No widgets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import PRESETS
from senet_lab.architecture.style import CHOICES, CONVENTIONS
from senet_lab.checks import MAX_BATCH, whole
from senet_lab.explorer.hints import CONVENTION_HINTS, hints
from senet_lab.explorer.labels import (  # fmt: skip
    ABLATIONS,
    BATCHES,
    CLASSIFIER,
    CONVENTION,
    DETAILS,
    FAMILY_LABELS,
    NETWORK,
    NUMBERS,
    OWN,
    PATHS,
    PLACES,
    SE,
    SLIDERS,
    sides,
    words,
)
from senet_lab.explorer.moves import KEPT, TIMM, named, ours, preset_of, shipped_name, timm_name
from senet_lab.explorer.reach import off, reachable, states_width
from senet_lab.widgets.control import Control
from senet_lab.widgets.typed import typed

TOP_HINT, BATCH_HINT = "pooling, dense, softmax", "images a training step"
ONE_PATH = {"cardinality": 1, "base_width": 64}  # a ResNet is the 1x64d of Xie et al. 2017, table 1


def controls(
    architecture: Architecture, *, keep_cost: bool = False, batch: int = 32, details: bool = False
) -> tuple[Control, ...]:
    """The controls for an architecture, in the order of the page.

    Args:
        keep_cost: whether cardinality and base width move together.
        batch: images of a training step, which the figure of activations is for.
        details: with those that a convention settles.
    """
    why, said = off(architecture), hints(architecture)
    sliders = {
        name: _slider(architecture, name, said[name], why.get(name, ""), keep_cost and not why["base_width"])
        for name in SLIDERS
    }
    keep = Control("keep_cost", "Keep cost", PATHS, "check", (), (), keep_cost, *_why(why["base_width"]))
    return (
        *_network(architecture, sliders["depth"]),
        *(sliders[name] for name in KEPT),
        keep._replace(hint=keep.hint or "the other slider follows"),
        sliders["ratio"],
        *_excite(architecture),
        sliders["image_size"],
        sliders["classes"]._replace(disabled=not architecture.include_top),
        Control("include_top", "Classifier", CLASSIFIER, "check", (), (), architecture.include_top, TOP_HINT),
        Control("batch", "Batch", CLASSIFIER, "slider", BATCHES, tuple(map(str, BATCHES)), batch, BATCH_HINT),
        *_convention(architecture, details),
    )


def _why(reason: str) -> tuple[str, bool]:
    return reason, bool(reason)


def _network(architecture: Architecture, depth: Control) -> Iterator[Control]:
    preset = preset_of(architecture)
    names: tuple[str | None, ...] = (*(() if preset else (None,)), *ours(), *PRESETS, *TIMM)
    theirs, shipped = timm_name(architecture), shipped_name(architecture)
    hint = f"trained: pretrained.load({shipped!r})" if shipped else ""
    hint = f"{theirs} in timm, whose weights fit" if theirs else hint
    yield Control("preset", "Preset", NETWORK, "select", names, preset_labels(names), preset, hint)
    families = reachable(architecture, "family", tuple(FAMILY_LABELS))
    family_labels = tuple(FAMILY_LABELS[family] for family in families)
    yield Control("family", "Family", NETWORK, "choice", families, family_labels, architecture.family)
    yield depth


@lru_cache(maxsize=4)
def preset_labels(names: tuple[str | None, ...]) -> tuple[str, ...]:
    """As the literature calls them; those for CIFAR say so, those of timm, and those that ship with this package."""
    return tuple(_preset_label(name) if name else OWN for name in names)


def _preset_label(name: str) -> str:
    if name in TIMM:
        return f"timm: {name.removeprefix('timm/')}"
    if name in ours():
        return f"{named(name).name} (ships)"
    return f"{'CIFAR ' if name.startswith('cifar') else ''}{named(name).name}"


def _excite(architecture: Architecture) -> Iterator[Control]:
    """Where squeeze-excite is, and of what kind."""
    numbers = tuple(range(1, len(architecture.plan) + 1))
    where = [number for number, group in zip(numbers, architecture.plan, strict=True) if group.ratio]
    why = "" if where else "there is no squeeze-excite"
    yield Control("in_groups", "In groups", SE, "checks", numbers, tuple(map(str, numbers)), where)
    for name, label in PLACES.items():
        asked = name == "place" and not why  # the others go with everything
        stops = reachable(architecture, name, CHOICES[name]) if asked else CHOICES[name]
        yield Control(name, label, ABLATIONS, "select", stops, stops, getattr(architecture, name), *_why(why))


def _convention(architecture: Architecture, details: bool) -> Iterator[Control]:
    names = tuple(CONVENTIONS)
    stops = reachable(architecture, "convention", names)
    chosen = architecture.convention
    yield Control("convention", "Convention", CONVENTION, "choice", stops, stops, chosen, CONVENTION_HINTS[chosen])
    row = "(filters, blocks)" if architecture.family == "resnet" else "(filters, blocks) or (in, out, blocks)"
    table = ", ".join(map(str, architecture.groups or ()))
    yield Control("groups", "Groups", CONVENTION, "text", (), (), table, f"{row}, \u2026; empty: those of the depth")
    token = architecture.token()
    yield Control("token", "Token", CONVENTION, "text", (), (), token, "the network in a line: paste another one here")
    yield Control("details", "Details", CONVENTION, "check", (), (), details, "each choice that the convention makes")
    if not details:
        return
    for name, label in DETAILS.items():
        given, usual = getattr(architecture, name), words(getattr(architecture.style, name))
        stops = (None, *reachable(architecture, name, CHOICES.get(name, (False, True))))
        labels = (f"as usual: {usual}" if given is None else "as usual", *map(words, stops[1:]))
        yield Control(name, label, CONVENTION, "select", stops, labels, given)
    for name, label in NUMBERS.items():
        given, usual = getattr(architecture, name), getattr(architecture.style, name)
        yield Control(name, label, CONVENTION, "text", (), (), "" if given is None else given, f"empty: {usual:g}")


def _slider(architecture: Architecture, name: str, hint: str, why: str, keep_cost: bool) -> Control:
    """A slider; `why` is the reason why it does not apply, where it does not."""
    label, section, stops = SLIDERS[name]
    value, text = _placed(architecture, name)
    if name == "image_size":  # the one rule for these, and not worth fifteen networks at each move
        stops = tuple(stop for stop in stops if stop >= architecture.stride)
    elif not why and name != "classes":
        stops = reachable(architecture, name, stops, keep_cost and name in KEPT)
    return Control(name, label, section, "slider", stops, tuple(map(words, stops)), value, why or hint, bool(why), text)


def _placed(architecture: Architecture, name: str) -> tuple[Any, str]:
    """Where a slider stands, and what its field says where that is more than one number."""
    if name == "image_size":
        return architecture.input_shape[0], sides(architecture)
    if name == "depth":
        return architecture.layers if architecture.groups else architecture.depth, ""
    if name == "ratio":
        ratios = [group.ratio for group in architecture.plan]
        used = [ratio for ratio in ratios if ratio]
        return max(used, key=used.count, default=None), words(tuple(ratios)) if len(set(used)) > 1 else ""
    value = getattr(architecture, name)
    if name == "base_width" and states_width(architecture):
        return value, words(tuple(group.filters_in // architecture.paths for group in architecture.plan))
    return ONE_PATH.get(name, value) if architecture.family == "resnet" else value, ""


def checked_batch(value: Any) -> int:
    """A batch size, as typed or as slid to.

    Raises:
        ValueError, TypeError: no whole number from 1 to 65,536.
    """
    return whole("batch", typed(value) if isinstance(value, str) else value, 1, MAX_BATCH)
