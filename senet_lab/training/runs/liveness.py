"""Liveness: how far a run is, and whether a process is at it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.files import DamagedFileError
from senet_lab.training.runs import log
from senet_lab.training.runs.checkpoint import is_kept
from senet_lab.training.runs.process import is_alive
from senet_lab.training.runs.status import ACTIVE, GONE, GONE_EARLY, Status

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run


def present_status(run: Run) -> Status:
    """Return the status of a run; where its process is gone without a word, the run has failed."""
    try:
        status = Status.read(run.folder / "status.json")
    except FileNotFoundError:
        return Status("waiting", epochs=run.recipe.epochs)
    except DamagedFileError as error:  # such as a power cut leaves
        return Status("waiting", epochs=run.recipe.epochs, warning=str(error))
    if status.state not in ACTIVE or _is_at(run.folder, status):
        return status
    never = status.state == "waiting" and status.mark  # its first deed would have been to say "compiling"
    gone = GONE if is_kept(run.folder / "checkpoints") else GONE_EARLY
    reason = log.never_began(run.folder, status.mark) if never else gone
    return status._replace(state="failed", reason=reason)


def written_status(folder: Path) -> Status | None:
    """Return the status in the folder of a run; None where there is none that can be read."""
    try:
        return Status.read(folder / "status.json")
    except (FileNotFoundError, DamagedFileError):
        return None


def is_held(folder: Path) -> bool:
    """Return whether a process is at the run. It asks the system and not the lock, which two who asked would hold."""
    status = written_status(folder)
    return status is not None and _is_at(folder, status)


def _is_at(folder: Path, status: Status) -> bool:
    return is_alive(status.process, status.mark or str(folder))
