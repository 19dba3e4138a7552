"""Driver: distributes the runs of a sweep over the workers of a cluster, until all have ended or it is asked to stop.

`python -m senet_lab.sweeps.driver FOLDER MARK [--scheduler ADDRESS] [--gpus N]` drives the sweep in a folder. Nothing
depends on its memory: a new driver finds everything in the folders of the runs.
"""

from __future__ import annotations

import argparse
import logging
import os
import socket
import time
import traceback
from collections import Counter
from contextlib import AbstractContextManager, suppress
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from senet_lab.sweeps import task
from senet_lab.sweeps.cluster import client_at, local_client, must_serve
from senet_lab.sweeps.evidence import store_evidence
from senet_lab.sweeps.status import Driver
from senet_lab.sweeps.sweep import Cell, Sweep
from senet_lab.training.runs.request import read_request
from senet_lab.training.runs.run import ACTIVE, Run

if TYPE_CHECKING:
    from distributed import Client, Future

LOCK = "driver.lock"
LOCK_SECONDS = 10.0  # to wait for the lock of a driver that has reported its end
INTERVAL = 0.5  # seconds between looks at the workers and at the request
REPORT_INTERVAL = 10.0  # seconds between reports that only say that the driver is alive
STOP_SECONDS = 120.0  # within which runs obey a request to stop
LOG = logging.getLogger("senet_lab")


class Distribution:
    """Submits the runs of a sweep to a cluster, and those again whose worker died."""

    def __init__(self, sweep: Sweep, client: Client, settings: task.Settings) -> None:
        self.client, self.settings = client, settings
        workers = client.scheduler_info(n_workers=-1)["workers"].values()
        self._resources = {"GPU": 1} if any("GPU" in worker["resources"] for worker in workers) else {}
        self._seen: dict[Path, tuple[int, int]] = {}  # how far a run was when its worker died
        self.futures: dict[Future[Any], Cell] = {}
        self.unwritten: dict[str, str] = {}  # why a run failed whose folder does not say so
        for index, cell in enumerate(sweep.cells):
            create_run(sweep, cell)
            if cell.result is None:
                self._submit(cell, priority=-index)

    def _submit(self, cell: Cell, priority: int = 0) -> None:
        future = self.client.submit(
            task.train, str(cell.folder), self.settings, key=f"{cell.folder.name}-{token_hex(4)}", pure=False,
            priority=priority, resources=self._resources, retries=0,
        )  # fmt: skip
        self.futures[future] = cell

    def collect(self) -> None:
        """Take back the futures that are done; say in a run's folder why its task failed, or submit it again."""
        for future in [each for each in self.futures if each.done()]:
            cell = self.futures.pop(future)
            if future.status == "error":
                self._react(cell, future.exception())
            elif future.status in ("cancelled", "lost"):
                raise ConnectionError("the scheduler of the cluster is gone; resume the sweep with another one")

    def _react(self, cell: Cell, error: Any) -> None:
        from distributed import KilledWorker

        run = Run(cell.folder)
        status = run.status()
        moment = status.epoch, status.step
        if isinstance(error, KilledWorker) and self._seen.get(cell.folder) != moment:
            self._seen[cell.folder] = moment
            self._submit(cell)
            return
        LOG.warning("%s: %s", cell.folder.name, error)
        reason = "its worker died repeatedly at the same step" if isinstance(error, KilledWorker) else str(error)
        try:
            run.tell(status._replace(state="failed", reason=reason), anyhow=True)
        except OSError:  # of a full disk
            self.unwritten[cell.folder.name] = reason.rstrip(".")

    def cancel(self) -> None:
        """Withdraw the runs that no worker has, stop the others, and wait until their tasks have ended."""
        given = self._given()
        self.client.cancel([future for future in self.futures if future.key not in given], force=True)
        runs = [Run(cell.folder) for cell in self.futures.values()]
        end = time.monotonic() + STOP_SECONDS
        while time.monotonic() < end:
            working = [run for run in runs if run.status().state in ACTIVE and run.is_held()]
            if not working and not self._given():
                break
            for run in working:
                run.stop()
            time.sleep(INTERVAL)
        self.futures.clear()

    def _given(self) -> set[str]:
        """Return the keys of the runs that workers have."""
        return {key for keys in self.client.processing().values() for key in keys} & {each.key for each in self.futures}


