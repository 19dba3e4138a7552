"""Run: a training as a folder. Whoever has the folder can watch it, stop it, and go on with it. Knows no Keras.

| file | holds |
| --- | --- |
| config.json | architecture, recipe, data, versions: what is trained, and never changes |
| metrics.csv | a row an epoch |
| status.json | how far it is, a few times a second |
| wanted | "run", "pause" or "stop": what its process is asked to do |
| checkpoints/ | the last ones, and the best |
| log.txt | what its process said |
| lock | held by the process that trains, and free once that is gone, however it went |
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from senet_lab.architecture import Architecture
from senet_lab.checks import nearest, one_of
from senet_lab.files import written_whole
from senet_lab.training.recipe import Recipe

ACTIVE = ("waiting", "compiling", "training", "validating", "paused")
ENDED = ("stopped", "finished", "failed")
WANTED = ("run", "pause", "stop")
COLUMNS = ("epoch", "step", "seconds", "images_per_s", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy")
PATIENCE = 60.0  # seconds that a process may need to start before it counts as gone


class Status(NamedTuple):
    """How far a run is.

    Attributes:
        state: one of `ACTIVE` or `ENDED`.
        reason: why it failed or stopped, in a sentence.
        epoch, epochs: those finished, and all.
        step, steps: of the epoch under way.
        loss, accuracy: over the epoch so far; None before its first step.
        images_per_s: over the epoch so far, in training steps alone.
        seconds: what is left at this rate; None where nobody knows yet.
        device: what it computes on.
        process: the number of the process that trains, 0 before there is one.
        at: when this was written, seconds since 1970.
    """

    state: str
    reason: str = ""
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    loss: float | None = None
    accuracy: float | None = None
    images_per_s: float | None = None
    seconds: float | None = None
    device: str = ""
    process: int = 0
    at: float = 0.0


@dataclass(frozen=True)
class Run:
    """A training in a folder; `Run.create` makes one, `Run(folder)` opens one that is there."""

    folder: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder).expanduser().resolve())
        if not (self.folder / "config.json").is_file():
            raise FileNotFoundError(f"'{self.folder}' is no run: it has no config.json; try `Run.create(...)`.")

    @classmethod
    def create(
        cls,
        architecture: Architecture,
        recipe: Recipe | None = None,
        data: str = "sample",
        *,
        folder: str | os.PathLike[str] | None = None,
    ) -> Run:
        """A new run, not started yet.

        Args:
            data: "sample", "cifar10", or a folder with a folder of images for each class.
            folder: where; None for one under `runs/`, named for the network and the time.

        Raises:
            FileExistsError: the folder is there already.
            OSError: it cannot be made.
        """
        recipe = Recipe() if recipe is None else recipe
        _fits(architecture, data)
        path = Path(folder).expanduser() if folder else _free_folder(architecture)
        if path.exists():
            raise FileExistsError(f"`folder` (='{path}') must be a new one; try '{path}-2', or resume the run in it.")
        path.mkdir(parents=True)
        config = {
            "architecture": architecture.token(),
            "recipe": recipe.to_dict(),
            "data": data if data in ("sample", "cifar10") else str(Path(data).expanduser().resolve()),
            "created": datetime.now().isoformat(timespec="seconds"),
            "versions": {name: version(name) for name in ("senet-lab", "keras", "tensorflow", "numpy")},
        }
        with written_whole(path / "config.json") as unfinished:
            unfinished.write_text(json.dumps(config, indent=1) + "\n")
        return cls(path)

    @property
    def config(self) -> dict[str, Any]:
        """What config.json says."""
        return dict(json.loads((self.folder / "config.json").read_text()))

    @property
    def architecture(self) -> Architecture:
        """What is trained."""
        return Architecture.from_token(self.config["architecture"])

    @property
    def recipe(self) -> Recipe:
        """How it is trained."""
        return Recipe.from_dict(self.config["recipe"])

    def status(self) -> Status:
        """How far it is; a process that is gone without a word has failed."""
        try:
            status = Status(**json.loads((self.folder / "status.json").read_text()))
        except (FileNotFoundError, ValueError, TypeError):  # none yet, or one that a power cut has left
            return Status("waiting", epochs=self.recipe.epochs)
        if status.state not in ACTIVE or _trains(status.process, self.folder):
            return status
        starting = status.state == "waiting" and time.time() - status.at < PATIENCE
        gone = "its process is gone: killed, out of memory, or the machine went down; resume it, and it goes on"
        return status if starting else status._replace(state="failed", reason=gone)

    def is_held(self) -> bool:
        """Whether a process is at it. Asks the system and not the lock, which two who asked would hold by turns."""
        try:
            status = Status(**json.loads((self.folder / "status.json").read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return False
        return _trains(status.process, self.folder)

    def metrics(self) -> list[dict[str, float]]:
        """The rows of metrics.csv, an epoch each; a line that was not finished is left out."""
        try:
            text = (self.folder / "metrics.csv").read_text()
        except FileNotFoundError:
            return []
        rows: dict[float, dict[str, float]] = {}
        for row in csv.DictReader(text.splitlines()):
            try:
                numbers = {name: float(row[name]) for name in COLUMNS}
            except (TypeError, ValueError, KeyError):
                continue
            if None in row:  # more than belongs into a row
                continue
            rows[numbers["epoch"]] = numbers  # an epoch that was done again after a fall replaces the first
        return [rows[epoch] for epoch in sorted(rows)]

    def start(self) -> Run:
        """Train it in a process of its own, from where it was left.

        Raises:
            RuntimeError: a process is at it already.
        """
        if self.status().state in ACTIVE and self.is_held():
            raise RuntimeError(f"A process is training in '{self.folder}' already; stop it first, or watch it.")
        self.ask("run")
        self.tell(self.status()._replace(state="waiting", reason="", process=0))
        with (self.folder / "log.txt").open("a") as log:
            command = [sys.executable, "-m", "senet_lab.training.worker", str(self.folder)]
            quiet = {"TF_CPP_MIN_LOG_LEVEL": "2", **os.environ}
            process = subprocess.Popen(  # in a session of its own: no Ctrl+C of ours reaches it
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, env=quiet
            )
        threading.Thread(target=process.wait, daemon=True).start()  # somebody has to hear that it has ended
        return self

    def ask(self, wanted: str) -> None:
        """Ask its process to "run", "pause" or "stop"; it obeys within a step."""
        with written_whole(self.folder / "wanted", overwrite=True) as unfinished:
            unfinished.write_text(one_of("wanted", wanted, WANTED))

    def stop(self) -> None:
        """Stop within a step, with a checkpoint; `start` goes on from there."""
        self.ask("stop")

    def tell(self, status: Status) -> None:
        """Write how far it is."""
        with written_whole(self.folder / "status.json", overwrite=True) as unfinished:
            unfinished.write_text(json.dumps(status._replace(at=time.time())._asdict()))

    def wait(self, timeout: float = float("inf")) -> Status:
        """Wait until it has ended and its process is gone, for `timeout` seconds at most."""
        for _ in self.follow(timeout):
            pass
        return self.status()

    def follow(self, timeout: float = float("inf")) -> Iterator[Status]:
        """Its status, a few times a second, until it has ended."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            status = self.status()
            yield status
            if status.state in ENDED and not self.is_held():
                return
            time.sleep(0.2)


