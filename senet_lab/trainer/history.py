"""History: the plain numbers of a run that its curves are drawn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from senet_lab.data.datasets import BUILT_IN
from senet_lab.trainer.run_names import setup_without_seed
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.status import ENDED

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run

MAX_CURVE_POINTS = 200  # however long the run

Point = tuple[float, float]


class History(NamedTuple):
    """One run, as the curves need it."""

    name: str  # distinguishes it from the others
    epochs: int  # where its axis ends
    # One row per finished epoch, as `Run.metrics()` returns them; training loss and accuracy are means over the epoch,
    # during which the weights change.
    rows: Sequence[Mapping[str, float]] = ()
    trail: Sequence[tuple[float, float, float]] = ()  # (epochs, loss, accuracy) within the current epoch
    held_out: int = 0  # number of validation images; 0 if unknown
    # The parts of its setup, without the seed; empty if unknown.
    setup: tuple[str, ...] = ()

    def training(self, measure: str) -> list[Point]:
        """Return (epochs, value) of "loss" or "accuracy" on the training images, up to this moment."""
        column = {"loss": 1, "accuracy": 2}[measure]
        return _finite([*self._column(measure), *((point[0], point[column]) for point in self.trail)])

    def validation(self, measure: str) -> list[Point]:
        """Return the same on the held-out images; empty if there are none."""
        return _finite(self._column(f"val_{measure}"))

    def learning_rates(self) -> list[Point]:
        """Return (epochs, learning rate) at the end of each epoch."""
        return _finite(self._column("learning_rate"))

    def best(self) -> float | None:
        """Return the highest accuracy on the held-out images, or on the training images if there are none."""
        return max((value for _, value in self._accuracies()), default=None)

    def last(self) -> float | None:
        """Return the accuracy after the last epoch, on the same images."""
        return next((value for _, value in reversed(self._accuracies())), None)

    def _accuracies(self) -> list[Point]:
        return self.validation("accuracy") or _finite(self._column("accuracy"))

    def _column(self, name: str) -> list[Point]:
        return [(row["epoch"], row[name]) for row in self.rows]


def _finite(points: Sequence[Point]) -> list[Point]:
    return [point for point in points if isfinite(point[1])]


def thin(points: Sequence[Point], max_points: int = MAX_CURVE_POINTS) -> list[Point]:
    """Return at most `max_points` of the points, evenly spaced, the first and the last among them.

    >>> thin([(0, 0), (1, 1), (2, 4), (3, 9), (4, 16)], 3)
    [(0, 0), (2, 4), (4, 16)]
    """
    if len(points) <= max_points:
        return list(points)
    last = len(points) - 1
    return [points[round(index * last / (max_points - 1))] for index in range(max_points)]


def history_of(run: Run) -> History:
    """Return the current history of a run."""
    rows, data = run.metrics(), run.config["data"]
    reached = int(rows[-1]["epoch"]) if rows else 0
    epochs = reached if run.status().state in ENDED else run.recipe.epochs
    setup = setup_without_seed(run.architecture, run.recipe, data)
    return History(run.architecture.name, epochs, rows, (), held_out(run.recipe, data), setup)


def held_out(recipe: Recipe, data: str) -> int:
    """Return how many images are held out; 0 if that is unknown before the images are read."""
    built_in = BUILT_IN.get(data)
    return round(recipe.validation * built_in.training_images) if built_in else 0
