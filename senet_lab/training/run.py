"""Run: a training as a folder. Whoever has the folder can watch it, stop it, and go on with it. Knows no Keras.

| file | holds |
| --- | --- |
| config.json | architecture, recipe, data, versions: what is trained, and never changes |
| metrics.csv | a row an epoch |
| gates.json | the gates after each epoch, in a few numbers |
| status.json | how far it is, a few times a second |
| wanted | "run", "pause" or "stop": what its process is asked to do |
| checkpoints/ | the last ones, and the best |
| log.txt | what its process said |
| skipped.json | the files of a folder of images that were left out, and why |
| lock | held by the process that trains, and free once that is gone, however it went |
| starting | held while a process is started for it |
"""

from __future__ import annotations

import difflib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from filelock import FileLock

from senet_lab import array_checks
from senet_lab.architecture import EXAMPLE as ARCHITECTURE
from senet_lab.architecture import Architecture
from senet_lab.checks import flag, instance, listed, nearest, one_of, path_of, quoted, quoted_path, real
from senet_lab.class_folders import SUFFIXES, class_names, must_have_images
from senet_lab.data import found_cifar10
from senet_lab.files import DamagedFileError, must_be_file, read_bytes, read_json, read_text, written_whole
from senet_lab.image_folder import list_images, must_have_classes
from senet_lab.moments import FILE as GATES
from senet_lab.moments import kept
from senet_lab.training import log, metrics
from senet_lab.training.checkpoint import is_kept, must_be_folder, must_be_whole
from senet_lab.training.devices import Placement
from senet_lab.training.estimate import checked
from senet_lab.training.metrics import COLUMNS
from senet_lab.training.process import Waiting, is_alive
from senet_lab.training.recipe import Recipe
from senet_lab.training.status import ACTIVE, ENDED, GONE, GONE_EARLY, Status
from senet_lab.training.warm import taken

if TYPE_CHECKING:
    import keras
    import numpy as np

    Array = np.ndarray[Any, Any]

