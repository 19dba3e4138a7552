"""Measure how the panels grow with what they show. `python growth_panels.py PANEL SIZE`, one size per process.

Explorer: blocks of the network. Trainer: runs of the folder. Notebook: Explorers in one kernel. GateLens: classes.
SweepBoard: finished runs of the sweep. Moves are sent as a page sends them; a message is what the page receives.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
from timing import emit, run_command, timed

from senet_lab import Architecture, Explorer, Ledger

SIZES = {
    "Explorer": (100, 1_000, 12_000),
    "Trainer": (100, 1_000, 10_000),
    "Notebook": (1, 10, 30),
    "GateLens": (10, 100, 1_000),
    "SweepBoard": (10, 100, 1_000),
}
NOUNS = {
    "Explorer": "blocks", "Trainer": "runs", "Notebook": "Explorers", "GateLens": "classes", "SweepBoard": "runs",
}  # fmt: skip
MOVES = 34  # of one Explorer: more than it caches, so that its memory is what it remains at
RATIOS = (2, 4, 8, 32, 64)
EPOCHS = 10  # of each run
IMAGES = 2  # per class
numbers = count(1)


def case_of(panel: str, size: int) -> str:
    """Return a size with its unit."""
    return f"{size:,} {NOUNS[panel] if size > 1 else NOUNS[panel].removesuffix('s')}"


def report(panel: str, size: int, way: str, unit: str, *values: float) -> None:
    """Print one result; the unit is a part of the column's name."""
    emit(f"panels: {panel}", case_of(panel, size), f"{way}, {unit}" if unit else way, unit, list(values))


def milliseconds(call: Callable[[], object], repeats: int = 5, warm_up: int = 1) -> list[float]:
    """Return how long each call took."""
    return [1e3 * seconds for seconds in timed(call, repeats, warm_up)]


def send(panel: Any, moves: Mapping[str, Any]) -> None:
    """Send moves to a panel as its page does, and wait until it has answered."""
    number = next(numbers)
    message = {"view": "benchmark", "number": number, "moves": moves, "gesture": str(number)}
    panel._handle_custom_msg(message, [])


def kilobytes(*traits: object) -> float:
    """Return the size of a message with these traits."""
    return len(json.dumps(traits, ensure_ascii=False).encode()) / 1e3


