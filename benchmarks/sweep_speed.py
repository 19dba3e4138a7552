"""Measure what the engine of sweeps costs and gains. `python sweep_speed.py overhead|throughput RUNS EPOCHS ROUNDS`.

"overhead" trains a sweep on a single core, and the same runs without the engine: one process takes their folders one
after another. There is a single core, so any work of the engine delays the runs. "throughput" trains a sweep
on two cores, one thread per run, and the same runs without the engine, with the threads that a run has by default.
Every time is that of a user who waits: from the start of the first process until the last run has ended, including the
import of Keras.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

os.environ["SENET_LAB_CACHE"] = tempfile.mkdtemp()  # keep these measurements out of the user's rates

from evidence import GATE_RECIPE, SHALLOW
from timing import emit, run_command, timed

from senet_lab import Sweep
from senet_lab.data.gate_task import TRAIN
from senet_lab.sweeps.driver import create_run
from senet_lab.sweeps.grid import GridInput
from senet_lab.sweeps.task import thread_variables
from senet_lab.training.runs.process import NO_VARIABLES, WaitingProcess

SWEEP, ALONE = "sweep", "one after another"

Ways = dict[str, Callable[[Sweep], None]]
Sweeps = Callable[[Path], Sweep]  # the same sweep in any folder


def overhead(runs: int, epochs: int, rounds: int) -> None:
    """Measure how much longer a sweep on one core takes than its runs without the engine, in percent."""
    _use_cores(1)
    ways: Ways = {SWEEP: _distribute, ALONE: partial(_train_in_turn, variables=thread_variables(1))}
    times = _alternate(ways, partial(_sweep, runs, epochs), rounds, equal=True)
    case = f"{runs} runs with {epochs} epochs, one core"
    for way, seconds in times.items():
        emit("sweep overhead", case, f"{way}, s", "s", seconds)
    more = [100 * (sweep / alone - 1) for sweep, alone in zip(times[SWEEP], times[ALONE], strict=True)]
    emit("sweep overhead", case, "more s, %", "%", more)


def throughput(runs: int, epochs: int, rounds: int) -> None:
    """Measure images/s of a sweep on two cores, and of its runs without the engine."""
    _use_cores(2)
    ways: Ways = {SWEEP: _distribute, ALONE: partial(_train_in_turn, variables=NO_VARIABLES)}
    times = _alternate(ways, partial(_sweep, runs, epochs), rounds)
    case, images = f"{runs} runs with {epochs} epochs, two cores", runs * epochs * TRAIN[0]
    for way, seconds in times.items():
        emit("sweep throughput", case, f"{way}, images/s", "images/s", [images / each for each in seconds])
    ratios = [alone / sweep for sweep, alone in zip(times[SWEEP], times[ALONE], strict=True)]
    emit("sweep throughput", case, "times as fast", "", ratios)


def _use_cores(count: int) -> None:
    """Restrict this process, and those that it starts, to some of the cores."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def _sweep(runs: int, epochs: int, folder: Path) -> Sweep:
    """Return an even number of runs: a shallow network on the gate task, with and without squeeze-excite."""
    grid: GridInput = {"ratio": (None, 4)}
    recipe = replace(GATE_RECIPE, epochs=epochs)
    return Sweep(SHALLOW, grid, seeds=runs // 2, recipe=recipe, data="gate-task", folder=folder, threads=1)


def _distribute(sweep: Sweep) -> None:
    """Train a sweep on the cores of this process."""
    sweep.start().wait()


def _train_in_turn(sweep: Sweep, variables: Mapping[str, str]) -> None:
    """Train the runs of a sweep in a single process with these environment variables."""
    process = WaitingProcess(several=True, variables=variables)
    for cell in sweep.cells:
        process.train(create_run(sweep, cell).folder, last=cell is sweep.cells[-1])
    while process.is_current():
        time.sleep(0.05)


def _alternate(ways: Ways, sweep_in: Sweeps, rounds: int, *, equal: bool = False) -> dict[str, list[float]]:
    """Return the seconds of each way to train a sweep, measured in turns after a short warm-up.

    Raises:
        RuntimeError: a run has failed, or results differ that should be `equal`.
    """
    times: dict[str, list[float]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as place:
        ways[ALONE](_sweep(2, 1, Path(place) / "warm-up"))  # so that the operating system has all files in memory
        for number in range(rounds):
            sweeps = {way: sweep_in(Path(place) / way) for way in ways}
            for way in list(ways)[:: -1 if number % 2 else 1]:
                times[way] += timed(partial(ways[way], sweeps[way]), 1, 0)
            first, second = (sweep.results() for sweep in sweeps.values())
            if set(first["state"]) | set(second["state"]) != {"finished"} or (equal and not first.equals(second)):
                raise RuntimeError(f"The results are not as expected:\n{first}\n{second}")
            for sweep in sweeps.values():
                shutil.rmtree(sweep.folder)
    return times


if __name__ == "__main__":
    run_command({"overhead": overhead, "throughput": throughput})
