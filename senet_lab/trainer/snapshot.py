"""Snapshot: the widget's readings of runs, devices and processes, passed to the page as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.status import ENDED, Status

STATE_WORDS = {
    "waiting": "waiting for its process to start",
    "compiling": "compiling; the first step takes longest",
}
# The event that a request to pause or stop waits for, by the state of the run at the time of the request.
DELAYS = {
    "waiting": "once its process has started and compiled the first step",
    "compiling": "once the first step is compiled, which cannot be interrupted",
    "training": "after the current step",
    "validating": "after the current batch",
}

Signature = tuple[tuple[int, int], ...]


class Record(NamedTuple):
    """A run, as of the last time that its folder was read."""

    key: str  # the folder's name
    architecture: Architecture
    recipe: Recipe
    data: str
    status: Status
    request: str = "run"  # the request to its process: "run", "pause" or "stop"
    rows: tuple[Mapping[str, float], ...] = ()  # one per finished epoch, as `Run.metrics()` returns them
    trail: tuple[tuple[float, float, float], ...] = ()  # (epochs, loss, accuracy) within the current epoch, so far
    has_process: bool = False  # whether a process works on it; remains true for a moment after the run has ended
    has_checkpoint: bool = False
    skip_bad: bool = False  # whether unreadable files of its image folder are skipped
    precision: str = ""  # the precision chosen for "auto", with the reason; "" for other recipes
    recording: str = ""  # for a recording, a sentence on how it was recorded and is played; "" for a run in a folder

    @property
    def is_active(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.status.state not in ENDED and bool(self.status.at)

    @property
    def state(self) -> str:
        """Its state in a word or two, including a request that is still pending."""
        if not self.status.at and self.status.state == "waiting":
            return "not started"
        if (self.is_active and self.request == "stop") or (self.has_process and self.status.state == "stopped"):
            return "stopping"
        if self.is_active and self.request == "pause" and self.status.state != "paused":
            return "pausing"
        return self.status.state

    @property
    def state_words(self) -> str:
        """Its state, with the event that a pending request waits for: "pausing: after the current step"."""
        if self.state in ("pausing", "stopping") and (delay := DELAYS.get(self.status.state)):
            return f"{self.state}: {delay}"
        return STATE_WORDS.get(self.state, self.state)


@dataclass(frozen=True)
class Snapshot:
    """A folder of runs, as of the last time that it was read."""

    records: tuple[Record, ...] = ()  # the newest runs, newest first
    older: int = 0  # how many more runs there are
    errors: Mapping[str, str] = field(default_factory=dict)  # why a run cannot be read, by its name
    # When the files of each run last changed, by its name.
    signatures: Mapping[str, Signature] = field(default_factory=dict, compare=False)

    def record(self, key: str) -> Record | None:
        """Return the run with that name, if there is one."""
        return next((record for record in self.records if record.key == key), None)

    @property
    def is_active(self) -> bool:
        """Whether any of the runs is active."""
        return any(record.is_active for record in self.records)


class DeviceUse(NamedTuple):
    """Memory and load of the device of a run."""

    kind: str  # "CPU" or "GPU", with its load if known: "GPU 63%"
    name: str  # for a CPU, its number of cores
    used: str  # memory in use, in words
    total: str


class SaveResult(NamedTuple):
    """The result of saving the network of a run."""

    key: str = ""  # the name of the run's folder; "" before any network was saved
    words: str = ""  # for the page
    state: str = ""  # "saving", "saved" or "failed"
