"""Start Dask clusters of separate processes, on one host or on several, for tests and benchmarks."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import psutil
from servers import free_port

JOIN_SECONDS = 60.0  # within which all workers join the scheduler
NO_DASHBOARD = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")


class Host(NamedTuple):
    """Where a process runs.

    Attributes:
        address: the IP address under which other hosts reach it.
        prefix: the words that begin a command on this host.
    """

    address: str = "127.0.0.1"
    prefix: tuple[str, ...] = ()


HERE = Host()


class Cluster(NamedTuple):
    """A cluster whose workers have joined: the scheduler's address, its process, and a process per worker.

    The process of a worker is Dask's nanny, which has the worker as a child and starts it again when it dies.
    """

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: tuple[subprocess.Popen[bytes], ...]


@contextmanager
def cluster(folder: Path, workers: Sequence[Host] = (HERE, HERE), scheduler: Host = HERE) -> Iterator[Cluster]:
    """Start a cluster with workers on these hosts, and kill its processes in the end; `folder` gets its log.

    Raises:
        RuntimeError: the workers did not join; the message contains the log.
    """
    port, log = free_port(), folder / "cluster.txt"
    address = f"tcp://{scheduler.address}:{port}"
    commands = [(scheduler, ["scheduler", "--host", scheduler.address, "--port", str(port)])]
    one = [address, "--nthreads", "1", "--memory-limit", "0", "--local-directory", str(folder)]
    commands += [(host, ["worker", *one, "--host", host.address]) for host in workers]
    with log.open("wb") as output:
        processes = [
            subprocess.Popen(
                [*host.prefix, sys.executable, "-m", "dask", *words, *NO_DASHBOARD], stdout=output, stderr=output
            )
            for host, words in commands
        ]
    try:
        _await_workers(log, len(workers))
        yield Cluster(address, processes[0], tuple(processes[1:]))
    finally:
        for process in reversed(processes):
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process of a cluster, and all that it has started."""
    for child in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else ():
        with suppress(psutil.NoSuchProcess):
            child.kill()
    process.kill()
    process.wait()


def _await_workers(log: Path, count: int) -> None:
    end = time.monotonic() + JOIN_SECONDS
    while (words := log.read_text()).count("Registered to:") < count:
        if time.monotonic() > end:
            raise RuntimeError(f"The workers did not join the scheduler:\n{words}")
        time.sleep(0.1)
