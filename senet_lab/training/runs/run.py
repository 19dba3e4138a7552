"""Run: a training run as a folder; anyone with access to it can watch, stop and resume the run. Loads no Keras.

| file | holds |
| --- | --- |
| config.json | architecture, recipe, data and versions; never changes |
| metrics.csv | one row per epoch |
| gates.json | summary statistics of the gates after each epoch |
| test.json | loss and accuracy on the test images after the last epoch, if the run measures them |
| precision.json | the precision that a process chose, if the recipe says "auto" |
| status.json | the progress, written a few times per second |
| wanted | "run", "pause" or "stop": what its process is asked to do |
| checkpoints/ | the newest ones, and the best |
| log.txt | the output of its processes |
| skipped.json | the files of an image folder that were left out, and why |
| lock | held by the process that trains, and released when that ends in any way |
| starting | held while a process is being started |
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from senet_lab import array_checks
from senet_lab.architecture.architecture import Architecture
from senet_lab.array_checks import Array
from senet_lab.checks import flag, instance, path_of, real
from senet_lab.extras import require
from senet_lab.files import DamagedFileError
from senet_lab.training.devices import Placement
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs import config, evaluation, metrics, precision_choice
from senet_lab.training.runs.data_fit import must_fit
from senet_lab.training.runs.evaluation import Evaluation
from senet_lab.training.runs.launch import start
from senet_lab.training.runs.metrics import COLUMNS
from senet_lab.training.runs.precision_choice import PrecisionChoice
from senet_lab.training.runs.request import read_request, write_request
from senet_lab.training.runs.status import ACTIVE, ENDED, Status, current_status, has_process

if TYPE_CHECKING:
    import keras

__all__ = ["ACTIVE", "COLUMNS", "ENDED", "Run", "Status"]
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Run:
    """A training run in a folder; `Run.create` creates one, `Run(folder)` opens an existing one."""

    folder: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", path_of("folder", self.folder, "'runs/mine'").resolve())
        config.must_be_run(self.folder, "try `Run.create(...)`")

    @classmethod
    def create(
        cls,
        architecture: Architecture,
        recipe: Recipe | None = None,
        data: str = "sample",
        *,
        folder: str | os.PathLike[str] | None = None,
        placement: Placement = Placement(),  # noqa: B008 - frozen
        skip_bad: bool = False,
        test: bool = False,
    ) -> Run:
        """Create a run without starting it.

        Args:
            data: the name of one of `senet_lab.data.datasets.BUILT_IN`, or a folder with one folder of images per
                class.
            folder: the folder of the run; None for a new one in `runs/`, named after the time and the network.
            placement: the devices and hosts to train on.
            skip_bad: skip unreadable files of the image folder instead of failing; the status lists them.
            test: measure the accuracy on the test images, once, after the last epoch.

        Raises:
            ValueError: the data do not fit the network, or a class has no images.
            FileExistsError: the folder exists already.
        """
        recipe = Recipe() if recipe is None else instance("recipe", recipe, Recipe, "Recipe()")
        instance("placement", placement, Placement, "Placement()")
        must_fit(architecture, data)
        path = config.free_folder(architecture.name) if folder is None else path_of("folder", folder, "'runs/mine'")
        if os.path.exists(path):  # os.path accepts even names that are too long
            raise FileExistsError(f"`folder` (='{path}') must be a new one; try '{path}-2', or resume the run in it.")
        fields = {
            "architecture": architecture.token(),
            "recipe": recipe.to_dict(),
            "placement": Placement.checked(*placement)._asdict(),
            **config.data_config(data, flag("skip_bad", skip_bad)),
            "test": flag("test", test),
        }
        path.mkdir(parents=True)
        config.write_config(path, fields)
        return cls(path)

    @property
    def config(self) -> dict[str, Any]:
        """Return the fields of config.json, see `read_config`."""
        return config.read_config(self.folder)

    def _field(self, name: str, read: Callable[[Any], _Read]) -> _Read:
        """Return the object that a field of config.json describes."""
        value = self.config[name]
        try:
            return read(value)
        except (ValueError, TypeError) as error:
            words = f"its `{name}` cannot be read: {str(error).rstrip('.')}"
            raise DamagedFileError(self.folder / config.CONFIG, words, config.CONFIG_ADVICE) from error

    @property
    def architecture(self) -> Architecture:
        """The network that is trained."""
        return self._field("architecture", Architecture.from_token)

    @property
    def recipe(self) -> Recipe:
        """The recipe of the training."""
        return self._field("recipe", Recipe.from_dict)

    @property
    def placement(self) -> Placement:
        """The devices and hosts that train it."""
        return self._field("placement", lambda fields: Placement.checked(**fields))

    @property
    def skips_bad(self) -> bool:
        """Whether unreadable files of its image folder are skipped."""
        return bool(self.config["skip_bad"])

    def status(self) -> Status:
        """Return the status of the run, "failed" if its process ended without reporting."""
        return current_status(self)

    def is_held(self) -> bool:
        """Return whether a process works on the run; queries the system, since a query would have to take the lock."""
        return has_process(self.folder)

    def metrics(self) -> list[dict[str, float]]:
        """Return the rows of metrics.csv, one per epoch, without an unfinished line, or raise DamagedFileError."""
        return metrics.read_rows(self.folder / "metrics.csv")

    def evaluation(self) -> Evaluation | None:
        """Return loss and accuracy on the test images, or None while unknown; raise DamagedFileError."""
        return evaluation.read_evaluation(self.folder)

    def precision_choice(self) -> PrecisionChoice | None:
        """Return the precision chosen for the recipe's "auto", or None while there is none; raise DamagedFileError."""
        return precision_choice.read_choice(self.folder)

    def model(self) -> keras.Model:
        """Return the Keras model with the weights of its best epoch, or of its newest if there is no best one.

        The model takes images as `ready` returns them, (images, height, width, channels), and returns probabilities,
        (images, classes). Loads Keras; the run may continue to train in the meantime.

        Raises:
            ValueError: there is no checkpoint yet, or none that can be read.
        """
        from senet_lab.training.runs.trained_model import load_trained_model

        return load_trained_model(self)[0]

    def ready(self, images: Array) -> Array:
        """Return images (images, height, width, channels), uint8, as the network takes them, float32.

        Raise ValueError if a run on an image folder has not been started yet, since its scale is then unknown.
        """
        require("numpy", by="preparing images")
        from senet_lab.training.batches import load_scale, prepare_images

        images = array_checks.images("images", images)
        return prepare_images(images, self.recipe, load_scale(self.folder, self.config["data"]))

    def start(self, *, force: bool = False) -> Run:
        """Train in a separate process, from the last checkpoint; uses the process that `warm()` has ready, if any.

        Args:
            force: start even if the run seems to need more memory than is free.

        Raises:
            RuntimeError: another process is already training it.
            ValueError: it would not fit into memory; the message says what would.
            DamagedFileError: something else is in the place of a file that the process will write.
            MissingExtraError: a package for training is not installed.
        """
        flag("force", force)
        start(self, force=force)
        return self

    def asked(self) -> str:
        """Return the request to its process; "run" if no request can be read."""
        try:
            return read_request(self.folder)
        except DamagedFileError:
            return "run"

    def ask(self, wanted: str) -> None:
        """Ask the process to "run", "pause" or "stop"; it obeys within a step."""
        write_request(self.folder, wanted)

    def stop(self) -> None:
        """Stop within a step, with a checkpoint; `start` resumes from there."""
        self.ask("stop")

    def tell(self, status: Status, *, anyhow: bool = False) -> None:
        """Write the status; with `anyhow`, overwrite the old file if a full disk has no room for a second one."""
        instance("status", status, Status, "Status('waiting')")
        status.write(self.folder / "status.json", anyhow=anyhow)

    def wait(self, timeout: float = float("inf")) -> Status:
        """Wait until the run has ended and its process is gone, for at most `timeout` seconds."""
        for _ in self.follow(timeout):
            pass
        return self.status()

    def follow(self, timeout: float = float("inf")) -> Iterator[Status]:
        """Yield the status a few times per second until the run has ended."""
        end = time.monotonic() + _seconds(timeout)
        while time.monotonic() < end:
            status = self.status()
            yield status
            if status.state in ENDED and not self.is_held():
                return
            time.sleep(0.2)


def _seconds(timeout: float) -> float:
    return timeout if isinstance(timeout, float) and timeout == inf else real("timeout", timeout, 0, inf)
