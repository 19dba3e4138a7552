"""Status: how far a sweep is, read from its folder by anyone who has access to it."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections import Counter
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from senet_lab.checks import real
from senet_lab.files import DamagedFileError, read_json, written_whole
from senet_lab.sweeps.workload import seconds_left
from senet_lab.training.estimate import duration
from senet_lab.training.runs.process import is_alive
from senet_lab.training.runs.status import ACTIVE, SILENCE, Status

if TYPE_CHECKING:
    from senet_lab.sweeps.sweep import Cell, Sweep

FILE = "driver.json"
LOG = logging.getLogger("senet_lab")
STATES = ("waiting", "starting", "running", "stopped", "finished", "failed")
ENDED = ("stopped", "finished", "failed")
GONE = "the process that distributes the runs ended unexpectedly; resume the sweep"


class Driver(NamedTuple):
    """What the process that distributes the runs reports.

    Attributes:
        state: one of `STATES`.
        reason: why it failed or stopped, or what it waits for, in a sentence.
        workers: the number of runs that train at the same time.
        process, mark, host: identify the process.
        at: the time of the report, in seconds since 1970.
    """

    state: str = "waiting"
    reason: str = ""
    workers: int = 0
    process: int = 0
    mark: str = ""
    host: str = ""
    at: float = 0.0

    def write(self, folder: Path) -> None:
        """Write the report into the folder of a sweep; on a full disk, into the old file, if there is one."""
        text = json.dumps(self._replace(at=time.time())._asdict())
        try:
            with written_whole(folder / FILE, overwrite=True) as unfinished:
                unfinished.write_text(text)
        except OSError as error:
            LOG.warning("%s", error)
            with suppress(OSError), (folder / FILE).open("r+") as file:
                file.write(text)
                file.truncate()

    def is_alive(self) -> bool:
        """Return whether the process is alive; on another machine, whether it reported recently."""
        if self.host and self.host != socket.gethostname():
            return self.state not in ENDED and time.time() - self.at < SILENCE
        return is_alive(self.process, self.mark)


class SweepStatus(NamedTuple):
    """The progress of a sweep.

    Attributes:
        state: "waiting" before it was started, "starting", "running", "stopped", "finished" or "failed".
        reason: why it failed or stopped, or what it waits for, in a sentence.
        runs: the status of each run, in the order of `Sweep.cells`.
        workers: the number of runs that train at the same time.
        seconds: the time left; None if unknown.
    """

    state: str
    reason: str
    runs: tuple[Status, ...]
    workers: int
    seconds: float | None

    def count(self, *states: str) -> int:
        """Return the number of runs in these states."""
        return sum(status.state in states for status in self.runs)

    def __str__(self) -> str:
        return self.words

    def __repr__(self) -> str:  # a notebook would show every run
        return f"SweepStatus({self.words})"

    @property
    def words(self) -> str:
        """The status as a line."""
        counts = Counter("training" if run.state in ACTIVE[1:] else run.state for run in self.runs)
        parts = [f"{counts[name]} {name}" for name in ("finished", "training", "waiting", "stopped", "failed")]
        progress = ", ".join(part for part in parts if not part.startswith("0 "))
        left = f", {duration(self.seconds)} left" if self.state == "running" and self.seconds else ""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.state}{reason}; of {len(self.runs)} runs, {progress}{left}"


def read_driver(folder: Path) -> Driver:
    """Return the last report of the process that distributes the runs; the default one if none can be read."""
    try:
        values = read_json(folder / FILE, dict, "delete it")
    except (FileNotFoundError, DamagedFileError):
        return Driver()
    fields = {name: value for name, value in values.items() if name in Driver._fields}
    known = all(isinstance(value, type(Driver._field_defaults[name])) for name, value in fields.items())
    return Driver(**fields) if known and fields.get("state") in STATES else Driver()


def current_status(sweep: Sweep) -> SweepStatus:
    """Return the status of a sweep; see `Sweep.status`."""
    driver = read_driver(sweep.folder)
    runs = tuple(_status(cell) for cell in sweep.cells)
    state, reason = driver.state, driver.reason
    if state not in (*ENDED, "waiting") and not driver.is_alive():
        state, reason = "failed", GONE
    if state == "finished" and any(run.state == "waiting" for run in runs):  # seeds were added, or runs deleted
        state, reason = "waiting", ""
    if state in ("waiting", "stopped", "failed") and all(run.state == "finished" for run in runs):
        state, reason = "finished", ""
    workers = max(1, driver.workers)
    return SweepStatus(state, reason, runs, workers, seconds_left(sweep, runs, workers))


def _status(cell: Cell) -> Status:
    run = cell.run
    return run.status() if run else Status("waiting", epochs=cell.recipe.epochs)


def wait(sweep: Sweep, timeout: float) -> SweepStatus:
    """Wait until a sweep has ended; see `Sweep.wait`."""
    end = time.monotonic() + (timeout if timeout == inf else real("timeout", timeout, 0, inf))
    while (status := current_status(sweep)).state not in (*ENDED, "waiting") and time.monotonic() < end:
        time.sleep(0.3)
    return status
