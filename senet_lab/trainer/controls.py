"""The Trainer's controls for a state, in the order of the page. No widgets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from senet_lab.architecture.presets import PRESETS
from senet_lab.data.datasets import TRAINING_IMAGES
from senet_lab.drawing.units import short
from senet_lab.ledger.budget import cost
from senet_lab.trainer.history import held_out
from senet_lab.trainer.state import FOLDER, KINDS, State
from senet_lab.training.recipe import OPTIMIZERS, PRECISIONS, RECIPES, SCHEDULES
from senet_lab.widgets.control import Control
from senet_lab.widgets.labels import OWN, format_number, format_value
from senet_lab.widgets.presets import bundled_networks, preset_labels, preset_name

NETWORK, DATA, RECIPE, FULL, TOKEN = "Network", "Data", "Recipe", "Recipe in full", "Token"
# Label, section and hint of each field of the recipe; those of `FULL` are folded away.
NUMBERS = {
    "epochs": ("Epochs", RECIPE, "how often each image is seen"),
    "batch": ("Batch", RECIPE, "images per training step"),
    "learning_rate": ("Learning rate", RECIPE, "the highest; how far a step goes"),
    "validation": ("Validation", RECIPE, "share of the images held out"),
    "seed": ("Seed", RECIPE, "random seed"),
    "warmup": ("Warm-up", FULL, "epochs in which the rate rises"),
    "weight_decay": ("Weight decay", FULL, "how much each step shrinks the weights"),
    "label_smoothing": ("Label smoothing", FULL, "of the right answer, spread over all"),
    "accumulate": ("Accumulate", FULL, "batches averaged into one step"),
}
SELECTS = {
    "optimizer": ("Optimizer", OPTIMIZERS, ""),
    "schedule": ("Schedule", SCHEDULES, "cosine falls to 0 over all epochs"),
    "precision": ("Precision", PRECISIONS, "16 bits are for GPUs"),
}
OPTIMIZER_HINTS = {"adam": "Kingma and Ba 2015", "sgd": "with Nesterov momentum 0.9"}
CHECKS = {
    "augment": ("Augment", RECIPE, "crops and mirror images"),
    "standardise": ("Standardise", FULL, "pixels: mean 0, standard deviation 1"),
}
DATA_LABELS = {"sample": "CIFAR-10 sample, 5,000", "cifar10": "CIFAR-10, 50,000", FOLDER: "a folder of my own"}


def trainer_controls(state: State, *, has_explorer: bool = False, has_cifar10: bool = True) -> tuple[Control, ...]:
    """Return the controls, in the order of the page, where there is an Explorer to follow, or CIFAR-10, or neither."""
    token = Control("token", "Network", TOKEN, "text", (), (), state.architecture.token(), "paste another one here")
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
    """Return preset names: bundled networks, those for CIFAR-10, and all others."""
    return (*bundled_networks(), *sorted(PRESETS, key=lambda name: not name.startswith("cifar")))


def _network_hint(state: State) -> str:
    """Say what the network costs, and how it differs from the selected one to fit the data."""
    network = state.network
    total = cost(network)
    hint = f"{network.name}: {short(total.params)} parameters, {short(total.macs)} multiply-adds per image"
    if network != state.architecture:
        height, width, _ = network.input_shape
        hint += f"; with {height}\u00d7{width} pixels and {network.classes} classes, as the data have"
    return hint


def _data(state: State, has_cifar10: bool) -> Iterator[Control]:
    absent = ["cifar10"] * (not has_cifar10) + [FOLDER] * ("path" in state.needs)
    labels = tuple(DATA_LABELS[kind] + " (not here)" * (kind in absent) for kind in KINDS)
    validated = held_out(state.recipe, state.data)
    hint = "one folder of images per class"
    if images := TRAINING_IMAGES.get(state.data, 0):
        hint = f"{images - validated:,} to train on, {validated:,} to validate on"
    yield Control("data", "Images", DATA, "select", KINDS, labels, state.kind, hint)
    if state.kind == FOLDER:
        yield Control("path", "Path", DATA, "text", (), (), state.path, "contains one folder per class")
        hint = "leave out files that cannot be read, and say which"
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
    """Say how the recipe differs from the selected one: "modern, but epochs 10 instead of 30"."""
    labels = {name: label for name, (label, *_) in (NUMBERS | SELECTS | CHECKS).items()}
    changes = [
        f"{labels[name].lower()} {_value_words(value)} instead of {_value_words(original)}"
        for name, original in RECIPES[state.base].to_dict().items()
        if (value := getattr(state.recipe, name)) != original
    ]
    return f"{state.base}, but {', '.join(changes)}" if changes else f"all as in the {state.base} recipe"


def _value_words(value: Any) -> str:
    return (
        format_number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else format_value(value)
    )


def _numbers(state: State, section: str) -> Iterator[Control]:
    for name, (label, its_section, hint) in NUMBERS.items():
        if its_section == section:
            value = format_number(getattr(state.recipe, name))
            yield Control(name, label, section, "number", (), (), value, hint)