__all__ = ["ACTIVE", "COLUMNS", "ENDED", "WANTED", "Run", "Status", "changed_versions", "runs", "versions"]
WANTED = ("run", "pause", "stop")  # of several that are wanted, the last one counts
CONFIG = "config.json"
CONFIG_ADVICE = "put back a copy of it, or create a new run"
# Of config.json: the type of each field, and what it is where an older version has not written it; None for an error.
FIELDS: dict[str, tuple[type, Any]] = {
    "architecture": (str, None), "recipe": (dict, None), "data": (str, None), "placement": (dict, {}),
    "created": (str, ""), "versions": (dict, {}),
}  # fmt: skip
WRITTEN = ("status.json", "metrics.csv", GATES, "wanted", log.FILE)  # by its process, or for it
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Run:
    """A training in a folder; `Run.create` makes one, `Run(folder)` opens one that is there."""

    folder: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", path_of("folder", self.folder, "'runs/mine'").resolve())
        if not _has_config(self.folder):
            found = difflib.get_close_matches(self.folder.name[:255], _names(self.folder.parent), 1)
            fit = f"'{self.folder.with_name(found[0])}'" if found else "`Run.create(...)`"
            raise FileNotFoundError(f"{quoted_path(self.folder)} is no run: it has no config.json; try {fit}.")

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
    ) -> Run:
        """Create a run, which is not started yet.

        Args:
            data: "sample", "cifar10", or a folder with a folder of images for each class.
            folder: where; None for one under `runs/`, named for the network and the time.
            placement: on which devices, of which hosts.
            skip_bad: leave out files of the folder of images that cannot be read, instead of failing; its status says
                which.

        Raises:
            TypeError, ValueError: an argument of another type; data that the network cannot take, or a class without
                images.
            FileExistsError: the folder is there already.
            OSError: it cannot be made.
        """
        recipe = Recipe() if recipe is None else instance("recipe", recipe, Recipe, "Recipe()")
        instance("placement", placement, Placement, "Placement()")
        must_fit(architecture, data)
        path = _free_folder(architecture) if folder is None else path_of("folder", folder, "'runs/mine'")
        if os.path.exists(path):  # that of os.path answers even a name that is too long
            raise FileExistsError(f"`folder` (='{path}') must be a new one; try '{path}-2', or resume the run in it.")
        config = {
            "architecture": architecture.token(),
            "recipe": recipe.to_dict(),
            "placement": Placement.checked(*placement)._asdict(),
            **_data_config(data, flag("skip_bad", skip_bad)),
            "created": datetime.now().isoformat(timespec="seconds"),
            "versions": versions(),
        }
        path.mkdir(parents=True)
        with written_whole(path / "config.json") as unfinished:
            unfinished.write_text(json.dumps(config, indent=1) + "\n")
        return cls(path)

    @property
    def config(self) -> dict[str, Any]:
        """Return what config.json says: a value of the right type for each of its fields, see `FIELDS`.

        Raises:
            DamagedFileError: it cannot be read, or a field is missing, or of another type.
        """
        path = self.folder / CONFIG
        found = read_json(path, dict, CONFIG_ADVICE)
        for name, (kind, default) in FIELDS.items():
            if name not in found and default is None:
                raise DamagedFileError(path, f"it has no `{name}`", CONFIG_ADVICE)
            if not isinstance(found.setdefault(name, default), kind):
                what = "a text" if kind is str else "an object"
                raise DamagedFileError(path, f"`{name}` must be {what}, not {quoted(found[name])}", CONFIG_ADVICE)
        return found

    def _field(self, name: str, read: Callable[[Any], _Read]) -> _Read:
        """Return what a field of config.json stands for."""
        value = self.config[name]
        try:
            return read(value)
        except (ValueError, TypeError) as error:
            words = f"its `{name}` cannot be read: {str(error).rstrip('.')}"
            raise DamagedFileError(self.folder / CONFIG, words, CONFIG_ADVICE) from error

    @property
    def architecture(self) -> Architecture:
        """What is trained."""
        return self._field("architecture", Architecture.from_token)

    @property
    def recipe(self) -> Recipe:
        """How it is trained."""
        return self._field("recipe", Recipe.from_dict)

    @property
    def placement(self) -> Placement:
        """On which devices."""
        return self._field("placement", lambda fields: Placement.checked(**fields))

    def damage(self) -> list[DamagedFileError]:
        """Return an error for each file of the folder that cannot be used; of checkpoints, only the ends are read."""
        tries: tuple[Callable[[], object], ...] = (
            lambda: (self.architecture, self.recipe, self.placement),
            lambda: Status.read(self.folder / "status.json"),
            lambda: metrics.must_be_table(self.folder / "metrics.csv"),
            lambda: kept(self.folder / GATES),
            lambda: _read_wanted(self.folder),
            lambda: must_be_whole(self.folder / "checkpoints"),
            lambda: must_be_file(self.folder / log.FILE, "delete it"),
        )
        return [error for each in tries if (error := _error_of(each))]

    @property
    def skips_bad(self) -> bool:
        """Whether files of its folder of images that cannot be read are left out."""
        return bool(self.config.get("skip_bad", False))

    def status(self) -> Status:
        """Return how far it is; where its process is gone without a word, it has failed."""
        try:
            status = Status.read(self.folder / "status.json")
        except FileNotFoundError:
            return Status("waiting", epochs=self.recipe.epochs)
        except DamagedFileError as error:  # such as a power cut leaves
            return Status("waiting", epochs=self.recipe.epochs, warning=str(error))
        if status.state not in ACTIVE or self._has(status):
            return status
        never = status.state == "waiting" and status.mark  # its first deed would have been to say "compiling"
        gone = GONE if is_kept(self.folder / "checkpoints") else GONE_EARLY
        reason = log.never_began(self.folder, status.mark) if never else gone
        return status._replace(state="failed", reason=reason)

    def is_held(self) -> bool:
        """Whether a process is at it. Asks the system and not the lock, which two who asked would hold by turns."""
        status = self._told()
        return status is not None and self._has(status)

    def _told(self) -> Status | None:
        try:
            return Status.read(self.folder / "status.json")
        except (FileNotFoundError, DamagedFileError):
            return None

    def _has(self, status: Status) -> bool:
        return is_alive(status.process, status.mark or str(self.folder))

    def metrics(self) -> list[dict[str, float]]:
        """Return the rows of metrics.csv, an epoch each; a line that was not finished is left out.

        Raises:
            DamagedFileError: it cannot be read, or is no file.
        """
        return metrics.rows(self.folder / "metrics.csv")

    def model(self) -> keras.Model:
        """The network with the weights of its best epoch, or else its newest; `save` makes a file of it.

        It takes images as `ready` makes them, (images, height, width, channels), and gives likelihoods, (images,
        classes). Loads Keras; a process may go on training meanwhile.

        Raises:
            ValueError: nothing was kept yet, or nothing that can be read.
        """
        from senet_lab.training.trained import trained

        return trained(self)[0]

    def ready(self, images: Array) -> Array:
        """Images (images, height, width, channels), uint8, as the network takes them, float32.

        Raises:
            ValueError: a run of images of one's own was not begun, so their scale is not known.
        """
        from senet_lab.training.batches import ready, scale_of

        images = array_checks.images("images", images)
        return ready(images, self.recipe, scale_of(self.folder, self.config["data"]))

    def start(self, *, force: bool = False) -> Run:
        """Train it in a process of its own, from where it was left: the one that `warm()` has ready, if any.

        Args:
            force: even if it seems to need more memory than there is.

        Raises:
            RuntimeError: a process is at it already.
            ValueError: it would not fit into memory; says what would.
            DamagedFileError: something else lies where the process will write a file.
        """
        flag("force", force)
        for name in WRITTEN:
            must_be_file(self.folder / name, "delete it")
        must_be_folder(self.folder / "checkpoints")
        with FileLock(self.folder / "starting"):  # two who start it at once
            if self.is_held():
                raise RuntimeError(f"A process is training in '{self.folder}' already; stop it first, or watch it.")
            if not force:
                checked(self.architecture, self.recipe, self.config["data"], self.placement)
            self.ask("run")
            waiting = taken()
            if not (waiting and self._handed(waiting)):
                self._handed(Waiting(self.folder / log.FILE))
        return self

    def _handed(self, waiting: Waiting) -> bool:
        """Whether a process took the run."""
        status = self._told() or Status("waiting", epochs=self.recipe.epochs)
        log.began(self.folder, waiting.mark)
        self.tell(status._replace(state="waiting", reason="", process=waiting.number, mark=waiting.mark))
        return waiting.train(self.folder)

    def asked(self) -> str:
        """Return what its process is asked to do; "run" where nothing that is one of `WANTED` can be read."""
        try:
            return _read_wanted(self.folder)
        except DamagedFileError:
            return "run"

    def ask(self, wanted: str) -> None:
        """Ask its process to "run", "pause" or "stop"; it obeys within a step."""
        with written_whole(self.folder / "wanted", overwrite=True) as unfinished:
            unfinished.write_text(one_of("wanted", wanted, WANTED))

    def stop(self) -> None:
        """Stop within a step, with a checkpoint; `start` goes on from there."""
        self.ask("stop")

    def tell(self, status: Status, *, anyhow: bool = False) -> None:
        """Write how far it is; `anyhow`, over what is there, where a full disk has no room for a file beside it."""
        instance("status", status, Status, "Status('waiting')")
        path = self.folder / "status.json"
        try:
            with written_whole(path, overwrite=True) as unfinished:
                unfinished.write_text(status.to_json())
        except OSError:
            if not anyhow:
                raise
            with path.open("r+") as file:
                file.write(status.to_json())
                file.truncate()

    def wait(self, timeout: float = float("inf")) -> Status:
        """Wait until it has ended and its process is gone, for `timeout` seconds at most."""
        for _ in self.follow(timeout):
            pass
        return self.status()

    def follow(self, timeout: float = float("inf")) -> Iterator[Status]:
        """Its status, a few times a second, until it has ended."""
        end = time.monotonic() + _seconds(timeout)
        while time.monotonic() < end:
            status = self.status()
            yield status
            if status.state in ENDED and not self.is_held():
                return
            time.sleep(0.2)


