"""Courses: trainings as plain numbers, names that tell them apart, and what is to be seen in them in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from math import isfinite, sqrt
from typing import NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.data.datasets import TRAINING_IMAGES
from senet_lab.drawing.network.summary import summary
from senet_lab.training.recipe import RECIPES, Recipe
from senet_lab.training.runs.run import Run

DRAWN = 6  # courses in a picture at most: as many colours can be told apart
THINNED = 200  # points of a curve at most, however long the training

Point = tuple[float, float]


class Course(NamedTuple):
    """One training, as the curves need it.

    Attributes:
        name: what tells it from the others.
        epochs: where its axis ends.
        rows: of the finished epochs, as `Run.metrics()` has them; loss and accuracy of the training images are means
            over the epoch, during which the weights still move.
        trail: (epochs, loss, accuracy) within the epoch under way.
        held: images that it is validated on; 0 where nobody knows.
        what: what is trained, how, and on what, part by part, but not the seed; empty where nobody says.
    """

    name: str
    epochs: int
    rows: Sequence[Mapping[str, float]] = ()
    trail: Sequence[tuple[float, float, float]] = ()
    held: int = 0
    what: tuple[str, ...] = ()

    def training(self, measure: str) -> list[Point]:
        """(epochs, value) of "loss" or "accuracy" on the training images, up to this moment."""
        column = {"loss": 1, "accuracy": 2}[measure]
        return _finite([*self._finished(measure), *((spot[0], spot[column]) for spot in self.trail)])

    def validation(self, measure: str) -> list[Point]:
        """The same on the images that are held out; empty where none are."""
        return _finite(self._finished(f"val_{measure}"))

    def rates(self) -> list[Point]:
        """(epochs, learning rate) at the end of each epoch."""
        return _finite(self._finished("learning_rate"))

    def best(self) -> float | None:
        """The highest accuracy on the images held out; on the training images where none are; None before any."""
        points = self.validation("accuracy") or _finite(self._finished("accuracy"))
        return max((value for _, value in points), default=None)

    def last(self) -> float | None:
        """That of the last epoch."""
        points = self.validation("accuracy") or _finite(self._finished("accuracy"))
        return points[-1][1] if points else None

    def _finished(self, column: str) -> list[Point]:
        return [(row["epoch"], row[column]) for row in self.rows]


def _finite(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if isfinite(point[1])]


def thinned(points: Sequence[Point], most: int = THINNED) -> list[Point]:
    """At most `most` of the points, evenly, the first and the last among them.

    >>> thinned([(0, 0), (1, 1), (2, 4), (3, 9), (4, 16)], 3)
    [(0, 0), (2, 4), (4, 16)]
    """
    if len(points) <= most:
        return list(points)
    last = len(points) - 1
    return [points[round(index * last / (most - 1))] for index in range(most)]


def course_of(run: Run) -> Course:
    """The course of a run as its folder has it now."""
    status, recipe, config = run.status(), run.recipe, run.config
    rows = run.metrics()
    going = status.state not in ("finished", "stopped", "failed")
    reached = int(rows[-1]["epoch"]) if rows else 0
    held = held_out(recipe, config["data"])
    epochs, what = recipe.epochs if going else reached, but_seed(run.architecture, recipe, config["data"])
    return Course(run.architecture.name, epochs, rows, held=held, what=what)


def held_out(recipe: Recipe, data: str) -> int:
    """How many images are held out; 0 where it is not known before they are read."""
    return round(recipe.validation * TRAINING_IMAGES.get(data, 0))


def told_apart(runs: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Names that tell runs apart: the network's, and of what else is known only what is not the same everywhere.

    >>> told_apart([("SE-ResNet-20", ("ratio 16", "seed 0")), ("SE-ResNet-20", ("ratio 4", "seed 0")), ("VGG", ())])
    ['SE-ResNet-20, ratio 16', 'SE-ResNet-20, ratio 4', 'VGG']
    """
    named = []
    for index, (name, parts) in enumerate(runs):
        others = [set(theirs) for at, (other, theirs) in enumerate(runs) if other == name and at != index]
        named.append(", ".join([name, *(part for part in parts if any(part not in each for each in others))]))
    return [
        f"{name}, run {named[:index].count(name) + 1}" if named.count(name) > 1 else name
        for index, name in enumerate(named)
    ]


def parts_of(run: Run) -> tuple[str, ...]:
    """What a run is made of, part by part, the network's name aside."""
    return parts(summary(run.architecture), run.recipe, run.config["data"])


def parts(summary_: str, recipe: Recipe, data: str) -> tuple[str, ...]:
    """The network's meta-parameters, the recipe and the data, in words."""
    return (
        *summary_.split(" \u00b7 "),
        recipe_words(recipe),
        f"batch {recipe.batch}",
        f"rate {recipe.learning_rate:g}",
        f"seed {recipe.seed}",
        {"sample": "CIFAR-10 sample", "cifar10": "CIFAR-10"}.get(data, data.rsplit("/", 1)[-1]),
    )


