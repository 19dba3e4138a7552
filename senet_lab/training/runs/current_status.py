"""Current status: how far a run is, and whether a process works on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.files import DamagedFileError
from senet_lab.training.runs import log
from senet_lab.training.runs.checkpoint import has_checkpoint
from senet_lab.training.runs.process import is_alive
from senet_lab.training.runs.status import ACTIVE, GONE, GONE_EARLY, Status

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run


def current_status(run: Run) -> Status:
    """Return the status of a run; if its process ended without reporting it, the run has failed."""
    try:
        status = Status.read(run.folder / "status.json")
    except FileNotFoundError:
        return Status("waiting", epochs=run.recipe.epochs)
    except DamagedFileError as error:  # such as a power cut leaves
        return Status("waiting", epochs=run.recipe.epochs, warning=str(error))
    if status.state not in ACTIVE or _has_process(run.folder, status):
        return status
    if status.state == "waiting" and status.mark:  # the first thing that it does is to report "compiling"
        reason = log.failure_words(run.folder, status.mark)
    else:
        reason = GONE if has_checkpoint(run.folder / "checkpoints") else GONE_EARLY
    return status._replace(state="failed", reason=reason)


def read_status(folder: Path) -> Status | None:
    """Return the status in the folder of a run; None where none can be read."""
    try:
        return Status.read(folder / "status.json")
    except (FileNotFoundError, DamagedFileError):
        return None


def has_process(folder: Path) -> bool:
    """Return whether a process works on the run; asks the system and not the lock, which two who ask would hold."""
    status = read_status(folder)
    return status is not None and _has_process(folder, status)


def _has_process(folder: Path, status: Status) -> bool:
    return is_alive(status.process, status.mark or str(folder))
