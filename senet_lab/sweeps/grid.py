"""Grid: the arms of a sweep, which are all combinations of the values of its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import product
from typing import Any, NamedTuple, TypeAlias

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import InvalidValueError, ParameterError, instance, one_of, quoted
from senet_lab.training.recipe import Recipe

ARCHITECTURE_FIELDS = tuple(field.name for field in fields(Architecture))
RECIPE_FIELDS = tuple(field.name for field in fields(Recipe) if field.name != "seed")
EXAMPLE = "{'ratio': (None, 16)}"

GridInput: TypeAlias = Mapping[str | tuple[str, ...], Sequence[Any]]


class Axis(NamedTuple):
    """Parameters that vary together, usually only one, and the values that they take."""

    names: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]  # each has a value for each name


class Arm(NamedTuple):
    """One combination of values, with the network and the recipe that result."""

    values: tuple[tuple[str, Any], ...]
    architecture: Architecture
    recipe: Recipe

    @property
    def label(self) -> str:
        """The values in words, such as "ratio 16" or "ratio none"."""
        return label(self.values)


def label(values: Sequence[tuple[str, Any]]) -> str:
    """Return values in words.

    >>> label((("ratio", None), ("batch", 64)))
    'ratio none, batch 64'
    >>> label((("learning_rate", 0.1),))
    'learning rate 0.1'
    """
    return ", ".join(f"{name.replace('_', ' ')} {value_words(value)}" for name, value in values)


def value_words(value: Any) -> str:
    """Return a value in words, with groups as in "16x2+32x1"."""
    if isinstance(value, tuple):
        return "+".join(
            "x".join(map(value_words, row)) if isinstance(row, tuple) else value_words(row) for row in value
        )
    return "none" if value is None else str(value)


def as_tuples(value: Any) -> Any:
    """Return a value with tuples in place of the lists that JSON makes of them."""
    return tuple(map(as_tuples, value)) if isinstance(value, list) else value


def checked_grid(grid: Any) -> tuple[Axis, ...]:
    """Return the axes of a grid that maps names, or tuples of names, to their values; raise TypeError or ValueError."""
    instance("grid", grid, Mapping, EXAMPLE)
    axes = tuple(_axis(names, values) for names, values in grid.items())
    names = [name for axis in axes for name in axis.names]
    for name in names:
        if names.count(name) > 1:
            raise InvalidValueError("grid", tuple(names), f"has '{name}' twice", "each parameter once")
    return axes


def _axis(names: Any, values: Any) -> Axis:
    names = (names,) if isinstance(names, str) else names
    for name in names if isinstance(names, tuple) else (names,):
        one_of("parameter of the grid", name, ARCHITECTURE_FIELDS + RECIPE_FIELDS)
    if isinstance(values, str) or not isinstance(values, Sequence) or not values:
        raise InvalidValueError(names[0], values, "must have a sequence of values", "(None, 16, 8)")
    rows = tuple((value,) if len(names) == 1 else _row(names, value) for value in values)
    return Axis(names, rows)


def _row(names: tuple[str, ...], value: Any) -> tuple[Any, ...]:
    if not isinstance(value, (tuple, list)) or len(value) != len(names):
        rule = f"must have a value for each of {', '.join(names)}"
        raise InvalidValueError("grid", value, rule, f"({', '.join(['...'] * len(names))})")
    return tuple(value)


def arms(base: Architecture, recipe: Recipe, axes: tuple[Axis, ...]) -> Iterator[Arm]:
    """Yield each combination; an error for an invalid one names it."""
    for rows in product(*(axis.values for axis in axes)):
        values = tuple(
            pair for axis, row in zip(axes, rows, strict=True) for pair in zip(axis.names, row, strict=True)
        )  # fmt: skip
        try:
            network = {name: value for name, value in values if name in ARCHITECTURE_FIELDS}
            training = {name: value for name, value in values if name in RECIPE_FIELDS}
            architecture, arm_recipe = replace(base, **network), _settled(replace(recipe, **training))
        except ParameterError as error:
            error.place = f"{label(values)}, {error.place}" if error.place else label(values)
            raise
        own = tuple(
            (name, getattr(architecture if name in ARCHITECTURE_FIELDS else arm_recipe, name)) for name, _ in values
        )  # fmt: skip
        yield Arm(own, architecture, arm_recipe)


def _settled(recipe: Recipe) -> Recipe:
    """Return the recipe, whose precision must be stated, since runs of a sweep are compared with each other."""
    if recipe.precision == "auto":
        rule = "would let each run of the sweep choose for itself, and runs in different precisions cannot be compared"
        raise InvalidValueError("precision", recipe.precision, rule, "'float32'")
    return recipe


def must_differ(each: Sequence[Arm]) -> None:
    """Check that no two arms are the same network with the same recipe."""
    seen: dict[tuple[Architecture, Recipe], Arm] = {}
    for arm in each:
        if before := seen.get((arm.architecture, arm.recipe)):
            rule = f"has the same network and recipe twice, {quoted(before.label)} and {quoted(arm.label)}"
            raise InvalidValueError("grid", dict(arm.values), rule, "each combination once")
        seen[arm.architecture, arm.recipe] = arm
