"""Found: the runs of a folder that a GateLens offers, and what each says while it is looked into. No Keras."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from senet_lab.checks import path_of
from senet_lab.gatelens.sources.recorded import Noted
from senet_lab.gatelens.sources.runs import of_run
from senet_lab.gatelens.sources.source import Source
from senet_lab.training.runs.checkpoint import has_checkpoint
from senet_lab.training.runs.inventory import newest_run_names
from senet_lab.training.runs.run import Run

MOST = 10  # runs in the list, the newest
GROUP = "runs/"  # before their names, which may be those of networks that ship

Folder = str | os.PathLike[str] | None


def newest(folder: Folder) -> list[Run]:
    """The runs in a folder that can be looked into: with weights, and squeeze-excite; the newest first, `MOST` at most.

    Only folders and small files are read. A run that cannot be read is passed over.
    """
    found: list[Run] = []
    for name in newest_run_names(Path(folder)) if folder is not None else ():
        if len(found) == MOST:
            break
        try:
            run = Run(Path(folder or "") / name)
            if has_checkpoint(run.folder / "checkpoints") and run.architecture.has_se:
                found.append(run)
        except (OSError, ValueError, TypeError, KeyError):  # gone meanwhile, somebody else's, or of another version
            continue
    return found


class Found:
    """The runs of a folder, by the names under which a GateLens offers them.

    Args:
        folder: the one with the runs, see `training.listing.runs`; None for none.
        known: a run that is looked into anyhow, by its name.
    """

    def __init__(self, folder: Folder, known: Mapping[str, Run] | None = None) -> None:
        # Resolved, since a notebook may change its working folder.
        self._folder = None if folder is None else path_of("folder", folder, "'runs'").resolve()
        self._runs = dict(known or {})
        self._noted: dict[str, Noted] = {}

    def sources(self) -> dict[str, Source]:
        """A source for each run that is in the folder now."""
        there = {f"{GROUP}{run.folder.name}": run for run in newest(self._folder)}
        self._runs |= there
        return {name: of_run(run, name) for name, run in there.items()}

    def noted(self, name: str) -> Noted | None:
        """What the folder of a run says; None of a network that is no run."""
        if name in self._runs and name not in self._noted:
            self._noted[name] = Noted(self._runs[name])
        return self._noted.get(name)
