"""Run list: the runs of a folder that a GateLens offers. Reads folders and small files, and loads no Keras."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from senet_lab.checks import path_of
from senet_lab.gatelens.sources.run_folder import RunFolder
from senet_lab.gatelens.sources.runs import of_run
from senet_lab.gatelens.sources.snapshot import RUNS_PREFIX
from senet_lab.gatelens.sources.source import Source
from senet_lab.training.runs.checkpoint import has_checkpoint
from senet_lab.training.runs.inventory import newest_run_names
from senet_lab.training.runs.run import Run

MAX_RUNS = 10  # in the list, the newest

Folder = str | os.PathLike[str] | None


def newest_runs(folder: Folder) -> list[Run]:
    """Return the newest runs of a folder with weights and squeeze-excite, the newest first, at most `MAX_RUNS`.

    A run that cannot be read is passed over.
    """
    runs: list[Run] = []
    for name in newest_run_names(Path(folder)) if folder is not None else ():
        if len(runs) == MAX_RUNS:
            break
        try:
            run = Run(Path(folder or "") / name)
            if has_checkpoint(run.folder / "checkpoints") and run.architecture.has_se:
                runs.append(run)
        except (OSError, ValueError, TypeError, KeyError):  # deleted meanwhile, somebody else's, or of another version
            continue
    return runs


class RunList:
    """The runs of a folder, by the names under which a GateLens offers them.

    Args:
        folder: the one with the runs, see `training.listing.runs`; None for none.
        runs: further runs, by their names.
    """

    def __init__(self, folder: Folder, runs: Mapping[str, Run] | None = None) -> None:
        # Resolved, since a notebook may change its working folder.
        self._folder = None if folder is None else path_of("folder", folder, "'runs'").resolve()
        self._runs = dict(runs or {})
        self._folders: dict[str, RunFolder] = {}

    def sources(self) -> dict[str, Source]:
        """Return a source for each run that is in the folder now."""
        runs = {f"{RUNS_PREFIX}{run.folder.name}": run for run in newest_runs(self._folder)}
        self._runs |= runs
        return {name: of_run(run, name) for name, run in runs.items()}

    def folder_of(self, name: str) -> RunFolder | None:
        """Return the folder of a run, which remembers what was read; None of a network that is no run."""
        if name in self._runs and name not in self._folders:
            self._folders[name] = RunFolder(self._runs[name])
        return self._folders.get(name)
