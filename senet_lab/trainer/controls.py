"""The Trainer's controls for a state, in the order of the page. No widgets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from senet_lab.architecture.presets import PRESETS
from senet_lab.data.datasets import BUILT_IN
from senet_lab.drawing.units import short
from senet_lab.ledger.budget import cost
from senet_lab.trainer.history import held_out
from senet_lab.trainer.state import FOLDER, KINDS, State
from senet_lab.training.recipe import OPTIMIZERS, PRECISIONS, RECIPES, SCHEDULES
from senet_lab.widgets.control import Control
from senet_lab.widgets.labels import OWN, format_number, format_value
from senet_lab.widgets.presets import bundled_networks, preset_labels, preset_name

NETWORK, DATA, RECIPE, FULL, TOKEN = "Network", "Data", "Recipe", "Recipe in full", "Token"
# Label, section and hint of each field of the recipe; the section `FULL` is collapsed at first.
NUMBERS = {
    "epochs": ("Epochs", RECIPE, "passes over the training images"),
    "batch": ("Batch size", RECIPE, "images per training step"),
    "learning_rate": ("Learning rate", RECIPE, "peak value of the step size"),
    "validation": ("Validation", RECIPE, "fraction of the images to hold out"),
    "seed": ("Seed", RECIPE, "random seed"),
    "warmup": ("Warm-up", FULL, "epochs until the peak rate"),
    "weight_decay": ("Weight decay", FULL, "how much each step shrinks the weights"),
    "label_smoothing": ("Label smoothing", FULL, "fraction of each label spread over all classes"),
    "accumulate": ("Accumulate", FULL, "batches whose gradients are averaged per step"),
}
SELECTS = {
    "optimizer": ("Optimizer", OPTIMIZERS, ""),
    "schedule": ("Schedule", SCHEDULES, "cosine decays to 0 over all epochs"),
    "precision": ("Precision", PRECISIONS, "bfloat16 needs a processor or GPU that has it; auto times both"),
}
OPTIMIZER_HINTS = {"adam": "adapts the step size of each weight", "sgd": "with Nesterov momentum 0.9"}
CHECKS = {
    "augment": ("Augment", RECIPE, "random crops and flips"),
    "standardise": ("Standardize", FULL, "pixels to mean 0, standard deviation 1"),
}
DATA_LABELS = {name: f"{each.words}: {each.training_images:,}" for name, each in BUILT_IN.items()}
DATA_LABELS[FOLDER] = "Image folder"


def trainer_controls(state: State, *, has_explorer: bool = False, has_cifar10: bool = True) -> tuple[Control, ...]:
    """Return the controls, in the order of the page.

    Args:
        has_explorer: whether there is an Explorer to follow.
        has_cifar10: whether the full CIFAR-10 is on this machine.
    """
    token = Control("token", "Network", TOKEN, "text", (), (), state.architecture.token(), "paste another token here")
    return (_network(state, has_explorer), *_data(state, has_cifar10), *_recipe(state), token)


def _network(state: State, has_explorer: bool) -> Control:
    presets = _preset_names()
    value = "explorer" if state.follows else preset_name(state.architecture)
    value = value if value in ("explorer", *presets) else None
    stops: tuple[str | None, ...] = (*["explorer"] * has_explorer, *[None] * (not value), *presets)
    label_of = {"explorer": "the Explorer\u2019s", **dict(zip(presets, preset_labels(presets), strict=True))}
    labels = tuple(label_of[stop] if stop else OWN for stop in stops)
    return Control("network", "Network", NETWORK, "select", stops, labels, value, _network_hint(state))


@cache
def _preset_names() -> tuple[str, ...]:
    """Return preset names: bundled networks first, then CIFAR-10 presets, then all others."""
    return (*bundled_networks(), *sorted(PRESETS, key=lambda name: not name.startswith("cifar")))


def _network_hint(state: State) -> str:
    """Describe the cost of the network, and how it was adapted to the data."""
    network = state.network
    total = cost(network)
    hint = f"{network.name}: {short(total.params)} parameters, {short(total.macs)} multiply-adds per image"
    if network != state.architecture:
        height, width, _ = network.input_shape
        hint += f"; adapted to the data: {height}\u00d7{width} pixels, {network.classes} classes"
    return hint


def _data(state: State, has_cifar10: bool) -> Iterator[Control]:
    absent = ["cifar10"] * (not has_cifar10) + [FOLDER] * ("path" in state.needs)
    labels = tuple(DATA_LABELS[kind] + " (unavailable)" * (kind in absent) for kind in KINDS)
    validated = held_out(state.recipe, state.data)
    hint = "one folder of images per class"
    if built_in := BUILT_IN.get(state.data):
        hint = f"{built_in.training_images - validated:,} for training, {validated:,} for validation"
    yield Control("data", "Images", DATA, "select", KINDS, labels, state.kind, hint)
    if state.kind == FOLDER:
        yield Control("path", "Path", DATA, "text", (), (), state.path, "contains one folder per class")
        hint = "skip files that cannot be read, and list them"
        yield Control("skip_bad", "Skip bad files", DATA, "check", (), (), state.skip_bad, hint)


def _recipe(state: State) -> Iterator[Control]:
    recipe, names = state.recipe, tuple(RECIPES)
    yield Control("recipe", "Recipe", RECIPE, "choice", names, names, state.base, _recipe_hint(state))
    yield from _numbers(state, RECIPE)
    for name, (label, section, hint) in CHECKS.items():
        yield Control(name, label, section, "check", (), (), getattr(recipe, name), hint)
    hints = {"optimizer": OPTIMIZER_HINTS[recipe.optimizer]}
    for name, (label, stops, hint) in SELECTS.items():
        value, labels = getattr(recipe, name), tuple(map(format_value, stops))
        yield Control(name, label, FULL, "select", stops, labels, value, hints.get(name, hint))
    yield from _numbers(state, FULL)


def _recipe_hint(state: State) -> str:
    """Describe how the recipe differs from the selected one: "modern, with changes: epochs 30 → 10"."""
    labels = {name: label for name, (label, *_) in (NUMBERS | SELECTS | CHECKS).items()}
    changes = [
        f"{labels[name].lower()} {_value_words(original)} \u2192 {_value_words(value)}"
        for name, original in RECIPES[state.base].to_dict().items()
        if (value := getattr(state.recipe, name)) != original
    ]
    return f"{state.base}, with changes: {', '.join(changes)}" if changes else f"{state.base}, unchanged"


def _value_words(value: Any) -> str:
    return (
        format_number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else format_value(value)
    )


def _numbers(state: State, section: str) -> Iterator[Control]:
    for name, (label, its_section, hint) in NUMBERS.items():
        if its_section == section:
            value = format_number(getattr(state.recipe, name))
            yield Control(name, label, section, "number", (), (), value, hint)
