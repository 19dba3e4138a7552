"""What the Trainer's page offers for its state, in the order of the page. No widgets."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from senet_lab.architecture.presets import PRESETS
from senet_lab.data.datasets import TRAINING_IMAGES
from senet_lab.drawing.units import short
from senet_lab.ledger.budget import cost
from senet_lab.trainer.courses import held_out
from senet_lab.trainer.state import FOLDER, KINDS, State, has_cifar10
from senet_lab.training.recipe import OPTIMIZERS, PRECISIONS, RECIPES, SCHEDULES
from senet_lab.widgets.control import Control
from senet_lab.widgets.labels import OWN, format_number, format_value
from senet_lab.widgets.presets import bundled_networks, preset_labels, preset_name

NETWORK, DATA, RECIPE, FULL, TOKEN = "Network", "Data", "Recipe", "Recipe in full", "Token"
# What people read of a field of the recipe, and what it does; those of `FULL` are folded away.
NUMBERS = {
    "epochs": ("Epochs", RECIPE, "how often each image is seen"),
    "batch": ("Batch", RECIPE, "images of a training step"),
    "learning_rate": ("Learning rate", RECIPE, "the highest; how far a step goes"),
    "validation": ("Validation", RECIPE, "share of the images held out"),
    "seed": ("Seed", RECIPE, "of all that is random"),
    "warmup": ("Warm-up", FULL, "epochs in which the rate rises"),
    "weight_decay": ("Weight decay", FULL, "what a step takes off the weights"),
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
    "augment": ("Augment", RECIPE, "crops, and mirror images"),
    "standardise": ("Standardise", FULL, "pixels: mean 0, standard deviation 1"),
}
DATA_LABELS = {"sample": "CIFAR-10 sample, 5,000", "cifar10": "CIFAR-10, 50,000", FOLDER: "a folder of my own"}


def trainer_controls(state: State, *, has_explorer: bool = False) -> tuple[Control, ...]:
    """The controls for a state, in the order of the page."""
    token = Control("token", "Network", TOKEN, "text", (), (), state.architecture.token(), "paste another one here")
    return (*_network(state, has_explorer), *_data(state), *_recipe(state), token)


def _network(state: State, has_explorer: bool) -> Iterator[Control]:
    offered = _offered()
    preset = "explorer" if state.follows else preset_name(state.architecture)
    preset = preset if preset in ("explorer", *offered) else None
    stops: tuple[str | None, ...] = (*(("explorer",) if has_explorer else ()), *(() if preset else (None,)), *offered)
    read = dict(zip(offered, preset_labels(offered), strict=True)) | {"explorer": "the Explorer\u2019s"}
    labels = tuple(read[stop] if stop else OWN for stop in stops)
    yield Control("network", "Network", NETWORK, "select", stops, labels, preset, _about(state))


@cache
def _offered() -> tuple[str, ...]:
    """Those for small images first, what ships among them."""
    return (*bundled_networks(), *sorted(PRESETS, key=lambda name: not name.startswith("cifar")))


def _about(state: State) -> str:
    """What the network costs, and what the data have made of it."""
    network, chosen = state.network, state.architecture
    total = cost(network)
    words_ = f"{network.name}: {short(total.params)} parameters, {short(total.macs)} multiply-adds an image"
    if network != chosen:
        height, width, _ = network.input_shape
        words_ += f"; with {height}\u00d7{width} pixels and {network.classes} classes, as the data have"
    return words_


def _data(state: State) -> Iterator[Control]:
    labels = tuple(DATA_LABELS[kind] + ("" if kind != "cifar10" or has_cifar10() else " (not here)") for kind in KINDS)
    held = held_out(state.recipe, state.data)
    images = TRAINING_IMAGES.get(state.data, 0)
    hint = f"{images - held:,} to train on, {held:,} to validate on" if images else "a folder of images for each class"
    yield Control("data", "Images", DATA, "select", KINDS, labels, state.kind, hint)
    if state.kind == FOLDER:
        yield Control("path", "Path", DATA, "text", (), (), state.path, "with a folder in it for each class")
        hint = "leave out files that cannot be read, and say which"
        yield Control("skip_bad", "Skip bad files", DATA, "check", (), (), state.skip_bad, hint)


def _recipe(state: State) -> Iterator[Control]:
    recipe, names = state.recipe, tuple(RECIPES)
    yield Control("recipe", "Recipe", RECIPE, "choice", names, names, state.base, _apart(state))
    for name, (label, section, hint) in NUMBERS.items():
        if section == RECIPE:
            yield _number(state, name, label, section, hint)
    for name, (label, section, hint) in CHECKS.items():
        yield Control(name, label, section, "check", (), (), getattr(recipe, name), hint)
    for name, (label, stops, about) in SELECTS.items():
        hint = about or OPTIMIZER_HINTS[recipe.optimizer]
        yield Control(name, label, FULL, "select", stops, tuple(map(format_value, stops)), getattr(recipe, name), hint)
    for name, (label, section, hint) in NUMBERS.items():
        if section == FULL:
            yield _number(state, name, label, section, hint)


def _apart(state: State) -> str:
    """What is not as the chosen recipe has it: "modern, but epochs 10 instead of 30"."""
    labels = {name: label for name, (label, *_) in (NUMBERS | SELECTS | CHECKS).items()}
    usual = RECIPES[state.base].to_dict()
    told = [
        f"{labels[name].lower()} {_shown(now)} instead of {_shown(value)}"
        for name, value in usual.items()
        if (now := getattr(state.recipe, name)) != value
    ]
    return f"{state.base}, but {', '.join(told)}" if told else f"all as {state.base} has it"


def _shown(value: Any) -> str:
    return (
        format_number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else format_value(value)
    )


def _number(state: State, name: str, label: str, section: str, hint: str) -> Control:
    return Control(name, label, section, "number", (), (), format_number(getattr(state.recipe, name)), hint)
