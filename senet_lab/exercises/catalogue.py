"""Catalogue: all exercises by name, in the order of the lessons."""

from __future__ import annotations

from senet_lab.exercises.task import Maker
from senet_lab.exercises.tasks import cardinality, excite, gates, idioms, macro, micro, published, training

# Exercises by lesson; the keys are the names of the notebooks.
LESSONS: dict[str, dict[str, Maker]] = {
    "02_macro_architecture": macro.MAKERS,
    "03_micro_architecture": micro.MAKERS,
    "04_cardinality": cardinality.MAKERS,
    "05_squeeze_and_excitation": excite.MAKERS,
    "06_two_idioms": idioms.MAKERS,
    "07_training": training.MAKERS,
    "08_gates": gates.MAKERS,
    "09_published_networks": published.MAKERS,
}
# Their titles, as in the first line of each notebook.
TITLES = {
    "02_macro_architecture": "Macro-architecture",
    "03_micro_architecture": "Micro-architecture",
    "04_cardinality": "Cardinality",
    "05_squeeze_and_excitation": "Squeeze-and-excitation",
    "06_two_idioms": "Two idioms",
    "07_training": "Training",
    "08_gates": "Gates",
    "09_published_networks": "Published networks",
}
MAKERS = {name: maker for makers in LESSONS.values() for name, maker in makers.items()}


def lesson_of(name: str) -> str:
    """Return the name of the notebook that contains an exercise.

    >>> lesson_of("ratio-4-params")
    '05_squeeze_and_excitation'
    """
    return next(lesson for lesson, makers in LESSONS.items() if name in makers)
