"""Launch: start and stop the driver of a sweep."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from contextlib import nullcontext
from secrets import token_hex
from typing import TYPE_CHECKING

from filelock import FileLock

from senet_lab.checks import InvalidTypeError
from senet_lab.extras import SWEEPS, require
from senet_lab.sweeps import storage
from senet_lab.sweeps.evidence import store_evidence
from senet_lab.sweeps.status import ENDED, Driver, read_driver
from senet_lab.sweeps.workload import must_have_memory, workload
from senet_lab.training.runs.request import write_request

if TYPE_CHECKING:
    from distributed import Client

    from senet_lab.sweeps.sweep import Sweep

DRIVER = "senet_lab.sweeps.driver"
LOG = "driver.txt"


def start(sweep: Sweep, client: Client | str | None, *, force: bool) -> None:
    """Start the driver of a sweep; see `Sweep.start`."""
    require(*SWEEPS, by="a sweep")
    if client is not None and not isinstance(client, str) and type(client).__name__ != "Client":
        raise InvalidTypeError("client", client, "must be a Dask client or the address of a scheduler", "None")
    sweep.folder.mkdir(parents=True, exist_ok=True)
    with FileLock(sweep.folder / "starting"):  # against two simultaneous starts
        driver = read_driver(sweep.folder)
        if driver.state not in ENDED and driver.is_alive():
            raise RuntimeError(
                f"Another process already drives the sweep in '{sweep.folder}'; stop it first, or watch it."
            )
        if all(cell.result for cell in sweep.cells):
            storage.write(sweep, sweep.threads or 1)  # seeds may have been added whose runs were copied here
            store_evidence(sweep)
            return
        options = _fit_to_machine(sweep, force=force) if client is None else _fit_to_cluster(sweep, client)
        storage.write(sweep, sweep.threads or 1)
        object.__setattr__(sweep, "threads", sweep.threads or 1)
        write_request(sweep.folder, "run")
        if client is None or isinstance(client, str):
            _start_process(sweep, options)
        else:
            _start_thread(sweep, client)


def _fit_to_machine(sweep: Sweep, *, force: bool) -> list[str]:
    """Choose workers and threads for this machine; return them as options of the driver."""
    from senet_lab.sweeps.cluster import count_gpus

    gpus = count_gpus()
    needs = workload(sweep, gpus)
    if not force:
        must_have_memory(needs)
    object.__setattr__(sweep, "threads", needs.threads)
    return ["--workers", str(needs.workers), "--gpus", str(gpus)]


def _fit_to_cluster(sweep: Sweep, client: Client | str) -> list[str]:
    """Check that the workers of a cluster can train a sweep; return the options of the driver."""
    from senet_lab.sweeps.cluster import client_at, must_serve

    with client_at(client) if isinstance(client, str) else nullcontext(client) as connected:
        must_serve(connected, sweep.folder)
    return ["--scheduler", client] if isinstance(client, str) else []


def _start_process(sweep: Sweep, options: list[str]) -> None:
    mark = f"sweep-{token_hex(8)}"
    with (sweep.folder / LOG).open("ab") as output:
        process = subprocess.Popen(  # in its own session, so that our Ctrl+C does not reach it
            [sys.executable, "-m", DRIVER, str(sweep.folder), mark, *options],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
    Driver("starting", "", 0, process.pid, mark, socket.gethostname()).write(sweep.folder)
    threading.Thread(target=process.wait, daemon=True, name=mark).start()  # or it would remain a zombie


def _start_thread(sweep: Sweep, client: Client) -> None:
    from senet_lab.sweeps.driver import drive

    connection = nullcontext(client)  # the user closes it
    report = Driver("starting", "", 0, os.getpid(), sys.orig_argv[0], socket.gethostname())
    report.write(sweep.folder)
    threading.Thread(target=drive, args=(sweep, connection, report), daemon=True).start()


def stop(sweep: Sweep) -> None:
    """Ask the driver of a sweep to stop; see `Sweep.stop`."""
    storage.must_exist(sweep)
    write_request(sweep.folder, "stop")
