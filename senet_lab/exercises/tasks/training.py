"""Exercises on training: the number of steps, the loss of guessing, and how much of a difference may be chance."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, log, log2, log10, sqrt

from senet_lab.data.datasets import TRAINING_IMAGES
from senet_lab.drawing.units import as_percent
from senet_lab.exercises.task import Task, by_name, variants
from senet_lab.training.recipe import RECIPES

IMAGES = TRAINING_IMAGES["sample"]


@variants((32,), [(100,), (64,), (128,), (48,), (50,), (80,), (200,), (256,)])
def training_steps(batch: int) -> Task:
    """Ask for the number of steps of a training run."""
    recipe = replace(RECIPES["original"], batch=batch, epochs=3)
    n_val = round(recipe.validation * IMAGES)
    epoch_steps = ceil((IMAGES - n_val) / recipe.batch)
    return Task(
        question=(
            f"There are {IMAGES:,} images; {as_percent(recipe.validation, 0)} of them are held out for validation. "
            f"Each step takes {recipe.batch} images. How many steps do {recipe.epochs} epochs take?"
        ),
        answer=epoch_steps * recipe.epochs,
        unit="steps",
        hints=(
            "In one epoch, the network sees each training image once. How many images are not held out?",
            f"Divide {IMAGES:,} \u2212 {n_val:,} by {recipe.batch}. Is there a remainder? Then one more step takes it.",
            f"One epoch has {epoch_steps} steps.",
        ),
        solution=(
            f"({IMAGES:,} \u2212 {n_val:,}) / {recipe.batch}, rounded up, is {epoch_steps} steps per epoch. There are "
            f"{recipe.epochs} epochs."
        ),
        slips=(
            (epoch_steps, f"That is one epoch; there are {recipe.epochs}."),
            (ceil(IMAGES / recipe.batch) * recipe.epochs, "You counted the images that are held out."),
        ),
    )


@variants((10,), [(2,), (4,), (20,), (50,), (100,), (365,), (1000,), (21_841,)])
def training_guess_loss(classes: int) -> Task:
    """Ask for the loss of a network that guesses."""
    of_lesson = (log(10), f"That is the loss for 10 classes; here there are {classes:,}.")
    return Task(
        question=(
            f"A network gives each of {classes:,} classes the same probability. What is its loss, the mean of "
            "\u2212ln(probability of the right class)?"
        ),
        answer=log(classes),
        tolerance=0.02,
        hints=(
            "The probabilities sum to 1. How large is each?",
            f"Each is 1 / {classes:,}, whichever class is right. So every image has the same loss.",
            f"\u2212ln(1 / {classes:,}) is the natural logarithm of {classes:,}.",
        ),
        solution=f"It is ln({classes:,}). A loss near this value means that the network has learned nothing yet.",
        slips=(
            (1 / classes, "That is the probability; the loss is \u2212ln of it."),
            (log10(classes), "That is the logarithm to base 10; ln has base e."),
            (log2(classes), "That is the logarithm to base 2; ln has base e."),
            *((of_lesson,) if classes != 10 else ()),
        ),
    )


@variants((500,), [(100,), (200,), (250,), (400,), (800,), (1250,), (2000,), (5000,)])
def training_chance(n_val: int) -> Task:
    """Ask for the standard error of an accuracy."""
    points = 100 * sqrt(0.25 / n_val)
    return Task(
        question=(
            f"A network classifies half of {n_val:,} validation images correctly. On {n_val:,} other images it would "
            "do slightly better or worse. What is the standard error of its accuracy, in percentage points?"
        ),
        answer=points,
        unit="points",
        tolerance=0.03,
        hints=(
            "Each image is like the toss of a coin: right or wrong.",
            "The standard error of a share p of n is the square root of p(1 \u2212 p) / n.",
            f"Take the square root of 0.5 \u00b7 0.5 / {n_val:,}, times 100.",
        ),
        solution=(
            f"100 \u00b7 \u221a(0.25 / {n_val:,}) = {points:.2f}. For the difference between two networks, multiply by "
            "\u221a2. A difference of more than twice the result is hardly chance, as the panel says above the curves."
        ),
        slips=((sqrt(2) * points, "That is for the difference between two networks; this is about one."),),
    )


MAKERS = by_name(training_steps, training_guess_loss, training_chance)
