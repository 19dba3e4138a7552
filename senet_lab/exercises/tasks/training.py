"""Exercises on training: steps, what guessing costs, and what of a difference may be chance."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, log, log2, log10, sqrt

from senet_lab.data.datasets import TRAINING_IMAGES
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.training.recipe import RECIPES

IMAGES = TRAINING_IMAGES["sample"]


def training_steps(pick: Pick[int]) -> Task:
    """Steps of a training."""
    recipe = replace(RECIPES["modern"], batch=pick(128, 100, 64))
    n_val = round(recipe.validation * IMAGES)
    epoch_steps = ceil((IMAGES - n_val) / recipe.batch)
    return Task(
        question=(
            f"{IMAGES:,} images, of which {recipe.validation:.0%} are held out to validate on; {recipe.batch} images a "
            f"step, {recipe.epochs} epochs. How many steps does the training take?"
        ),
        answer=epoch_steps * recipe.epochs,
        unit="steps",
        hints=(
            "An epoch is every training image once. How many are not held out?",
            f"{IMAGES:,} \u2212 {n_val:,}, by {recipe.batch}: is there a rest? Then the last step has fewer images.",
            f"{epoch_steps} steps an epoch.",
        ),
        solution=(
            f"({IMAGES:,} \u2212 {n_val:,}) / {recipe.batch}, rounded up, is {epoch_steps}; {recipe.epochs} times that."
        ),
        slips=(
            (epoch_steps, "That is one epoch; all of them were asked for."),
            (ceil(IMAGES / recipe.batch) * recipe.epochs, "The images that are held out are not trained with."),
        ),
    )


def training_guess_loss(pick: Pick[int]) -> Task:
    """The loss of a network that knows nothing."""
    classes = pick(10, 100, 1000)
    return Task(
        question=(
            f"A network that gives each of {classes:,} classes the same probability: what is its loss, the mean of "
            "\u2212ln(probability of the right class)?"
        ),
        answer=log(classes),
        tolerance=0.02,
        hints=(
            "The probabilities have the sum 1. So how large is each?",
            f"1 / {classes:,}, whichever class is right. So every image has the same loss.",
            f"\u2212ln(1 / {classes:,}) is the natural logarithm of {classes:,}.",
        ),
        solution=f"ln({classes:,}). As long as the loss is near that, nothing is learned.",
        slips=(
            (1 / classes, "That is the probability, and the accuracy of guessing; the loss is its \u2212ln."),
            (log10(classes), "That is the logarithm to base 10; ln is to base e."),
            (log2(classes), "That is the logarithm to base 2; ln is to base e."),
        ),
    )


def training_chance(pick: Pick[int]) -> Task:
    """The standard error of an accuracy."""
    n_val = pick(500, 1000, 2000)
    points = 100 * sqrt(0.25 / n_val)
    return Task(
        question=(
            f"A network gets half of {n_val:,} validation images right. On {n_val:,} others it would do a "
            "little better or worse. What is the standard error of its accuracy, in points?"
        ),
        answer=points,
        unit="points",
        tolerance=0.03,
        hints=(
            "Each image is right or wrong: toss a coin that often.",
            "The standard error of a share p of n is the root of p(1 \u2212 p) / n.",
            f"The root of 0.5 \u00b7 0.5 / {n_val:,}, times 100.",
        ),
        solution=(
            f"100 \u00b7 \u221a(0.25 / {n_val:,}) = {points:.2f}. Times \u221a2 for the difference of two networks; "
            "and only what is more than twice that is hardly chance, as the sentence above the curves says."
        ),
        slips=((points / 100, "That is a share; in points it is a hundred times as much."),),
    )


MAKERS = by_name(training_steps, training_guess_loss, training_chance)
