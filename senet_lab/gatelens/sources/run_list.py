"""Run list: the runs of a folder that a GateLens offers, with their recorded moments. Loads no Keras."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from senet_lab.checks import path_of
from senet_lab.gatelens.sources.runs import source_of_run
from senet_lab.gatelens.sources.snapshot import RUNS_PREFIX, RunSnapshot
from senet_lab.gatelens.sources.source import Source
from senet_lab.gates.moments import FILE, kept
from senet_lab.training.runs.checkpoint import has_checkpoint
from senet_lab.training.runs.inventory import newest_run_names
from senet_lab.training.runs.run import ENDED, Run

MAX_RUNS = 10  # in the list; the newest are offered

Folder = str | os.PathLike[str] | None


def newest_runs(folder: Folder) -> list[Run]:
    """Return at most `MAX_RUNS` runs of a folder with weights and squeeze-excite, newest first.

    Runs that cannot be read are skipped.
    """
    runs: list[Run] = []
    for name in newest_run_names(Path(folder)) if folder is not None else ():
        if len(runs) == MAX_RUNS:
            break
        try:
            run = Run(Path(folder or "") / name)
            if has_checkpoint(run.folder / "checkpoints") and run.architecture.has_se:
                runs.append(run)
        except (OSError, ValueError, TypeError, KeyError):  # just deleted, without permission, or of another version
            continue
    return runs


class RunFolder:
    """Reads the folder of a run repeatedly, each file only if it has changed.

    Attributes:
        snapshot: the run as of the last reading.
    """

    def __init__(self, run: Run) -> None:
        self.run, self.snapshot = run, RunSnapshot()
        # Modification times of the moments and weights that were read, in ns.
        self._moments_time = self._read_time = 0

    def mark_read(self) -> None:
        """Record that the current weights are about to be read."""
        self._read_time = self.snapshot.weights

    def look(self) -> RunSnapshot:
        """Return the current snapshot; if the run is gone, the last one with a `problem`."""
        try:
            moments_time, status = _modification_time(self.run, FILE), self.run.status()
        except (OSError, ValueError, TypeError, KeyError):
            words = f"'{self.run.folder.name}' can no longer be read; choose another network"
            self.snapshot = self.snapshot._replace(progress="", problem=words)
            return self.snapshot
        moments, problem = self.snapshot.moments, self.snapshot.problem
        if moments_time != self._moments_time:
            try:
                moments, problem = tuple(kept(self.run.folder / FILE)), ""
            except ValueError as error:
                problem = str(error)
        self._moments_time = moments_time
        progress = ""
        if status.at and status.state not in ENDED:
            progress = f"{status.state}, epoch {min(status.epoch + 1, status.epochs)} of {status.epochs}"
        weights = _modification_time(self.run, "checkpoints/best.npz")
        self._read_time = self._read_time or weights  # the first weights are read immediately
        is_outdated = bool(self._read_time) and weights != self._read_time
        self.snapshot = RunSnapshot(moments, progress, weights, is_outdated, problem)
        return self.snapshot


class RunList:
    """The runs of a folder, by the names under which a GateLens offers them.

    Args:
        folder: the folder with the runs; None for none.
        runs: additional runs, by name.
    """

    def __init__(self, folder: Folder, runs: Mapping[str, Run] | None = None) -> None:
        # Resolved, since a notebook may change its working directory.
        self._folder = None if folder is None else path_of("folder", folder, "'runs'").resolve()
        self._runs = dict(runs or {})
        self._folders: dict[str, RunFolder] = {}

    def sources(self) -> dict[str, Source]:
        """Return a source for each run that is currently in the folder."""
        runs = {f"{RUNS_PREFIX}{run.folder.name}": run for run in newest_runs(self._folder)}
        self._runs |= runs
        return {name: source_of_run(run, name) for name, run in runs.items()}

    def folder_of(self, name: str) -> RunFolder | None:
        """Return the `RunFolder` of a run, which caches its files; None if the network is not a run."""
        if name in self._runs and name not in self._folders:
            self._folders[name] = RunFolder(self._runs[name])
        return self._folders.get(name)


def _modification_time(run: Run, name: str) -> int:
    """Return when a file of a run was written, in nanoseconds; 0 if it does not exist."""
    try:
        return (run.folder / name).stat().st_mtime_ns
    except FileNotFoundError:
        return 0