def _seconds(timeout: float) -> float:
    return timeout if isinstance(timeout, float) and timeout == inf else real("timeout", timeout, 0, inf)


def _has_config(folder: Path) -> bool:
    try:
        (folder / CONFIG).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _read_wanted(folder: Path) -> str:
    """Return what a run is asked to do; an editor may have put a space or a line's end behind it."""
    path = folder / "wanted"
    advice = f"write {listed(WANTED)} into it, or delete it"
    try:
        wanted = read_text(path, advice, at_most=1000).strip()
    except FileNotFoundError:
        return "run"
    if wanted not in WANTED:
        raise DamagedFileError(path, f"it must hold {listed(WANTED)}, not {quoted(wanted)}", advice)
    return wanted


def _error_of(read: Callable[[], object]) -> DamagedFileError | None:
    try:
        read()
    except DamagedFileError as error:
        return error
    except FileNotFoundError:  # not written yet
        return None
    except OSError as error:
        return DamagedFileError(Path(error.filename or "."), f"it cannot be read ({error.strerror})", "see who may")
    return None


def must_fit(architecture: Architecture, data: str) -> None:
    """See that there are images, and that a network takes them and has a class for each of theirs.

    Raises:
        TypeError: `data` is no text.
        ValueError: it does not; says what would.
        FileNotFoundError: CIFAR-10 is not where it is looked for.
    """
    instance("architecture", architecture, Architecture, ARCHITECTURE)
    instance("data", data, str, "'sample'")
    height, width, channels = architecture.input_shape
    if data in ("sample", "cifar10"):
        shape, classes = (32, 32, 3), 10
    else:
        folder = Path(data).expanduser()
        if not os.path.isdir(folder):
            fit = nearest(data, ("sample", "cifar10"))
            raise ValueError(
                f"`data` (={quoted_path(data)}) must be 'sample', 'cifar10' or a folder of images; try {fit!r}."
            )
        must_have_images("data", folder)
        must_have_classes(files := list_images(folder), "data")
        shape, classes = (height, height, 3), len(files.classes)
    if (height, width, channels) != shape:
        raise ValueError(f"`input_shape` (={architecture.input_shape}) must be that of {quoted(data)}; try {shape}.")
    if not architecture.include_top or architecture.classes != classes:
        raise ValueError(
            f"`classes` (={architecture.classes}) must be those of {quoted(data)}, with a classifier; try {classes}."
        )
    if data == "cifar10":
        found_cifar10()


