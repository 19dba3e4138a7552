"""Task: what a worker does for one run: it has a process train the run, and starts it again if it dies."""

from __future__ import annotations

import atexit
import threading
from pathlib import Path
from typing import NamedTuple

from senet_lab.sweeps.cluster import must_see
from senet_lab.training.runs import launch
from senet_lab.training.runs.process import WaitingProcess
from senet_lab.training.runs.request import read_request
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.status import ACTIVE, read_status

MAX_DEATHS = 3  # of a run's processes at the same step, after which it is the run that is at fault
IDLE_SECONDS = 600.0  # after which a process without a run ends


class Settings(NamedTuple):
    """How a worker trains a run.

    Attributes:
        threads: the processor cores that it uses.
        gpus: the GPUs of its machine, which the workers share evenly; 0 for the devices that the worker sees.
        version: the version of senet_lab that it must have.
    """

    threads: int
    gpus: int = 0
    version: str = ""


class Processes:
    """The processes of a worker that wait for the next run, so that only the first run waits for Keras to load."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[dict[str, str], WaitingProcess, threading.Timer]] = []

    def take(self, run: Run, variables: dict[str, str]) -> WaitingProcess:
        """Return a process with these environment variables: one that is idle, or a new one."""
        with self._lock:
            for entry in self._idle:
                own, process, timer = entry
                if own == variables and process.is_current():
                    self._idle.remove(entry)
                    timer.cancel()
                    return process
        return WaitingProcess(run.folder, several=True, variables=variables)

    def give_back(self, process: WaitingProcess, variables: dict[str, str]) -> None:
        """Keep a process for the next run, for a while."""
        timer = threading.Timer(IDLE_SECONDS, process.end)
        timer.daemon = True
        timer.start()
        with self._lock:
            self._idle.append((variables, process, timer))

    def end_all(self) -> None:
        """End the idle processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, process, timer in idle:
            timer.cancel()
            process.end()


PROCESSES = Processes()
atexit.register(PROCESSES.end_all)


def end_processes() -> None:
    """End the idle processes of this worker."""
    PROCESSES.end_all()


def train(folder: str, settings: Settings) -> str:
    """Train the run in a folder until it ends, and return its state.

    A run whose process dies is resumed from its last checkpoint, unless processes die repeatedly at the same step.
    """
    must_see(Path(folder), settings.version)
    run = Run(Path(folder))
    variables = _variables(settings)
    deaths: list[tuple[int, int]] = []
    while not deaths or deaths.count(deaths[-1]) < MAX_DEATHS:
        if run.is_held():  # a worker that is gone has started it
            run.wait()
        elif read_request(run.folder.parent) == "stop":
            return "stopped"
        elif run.status().state != "finished" or run.evaluation() is None:
            _train_once(run, variables)
        status = read_status(run.folder)
        if status and status.state not in ACTIVE:
            return status.state
        now = run.status()
        deaths.append((now.epoch, now.step))
    now = run.status()
    run.tell(
        now._replace(state="failed", reason=f"its process ended {MAX_DEATHS} times at the same step: {now.reason}")
    )
    return "failed"


def _train_once(run: Run, variables: dict[str, str]) -> None:
    """Have a process train the run until it ends or the process dies."""
    process = PROCESSES.take(run, variables)
    launch.start(run, force=True, process=process)  # memory was checked for the sweep
    run.wait()
    if process.is_current():
        PROCESSES.give_back(process, variables)


def _variables(settings: Settings) -> dict[str, str]:
    """Return the environment variables of a training process."""
    variables = thread_variables(settings.threads)
    if settings.gpus:
        from distributed import get_worker

        variables["CUDA_VISIBLE_DEVICES"] = str(int(get_worker().name) % settings.gpus)
    return variables


def thread_variables(threads: int) -> dict[str, str]:
    """Return the environment variables with which a process trains on so many threads."""
    return dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), str(threads))
