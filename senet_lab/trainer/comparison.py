"""Comparison: a sentence on the accuracy of one run, or on which of several is better and how much may be chance."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, sqrt

from senet_lab.drawing.units import as_percent
from senet_lab.trainer.history import History


def compare(histories: Sequence[History]) -> str:
    """Return a sentence on the accuracy of one run, or on which of several is better and how much may be chance.

    >>> row = {"epoch": 5, "loss": 1, "accuracy": 0.6, "val_loss": 1, "val_accuracy": 0.5}
    >>> compare([History("A", 5, [row]), History("B", 5, [{**row, "val_accuracy": 0.46}])])
    'A is 4.0 points above B after 5 epochs, one run each.'
    """
    started = [history for history in histories if history.rows]
    if not started:
        return "Curves appear after the first steps; validation runs at the end of each epoch."
    if len(started) == 1:
        return _describe(started[0])
    validated = [history for history in started if history.validation("accuracy")]
    unvalidated = [history for history in started if not history.validation("accuracy")]
    if len(validated) == len(unvalidated) == 1:
        other = unvalidated[0].name
        return (
            f"{validated[0].name} and {other} cannot be compared: {other} holds out no images, and its accuracy on "
            "training images is a different measure."
        )
    return _rank(validated, unvalidated) if len(validated) > 1 else _rank(unvalidated, validated)


def _rank(comparable: Sequence[History], others: Sequence[History]) -> str:
    """Say which of the comparable histories is best and by how much, and which others have a different measure."""
    epoch = min(int(history.rows[-1]["epoch"]) for history in comparable)
    first, *rest = sorted(comparable, key=lambda history: _accuracy_at(history, epoch), reverse=True)
    second = next(
        (each for each in rest if each.setup != first.setup), rest[0]
    )  # other than a second run of the same setup, if possible
    after = f"after {epoch} epoch{'s' * (epoch != 1)}"
    gap = 100 * (_accuracy_at(first, epoch) - _accuracy_at(second, epoch))
    ranking = f"{first.name} is {gap:.1f} points above {second.name}"
    if round(gap, 1) == 0:
        ranking = f"{first.name} and {second.name} are level"
    measure = "" if first.validation("accuracy") else ", on the training images"
    sentence = f"{ranking} {after}{measure}, one run each{_chance_words(first, second, epoch)}."
    if others:
        why = "they hold out no images" if not measure else "they hold out images"
        sentence += f" Not compared because {why}: {', '.join(each.name for each in others)}."
    return sentence


def _describe(history: History) -> str:
    row = history.rows[-1]
    epoch = int(row["epoch"])
    after = f"after {epoch} epoch{'s' * (epoch != 1)}"
    training = as_percent(row["accuracy"])
    if not isfinite(row["val_accuracy"]):
        return f"{history.name}: training accuracy {training} {after}; no images are held out."
    gap = 100 * (row["accuracy"] - row["val_accuracy"])
    side = "below" if gap > 0 else "above"
    return (
        f"{history.name}: validation accuracy {as_percent(row['val_accuracy'])} {after}, "
        f"{abs(gap):.1f} points {side} training ({training})."
    )


def _accuracy_at(history: History, epoch: int) -> float:
    """Return the accuracy at an epoch, on the held-out images if there are any."""
    row = next((row for row in history.rows if int(row["epoch"]) == epoch), history.rows[-1])
    return row["val_accuracy"] if isfinite(row["val_accuracy"]) else row["accuracy"]


def _chance_words(first: History, second: History, epoch: int) -> str:
    """Say how far two such accuracies may differ by chance: twice the standard error of their difference."""
    images = min(first.held_out, second.held_out)
    if not images:
        return ""
    accuracy = (_accuracy_at(first, epoch) + _accuracy_at(second, epoch)) / 2
    points = 200 * sqrt(2 * accuracy * (1 - accuracy) / images)
    return f"; with {images:,} validation images, up to {points:.1f} points may be due to chance"