def fitted(architecture: Architecture, data: str) -> Architecture:
    """The network with the input shape and the classes of the data; all else as it is.

    Of a folder of images the classes are those that it has, two at least, and the images are made as large as the
    network has them, and square; "" stands for a folder that is not chosen yet.

    Raises:
        ValueError: the network is too deep for images that small.
    """
    if data in ("sample", "cifar10"):
        return replace(architecture, input_shape=(32, 32, 3), classes=10, include_top=True)
    side, classes = architecture.input_shape[0], len(class_names(Path(data).expanduser())) if data else 0
    return replace(architecture, input_shape=(side, side, 3), classes=max(2, classes), include_top=True)


def _data_config(data: str, skip_bad: bool) -> dict[str, Any]:
    """What config.json says of the images: enough for whoever resumes the run to read the same files."""
    if data in ("sample", "cifar10"):
        return {"data": data}
    folder = str(Path(data).expanduser().resolve())
    return {"data": folder, "suffixes": list(SUFFIXES), "skip_bad": skip_bad}


def versions() -> dict[str, str]:
    """Those of the packages that decide what numbers come out, as far as they are installed."""
    found = {}
    for name in ("senet-lab", "keras", "tensorflow", "jax", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def changed_versions(before: dict[str, str]) -> str:
    """What has another version now than it had then, in a sentence; empty if nothing has."""
    instance("before", before, Mapping, "versions()")
    changed = [(name, number, now) for name, now in versions().items() if (number := before.get(name, now)) != now]
    each = ", ".join(f"{name} {number} then and {now} now" for name, number, now in changed)
    return f"other versions than the run was made with, so its numbers may differ: {each}" if changed else ""


def _free_folder(architecture: Architecture) -> Path:
    name = architecture.name.lower().replace(" ", "-")
    stem = Path("runs") / f"{datetime.now():%Y-%m-%d-%H%M%S}-{name}"
    return next(path for n in range(1, 10**6) if not (path := Path(f"{stem}{f'-{n}' * (n > 1)}")).exists())


def _names(folder: Path) -> list[str]:
    """Return the names of the runs in a folder, in which others may keep a config.json, too."""
    names = []
    for path in folder.glob("[!.]*/config.json"):
        with suppress(OSError, DamagedFileError):
            if b'"architecture"' in read_bytes(path, CONFIG_ADVICE):
                names.append(path.parent.name)
    return names


def runs(folder: str | os.PathLike[str] = "runs") -> list[Run]:
    """Return the runs in a folder, the oldest first; also those with a damaged config.json, which says so when read.

    Raises:
        TypeError, ValueError: `folder` is no path.
    """
    return [Run(path.parent) for path in sorted(path_of("folder", folder, "'runs'").glob("*/config.json"))]
