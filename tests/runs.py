"""Runs: helpers of the tests of runs: networks that train in seconds, and a comparison of finished runs."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from senet_lab import Architecture, Sweep
from senet_lab.sweeps import storage
from senet_lab.sweeps.status import Driver
from senet_lab.training.recipe import RECIPES
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.evaluation import Evaluation, write_evaluation
from senet_lab.training.runs.metrics import COLUMNS
from senet_lab.training.runs.run import Run, Status

TINY = Architecture(groups=((4, 1), (8, 1)), stem="cifar", ratio=4, input_shape=(32, 32, 3), classes=10)
SE_20 = Architecture.preset("cifar_se_resnet20")
SHORT = replace(RECIPES["modern"], epochs=2, warmup=1, batch=250, seed=3)
# For the images of `thumbnails`: the smallest network with gates, and an epoch of 54 steps, 10 ms each.
MINI = replace(TINY, groups=((4, 1),), input_shape=(8, 8, 3))
BRIEF = replace(SHORT, batch=4)

ALIVE = {"process": os.getpid(), "mark": psutil.Process().cmdline()[-1]}  # this process, in the role of one that trains


def rows(epochs, accuracy=0.5, **changed):
    usual = {"step": 36, "seconds": 7, "images_per_s": 612.3, "learning_rate": 0.1, "loss": 1.5, "val_loss": 1.7}
    shares = {"accuracy": accuracy + 0.05, "val_accuracy": accuracy}
    return [{"epoch": float(epoch), **usual, **shares, **changed} for epoch in range(1, epochs + 1)]


def made(
    folder, name, network=SE_20, *, epochs=3, state="finished", accuracy=0.5, recipe=RECIPES["original"], **status
):
    """Create a run folder as training would have left it."""
    run = Run.create(network, recipe, folder=folder / name)
    lines = [",".join(COLUMNS), *(",".join(f"{row[c]:.6g}" for c in COLUMNS) for row in rows(epochs, accuracy))]
    (run.folder / "metrics.csv").write_text("\n".join(lines) + "\n")
    usual = {"epoch": epochs, "epochs": recipe.epochs, "steps": 36, "device": "CPU", "images_per_s": 612.3}
    run.tell(Status(state, **(usual | status)))
    os.utime(run.folder / "config.json", ns=(time.time_ns(), time.time_ns()))
    return run


def checkpointed(run):
    """Create a run with a damaged file in the place of its first checkpoint."""
    (run.folder / "checkpoints").mkdir(exist_ok=True)
    (run.folder / "checkpoints/best.npz").write_bytes(b"")


class Forks:
    """Starts workers by forking a process that has loaded Keras."""

    MARK = "worker-of-the-tests"

    def __init__(self, process):
        self._process = process

    def __call__(self, run, *, kept_every=60.0, devices=1):
        """Train a run as `Run.start` does, and return it."""
        run.ask("run")
        number = self._asked(folder=str(run.folder), kept_every=kept_every, devices=devices)
        run.tell(Status("waiting", epochs=run.recipe.epochs, process=number, mark=self.MARK))
        return run

    def exit_status(self, run):
        """Wait for the worker of a run to end."""
        return self._asked(number=run.status().process)

    def _asked(self, **line):
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@contextmanager
def forks(backend, **settings):
    """Yield `Forks` with these environment variables while the context lasts."""
    command = [sys.executable, str(Path(__file__).parent / "forked.py"), Forks.MARK]
    environment = os.environ | {"KERAS_BACKEND": backend, **settings}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        yield Forks(process)
        process.stdin.close()


def process_of(run):
    """Return the worker of a run, or None."""
    return psutil.Process(run.status().process) if run.is_held() else None


def log_of(run):
    path = run.folder / "log.txt"
    return path.read_text()[-2000:] if path.exists() else ""


def await_state(run, states, seconds=240):
    end = time.monotonic() + seconds
    while (status := run.status()).state not in states:
        assert time.monotonic() < end, (status, log_of(run))
        time.sleep(0.02)
    return status


def killed(run):
    """Kill the worker as the system would, without warning."""
    if process := process_of(run):
        process.kill()
    while run.is_held():
        time.sleep(0.01)


def last_weights(run):
    arrays, about, damaged = checkpoint.read_newest(run.folder / "checkpoints")
    assert (about["epoch"], damaged) == (BRIEF.epochs, [])
    return arrays


def assert_ends_as(run, unbroken):
    for a, b in zip(last_weights(run), last_weights(unbroken), strict=True):
        np.testing.assert_array_equal(a, b)
    losses = [
        [row[name] for row in each.metrics() for name in ("loss", "accuracy", "val_loss")] for each in (run, unbroken)
    ]
    np.testing.assert_allclose(*losses, rtol=1e-4)


def finished_sweep(folder, accuracies, **states):
    """Create the folder of a sweep over `ratio` as training would have left it.

    Args:
        accuracies: by ratio, those of seeds 0, 1, ...; None for a run that has not been created.
        states: of runs that are not finished, by the name of their folder without dashes: ratio_4_seed_1="stopped".
    """
    seeds = max(map(len, accuracies.values()))
    sweep = Sweep(SE_20, {"ratio": tuple(accuracies)}, seeds=seeds, recipe=SHORT, folder=folder)
    storage.write(sweep, 1)
    for cell in sweep.cells:
        accuracy = accuracies[cell.arm.architecture.ratio][cell.seed]
        if accuracy is None:
            continue
        state = states.get(cell.folder.name.replace("-", "_"), "finished")
        epochs = SHORT.epochs if state == "finished" else 1
        run = made(folder, cell.folder.name, cell.arm.architecture, epochs=epochs, state=state, recipe=cell.recipe)
        if state == "finished":
            write_evaluation(run.folder, Evaluation(2000, 1.0, accuracy))
    if any(cell.run for cell in sweep.cells):
        is_finished = not states and all(None not in each for each in accuracies.values())
        Driver("finished" if is_finished else "stopped").write(folder)
    return sweep