def network_of(blocks: int) -> Architecture:
    """Return a network with so many blocks, in up to twelve groups, with an image that is large enough for them."""
    groups = next(groups for groups in (12, 10, 4) if blocks % groups == 0)
    return Architecture("resnext", groups=((64, blocks // groups),) * groups, input_shape=(8192, 8192, 3))


def explorer(blocks: int) -> None:
    """Measure the ledger, and a move on the tabs that depend on the number of layers."""
    architecture, ratios = network_of(blocks), cycle(RATIOS)
    say = partial(report, "Explorer", blocks)
    say("layers", "", len(architecture.ledger().rows))
    say("ledger", "ms", *milliseconds(lambda: Ledger.of(replace(architecture, ratio=next(ratios)))))
    panel = Explorer(architecture)
    for tab in ("Network", "Layers", "Breakdown", "Compare"):
        send(panel, {"tab": tab, **({"pin": True} if tab == "Compare" else {})})
        batches = count(2)  # with another cardinality, so that no network was seen before
        moves = ({"ratio": next(ratios), "base_width": 4 * next(batches)} for _ in count())
        say(f"move, {tab}", "ms", *milliseconds(lambda moves=moves: send(panel, next(moves))))  # type: ignore[misc]
        if tab != "Breakdown":
            say(f"message, {tab}", "kB", kilobytes(panel.shown))
    send(panel, {"tab": "Network"})
    for width in range(MOVES):
        send(panel, {"base_width": 4 * (width + 1)})
    say(f"memory after {MOVES} moves", "MiB", resident_memory())


def trainer(runs: int) -> None:
    """Measure opening the panel, and a poll while one run is in progress."""
    from senet_lab import Trainer
    from senet_lab.gatelens.sources.run_list import newest_runs
    from senet_lab.trainer.folder import read_folder

    with run_folders(runs) as folder:
        say = partial(report, "Trainer", runs)
        say("open", "ms", *milliseconds(lambda: Trainer(folder=folder)))
        panel = Trainer(folder=folder)
        snapshot = read_folder(folder)
        say("poll", "ms", *milliseconds(lambda: read_folder(folder, snapshot)))
        say("runs listed", "", len(snapshot.records))
        traits = (panel.form, panel.now, panel.picture, panel.epochs, panel.table)
        say("message", "kB", kilobytes(*traits))
        say("list of a GateLens", "ms", *milliseconds(lambda: newest_runs(folder), 3))


@contextmanager
def run_folders(runs: int) -> Iterator[Path]:
    """Yield a folder of finished runs, which are copies of one; their configurations differ in age alone."""
    from senet_lab.training.recipe import RECIPES
    from senet_lab.training.runs.run import Run

    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "runs"
        first = Run.create(Architecture.preset("cifar_se_resnet20"), RECIPES["original"], folder=folder / "run-0")
        finish(first)
        for number in range(1, runs):
            shutil.copytree(first.folder, folder / f"run-{number}", copy_function=shutil.copyfile)
        yield folder


def finish(run: Any) -> None:
    """Write what a training of some epochs leaves."""
    from senet_lab.training.runs.metrics import COLUMNS
    from senet_lab.training.runs.status import Status

    usual = dict.fromkeys(COLUMNS, 0.5)
    rows = [{**usual, "epoch": epoch} for epoch in range(1, EPOCHS + 1)]
    lines = [",".join(COLUMNS), *(",".join(f"{row[name]:g}" for name in COLUMNS) for row in rows)]
    (run.folder / "metrics.csv").write_text("\n".join(lines) + "\n")
    run.tell(Status("finished", epoch=EPOCHS, epochs=EPOCHS, steps=36, images_per_s=600.0))


def notebook(panels: int) -> None:
    """Measure memory and moves with several Explorers in a kernel, each alone and all linked to the first."""
    from traitlets import link

    before = resident_memory()
    explorers = [Explorer(Architecture("resnext", 50)) for _ in range(panels)]
    moved = ({"ratio": ratio} for ratio in cycle(RATIOS))
    for each in explorers:
        send(each, next(moved))
    say = partial(report, "Notebook", panels)
    say("memory", "MiB", resident_memory() - before)
    widths = ({"base_width": 4 * width} for width in count(2))  # so that each network is new
    say("move, alone", "ms", *milliseconds(lambda: send(explorers[0], next(widths)), 20))
    for each in explorers[1:]:
        link((explorers[0], "architecture"), (each, "architecture"))
    say("move, all linked", "ms", *milliseconds(lambda: send(explorers[0], next(widths)), 20))


def resident_memory() -> float:
    """Return the memory of this process in MiB."""
    import psutil

    return float(psutil.Process().memory_info().rss) / 2**20


def lens(classes: int) -> None:
    """Measure the gates of a network that is loaded, read and drawn, and each tab with all of its views unfolded."""
    import keras
    import numpy as np

    from senet_lab import GateLens
    from senet_lab.gatelens.state import FOLDS_OF_TAB, IMAGE, UNFOLD, WHAT, WHICH

    keras.utils.set_random_seed(0)
    network = Architecture.preset("cifar_se_resnet20")
    model, draw = replace(network, classes=classes).build(), np.random.default_rng(0)
    labels = np.arange(IMAGES * classes) % classes
    images = draw.integers(0, 256, (len(labels), 32, 32, 3), "uint8")
    say = partial(report, "GateLens", classes)
    start = time.perf_counter()
    panel = GateLens(model, images, labels, runs=None)
    while not panel.scene.reading and not panel.shown["error"]:
        time.sleep(0.01)
    say("gates read", "s", time.perf_counter() - start)
    panel._work.wait(600)  # type: ignore[union-attr]
    for tab in (WHAT, WHICH, IMAGE):  # the fourth one depends on the number of blocks
        folds = FOLDS_OF_TAB[tab]
        start = time.perf_counter()
        send(panel, {"tab": tab, **{f"{UNFOLD}{fold}": True for fold in folds}})
        say(tab, "ms", 1e3 * (time.perf_counter() - start))
        panel._work.wait(600)  # type: ignore[union-attr]
        say(tab, "kB", kilobytes(panel.shown, panel.heading, panel.strip, panel.side, panel.body))


def sweep(runs: int) -> None:
    """Measure opening the panel of a finished sweep, and a poll."""
    from senet_lab import Sweep, SweepBoard
    from senet_lab.sweeps import storage
    from senet_lab.sweeps.status import Driver
    from senet_lab.training.recipe import RECIPES
    from senet_lab.training.runs.evaluation import Evaluation, write_evaluation
    from senet_lab.training.runs.run import Run

    ratios, rates, seeds = {10: (2, 1, 5), 100: (5, 2, 10), 1_000: (10, 10, 10)}[runs]
    grid: dict[str | tuple[str, ...], tuple[Any, ...]] = {
        "ratio": tuple(range(1, ratios + 1)),
        "learning_rate": tuple(0.01 * (rate + 1) for rate in range(rates)),
    }
    with tempfile.TemporaryDirectory() as parent:
        its = Sweep(
            Architecture.preset("cifar_se_resnet20"), grid, seeds=seeds, recipe=RECIPES["modern"],
            folder=Path(parent) / "sweep",
        )  # fmt: skip
        storage.write(its, 1)
        for place, cell in enumerate(its.cells):
            run = Run.create(cell.arm.architecture, cell.recipe, folder=cell.folder)
            finish(run)
            write_evaluation(run.folder, Evaluation(2_000, 1.0, 0.5 + 0.0001 * (place * 37 % 1_000)))
        Driver("finished").write(its.folder)
        say = partial(report, "SweepBoard", runs)
        panel = SweepBoard(its)  # loads SciPy
        say("open", "ms", *milliseconds(lambda: SweepBoard(its), 3, 0))
        say("poll", "ms", *milliseconds(panel._tick, 3))
        traits = (panel.form, panel.now, panel.plots, panel.squares, panel.run, panel.numbers)
        say("message", "kB", kilobytes(*traits))


if __name__ == "__main__":
    run_command({"Explorer": explorer, "Trainer": trainer, "Notebook": notebook, "GateLens": lens, "SweepBoard": sweep})
