"""Create the controls of the page for an architecture, in the order of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import DEPTHS, PRESETS
from senet_lab.architecture.style import ATTENTIONS, CHOICES, CONVENTIONS, FAMILY_FIELDS, style_of
from senet_lab.checks import MAX_BATCH, whole
from senet_lab.explorer.hints import CONVENTION_HINTS, attention_hint, detail_hints, hints
from senet_lab.explorer.moves import COST_PAIR, TYPED_FIELDS
from senet_lab.explorer.reach import disabled_reasons, reachable_stops, states_width
from senet_lab.widgets import presets
from senet_lab.widgets.control import Control
from senet_lab.widgets.labels import (
    DETAILS,
    FAMILY_LABELS,
    NUMBERS,
    PARAMETER_LABELS,
    PLACES,
    format_value,
    image_size_text,
    parameter_label,
)
from senet_lab.widgets.parsing import parse_field

# The page opens the first four; the others are folded until a reader opens them.
NETWORK, PATHS, SE, INPUT = "Network", "Paths", "Squeeze-excite", "Input"
ABLATIONS, CLASSIFIER, CONVENTION = "Attention variant", "Classifier and batch size", "Convention and groups"

# The heading above a slider, and its stops if all of them can always be selected.
SLIDERS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "depth": (NETWORK, tuple(DEPTHS)),
    "cardinality": (PATHS, (1, 2, 4, 8, 16, 32, 64)),
    "base_width": (PATHS, (*range(1, 17), 20, 24, 28, 32, 40, 48, 56, 64)),
    "w0": (NETWORK, (8, 16, 24, 32, 48, 56, 64, 80, 96, 112, 128, 168, 200, 232)),
    "wa": (NETWORK, (0, *range(4, 44, 4), 50, 60, 80, 100, 120)),
    "wm": (NETWORK, tuple(stop / 10 for stop in range(15, 31))),
    "group_width": (PATHS, (1, 4, 8, 16, 24, 32, 48, 56, 64, 72, 112, 232)),
    "ratio": (SE, (2, 4, 8, 16, 32, 64, None)),
    "image_size": (INPUT, tuple(range(32, 481, 32))),
    "classes": (CLASSIFIER, (2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000)),
}
REGNET_DEPTHS = tuple(range(8, 33))
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
TOP_HINT, BATCH_HINT = "global pooling, dense layer, softmax", "images per training step"
ONE_PATH = {"cardinality": 1, "base_width": 64}  # a ResNet is the 1x64d of Xie et al. 2017, table 1


@lru_cache(maxsize=32)
def controls(
    architecture: Architecture, *, keep_cost: bool = False, batch: int = 32, details: bool = False
) -> tuple[Control, ...]:
    """Return the controls for an architecture, in the order of the page.

    Args:
        keep_cost: whether cardinality and base width change together.
        batch: images per training step, for which activations are counted.
        details: whether to include the details that a convention sets.
    """
    why, texts = disabled_reasons(architecture), hints(architecture)
    # A ResNet shows the sliders of a ResNeXt, which it resembles, but cannot move them.
    of_family = FAMILY_FIELDS["regnet" if architecture.family == "regnet" else "resnext"]
    sliders = {
        name: _slider(architecture, name, texts[name], why.get(name, ""), keep_cost and not why["base_width"])
        for name in SLIDERS
        if name in (*of_family, "depth", "ratio", "image_size", "classes")
    }
    keep = Control("keep_cost", "Keep cost", PATHS, "check", (), (), keep_cost, *_why(why["base_width"]))
    return (
        *_network(architecture, sliders["depth"]),
        *(sliders[name] for name in of_family),
        *([keep._replace(hint=keep.hint or "base width follows cardinality")] * (of_family == COST_PAIR)),
        _attention(architecture),
        sliders["ratio"],
        *_excite(architecture),
        sliders["image_size"],
        sliders["classes"]._replace(disabled=not architecture.include_top),
        Control("include_top", "Classifier", CLASSIFIER, "check", (), (), architecture.include_top, TOP_HINT),
        Control("batch", "Batch size", CLASSIFIER, "slider", BATCHES, tuple(map(str, BATCHES)), batch, BATCH_HINT),
        *_convention(architecture, details),
    )


def _why(reason: str) -> tuple[str, bool]:
    return reason, bool(reason)


def _hint(reasons: Mapping[str, str], name: str, hint: str) -> tuple[str, bool]:
    """Return the reason why a control does not apply, or its hint; and whether it is disabled."""
    why = reasons.get(name, "")
    return why or hint, bool(why)


def _network(architecture: Architecture, depth: Control) -> Iterator[Control]:
    preset = presets.preset_name(architecture)
    offer: tuple[str, ...] = (*presets.bundled_networks(), *PRESETS, *presets.TIMM_NETWORKS)
    names = offer if preset else (None, *offer)
    in_timm, bundled = presets.timm_name(architecture), presets.bundled_name(architecture)
    hint = f"trained weights: pretrained.load({bundled!r})" if bundled else ""
    hint = f"same as timm\u2019s {in_timm}; its weights load" if in_timm else hint
    yield Control("preset", "Preset", NETWORK, "select", names, presets.preset_labels(names), preset, hint)
    families = reachable_stops(architecture, "family", tuple(FAMILY_LABELS))
    family_labels = tuple(FAMILY_LABELS[family] for family in families)
    yield Control("family", "Family", NETWORK, "choice", families, family_labels, architecture.family)
    yield depth


def _attention(architecture: Architecture) -> Control:
    """Return the control for the attention module; None stands for none."""
    stops = reachable_stops(architecture, "attention", (None, *ATTENTIONS))
    texts = tuple(ATTENTIONS.get(stop, "none") for stop in stops)
    value = architecture.attention if architecture.has_se else None
    return Control("attention", "Attention", SE, "select", stops, texts, value, attention_hint(architecture))


def _excite(architecture: Architecture) -> Iterator[Control]:
    """Return the controls for the place and kind of squeeze-excite."""
    numbers = tuple(range(1, len(architecture.plan) + 1))
    where = [number for number, group in zip(numbers, architecture.plan, strict=True) if group.ratio]
    why = "" if where else "no squeeze-excite"
    yield Control(
        "in_groups",
        f"{ATTENTIONS[architecture.attention]} groups",
        SE,
        "checks",
        numbers,
        tuple(map(str, numbers)),
        tuple(where),
    )
    for name, label in PLACES.items():
        depends = name == "place" and not why  # the others are always possible
        both = "CBAM pools both ways" if name == "squeeze" and architecture.attention == "cbam" and not why else ""
        stops = reachable_stops(architecture, name, CHOICES[name]) if depends else CHOICES[name]
        labels = _place_labels(architecture, stops) if name == "place" else stops
        yield Control(name, label, ABLATIONS, "select", stops, labels, getattr(architecture, name), *_why(why or both))


def _place_labels(architecture: Architecture, places: tuple[str, ...]) -> tuple[str, ...]:
    """Return the places of squeeze-excite; of the standard one also where it is, if the family decides that."""
    usual = style_of(family=architecture.family).place
    return tuple(f"standard ({usual})" if place == "standard" != usual else place for place in places)


def _convention(architecture: Architecture, details: bool) -> Iterator[Control]:
    names = tuple(CONVENTIONS)
    stops = reachable_stops(architecture, "convention", names)
    present = architecture.convention
    yield Control("convention", "Convention", CONVENTION, "choice", stops, stops, present, CONVENTION_HINTS[present])
    row = "(filters, blocks) or (in, out, blocks)" if architecture.family == "resnext" else "(filters, blocks)"
    table = ", ".join(map(str, architecture.groups or ()))
    yield Control("groups", "Groups", CONVENTION, "text", (), (), table, f"{row}, \u2026; empty: set by the depth")
    token = architecture.token()
    yield Control(
        "token", "Token", CONVENTION, "text", (), (), token, "this network as text; paste another token to load it"
    )
    yield Control("details", "Details", CONVENTION, "check", (), (), details, "show all building details")
    if not details:
        return
    texts, reasons = detail_hints(architecture), disabled_reasons(architecture)
    for name, label in DETAILS.items():
        if name == "eca_kernel" and architecture.attention != "eca":
            continue
        value, usual = getattr(architecture, name), format_value(getattr(architecture.style, name))
        stops = (None, *reachable_stops(architecture, name, CHOICES.get(name, (False, True))))
        labels = (f"default: {usual}" if value is None else "default", *map(format_value, stops[1:]))
        yield Control(
            name, label, CONVENTION, "select", stops, labels, value, *_hint(reasons, name, texts.get(name, ""))
        )
    why = reasons["stem_width"]
    hint = why or "channels of its second convolution; it returns twice as many"
    label, width = PARAMETER_LABELS["stem_width"], architecture.stem_width
    yield Control("stem_width", label, CONVENTION, "text", (), (), width, hint, bool(why))
    for name, label in NUMBERS.items():
        value, usual = getattr(architecture, name), getattr(architecture.style, name)
        text = "" if value is None else value
        hint, is_disabled = _hint(reasons, name, f"empty: default, {usual:g}")
        yield Control(name, label, CONVENTION, "text", (), (), text, hint, is_disabled)


def _slider(architecture: Architecture, name: str, hint: str, why: str, keep_cost: bool) -> Control:
    """Return a slider; `why` is the reason if it does not apply."""
    section, stops = SLIDERS[name]
    if name == "depth" and architecture.family == "regnet":
        stops = REGNET_DEPTHS
    value, text = _slider_position(architecture, name)
    if name == "image_size":  # this is its only rule; trying every stop would create fifteen networks at each move
        stops = tuple(stop for stop in stops if stop >= architecture.stride)
    elif not why and name != "classes":
        stops = reachable_stops(architecture, name, stops, keep_cost and name in COST_PAIR)
    labels = tuple(map(format_value, stops))
    return Control(
        name, parameter_label(name, architecture), section, "slider", stops, labels, value, why or hint, bool(why), text
    )


def _slider_position(architecture: Architecture, name: str) -> tuple[Any, str]:
    """Return the position of a slider, and the text of its field if that is more than one number."""
    if name == "image_size":
        return architecture.input_shape[0], image_size_text(architecture)
    if name == "depth" and architecture.groups:
        n_blocks = sum(group.n_blocks for group in architecture.plan)
        return n_blocks if architecture.family == "regnet" else architecture.layers, ""
    if name == "ratio":
        ratios = [group.ratio for group in architecture.plan]
        used = [ratio for ratio in ratios if ratio]
        return max(used, key=used.count, default=None), format_value(tuple(ratios)) if len(set(used)) > 1 else ""
    value = getattr(architecture, name)
    if name == "base_width" and states_width(architecture):
        return value, format_value(tuple(group.filters_in // architecture.paths for group in architecture.plan))
    return ONE_PATH.get(name, value) if architecture.family == "resnet" else value, ""


def field_text(architecture: Architecture, name: str, batch: int) -> str:
    """Return the current text of a control's text field; "" for controls without one."""
    if name == "batch":
        return str(batch)
    if name not in TYPED_FIELDS:
        return ""
    if name == "image_size":
        return image_size_text(architecture)
    value = getattr(architecture, name)
    if value is None and name != "ratio":
        value = getattr(architecture.style, name, None)
    if value is None and name == "groups":
        return "as it is"
    return f"{value:g}" if isinstance(value, float) else format_value(value)


def check_batch(value: Any) -> int:
    """Check and return a batch size from a slider or its field.

    Raises:
        ValueError, TypeError: it is not an integer from 1 to 65,536.
    """
    return whole("batch", parse_field(value) if isinstance(value, str) else value, 1, MAX_BATCH)