def create_run(sweep: Sweep, cell: Cell) -> Run:
    """Return the run of a cell; create it if it is missing.

    Raises:
        FileExistsError: its folder holds a different run.
    """
    run = cell.run
    if run is None:
        with suppress(OSError):
            cell.folder.rmdir()  # left empty by a driver that was killed while it created the run
        return Run.create(cell.arm.architecture, cell.recipe, sweep.data, folder=cell.folder, test=True)
    if run.architecture != cell.arm.architecture or run.recipe != cell.recipe:
        raise FileExistsError(f"'{cell.folder}' holds another run; move it away, then resume the sweep.")
    return run


def drive(sweep: Sweep, connection: AbstractContextManager[Client], report: Driver, gpus: int = 0) -> None:
    """Train all runs of a sweep on a cluster, and report in its folder how it ends; an error becomes the reason.

    Raises:
        RuntimeError: another process drives the sweep.
    """
    folder = sweep.folder
    try:
        with FileLock(folder / LOCK, timeout=LOCK_SECONDS):
            report.write(folder)
            try:
                with connection as client:
                    report = _distribute(sweep, client, report, gpus)
                    report.write(folder)  # before the cluster closes, which takes a second
            except Exception as error:
                with suppress(OSError):  # the disk may be too full for the log as well
                    traceback.print_exc()
                reason = f"{str(error).rstrip('.')}; see driver.txt, then resume the sweep"
                report._replace(state="failed", reason=reason).write(folder)
    except Timeout:
        raise RuntimeError(f"Another process already drives the sweep in '{folder}'; stop it first.") from None


def _distribute(sweep: Sweep, client: Client, report: Driver, gpus: int) -> Driver:
    must_serve(client, sweep.folder)
    threads = sweep.threads or 1
    distribution = Distribution(sweep, client, task.Settings(threads, gpus, version("senet-lab")))
    reported_at, workers = 0.0, -1
    while distribution.futures:
        if read_request(sweep.folder) == "stop":
            distribution.cancel()
            return report._replace(state="stopped", reason="it was asked to")
        distribution.collect()
        present = sum(client.nthreads().values())
        if present != workers or time.monotonic() - reported_at > REPORT_INTERVAL:
            workers, reported_at = present, time.monotonic()
            words = "" if workers else "it waits for workers, since none is connected to the scheduler"
            report = report._replace(state="running", workers=workers, reason=words)
            report.write(sweep.folder)
        time.sleep(INTERVAL)
    with suppress(Exception):  # the workers may be gone
        client.run(task.end_processes, on_error="ignore")
    if distribution.unwritten:
        name, reason = next(iter(distribution.unwritten.items()))
        return report._replace(
            state="failed", reason=f"{len(distribution.unwritten)} runs did not start: {name}: {reason}"
        )
    states = Counter(Run(cell.folder).status().state for cell in sweep.cells)
    failed = states["failed"]
    if stopped := len(sweep.cells) - states["finished"] - failed:  # one by one, as in a Trainer
        return report._replace(state="stopped", reason=f"{stopped} run{' was' if stopped == 1 else 's were'} stopped")
    if failed:
        return report._replace(state="finished", reason=f"{failed} run{'s' * (failed > 1)} failed")
    store_evidence(sweep)
    return report._replace(state="finished", reason="")


def main() -> None:
    """Drive the sweep that the arguments name."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("mark")
    parser.add_argument("--scheduler")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--gpus", type=int, default=0)
    given = parser.parse_args()
    connection = client_at(given.scheduler) if given.scheduler else local_client(given.workers)
    report = Driver("starting", "", 0, os.getpid(), given.mark, socket.gethostname())
    drive(Sweep.open(given.folder), connection, report, given.gpus)


if __name__ == "__main__":
    main()
