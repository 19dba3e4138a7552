"""Inventory: the runs in a folder, and their damaged files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from senet_lab.checks import path_of
from senet_lab.files import DamagedFileError, must_be_file
from senet_lab.gates.moments import FILE as GATES
from senet_lab.gates.moments import kept
from senet_lab.training.runs import log, metrics
from senet_lab.training.runs.checkpoint import must_be_whole
from senet_lab.training.runs.config import CONFIG
from senet_lab.training.runs.images import read_skip_list
from senet_lab.training.runs.request import read_request
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.status import Status


def list_runs(folder: str | os.PathLike[str] = "runs") -> list[Run]:
    """Return the runs in a folder, oldest first, including those whose config.json is damaged."""
    return [Run(path.parent) for path in sorted(path_of("folder", folder, "'runs'").glob(f"*/{CONFIG}"))]


def newest_run_names(folder: Path) -> list[str]:
    """Return the names of the runs in a folder, newest first."""
    try:
        with os.scandir(folder) as entries:
            times = [(_mtime_ns(Path(entry.path) / CONFIG), entry.name) for entry in entries]
    except OSError:
        return []
    return [name for time, name in sorted(times, reverse=True) if time]


def _mtime_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def find_damage(run: Run) -> list[DamagedFileError]:
    """Return an error for each unusable file of a run; only the beginning and end of checkpoints are read."""
    checks: tuple[Callable[[], object], ...] = (
        lambda: (run.architecture, run.recipe, run.placement),
        lambda: Status.read(run.folder / "status.json"),
        run.precision_choice,
        lambda: metrics.must_be_table(run.folder / "metrics.csv"),
        lambda: kept(run.folder / GATES),
        run.evaluation,
        lambda: read_request(run.folder),
        lambda: read_skip_list(run.folder),
        lambda: must_be_whole(run.folder / "checkpoints"),
        lambda: must_be_file(run.folder / log.FILE, "delete it"),
    )
    return [error for check in checks if (error := _error_of(check))]


def _error_of(check: Callable[[], object]) -> DamagedFileError | None:
    try:
        check()
    except DamagedFileError as error:
        return error
    except FileNotFoundError:  # not written yet
        return None
    except OSError as error:
        reason = f"it cannot be read ({error.strerror})"
        return DamagedFileError(Path(error.filename or "."), reason, "see who may read it")
    return None
