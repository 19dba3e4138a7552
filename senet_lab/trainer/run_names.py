"""Run names: the setup of a run in words, and names that distinguish runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from senet_lab.architecture.architecture import Architecture
from senet_lab.data.datasets import data_words
from senet_lab.drawing.network.summary import summary
from senet_lab.training.recipe import RECIPES, Recipe, precision_words

LETTERS = "ABCDEF"  # of the runs in a picture
MAX_DRAWN_RUNS = len(LETTERS)  # the number of colors that can be distinguished


def distinct_names(runs: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Return names that distinguish runs: the network, with the parts of the setup in which runs differ.

    >>> distinct_names([("SE-ResNet-20", ("ratio 16", "seed 0")), ("SE-ResNet-20", ("ratio 4", "seed 0")), ("VGG", ())])
    ['SE-ResNet-20, ratio 16', 'SE-ResNet-20, ratio 4', 'VGG']
    """
    names = []
    for index, (name, parts) in enumerate(runs):
        others = [set(theirs) for at, (other, theirs) in enumerate(runs) if other == name and at != index]
        names.append(", ".join([name, *(part for part in parts if any(part not in each for each in others))]))
    return [
        f"{name}, run {names[:index].count(name) + 1}" if names.count(name) > 1 else name
        for index, name in enumerate(names)
    ]


def setup_parts(architecture: Architecture, recipe: Recipe, data: str) -> tuple[str, ...]:
    """Return the network's meta-parameters, the recipe and the data, in words."""
    return (
        *summary(architecture).split(" \u00b7 "),
        recipe_words(recipe),
        f"batch {recipe.batch}",
        f"rate {recipe.learning_rate:g}",
        *precision_words(recipe),
        f"seed {recipe.seed}",
        data_words(data),
    )


def setup_without_seed(architecture: Architecture, recipe: Recipe, data: str) -> tuple[str, ...]:
    """Return the parts of a setup that are the same for runs that differ only in their seed."""
    return architecture.name, *setup_parts(architecture, replace(recipe, seed=0), data)


def setup_words(architecture: Architecture, recipe: Recipe, data: str) -> str:
    """Return the setup as one line, without what follows from the data, such as the classes."""
    meta = summary(architecture).split(" \u00b7 ")[:-3]
    how = (recipe_words(recipe), f"batch {recipe.batch}", *precision_words(recipe), f"seed {recipe.seed}")
    return ", ".join([*meta, *how, data_words(data)])


def recipe_words(recipe: Recipe) -> str:
    """Return the name of the nearest recipe, and the number of epochs.

    >>> recipe_words(RECIPES["original"])
    'original recipe, 10 epochs'
    """
    return f"{nearest_recipe(recipe)} recipe, {recipe.epochs} epoch{'s' * (recipe.epochs != 1)}"


@lru_cache(maxsize=64)
def nearest_recipe(recipe: Recipe) -> str:
    """Return the name of the recipe that differs in the fewest fields."""
    values = recipe.to_dict()
    return min(RECIPES, key=lambda name: sum(values[key] != value for key, value in RECIPES[name].to_dict().items()))
