"""Progress: where a training is, which every checkpoint stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from typing import Any

from senet_lab.checks import real, whole


@dataclass
class Progress:
    """Where a training is."""

    epoch: int = 0  # finished epochs
    step: int = 0  # finished steps of the current one
    images: int = 0  # seen in it so far
    loss: float = 0.0  # the sum of their losses
    right: float = 0.0  # the sum of right answers
    best: float = -1.0  # the highest accuracy on the held-out images, or else on the training images
    seconds: float = 0.0  # spent in its steps, without the first step of a process
    timed: int = 0  # the images of these steps

    @classmethod
    def of(cls, about: Mapping[str, Any]) -> Progress:
        """Return the progress that a checkpoint stores; raise ValueError or TypeError for a number that cannot be."""
        return cls(**{each.name: _check(each, about[each.name]) for each in fields(cls) if each.name in about})

    def update(self, other: Progress) -> None:
        """Take the values of another one, for everyone who refers to this one."""
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
        """Over the epoch so far, in training steps alone; None before there is a second one."""
        return self.timed / self.seconds if self.seconds else None


def _check(each: Field[Any], value: Any) -> Any:
    if isinstance(each.default, int) and not isinstance(value, float):
        return whole(each.name, value, 0, 2**62)
    return real(each.name, value, -1.0 if each.name == "best" else 0.0, float("inf"))
