"""Recordings: the training of the bundled networks, epoch by epoch, played back as runs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.trainer.snapshot import Record
from senet_lab.training import rates
from senet_lab.training.estimate import duration
from senet_lab.training.rates import Rate
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.status import Status
from senet_lab.weights import pretrained

SPEED = 300  # times faster than the training: five minutes take a second, a whole network about 20 s
WRITTEN = 1.0  # the time of writing of a status; any time will do


class Recording(NamedTuple):
    """A recorded training run.

    Attributes:
        rows: one per epoch, as `Run.metrics()` returns them; `seconds` is the duration of the epoch.
    """

    key: str
    architecture: Architecture
    recipe: Recipe
    data: str
    device: str
    rows: tuple[Mapping[str, float], ...]

    @property
    def ends(self) -> tuple[float, ...]:
        """The end of each epoch, in seconds of training."""
        return tuple(accumulate(row["seconds"] for row in self.rows))

    @property
    def words(self) -> str:
        """A sentence that explains how the run was recorded and how it is played."""
        return f"Recorded on a {self.device} in {duration(self.ends[-1])}; plays {SPEED} times as fast."

    def rate(self) -> Rate:
        """Return the rate of the last epoch, from which the time of other runs is predicted."""
        pace = self.rows[-1]["images_per_s"]
        return Rate(rates.where(self.recipe), rates.work(self.architecture), self.recipe.batch, pace)


@cache
def recordings() -> tuple[Recording, ...]:
    """Return a recording of each bundled network, with squeeze-excite before its twin without."""
    return tuple(
        Recording(card.name, card.architecture, Recipe.from_dict(card.recipe), card.data, card.device, card.metrics)
        for card in sorted(map(pretrained.card, pretrained.names()), key=_place)
    )


def _place(card: pretrained.Card) -> tuple[str, bool]:
    return card.name.replace("_se", ""), not card.architecture.has_se


@dataclass(frozen=True)
class Replay:
    """A recording at a given moment; before it is played, at its end."""

    recording: Recording
    moment: float = float("inf")  # elapsed seconds of training
    state: str = "finished"  # "training", "paused", "stopped" or "finished"

    def after(self, seconds: float) -> Replay:
        """Return the replay some seconds later; time passes only while it plays."""
        if self.state != "training":
            return self
        moment = self.moment + SPEED * seconds
        return replace(self, moment=moment, state="training" if moment < self.recording.ends[-1] else "finished")

    def record(self) -> Record:
        """Return the run as of this moment."""
        about = self.recording
        ended = bisect_right(about.ends, self.moment)  # finished epochs
        return Record(
            about.key,
            about.architecture,
            about.recipe,
            about.data,
            self._status(ended),
            rows=about.rows[:ended],
            recording=about.words,
        )

    def _status(self, epoch: int) -> Status:
        rows, ends = self.recording.rows, (0.0, *self.recording.ends)
        step = steps = 0
        if epoch < len(rows):
            steps = int(rows[0]["step"])
            step = int(steps * (self.moment - ends[epoch]) / rows[epoch]["seconds"])
        return Status(
            self.state,
            epoch=epoch,
            epochs=len(rows),
            step=step,
            steps=steps,
            images_per_s=rows[min(epoch, len(rows) - 1)]["images_per_s"],
            seconds=max(0.0, ends[-1] - self.moment),
            device=self.recording.device,
            at=WRITTEN,
        )