def but_seed(architecture: Architecture, recipe: Recipe, data: str) -> tuple[str, ...]:
    """What two runs have in common that differ in their seed alone."""
    return architecture.name, *parts(summary(architecture), replace(recipe, seed=0), data)


def recipe_words(recipe: Recipe) -> str:
    """The recipe that it was made from, and for how long: "modern, 30 epochs".

    >>> recipe_words(RECIPES["original"])
    'original recipe, 10 epochs'
    """
    base = nearest_recipe(recipe)
    return f"{base} recipe, {recipe.epochs} epoch{'s' * (recipe.epochs != 1)}"


@lru_cache(maxsize=64)
def nearest_recipe(recipe: Recipe) -> str:
    """The name of the recipe that differs in the fewest fields."""
    values = recipe.to_dict()
    return min(RECIPES, key=lambda name: sum(values[key] != value for key, value in RECIPES[name].to_dict().items()))


def finding(courses: Sequence[Course]) -> str:
    """What is to be seen: one network's accuracy, or the better of two, by how much, and what of it may be chance.

    >>> row = {"epoch": 5, "loss": 1, "accuracy": 0.6, "val_loss": 1, "val_accuracy": 0.5}
    >>> finding([Course("A", 5, [row]), Course("B", 5, [{**row, "val_accuracy": 0.46}])])
    'A is 4.0 points above B after 5 epochs, one run each.'
    """
    begun = [course for course in courses if course.rows]
    if not begun:
        return "The curves begin with the first steps; validation comes at the end of each epoch."
    if len(begun) == 1:
        return _of_one(begun[0])
    held = [course for course in begun if course.validation("accuracy")]
    bare = [course for course in begun if not course.validation("accuracy")]
    if len(held) == len(bare) == 1:
        return (
            f"{held[0].name} and {bare[0].name} cannot be compared: {bare[0].name} holds no images out, and accuracy "
            "on the images that are trained on is another measure."
        )
    return _of_several(held if len(held) > 1 else bare, bare if len(held) > 1 else held)


def _of_several(alike: Sequence[Course], others: Sequence[Course]) -> str:
    """The best of those with the same measure, by how much, and who has another one."""
    epoch = min(int(course.rows[-1]["epoch"]) for course in alike)
    ranked = sorted(alike, key=lambda course: _at(course, epoch), reverse=True)
    first, *rest = ranked
    second = next((course for course in rest if course.what != first.what), rest[0])  # another seed tells less
    after = f"after {epoch} epoch{'s' * (epoch != 1)}"
    gap = 100 * (_at(first, epoch) - _at(second, epoch))
    apart = f"{first.name} and {second.name} are level" if round(gap, 1) == 0 else ""
    apart = apart or f"{first.name} is {gap:.1f} points above {second.name}"
    measure = "" if first.validation("accuracy") else ", on the training images"
    told = f"{apart} {after}{measure}, one run each{_noise(first, second, epoch)}."
    if others:
        why = "no images are held out" if not measure else "images are held out"
        told += f" Not compared, since {why} there: {', '.join(course.name for course in others)}."
    return told


def _of_one(course: Course) -> str:
    row = course.rows[-1]
    epoch = int(row["epoch"])
    after = f"after {epoch} epoch{'s' * (epoch != 1)}"
    seen = f"{100 * row['accuracy']:.1f} %" if isfinite(row["accuracy"]) else "none"
    if not isfinite(row["val_accuracy"]):
        return f"{course.name}: training accuracy {seen} {after}; no images are held out."
    gap = 100 * (row["accuracy"] - row["val_accuracy"])
    where = "below" if gap > 0 else "above"
    return (
        f"{course.name}: validation accuracy {100 * row['val_accuracy']:.1f} % {after}, "
        f"{abs(gap):.1f} points {where} training ({seen})."
    )


def _at(course: Course, epoch: int) -> float:
    """Accuracy at an epoch, on the images held out where there are any."""
    row = next((row for row in course.rows if int(row["epoch"]) == epoch), course.rows[-1])
    held = row["val_accuracy"]
    return held if isfinite(held) else row["accuracy"]


def _noise(first: Course, second: Course, epoch: int) -> str:
    """By how much two such accuracies differ by chance, twice the standard error of their difference."""
    held = min(first.held, second.held)
    if not held:
        return ""
    share = (_at(first, epoch) + _at(second, epoch)) / 2
    points = 200 * sqrt(2 * share * (1 - share) / held)
    return f"; with {held:,} validation images, up to {points:.1f} points may be chance"
