"""Kill the processes of a sweep at random moments, and compare its results with those of an undisturbed one.

`python benchmarks/sweep_kills.py [--kills 10] [--seed 0]` trains six short runs twice: on this machine, and on a
cluster with a scheduler and two workers, from a process in the role of a notebook. Scheduler, worker, driver, notebook
and training process take turns, in a random order, at being killed without warning (`kill -9`) when a random share of
the training is done. What is missing is then started again, as a user would. It takes a few minutes, and ends with 1 if
the tables of results are not equal bit for bit.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import mean

os.environ["SENET_LAB_CACHE"] = tempfile.mkdtemp()  # interrupted runs say nothing about the speed of this machine

import psutil
from evidence import GATE_RECIPE, SHALLOW

from senet_lab import Sweep
from senet_lab.sweeps import storage
from senet_lab.sweeps.status import read_driver

sys.path.append(str(Path(__file__).parent.parent / "tools"))
from clusters import Cluster, cluster

VICTIMS = ("scheduler", "worker", "driver", "notebook", "training process")
LAST = 0.9  # the share of the training at which the last process may be killed
NOTEBOOK = """
import sys
from senet_lab import Sweep
sweep = Sweep.open(sys.argv[1])
if sweep.status().state in ("waiting", "stopped", "failed"):
    sweep.resume(sys.argv[2])
sweep.wait()
"""


class Stage:
    """The processes of a sweep on a cluster."""

    def __init__(self, sweep: Sweep, folder: Path) -> None:
        """Start a cluster and a notebook that starts the sweep; `folder` gets their logs."""
        self.sweep, self.folder, self._exits = sweep, folder, ExitStack()
        self.cluster = self._start_cluster()
        self.notebook = self._start_notebook()

    def _start_cluster(self) -> Cluster:
        self._exits.close()  # ends what is left of the cluster before
        return self._exits.enter_context(cluster(self.folder))

    def _start_notebook(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", NOTEBOOK, str(self.sweep.folder), self.cluster.address]
        with (self.folder / "notebook.txt").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def repair(self) -> None:
        """Start the cluster again if its scheduler has ended, and the notebook if it has."""
        if self.cluster.scheduler.poll() is not None:
            self.cluster = self._start_cluster()
        if self.notebook.poll() is not None:
            self.notebook = self._start_notebook()

    def processes(self, victim: str) -> list[psutil.Process]:
        """Return the processes that have a role of `VICTIMS`."""
        if victim == "worker":
            children = (child for each in self.cluster.workers for child in psutil.Process(each.pid).children())
            return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
        if victim == "training process":
            runs = (cell.run for cell in self.sweep.cells)
            return [psutil.Process(run.status().process) for run in runs if run and run.is_held()]
        if victim == "driver":
            driver = read_driver(self.sweep.folder)
            return [psutil.Process(driver.process)] if driver.is_alive() else []
        return [psutil.Process({"scheduler": self.cluster.scheduler, "notebook": self.notebook}[victim].pid)]

    def close(self) -> None:
        """Kill everything that is left."""
        for victim in ("notebook", "driver", "training process"):
            with suppress(psutil.NoSuchProcess):
                for process in self.processes(victim):
                    process.kill()
        self._exits.close()


def disturb(stage: Stage, kills: int, seed: int) -> int:
    """Train a sweep to its end and kill its processes meanwhile; print what is killed when, and return how many."""
    draw = random.Random(seed)
    victims = list(islice(cycle(draw.sample(VICTIMS, len(VICTIMS))), kills))
    moments = sorted(draw.uniform(0, LAST) for _ in victims)
    start, killed = time.monotonic(), 0
    while stage.sweep.status().state != "finished":
        share = trained_share(stage.sweep)
        if killed < kills and share >= moments[killed]:
            with suppress(psutil.NoSuchProcess, IndexError):  # there may be none at the moment
                process = draw.choice(stage.processes(victims[killed]))
                process.kill()
                seconds = f"{time.monotonic() - start:6.1f} s"
                print(f"{seconds}, {share:4.0%} trained: killed {victims[killed]} {process.pid}", flush=True)
                killed += 1
        time.sleep(0.1)
        stage.repair()
    return killed


def trained_share(sweep: Sweep) -> float:
    """Return the share of all epochs that is trained."""
    runs = sweep.status().runs
    return mean((run.epoch + (run.step / run.steps if run.steps else 0)) / run.epochs for run in runs)


def six_runs(folder: Path) -> Sweep:
    """Return a sweep of a shallow network on the gate task, with and without squeeze-excite."""
    recipe = replace(GATE_RECIPE, epochs=2)
    return Sweep(SHALLOW, {"ratio": (None, 4)}, seeds=3, recipe=recipe, data="gate-task", folder=folder, threads=1)


def main() -> int:
    """Train both sweeps and compare their results; return 0 if they are equal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        undisturbed, disturbed = six_runs(Path(place) / "undisturbed"), six_runs(Path(place) / "disturbed")
        print(f"undisturbed: {undisturbed.start().wait().words}", flush=True)
        storage.write(disturbed, 1)
        stage = Stage(disturbed, Path(place))
        try:
            killed = disturb(stage, given.kills, given.seed)
        finally:
            stage.close()
        print(f"disturbed: {disturbed.status().words}\n{disturbed.results()}")
        is_equal = disturbed.results().equals(undisturbed.results())
    print(f"After {killed} kills, the results are {'the same, bit for bit' if is_equal else 'NOT the same'}.")
    return int(not is_equal or killed < given.kills)


if __name__ == "__main__":
    sys.exit(main())
