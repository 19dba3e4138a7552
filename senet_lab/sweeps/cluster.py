"""Cluster: the Dask cluster that trains a sweep, on this machine or brought by the user, and whether it can."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from senet_lab.training import kernels

if TYPE_CHECKING:
    from distributed import Client

TIMEOUT = 30.0  # seconds to wait for a scheduler, and for its first worker
PROBE = ".seen-by-all"  # begins the name of a file that workers must find
# Of a local cluster. By default, Dask inspects itself up to 100 times per second, and two workers that wait take 10% of
# a core (measured on 2026-11-30). Nothing is served over HTTP, which anyone on the machine could read.
LOCAL_SETTINGS = {
    "distributed.worker.profile.enabled": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
}


@contextmanager
def local_client(workers: int) -> Iterator[Client]:
    """Start a cluster within this process, with one worker per run that trains at the same time.

    Threads suffice, since a worker only waits for the process that trains. They connect in memory, so nobody else on
    the machine can reach them: anyone who can reach a Dask scheduler can run code.
    """
    import dask
    from distributed import Client, Scheduler, SpecCluster, Worker

    inside = {"protocol": "inproc://", "dashboard": False, "dashboard_address": "127.0.0.1:0"}
    scheduler = {"cls": Scheduler, "options": inside}
    worker = {"cls": Worker, "options": {**inside, "nthreads": 1, "memory_limit": 0}}
    with dask.config.set(LOCAL_SETTINGS):
        cluster = SpecCluster(dict.fromkeys(range(workers), worker), scheduler, silence_logs=logging.WARNING)
    with Client(cluster, set_as_default=False) as client:
        yield client
    cluster.close()  # not after an error, since it would wait half a minute for runs, which can go on without it


@contextmanager
def client_at(address: str) -> Iterator[Client]:
    """Connect to the scheduler at an address such as "tcp://10.0.0.1:8786"."""
    from distributed import Client

    with Client(address, timeout=TIMEOUT, set_as_default=False) as client:
        yield client


def count_gpus() -> int:
    """Return the number of GPUs that the selected backend can use; asking the backend takes seconds."""
    import pynvml

    try:
        pynvml.nvmlInit()
        if not pynvml.nvmlDeviceGetCount():
            return 0
    except pynvml.NVMLError:  # no driver, so no GPU
        return 0
    engine = os.environ.get("KERAS_BACKEND") or "tensorflow"
    return len(kernels.gpus(engine)) if engine in kernels.GPU_SCRIPTS else 0


def must_serve(client: Client, folder: Path) -> None:
    """Check that all workers see the folder of a sweep and have this version of senet_lab.

    Raises:
        RuntimeError: a worker does not, or there is no worker; the message says what to do.
    """
    from distributed import TimeoutError as DaskTimeoutError

    try:
        client.wait_for_workers(1, timeout=TIMEOUT)
    except (TimeoutError, DaskTimeoutError):
        raise RuntimeError(
            f"No worker has joined the scheduler within {TIMEOUT:.0f} s; start some, then resume."
        ) from None
    probe = folder / f"{PROBE}-{token_hex(4)}"
    probe.write_text(probe.name)
    try:
        answers = client.run(describe_worker, str(probe), on_error="return")
    finally:
        probe.unlink(missing_ok=True)
    faults = [f"{address} {fault}" for address, answer in answers.items() if (fault := _fault(answer, folder, probe))]
    if faults:
        raise RuntimeError(f"{len(faults)} of {len(answers)} workers cannot train this sweep: {'; '.join(faults[:3])}.")


def describe_worker(probe: str) -> dict[str, str]:
    """Return what a worker has: its version of senet_lab, and the content of a file on a disk that all should share."""
    path = Path(probe)
    return {"version": version("senet-lab"), "content": path.read_text() if path.is_file() else ""}


def must_see(folder: Path, expected: str) -> None:
    """Check on a worker that it sees the folder of a run and has the expected version of senet_lab.

    Workers that join after `must_serve` are checked only here.
    """
    if version("senet-lab") != expected:
        raise RuntimeError(f"this worker has senet-lab {version('senet-lab')}, and the sweep was started by {expected}")
    if not folder.is_dir():
        raise RuntimeError(f"this worker does not see '{folder}': use a folder on a disk that all workers share")


def _fault(answer: Any, folder: Path, probe: Path) -> str:
    """Say what a worker lacks; "" if nothing."""
    if isinstance(answer, ModuleNotFoundError):
        return f"has no module {answer.name}: install senet-lab[sweep] {version('senet-lab')} there"
    if isinstance(answer, BaseException):
        return f"failed: {answer}"
    if answer["version"] != version("senet-lab"):
        return f"has senet-lab {answer['version']}, and this process {version('senet-lab')}: install the same there"
    if answer["content"] != probe.name:
        return f"does not see '{folder}': use a folder on a disk that all workers share, under the same path"
    return ""
