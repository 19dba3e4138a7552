"""Launch: hand a run to a process that trains it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from filelock import FileLock

from senet_lab.extras import TRAINING, require
from senet_lab.files import must_be_file
from senet_lab.gates.moments import FILE as GATES
from senet_lab.training.estimate import check_memory
from senet_lab.training.runs import images, log, precision_choice, request
from senet_lab.training.runs.checkpoint import must_be_folder
from senet_lab.training.runs.process import WaitingProcess
from senet_lab.training.runs.spare_process import take_spare_process
from senet_lab.training.runs.status import Status, read_status

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run

# Files that a run's process or its starter writes, and advice for when something else is in their place.
PROCESS_FILES = dict.fromkeys(("status.json", "metrics.csv", GATES, request.FILE, log.FILE), "delete it") | {
    images.SKIP_LIST: images.ADVICE,
    precision_choice.FILE: precision_choice.ADVICE,
}


def start(run: Run, *, force: bool, process: WaitingProcess | None = None) -> None:
    """Train a run in a separate process; see `Run.start`.

    Args:
        process: a process that trains several runs in turn; None for the spare process or a new one.
    """
    require(*TRAINING, by="training")
    for name, advice in PROCESS_FILES.items():
        must_be_file(run.folder / name, advice)
    must_be_folder(run.folder / "checkpoints")
    with FileLock(run.folder / "starting"):  # against two simultaneous starts
        if run.is_held():
            raise RuntimeError(f"Another process is already training in '{run.folder}'; stop it first, or watch it.")
        if not force:
            check_memory(run.architecture, run.recipe, run.config["data"], run.placement)
        run.ask("run")
        if process:
            _hand_over(run, process, last=False)
            return
        spare = take_spare_process()
        if not (spare and _hand_over(run, spare)):
            _hand_over(run, WaitingProcess(run.folder))


def _hand_over(run: Run, process: WaitingProcess, *, last: bool = True) -> bool:
    """Hand a run to a process; return whether the process accepted it."""
    status = read_status(run.folder) or Status("waiting", epochs=run.recipe.epochs)
    if process.folder != run.folder:
        log.write_mark(run.folder, process.mark)
    status = status._replace(process=process.number, mark=process.mark, host=socket.gethostname())
    run.tell(status._replace(state="waiting", reason=""))
    return process.train(run.folder, last=last)
