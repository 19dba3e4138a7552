"""Progress: the position within a run, stored in every checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from typing import Any

from senet_lab.checks import real, whole


@dataclass
class Progress:
    """The position within a run, and the statistics of the current epoch."""

    epoch: int = 0  # finished epochs
    step: int = 0  # finished steps of the current one
    images: int = 0  # seen in the current epoch
    loss: float = 0.0  # the sum of their losses
    right: float = 0.0  # the number of correct predictions
    best: float = -1.0  # the highest accuracy on the held-out images, or else on the training images
    seconds: float = 0.0  # spent in its steps, without the first step of each process
    timed: int = 0  # the images of these steps

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> Progress:
        """Return the progress that a checkpoint stores; raise ValueError or TypeError for impossible numbers."""
        return cls(**{each.name: _check(each, about[each.name]) for each in fields(cls) if each.name in about})

    def update(self, other: Progress) -> None:
        """Copy all values from another progress into this shared object."""
        vars(self).update(vars(other))

    @property
    def mean_loss(self) -> float | None:
        """Over the epoch so far; None before its first step."""
        return self.loss / self.images if self.images else None

    @property
    def mean_accuracy(self) -> float | None:
        """Over the epoch so far; None before its first step."""
        return self.right / self.images if self.images else None

    @property
    def images_per_s(self) -> float | None:
        """Over the epoch so far, in training steps only; None before the second step."""
        return self.timed / self.seconds if self.seconds else None


def _check(each: Field[Any], value: Any) -> Any:
    if isinstance(each.default, int) and not isinstance(value, float):
        return whole(each.name, value, 0, 2**62)
    return real(each.name, value, -1.0 if each.name == "best" else 0.0, float("inf"))
