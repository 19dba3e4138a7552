"""Setup: what a sweep varies and how it trains, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from senet_lab.sweeps.grid import as_tuples, value_words
from senet_lab.trainer.run_names import nearest_recipe, recipe_words
from senet_lab.training.recipe import RECIPES, Recipe

Axis = tuple[Sequence[str], Sequence[Sequence[Any]]]  # names, and rows with a value for each


def axis_words(axes: Sequence[Axis]) -> str:
    """Return the names of all parameters.

    >>> axis_words([(["ratio"], [[16]]), (["base_width"], [[64]])])
    'ratio, base width'
    """
    return ", ".join(name.replace("_", " ") for names, _ in axes for name in names) or "network"


def varied_words(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return the names of an axis with their values.

    >>> varied_words(["ratio"], [[None], [16]]), varied_words(["cardinality", "base_width"], [[1, 64], [2, 40]])
    ('ratio: none, 16', 'cardinality, base width: (1, 64), (2, 40)')
    """
    values = (", ".join(value_words(as_tuples(value)) for value in row) for row in rows)
    return f"{axis_words([(names, rows)])}: {', '.join(f'({each})' if len(names) > 1 else each for each in values)}"


def setup_words(recipe: Recipe, seeds: int, data: str, images: int | None) -> str:
    """Return recipe, seeds and test images: "modern recipe, 30 epochs; 5 seeds; CIFAR-10, 10,000 test images"."""
    count = f"{seeds} seed{'s' * (seeds != 1)}"
    return f"{_recipe_words(recipe)}; {count}; {data}{f', {images:,} test images' if images else ''}"


def _recipe_words(recipe: Recipe) -> str:
    """Return the name of the recipe, or how it trains if it has no name."""
    named = RECIPES[nearest_recipe(recipe)]
    lasts = replace(named, epochs=recipe.epochs, warmup=recipe.warmup, validation=recipe.validation, seed=recipe.seed)
    if lasts == recipe:
        return recipe_words(recipe)
    optimizer = {"adam": "Adam", "sgd": "SGD"}[recipe.optimizer]
    schedule = ", cosine" if recipe.schedule == "cosine" else ""
    return (
        f"{recipe.epochs} epochs of {optimizer}, learning rate {recipe.learning_rate:g}{schedule}, batch {recipe.batch}"
    )
