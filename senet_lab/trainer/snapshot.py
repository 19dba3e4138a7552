"""Snapshot: what the widget reads of runs, devices and processes and hands to the page as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.status import ENDED, Status

STATE_WORDS = {
    "waiting": "waiting for its process",
    "compiling": "compiling: the first step takes longest",
}
# What a request to pause or stop waits for, by the state of the run when it was made.
DELAYS = {
    "waiting": "once its process is there and its first step is compiled",
    "compiling": "once its first step is compiled, which nothing can interrupt",
    "training": "after the step under way",
    "validating": "after the images under way",
}

Signature = tuple[tuple[int, int], ...]


class Record(NamedTuple):
    """A run as its folder was last read."""

    key: str  # the folder's name
    architecture: Architecture
    recipe: Recipe
    data: str
    status: Status  # how far it is
    request: str = "run"  # what its process is asked to do: "run", "pause" or "stop"
    rows: tuple[Mapping[str, float], ...] = ()  # of its finished epochs, as `Run.metrics()` returns them
    trail: tuple[tuple[float, float, float], ...] = ()  # (epochs, loss, accuracy) within the current epoch, so far
    has_process: bool = False  # whether a process works on it; for a moment that is so after its end as well
    has_checkpoint: bool = False  # whether it has one
    skip_bad: bool = False  # whether files of its image folder that cannot be read are left out
    recording: str = ""  # how it was recorded and is played, in a sentence; "" for a run, of which this is the folder

    @property
    def is_active(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.status.state not in ENDED and bool(self.status.at)

    @property
    def state(self) -> str:
        """Its state in a word or two, a request that is not obeyed yet included."""
        if not self.status.at and self.status.state == "waiting":
            return "not started"
        if (self.is_active and self.request == "stop") or (self.has_process and self.status.state == "stopped"):
            return "stopping"
        if self.is_active and self.request == "pause" and self.status.state != "paused":
            return "pausing"
        return self.status.state

    @property
    def state_words(self) -> str:
        """Its state, and what that waits for: "pausing: after the step under way"."""
        if self.state in ("pausing", "stopping") and (delay := DELAYS.get(self.status.state)):
            return f"{self.state}: {delay}"
        return STATE_WORDS.get(self.state, self.state)


@dataclass(frozen=True)
class Snapshot:
    """A folder of runs as it was last read."""

    records: tuple[Record, ...] = ()  # the newest runs, the newest first
    older: int = 0  # how many more there are
    errors: Mapping[str, str] = field(default_factory=dict)  # why a run cannot be read, by its name
    # When the files of a run were changed, by its name.
    signatures: Mapping[str, Signature] = field(default_factory=dict, compare=False)

    def record(self, key: str) -> Record | None:
        """Return the run of that name, if there is one."""
        return next((record for record in self.records if record.key == key), None)

    @property
    def is_active(self) -> bool:
        """Whether any of the runs is active."""
        return any(record.is_active for record in self.records)


class DeviceUse(NamedTuple):
    """How full and busy the device of a run is."""

    kind: str  # "CPU" or "GPU", and how busy it is where that is known: "GPU 63 %"
    name: str  # of a CPU, how many cores it has
    used: str  # memory in use, in words
    total: str


class SaveResult(NamedTuple):
    """What came of saving the network of a run."""

    key: str = ""  # the name of the run's folder; "" before any was saved
    words: str = ""  # for the page
    state: str = ""  # "saving", "saved" or "failed"
