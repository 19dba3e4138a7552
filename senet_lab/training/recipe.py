"""Recipe: how a network is trained, in one frozen object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from senet_lab.architecture.aliases import AliasDict
from senet_lab.checks import MAX_SEED, InvalidValueError, Parameter, Setting, flag, instance, one_of, real, whole

OPTIMIZERS = ("adam", "sgd")
SCHEDULES = ("constant", "cosine")
HALF_PRECISIONS = ("mixed_bfloat16", "mixed_float16")
PRECISIONS = ("float32", *HALF_PRECISIONS, "auto")

MAX_TIMES = 10**6  # epochs, images per batch, batches per step
MAX_LEARNING_RATE = 1000


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train. The defaults are the original lesson's: 10 epochs of Adam with batches of 32 images.

    Attributes:
        epochs: passes over the training images.
        batch: images per step.
        optimizer: "adam" (Kingma and Ba 2015) or "sgd" with Nesterov momentum 0.9 (Sutskever et al. 2013).
        learning_rate: its peak value.
        schedule: "constant", or "cosine" down to 0 over all epochs (Loshchilov and Hutter 2017).
        warmup: epochs over which the learning rate rises from 0 (Goyal et al. 2017, sec. 2.2); "cosine" only.
        weight_decay: fraction of a weight subtracted per step, times the learning rate; kernels only, no BN or biases.
        label_smoothing: fraction of each label spread over all classes (Szegedy et al. 2016, sec. 7).
        augment: random crops of images padded by 4 pixels on each side, and flips (He et al. 2016, sec. 4.2).
        standardise: subtract the mean of each channel and divide by its standard deviation; else pixels in [0, 1].
        validation: fraction of the training images to hold out for validation.
        precision: "float32"; or "mixed_float16" or "mixed_bfloat16", which compute with 16 bits and keep weights in 32
            (Micikevicius et al. 2018). These are for GPUs; processors with bfloat16 instructions are faster with
            "mixed_bfloat16". "auto" times five steps in float32 and in bfloat16 before the run begins, and takes
            bfloat16 if it is at least 1.05 times as fast. The choice depends on the machine and its load, so only a
            stated precision repeats a run bit for bit; `Run.precision_choice` returns it.
        accumulate: batches whose gradients are averaged into one step, if memory is short.
        seed: random seed for initial weights, held-out images, order and crops.
    """

    epochs: int = 10
    batch: int = 32
    optimizer: str = "adam"
    learning_rate: float = 1e-3
    schedule: str = "constant"
    warmup: int = 0
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    augment: bool = False
    standardise: bool = False
    validation: float = 0.1
    precision: str = "float32"
    accumulate: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _check(field.name, getattr(self, field.name)))
        if self.warmup and (self.schedule != "cosine" or self.warmup >= self.epochs):
            epochs = Parameter("epochs", self.epochs)
            rule = ("must be less than ", epochs, " and needs ", Setting("schedule", "cosine"))
            fit = Setting("warmup", 0 if self.schedule != "cosine" else self.epochs - 1)
            raise InvalidValueError("warmup", self.warmup, rule, fit)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name, in a form that JSON can store."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Recipe:
        """Return the recipe that `to_dict` wrote; raise ValueError or TypeError for unknown or invalid fields."""
        instance("values", values, Mapping, "Recipe().to_dict()")
        for name in values:
            one_of("field of a recipe", name, tuple(field.name for field in fields(cls)))
        return cls(**values)


def _check(name: str, value: Any) -> Any:
    choices = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "precision": PRECISIONS}
    if name in choices:
        return one_of(name, value, choices[name])
    if name in ("augment", "standardise"):
        return flag(name, value)
    if name in ("epochs", "batch", "accumulate"):
        return whole(name, value, 1, MAX_TIMES)
    if name in ("warmup", "seed"):  # checked later: the maximum warm-up depends on the epochs
        return whole(name, value, 0, MAX_SEED)
    if name == "learning_rate":
        return real(name, value, 1e-12, MAX_LEARNING_RATE)
    return real(name, value, 0, 0.9 if name == "validation" else 1)


RECIPES: Mapping[str, Recipe] = AliasDict(
    original=Recipe(),
    modern=Recipe(
        epochs=30,
        batch=128,
        optimizer="sgd",
        learning_rate=0.1,
        schedule="cosine",
        warmup=2,
        # Ten times the usual 5e-4: Keras applies it outside the momentum of 0.9, which would multiply it by ten.
        weight_decay=5e-3,
        label_smoothing=0.1,
        augment=True,
        standardise=True,
    ),
)


def precision_words(recipe: Recipe) -> tuple[str, ...]:
    """Return the precision in a word if it is not the usual one, otherwise nothing.

    >>> precision_words(Recipe(precision="auto")), precision_words(Recipe())
    (('precision auto',), ())
    """
    return () if recipe.precision == "float32" else (f"precision {recipe.precision}",)
