"""Status: the progress of a run as stored in its folder, and whether a process works on it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.checks import instance, one_of, real, whole
from senet_lab.files import DamagedFileError, read_record, written_whole
from senet_lab.training.runs import log
from senet_lab.training.runs.checkpoint import has_checkpoint
from senet_lab.training.runs.process import TRAINS_SEVERAL, is_alive

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run

ACTIVE = ("waiting", "compiling", "training", "validating", "paused")
ENDED = ("stopped", "finished", "failed")
ADVICE = "the run's next status replaces it, so resume it, or delete the file"
SILENCE = 120.0  # seconds after which a process of another machine counts as gone; compiling takes a part of it
MAX_INT = 2**62  # bytes of memory come close, process numbers do not
_GONE = "its process ended unexpectedly: it was killed, ran out of memory, or the machine shut down"
GONE = f"{_GONE}; resume the run to continue from its last checkpoint"
GONE_EARLY = f"{_GONE}; there is no checkpoint yet, so resume the run to start again"


class Status(NamedTuple):
    """The progress of a run.

    Attributes:
        state: one of `ACTIVE` or `ENDED`.
        reason: why it failed or stopped, in a sentence.
        epoch, epochs: the finished epochs, and all epochs.
        step, steps: the finished steps of the current epoch, and all its steps.
        loss, accuracy: over the epoch so far; None before its first step.
        images_per_s: over the epoch so far, in training steps only.
        seconds: the time left at this rate; None if unknown.
        device: the device that it trains on.
        process: the number of the process that trains, 0 before there is one.
        at: the time of writing, in seconds since 1970.
        mark: a unique word on the command line of that process; "" for its folder.
        macs_per_s: multiply-adds per second: those of a forward pass in the ledger, times 3, times `images_per_s`. A
            training step counts as three forward passes: one forward, and one each for the gradients of inputs and
            weights.
        memory: peak memory of the process in bytes, including imports; 0 if unknown.
        warning: what has changed since the run was created, in a sentence; "" if nothing has.
        host: the name of the machine that trains; "" if an earlier version wrote it.
    """

    state: str
    reason: str = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    loss: float | None = None
    accuracy: float | None = None
    images_per_s: float | None = None
    seconds: float | None = None
    device: str = ""
    process: int = 0
    at: float = 0.0
    mark: str = ""
    macs_per_s: float | None = None
    memory: int = 0
    warning: str = ""
    host: str = ""

    @classmethod
    def read(cls, path: Path) -> Status:
        """Return the status that any version wrote; raise FileNotFoundError or DamagedFileError if there is none.

        Missing fields get their defaults; unknown fields are ignored.
        """
        return read_record(path, dict, _status, ADVICE)

    def write(self, path: Path, *, anyhow: bool = False) -> None:
        """Write the file atomically; with `anyhow`, overwrite it if a full disk has no room for a second one."""
        try:
            with written_whole(path, overwrite=True) as unfinished:
                unfinished.write_text(self.to_json())
        except OSError:
            if not anyhow:
                raise
            with path.open("r+") as file:
                file.write(self.to_json())
                file.truncate()

    def to_json(self) -> str:
        """Return the status as a line of JSON, with the current time."""
        return json.dumps(self._replace(at=time.time())._asdict())


def _status(values: Mapping[str, Any]) -> Status:
    names = (name for name in Status._fields if name in ("state", *values))
    return Status(**{name: _check(name, values.get(name)) for name in names})


def _check(name: str, value: Any) -> Any:
    """Return the value of a field if it is valid."""
    if name == "state":
        return one_of(name, value, (*ACTIVE, *ENDED))
    default = Status._field_defaults[name]
    if isinstance(default, str):
        return instance(name, value, str, repr(default))
    if isinstance(default, int):
        return whole(name, value, 0, MAX_INT)
    if value is None and default is None:
        return None
    # A run with a loss of NaN has failed and says so; there is nothing to draw.
    return None if isinstance(value, float) and isnan(value) else real(name, value, 0, float("inf"))


def current_status(run: Run) -> Status:
    """Return the status of a run; if its process ended without reporting it, the run has failed."""
    try:
        status = Status.read(run.folder / "status.json")
    except FileNotFoundError:
        return Status("waiting", epochs=run.recipe.epochs)
    except DamagedFileError as error:  # for example after a power cut
        return Status("waiting", epochs=run.recipe.epochs, warning=str(error))
    if status.state not in ACTIVE or _has_process(run.folder, status):
        return status
    if status.state == "waiting" and status.mark:  # a process that works reports "compiling" first
        reason = log.failure_words(run.folder, status.mark)
    else:
        reason = GONE if has_checkpoint(run.folder / "checkpoints") else GONE_EARLY
    return status._replace(state="failed", reason=reason)


def read_status(folder: Path) -> Status | None:
    """Return the status in the folder of a run; None if none can be read."""
    try:
        return Status.read(folder / "status.json")
    except (FileNotFoundError, DamagedFileError):
        return None


def has_process(folder: Path) -> bool:
    """Return whether a process works on the run; queries the system, since a query would have to take the lock."""
    status = read_status(folder)
    return status is not None and _has_process(folder, status)


def _has_process(folder: Path, status: Status) -> bool:
    """Return whether the process that wrote a status is alive; on another machine, whether it wrote it recently."""
    if status.host and status.host != socket.gethostname():
        return status.state in ACTIVE and time.time() - status.at < SILENCE
    if status.state in ENDED and status.mark.startswith(TRAINS_SEVERAL):
        return False  # it is alive, but trains another run by now
    return is_alive(status.process, status.mark or str(folder))
