"""Measure the overhead of runs. `python epochs.py overhead NAME BATCH STEPS ROUNDS`.

Epochs of a run that a Trainer watches alternate with epochs of a plain `fit`, in one process and with one compiled
model. NAME is a preset, or the original lesson's network for CIFAR-10.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from senet_lab.nets.on_keras.backend import tune_tensorflow

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tune_tensorflow()
os.environ["SENET_LAB_CACHE"] = tempfile.mkdtemp()  # keep these measurements out of the user's rates

import psutil
from jupyter_client.manager import start_new_kernel
from networks import network
from timing import emit, run_command, timed

from senet_lab import Architecture
from senet_lab.data import datasets as data
from senet_lab.training.batches import prepare_images
from senet_lab.training.devices import Devices
from senet_lab.training.optimizers import compiled
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.run import Run
from senet_lab.training.worker.loop import Loop

MINI = "mini SE-ResNet"
# The message of a page that opens; a process kept warm would count as part of the Trainer.
WATCHING = """
from senet_lab.trainer import widget
widget.warm = lambda: None
panel = widget.Trainer(folder={!r})
panel._handle_custom_msg({{"view": "bench", "number": 1, "moves": {{"hello": True}}}}, [])
assert panel.failure is None and panel.run.status().state in ("training", "validating"), panel.form
"""


class Timed(Loop):
    """A training loop with fewer images, or with the original lesson's network, which no architecture describes."""

    name: str = MINI
    steps: int = 200

    def _load_images(self) -> data.Images:
        count = round(self.steps * self.recipe.batch / (1 - self.recipe.validation))
        images = _whole()
        return replace(images, x_train=images.x_train[:count], y_train=images.y_train[:count])

    def _build_network(self) -> Any:
        return compiled(network(MINI, 32)) if self.name == MINI else super()._build_network()


def _whole() -> data.Images:
    """Return CIFAR-10 if it is on this machine; otherwise its sample, repeated."""
    import numpy as np

    try:
        return data.cifar10()
    except FileNotFoundError:
        images = data.sample()
        return replace(images, x_train=np.tile(images.x_train, (10, 1, 1, 1)), y_train=np.tile(images.y_train, 10))


def _ready(folder: str, name: str, batch: int, steps: int) -> Timed:
    """Return a prepared loop whose first steps, which compile, are done."""
    architecture = Architecture.preset("cifar_se_resnet20" if name == MINI else name)
    run = Run.create(architecture, Recipe(batch=batch, epochs=1000), folder=Path(folder) / "run")
    loop = Timed(run, mark=sys.argv[0])  # so that a Trainer considers the process alive
    loop.name, loop.steps = name, steps
    loop.prepare()
    loop.progress.step = loop.batches.steps - 3
    loop.epoch()
    return loop


def overhead(name: str, batch: int, steps: int, rounds: int) -> None:
    """Measure epochs of a plain `fit` and of a run, alternately, and how much longer the run takes, in percent."""
    elapsed: dict[str, list[float]] = {"run, s": [], "fit, s": []}
    busy: dict[str, list[float]] = {"run, s": [], "fit, s": []}
    with tempfile.TemporaryDirectory() as folder:
        loop = _ready(folder, name, batch, steps)
        with _trainer(Path(folder)) as kernel:
            ways = (("run, s", loop.epoch, kernel), ("fit, s", _bare(loop), None))
            for number in range(rounds + 1):
                for way, call, watching in ways[:: 1 if number % 2 else -1]:
                    seconds, processor = _spent(call, watching)
                    if number:
                        elapsed[way].append(seconds)
                        busy[way].append(processor)
    case = f"{name}, 32 px, batch {batch}, {steps} steps"
    for way, times in elapsed.items():
        emit("overhead", case, way, "s", times)
    for unit, both in (("s", elapsed), ("CPU s", busy)):
        more = [100 * (run / fit - 1) for run, fit in zip(both["run, s"], both["fit, s"], strict=True)]
        emit("overhead", case, f"more {unit}, %", "%", more)


def _bare(loop: Timed) -> Callable[[], object]:
    """Run a minimal `fit` of the loop's network with validation; pixels are prepared in advance."""
    images, batch = loop.batches, loop.recipe.batch
    fed = Devices().validation_data(prepare_images(images.x, loop.recipe), images.y, batch)
    validation = Devices().validation_data(images.x_val, images.y_val, batch)["x"]
    return partial(loop.network.fit, **fed, validation_data=validation, verbose=0)


def _spent(call: Callable[[], object], watching: psutil.Process | None) -> tuple[float, float]:
    """Return the seconds and processor seconds of a call, including a watching process, which gets time to finish."""
    if watching:
        watching.resume()
    before, start = _cpu(watching), time.process_time()
    seconds = _seconds(call)
    own = time.process_time() - start
    if watching:
        time.sleep(1.5)  # drawing the end of the epoch counts as part of the run
    more = _cpu(watching) - before
    if watching:
        watching.suspend()
    return seconds, own + more


def _cpu(process: psutil.Process | None) -> float:
    return float(sum(process.cpu_times()[:2])) if process else 0.0


@contextmanager
def _trainer(folder: Path) -> Iterator[psutil.Process]:
    """Start a notebook kernel whose Trainer follows the runs of a folder; it is suspended until it is resumed."""
    manager, client = start_new_kernel()
    reply = client.execute_interactive(WATCHING.format(str(folder)), timeout=120, output_hook=lambda _: None)
    assert reply["content"]["status"] == "ok", reply["content"]
    provisioner: Any = manager.provisioner
    kernel = psutil.Process(provisioner.pid)
    kernel.suspend()
    try:
        yield kernel
        kernel.resume()
        reply = client.execute_interactive("assert panel.failure is None and panel.run", timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
    finally:
        manager.shutdown_kernel(now=True)


def _seconds(call: Callable[[], object]) -> float:
    return timed(call, 1, 0)[0]


if __name__ == "__main__":
    run_command({"overhead": overhead})