def _trains(process: int, folder: Path) -> bool:
    """Whether the process of that number is the one that trains in a folder, and not another with its number."""
    try:
        return bool(process) and str(folder) in psutil.Process(process).cmdline()
    except psutil.Error:
        return False


def _fits(architecture: Architecture, data: str) -> None:
    """Raises a ValueError unless a network takes the images, and has a class for each of theirs."""
    height, width, channels = architecture.input_shape
    if data in ("sample", "cifar10"):
        shape, classes = (32, 32, 3), 10
    else:
        folder = Path(data).expanduser()
        if not folder.is_dir():
            fit = nearest(data, ("sample", "cifar10"))
            raise ValueError(f"`data` (={data!r}) must be 'sample', 'cifar10' or a folder of images; try {fit!r}.")
        shape, classes = (height, height, 3), sum(each.is_dir() for each in folder.iterdir())
    if (height, width, channels) != shape:
        raise ValueError(f"`input_shape` (={architecture.input_shape}) must be that of {data!r}; try {shape}.")
    if not architecture.include_top or architecture.classes != classes:
        raise ValueError(
            f"`classes` (={architecture.classes}) must be those of {data!r}, with a classifier; try {classes}."
        )


def _free_folder(architecture: Architecture) -> Path:
    name = architecture.name.lower().replace(" ", "-")
    stem = Path("runs") / f"{datetime.now():%Y-%m-%d-%H%M%S}-{name}"
    return next(path for n in range(1, 10**6) if not (path := Path(f"{stem}{f'-{n}' * (n > 1)}")).exists())


def runs(folder: str | os.PathLike[str] = "runs") -> list[Run]:
    """The runs in a folder, the oldest first."""
    return [Run(path.parent) for path in sorted(Path(folder).glob("*/config.json"))]
