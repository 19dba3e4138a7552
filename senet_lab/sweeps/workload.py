"""Workload: the memory and time that the runs of a sweep need, and how many of them fit on this machine."""

from __future__ import annotations

import os
from collections.abc import Sequence
from statistics import mean
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.checks import Bare, InvalidValueError
from senet_lab.memory import size_words
from senet_lab.training.estimate import FORCE, duration, estimate
from senet_lab.training.runs.status import Status

if TYPE_CHECKING:
    from senet_lab.sweeps.sweep import Sweep


class Workload(NamedTuple):
    """What a sweep needs on this machine.

    Attributes:
        runs: the number of runs.
        workers: how many of them train at the same time.
        threads: the processor cores for each.
        memory: the bytes that the largest run needs.
        free_memory: the bytes that are free.
        seconds: for all runs; None if this machine has not trained a network yet.
    """

    runs: int
    workers: int
    threads: int
    memory: int
    free_memory: int
    seconds: float | None

    @property
    def words(self) -> str:
        """The workload in a sentence."""
        time = "the time is unknown until this machine has trained a network"
        if self.seconds is not None:
            time = f"about {duration(self.seconds)}"
        cores = "core" if self.threads == 1 else "cores"
        return (
            f"{self.runs} runs, {self.workers} at a time on {self.threads} {cores} each: {time}; "
            f"{size_words(self.memory)} of memory per run, {size_words(self.free_memory)} are free"
        )


def workload(sweep: Sweep, gpus: int = 0) -> Workload:
    """Return what a sweep needs, and how many workers to use: one per GPU, or as many as cores and memory allow."""
    needs = [estimate(arm.architecture, arm.recipe, sweep.data) for arm in sweep.arms]
    memory, free = max(need.needed for need in needs), needs[0].available
    cores = count_cores()
    most = gpus or (cores // sweep.threads if sweep.threads else cores)
    workers = max(1, min(most, free // memory, len(sweep.cells)))
    times = [need.seconds for need in needs if need.seconds is not None]
    seconds = sum(times) * len(sweep.seeds_used) / workers if len(times) == len(needs) else None
    return Workload(len(sweep.cells), workers, sweep.threads or max(1, cores // workers), memory, free, seconds)


def must_have_memory(needs: Workload) -> None:
    """Raise a ValueError if the largest run of a sweep does not fit into memory."""
    if needs.memory > needs.free_memory:
        rule = f"needs about {size_words(needs.memory)} of memory, but only {size_words(needs.free_memory)} are free"
        raise InvalidValueError("grid", Bare(f"{needs.runs} runs"), rule, "smaller networks or batches", advice=FORCE)


def count_cores() -> int:
    """Return the processor cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows have no such function
        return os.cpu_count() or 1


def seconds_left(sweep: Sweep, statuses: Sequence[Status], workers: int) -> float | None:
    """Return the time left, from the measured speed of finished and training runs; None before there is one."""
    macs = {arm.values: arm.architecture.ledger().macs for arm in sweep.arms}
    measured: dict[Any, list[float]] = {}  # seconds per epoch of each arm
    for cell, status in zip(sweep.cells, statuses, strict=True):
        if status.images_per_s:
            seconds = status.steps * cell.arm.recipe.batch / status.images_per_s
            measured.setdefault(cell.arm.values, []).append(seconds)
    if not measured:
        return None
    per_mac = mean(mean(times) / macs[values] for values, times in measured.items())  # for arms not measured yet
    total = 0.0
    for cell, status in zip(sweep.cells, statuses, strict=True):
        if status.state not in ("finished", "failed"):
            values = cell.arm.values
            per_epoch = mean(measured[values]) if values in measured else per_mac * macs[values]
            done = status.epoch + (status.step / status.steps if status.steps else 0)
            total += per_epoch * max(0.0, cell.arm.recipe.epochs - done)
    return total / workers
