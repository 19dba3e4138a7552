"""The seed's training as its README prints it, by the run machinery and by a bare `fit`; and what the machinery costs.

`python epochs.py epoch STEPS`: its network for CIFAR-10, Adam, batches of 32, through a run, as an epoch of 45,000
images and 5,000 held out, extrapolated from so many steps. `python epochs.py free STEPS`: the steps by `fit` alone,
without deterministic operations, fed as a run is and with arrays. `python epochs.py overhead NAME BATCH STEPS ROUNDS`:
epochs of a run that a Trainer watches and of a bare `fit` by turns, in one process and with one compiled model.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["SENET_LAB_CACHE"] = tempfile.mkdtemp()  # what is measured here is not what the user trains

import keras
import psutil
from networks import network
from timing import emit

from senet_lab import Architecture, data
from senet_lab.training.batches import ready
from senet_lab.training.devices import in_order
from senet_lab.training.loop import Loop
from senet_lab.training.noted import MOST
from senet_lab.training.optimizers import compiled
from senet_lab.training.recipe import Recipe
from senet_lab.training.run import Run

MINI = "mini SE-ResNet"
TRAINED, HELD = 45_000, 5_000  # of CIFAR-10, with a tenth held out
DETERMINISTIC = "senet_lab, a run"
FREE, ARRAYS = "Keras fit, any order of sums", "Keras fit of arrays, any order of sums"
WATCHING = """
import sys
from senet_lab.panels import Trainer
panel = Trainer(folder=sys.argv[1])
panel.asked = {"moves": {"hello": True}, "turn": "1"}  # what its page says when it opens
print("ready", flush=True)
sys.stdin.read()
"""


class Timed(Loop):
    """A loop with fewer images, and with the seed's network where there is no architecture for it."""

    name: str = MINI
    steps: int = 200

    def _images(self) -> data.Images:
        count = round(self.steps * self.recipe.batch / (1 - self.recipe.validation))
        images = _whole()
        return replace(images, x_train=images.x_train[:count], y_train=images.y_train[:count])

    def _network(self) -> Any:
        return compiled(network(MINI, 32, "ours")) if self.name == MINI else super()._network()


def _whole() -> data.Images:
    """CIFAR-10, where it is on this machine; else its sample, over and over."""
    import numpy as np

    try:
        return data.cifar10()
    except FileNotFoundError:
        images = data.sample()
        return replace(images, x_train=np.tile(images.x_train, (10, 1, 1, 1)), y_train=np.tile(images.y_train, 10))


def _ready(folder: str, name: str, batch: int, steps: int) -> Timed:
    """A loop that has done all but train."""
    architecture = Architecture.preset("cifar_se_resnet20" if name == MINI else name)
    run = Run.create(architecture, Recipe(batch=batch, epochs=1000), folder=Path(folder) / "run")
    loop = Timed(run, mark=sys.argv[0])  # by which a Trainer knows that it is at work
    loop.name, loop.steps = name, steps
    loop.prepare()
    return loop


def epoch(steps: int) -> None:
    """Images/s in training steps, and seconds of a whole epoch: steps, validation, gates, checkpoints."""
    case = f"{MINI}, 32 px, batch 32"
    with tempfile.TemporaryDirectory() as folder:
        loop = _ready(folder, MINI, 32, steps)
        loop.epoch()
        (row,) = loop.run.metrics()
        held = in_order(loop.batches.x_held, loop.batches.y_held, 32)
        validating = _seconds(lambda: loop.network.evaluate(**held, verbose=0)) * HELD / len(loop.batches.x_held)
        gates = _seconds(lambda: loop.noted.note(loop.network, 1)) * MOST / len(loop.noted.x)
        keeping = _seconds(loop.keeper.keep) + _seconds(partial(loop.keeper.keep_best, 1))
    emit("epoch rate", case, DETERMINISTIC, "images/s", [row["images_per_s"]])
    emit("epoch", case, DETERMINISTIC, "s", [TRAINED / row["images_per_s"] + validating + gates + keeping])


def free(steps: int) -> None:
    """The same steps by `fit` alone."""
    keras.utils.set_random_seed(0)
    model = compiled(network(MINI, 32, "ours"))
    images = _whole()
    count = steps * 32
    x, y = ready(images.x_train[:count], Recipe()), images.y_train[:count]
    model.fit(**in_order(x[:320], y[:320], 32), verbose=0)
    for way, fed in ((FREE, in_order(x, y, 32)), (ARRAYS, {"x": x, "y": y, "batch_size": 32})):
        seconds = _seconds(partial(model.fit, **fed, verbose=0))
        emit("epoch rate", f"{MINI}, 32 px, batch 32", way, "images/s", [count / seconds])


def overhead(name: str, batch: int, steps: int, rounds: int) -> None:
    """Seconds of an epoch with validation, by turns; and by how much the run's is longer, in percent."""
    found: dict[str, list[float]] = {"run": [], "fit": []}
    busy: dict[str, list[float]] = {"run": [], "fit": []}
    with tempfile.TemporaryDirectory() as folder:
        loop = _ready(folder, name, batch, steps)
        images = loop.batches
        fed = in_order(ready(images.x, loop.recipe), images.y, batch)
        held = in_order(images.x_held, images.y_held, batch)["x"]
        calls: dict[str, Callable[[], object]] = {
            "run": loop.epoch,
            "fit": lambda: loop.network.fit(**fed, validation_data=held, verbose=0),
        }
        with _watched(folder) as panel:
            for number in range(rounds + 1):
                for way, call in list(calls.items())[:: 1 if number % 2 else -1]:
                    before, start = _cpu(panel), time.process_time()
                    seconds = _seconds(call)
                    if number:  # the first ones compile
                        found[way].append(seconds)
                        busy[way].append(time.process_time() - start + (_cpu(panel) - before if way == "run" else 0))
    case = f"{name}, 32 px, batch {batch}, {steps} steps"
    emit("overhead", case, "fit, s", "s", found["fit"])
    emit("overhead", case, "run, s", "s", found["run"])
    for unit, times in (("s", found), ("CPU s", busy)):
        more = [100 * (run / fit - 1) for run, fit in zip(times["run"], times["fit"], strict=True)]
        emit("overhead", case, f"more {unit}, %", "%", more)


@contextmanager
def _watched(folder: str) -> Iterator[psutil.Process]:
    """A process that follows the runs of a folder, as a notebook's kernel does whose page shows a Trainer."""
    process = subprocess.Popen([sys.executable, "-c", WATCHING, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin
    assert process.stdout
    process.stdout.readline()
    try:
        yield psutil.Process(process.pid)
    finally:
        process.stdin.close()
        process.wait()


def _cpu(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Do what the arguments say."""
    what, *rest = sys.argv[1:]
    calls = {"epoch": epoch, "free": free, "overhead": overhead}
    calls[what](*(int(word) if word.isdigit() else word for word in rest))  # type: ignore[operator]


if __name__ == "__main__":
    main()
