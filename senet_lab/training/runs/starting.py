"""Starting: give a run to a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock

from senet_lab.files import must_be_file
from senet_lab.gates.moments import FILE as GATES
from senet_lab.training.estimate import checked
from senet_lab.training.runs import log, skipped, wanted
from senet_lab.training.runs.checkpoint import must_be_folder
from senet_lab.training.runs.liveness import written_status
from senet_lab.training.runs.process import Waiting
from senet_lab.training.runs.status import Status
from senet_lab.training.runs.warm import taken

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run

# Files that the process of a run writes, or that are written for it; and what to do where something else is in the way.
PROCESS_FILES = dict.fromkeys(("status.json", "metrics.csv", GATES, wanted.FILE, log.FILE), "delete it") | {
    skipped.FILE: skipped.ADVICE
}


def start(run: Run, *, force: bool) -> None:
    """Train a run in a process of its own; see `Run.start`.

    Raises:
        RuntimeError: a process is at it already.
        ValueError: it would not fit into memory.
        DamagedFileError: something else lies where the process will write a file.
    """
    for name, advice in PROCESS_FILES.items():
        must_be_file(run.folder / name, advice)
    must_be_folder(run.folder / "checkpoints")
    with FileLock(run.folder / "starting"):  # two who start it at once
        if run.is_held():
            raise RuntimeError(f"A process is training in '{run.folder}' already; stop it first, or watch it.")
        if not force:
            checked(run.architecture, run.recipe, run.config["data"], run.placement)
        run.ask("run")
        waiting = taken()
        if not (waiting and _is_handed(run, waiting)):
            _is_handed(run, Waiting(run.folder / log.FILE))


def _is_handed(run: Run, waiting: Waiting) -> bool:
    """Hand a run to a process; return whether it took the run."""
    status = written_status(run.folder) or Status("waiting", epochs=run.recipe.epochs)
    log.began(run.folder, waiting.mark)
    run.tell(status._replace(state="waiting", reason="", process=waiting.number, mark=waiting.mark))
    return waiting.train(run.folder)
