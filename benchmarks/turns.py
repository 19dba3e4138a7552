"""Let implementations of the same computation take turns, each in a warm process that waits while another computes.

In each round, every way computes for a while, in an order that changes from round to round, so that other load on the
machine affects all of them alike. The result of a way is the median of its rounds and, round by round, the ratio to the
first way. A round during which other processes or other virtual machines took processor time is measured again; if too
many rounds are spoiled, the contest has no result.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from threading import Timer
from typing import Any

SECONDS = 1.0  # of each turn, which is one call if that takes longer
PAUSE = 0.3  # before each turn, in which the threads of the process before stop waiting for work
MAX_FOREIGN = 0.05  # of the processors' time in a round, that other processes or virtual machines may take
SPARE = 0.5  # of the number of rounds, that may be measured again
PATIENCE = 600  # seconds in which a process must be ready
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """A command that serves one or several ways (see `timing.serve`).

    Attributes:
        command: the program and its arguments.
        settings: environment variables, in addition to those of this process.
        rounds: the number of first rounds in which its ways take part, for slow ones; None for all.
        share: the part of the computation that one call makes.
    """

    command: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    rounds: int | None = None
    share: float = 1.0


@dataclass(frozen=True)
class Contest:
    """What is compared.

    Attributes:
        unit: "images/s", or "ms" for the time of one of them.
        amount: how many of them one call computes.
    """

    part: str
    case: str
    unit: str
    amount: float
    processes: tuple[Process, ...]
    rounds: int


class NoResultError(Exception):
    """Too many rounds of a contest were spoiled by other load."""


class EndedError(Exception):
    """A process ended, or was ended, while it computed."""

    def __init__(self, way: str, reason: object) -> None:
        super().__init__(str(reason))
        self.way = way


class Server:
    """A running process that computes on request."""

    def __init__(self, process: Process, environment: Mapping[str, str]) -> None:
        self.rounds, self.share = process.rounds, process.share
        self.lines: list[dict[str, Any]] = []  # results that it printed before it was ready
        self._log = TemporaryFile("w+")  # noqa: SIM115 - closed with the process; a pipe could fill up, and the process would wait
        self._popen = subprocess.Popen(
            process.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            env={**environment, **process.settings},
        )  # fmt: skip

    def ways(self) -> tuple[list[str], dict[str, str]]:
        """Wait until the process is warm; return its ways and the versions of its packages."""
        impatience = Timer(PATIENCE, self._popen.kill)
        impatience.start()
        try:
            while "ready" not in (line := self._read()):
                self.lines += [line] if "part" in line else []
        finally:
            impatience.cancel()
        return line["ready"], line["versions"]

    def compute(self, way: str) -> tuple[float, float]:
        """Return the seconds of a computation, and the processor seconds that the process used in its turn.

        Those of its own processes are not counted, so it should compute without any.
        """
        impatience = Timer(PATIENCE, self._popen.kill)
        impatience.start()
        try:
            before = self._used()
            self._popen.stdin.write(f"{SECONDS} {way}\n")  # type: ignore[union-attr]
            self._popen.stdin.flush()  # type: ignore[union-attr]
            return median(self._read()["times"]) / self.share, self._used() - before
        except OSError as error:  # also a ChildProcessError of `_read`
            raise EndedError(way, error) from error
        finally:
            impatience.cancel()

    def _used(self) -> float:
        fields = Path(f"/proc/{self._popen.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def _read(self) -> dict[str, Any]:
        for line in self._popen.stdout:  # type: ignore[union-attr]
            if line.startswith("{"):
                return dict(json.loads(line))
        status = self._popen.wait()
        self._log.seek(0)
        raised = [line for line in self._log if re.match(r"[\w.]*(Error|Exception|Interrupt)\b", line)]
        raise ChildProcessError(raised[-1].strip() if raised else f"it ended with {status}")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._popen.kill()
        self._popen.communicate()
        self._log.close()


def compare(contest: Contest, environment: Mapping[str, str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Hold a contest; return the results of its ways, and the circumstances: versions, load and what is missing.

    Raises:
        NoResultError: other processes or virtual machines took too much processor time.
    """
    versions: dict[str, str] = {}
    missing: list[str] = []
    results: list[dict[str, Any]] = []
    servers: dict[str, Server] = {}
    with ExitStack() as stack:
        for process in contest.processes:
            server = stack.enter_context(Server(process, environment))
            try:
                ways, its_versions = server.ways()
            except ChildProcessError as error:
                missing.append(f"{Path(process.command[1]).name} {' '.join(process.command[2:])}: {error}")
                continue
            versions |= its_versions
            if known := set(ways) & set(servers):
                raise ValueError(f"Two processes serve {', '.join(sorted(known))}.")
            servers |= dict.fromkeys(ways, server)
            results += server.lines
        times, load = _rounds(servers, contest.rounds, missing)
    first = next(iter(times.values()), {})
    results += [_result(contest, way, its, first) for way, its in times.items()]
    return results, {"versions": versions, "missing": missing, **load}


