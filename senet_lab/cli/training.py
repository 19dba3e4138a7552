"""`senet-lab train` and `resume`: train a run in a separate process and show its progress."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from senet_lab.architecture.aliases import current_name
from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import PRESETS
from senet_lab.checks import one_of
from senet_lab.cli.arguments import RECIPE_FLAGS
from senet_lab.cli.progress import follow
from senet_lab.cli.runs import open_run
from senet_lab.data.datasets import BUILT_IN, INPUT_SHAPE
from senet_lab.training.devices import Placement
from senet_lab.training.estimate import check_memory
from senet_lab.training.recipe import RECIPES, Recipe
from senet_lab.training.runs.data_fit import fit_to_data, must_fit
from senet_lab.training.runs.run import Run


def train(arguments: argparse.Namespace) -> int:
    """Start a run with these arguments and show its progress."""
    recipe = recipe_of(arguments)
    token = arguments.token
    network = Architecture.from_token(token) if token else preset(arguments.preset, arguments.data)
    architecture = _fitted(network, arguments.data)
    hosts = [host.strip() for host in arguments.hosts.split(",") if host.strip()]
    placement = Placement.checked(arguments.devices, hosts, arguments.host_index)
    must_fit(architecture, arguments.data)
    if changes := _changes(network, architecture, "token" if token else "preset"):
        sys.stdout.write(f"The network is adapted to the images in '{arguments.data}': {changes}.\n")
    if not arguments.force:
        check_memory(architecture, recipe, arguments.data, placement)  # before the folder is created
    run = Run.create(
        architecture, recipe, arguments.data, folder=arguments.folder, placement=placement, skip_bad=arguments.skip_bad
    )
    return follow(run, force=arguments.force)


def resume(arguments: argparse.Namespace) -> int:
    """Resume a run and show its progress."""
    return follow(open_run(arguments.run), force=arguments.force)


def _fitted(network: Architecture, data: str) -> Architecture:
    """Return the network with the classes of the data, and with its own input shape if the data has one."""
    if data in BUILT_IN and network.input_shape != INPUT_SHAPE:
        return network  # which is refused: it is not meant for such small images
    return fit_to_data(network, data)


def _changes(before: Architecture, after: Architecture, source: str) -> str:
    """Describe how a network from a preset or token was adapted to the images; "" if it was not."""
    parts = []
    if after.classes != before.classes or not before.include_top:
        says = before.classes if before.include_top else "no classifier"
        parts.append(f"{after.classes} classes (the {source} says {says})")
    if after.input_shape != before.input_shape:
        sides = ["x".join(map(str, each.input_shape)) for each in (after, before)]
        parts.append(f"{sides[0]} pixels (the {source} says {sides[1]})")
    return ", ".join(parts)


def preset(name: str, data: str) -> Architecture:
    """Return the preset of that name.

    Raises:
        ValueError: there is no preset of that name, or it takes larger images; the message names one that fits them.
    """
    small = [each for each in PRESETS if Architecture.preset(each).input_shape == (32, 32, 3)]
    choices = small if data in BUILT_IN else PRESETS
    network = Architecture.preset(
        name if name in PRESETS else one_of("preset", name, choices, "Architecture.presets()")
    )
    if data in BUILT_IN and network.input_shape != INPUT_SHAPE:
        needed, found = (f"{shape[0]} \u00d7 {shape[1]}" for shape in (network.input_shape, INPUT_SHAPE))
        raise ValueError(f"{name} takes {needed} images, '{data}' has {found}; try --preset cifar_se_resnet20.")
    return network


def recipe_of(arguments: argparse.Namespace) -> Recipe:
    """Return the named recipe with the values of the flags.

    Raises:
        ValueError, TypeError: there is no recipe of that name, or a value is invalid.
    """
    recipe = RECIPES[one_of("recipe", current_name(arguments.recipe), tuple(RECIPES))]
    changed = {n: value for n in RECIPE_FLAGS if (value := getattr(arguments, n)) is not None}
    epochs = changed.get("epochs", recipe.epochs)
    if isinstance(epochs, int) and epochs > 0:  # a short run has a shorter warm-up
        changed["warmup"] = min(recipe.warmup, epochs - 1)
    return replace(recipe, **changed)