def _rounds(
    servers: dict[str, Server], rounds: int, missing: list[str]
) -> tuple[dict[str, dict[int, float]], dict[str, Any]]:
    """Return the seconds of each way by the number of the round, and how much others took of the processors.

    A way whose process ends is added to `missing`.
    """
    times: dict[str, dict[int, float]] = {way: {} for way in servers}
    foreign: list[float] = []
    spoiled = 0
    number = 0
    while number < rounds:
        taking_part = [way for way, server in servers.items() if number < (server.rounds or rounds)]
        if not taking_part:
            break
        try:
            measured, share = _round(servers, taking_part[:: -1 if number % 2 else 1])
        except EndedError as error:
            missing.append(f"{error.way}: {error}")
            del servers[error.way], times[error.way]
            continue
        if share > MAX_FOREIGN:
            spoiled += 1
            if spoiled > max(2, SPARE * rounds):
                raise NoResultError(
                    f"{spoiled} rounds were spoiled; in the last one, other processes and machines took "
                    f"{100 * share:.0f}% of the processors, the limit is {100 * MAX_FOREIGN:.0f}%"
                )
            continue
        for way, seconds in measured.items():
            times[way][number] = seconds
        foreign.append(share)
        number += 1
    return times, {"foreign": median(foreign) if foreign else 0.0, "rounds": rounds, "spoiled": spoiled}


def _round(servers: Mapping[str, Server], ways: Sequence[str]) -> tuple[dict[str, float], float]:
    """Let each way compute once; return its seconds, and the share of the processors' time that others took."""
    measured: dict[str, float] = {}
    taken = available = 0.0
    for way in ways:
        time.sleep(PAUSE)
        start, (busy, stolen) = time.perf_counter(), _processors()
        measured[way], own = servers[way].compute(way)
        busy_after, stolen_after = _processors()
        available += (time.perf_counter() - start) * (os.cpu_count() or 1)
        taken += max(0.0, busy_after - busy - own) + stolen_after - stolen
    return measured, taken / available


def _processors() -> tuple[float, float]:
    """Return the seconds that all processors have been busy, and those that other virtual machines have stolen."""
    words = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    user, nice, system, _idle, _wait, irq, soft, stolen = map(int, words)
    return (user + nice + system + irq + soft) / TICKS, stolen / TICKS


def _result(contest: Contest, way: str, times: Mapping[int, float], first: Mapping[int, float]) -> dict[str, Any]:
    """Return the figures of a way, and its ratio to the first: above 1 where it is faster."""
    rounds = sorted(times)
    in_ms = contest.unit == "ms"
    amount = contest.amount
    values = [1e3 * times[each] / amount if in_ms else amount / times[each] for each in rounds]
    ratios = [first[each] / times[each] for each in rounds]
    names = {"part": contest.part, "case": contest.case, "way": way, "unit": contest.unit}
    return names | _spread(values) | {"ratio": _spread(ratios)}


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": median(values), "least": min(values), "most": max(values), "repeats": len(values)}


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of all processes of a contest."""
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", **settings}
