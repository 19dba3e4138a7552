"""Worker: what the process that trains a run does, from its newest checkpoint to its end.

`python -m senet_lab.training.worker FOLDER` trains the run in a folder. With `--wait MARK` the folder comes as a line
on the standard input, and Keras is loaded until then: `Run.start` and `warm` call it so.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from senet_lab import data
from senet_lab.training import batches, checkpoint, hosts, log, memory, metrics, model, rates
from senet_lab.training.devices import place
from senet_lab.training.noted import Noted
from senet_lab.training.progress import Progress
from senet_lab.training.run import COLUMNS, ENDED, Run, Status, changed_versions
from senet_lab.training.watch import StopAskedError, watch

LOG = logging.getLogger("senet_lab")
TOLD_EVERY = 0.2  # seconds between two writings of the status, and between two looks at what is wanted
TOLD_AT_LEAST = 2.0  # seconds
TOLD_SHARE = 0.01  # of the time, for writing it: a disk may be slow, or shared
KEPT_EVERY = float(os.environ.get("SENET_LAB_KEPT_EVERY", "60"))  # seconds between checkpoints within an epoch


@dataclass
class Worker:
    """Trains a run from its newest checkpoint to its end, or until it is asked to stop.

    Attributes:
        mark: the word by which this process is known.
        told: the status that was written last.
    """

    run: Run
    mark: str = ""
    progress: Progress = field(default_factory=Progress)
    told: Status = field(default_factory=lambda: Status("compiling"))
    _kept: float = 0.0
    _compiled: bool = False
    _fed: Any = None
    _wanted: str = "run"
    _asked: float = -math.inf
    _seconds: float = 0.0
    _meets: int = 0
    _tells: float = -math.inf

    def __call__(self) -> None:
        """All of it; what goes wrong becomes the status, with the reason."""
        self.recipe = self.run.recipe
        self.told = Status("compiling", epochs=self.recipe.epochs, process=os.getpid(), mark=self.mark)
        before = self.run.status()
        self.progress = Progress(epoch=before.epoch, step=before.step)  # what to show until the checkpoint is read
        self.tell("compiling", now=True)
        try:
            self._prepare()
            self._train()
        except StopAskedError:
            self.tell("stopped", "it was asked to", now=True)
        except FloatingPointError as error:
            self.tell("failed", str(error), now=True)
        except Exception as error:
            self.tell("failed", reason(error, self.recipe.batch), now=True)
            with suppress(OSError):  # the disk may have no room for the log either
                traceback.print_exc()
        else:
            self.tell("finished", now=True)

    def _prepare(self) -> None:
        config = self.run.config
        self._warn(config.get("versions", {}))
        model.settle(self.recipe)
        self.placed = place(self.run.placement)
        self.told = self.told._replace(device=model.device())
        images = self._images()
        scale = batches.kept_scale(self.run.folder, images)
        self.batches = batches.Batches.of(images, self.recipe, scale, self.placed.parts)
        self.macs = self.run.architecture.ledger().macs
        self.noted = Noted.of(self.run.folder, images, self.recipe, scale)
        with self.placed.scope():
            self.model = self._model()
        self.progress = Progress()
        self._go_back()
        self.tell("compiling", now=True)
        self._kept = time.monotonic()

    def _images(self) -> data.Images:
        """What it is trained on."""
        return data.named(self.run.config["data"], self.run.architecture.input_shape[0])

    def _model(self) -> Any:
        """What is trained."""
        mirrored = self.placed.strategy is not None
        return model.build(self.run.architecture, self.recipe, self.batches.steps, synchronizes=mirrored)

    def _warn(self, versions: dict[str, str]) -> None:
        """Of versions that are not those that the run was made with: its numbers may then differ."""
        if changed := changed_versions(versions):
            LOG.warning("%s", changed)
            self.told = self.told._replace(warning=changed)

    def _go_back(self) -> None:
        """To the newest checkpoint, if there is one; of several hosts, to that of the first, which alone has any."""
        about: dict[str, Any] = {}
        arrays = [model.array(variable) for variable in model.variables(self.model)]
        if self.placed.host_index == 0 and (found := checkpoint.newest(self.run.folder / "checkpoints")):
            arrays, about, damaged = found
            for words in damaged:
                LOG.warning("%s; the one before it is taken", words)
        if self.placed.hosts > 1:
            arrays, about = hosts.shared(arrays, about)
        if about:
            for variable, array in zip(model.variables(self.model), arrays, strict=True):
                variable.assign(array)
            self.progress = Progress(**about)

    def _train(self) -> None:
        if not (self.progress.epoch or self.progress.step):
            self._note(0)
        try:
            while self.progress.epoch < self.recipe.epochs:
                self._raise_if_stopped()
                self._epoch()
        except StopAskedError:
            self.keep()
            raise

    def _epoch(self) -> None:
        """The rest of an epoch, validation, a row of metrics, a checkpoint."""
        callback = watch(self)
        first = self.progress.step
        if first < self.batches.steps:
            fed = self._fed or self.placed.fed(lambda: self._steps(self.progress.step))
            self._fed = None if isinstance(fed, Iterator) else fed
            how = {"steps_per_epoch": self.batches.steps - first, "shuffle": False, "verbose": 0}
            self.model.fit(fed, **how, callbacks=[callback])
            self._raise_if_stopped()
        row = self._row(callback)
        if len(self.batches.x_held):
            self._must_be_finite("loss on the held-out images", row["val_loss"])
        better = row["val_accuracy"] if not math.isnan(row["val_accuracy"]) else row["accuracy"]
        is_best = better > self.progress.best
        if self.progress.images_per_s:
            rates.remember(self.run.architecture, self.recipe, self.progress.images_per_s, self.run.placement)
        # The checkpoint last: a process that is killed before it does the end of the epoch again, and loses nothing.
        if is_best and self.placed.host_index == 0:
            path = self.run.folder / "checkpoints" / "best.npz"
            checkpoint.write(path, list(map(model.array, self.model.variables)), {"epoch": row["epoch"]})
        self._note(self.progress.epoch + 1)
        metrics.append(self.run.folder / "metrics.csv", row)
        self.progress = Progress(epoch=self.progress.epoch + 1, best=max(better, self.progress.best))
        self._meets = 0
        self.keep()

    def _note(self, epoch: int) -> None:
        """The gates; on one device alone, since several would have to share these few images without rest."""
        if self.placed.parts == 1:
            self.noted.note(self.model, epoch)

    def _steps(self, first: int) -> Iterator[tuple[Any, Any]]:
        """Images and classes of the steps of the epoch under way."""
        return ((x, self._classes(y)) for x, y in self.batches.epoch(self.progress.epoch, first))

    def _classes(self, y: Any) -> Any:
        """Classes as the loss wants them: one-hot rows where labels are smoothed."""
        import numpy as np

        return np.eye(self.model.output_shape[-1], dtype="float32")[y] if self.recipe.label_smoothing else y

    def _row(self, callback: Any) -> dict[str, float]:
        progress = self.progress
        held = {"loss": math.nan, "accuracy": math.nan}
        if len(self.batches.x_held):
            self.tell("validating", now=True)
            x, y = self.placed.own(self.batches.x_held), self._classes(self.placed.own(self.batches.y_held))
            parts = self.placed.parts
            share = max(1, min(batches.HELD, self.recipe.batch) // parts) * parts // self.placed.hosts
            how = {"batch_size": share, "verbose": 0, "return_dict": True, "callbacks": [callback]}
            held = self.model.evaluate(x, y, **how)
            self._raise_if_stopped()
        values = (
            progress.epoch + 1, (progress.epoch + 1) * self.batches.steps, progress.seconds,
            progress.images_per_s or 0.0, float(self.model.optimizer.learning_rate),
            progress.mean_loss or 0.0, progress.mean_accuracy or 0.0, held["loss"], held["accuracy"],
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))

    def made(self, step: int, seconds: float) -> None:
        """So many steps of the epoch are made, the last one in so many seconds."""
        self.progress.step, self._seconds = step, seconds
        if self._compiled:  # the first step of a process is mostly compiling, and tells nothing of the next
            self.progress.timed += self.batches.count(step - 1)
            self.progress.seconds += seconds
        self._compiled = True

    def seen(self, first: Progress, images: int, loss: float, accuracy: float) -> None:
        """The means over so many images, from where an epoch was entered."""
        self.progress.images = first.images + images
        self.progress.loss, self.progress.right = first.loss + loss * images, first.right + accuracy * images
        self._must_be_finite("loss", loss)
        self.tell("training")

    def is_due(self) -> bool:
        """Whether a checkpoint is, within an epoch."""
        return time.monotonic() - self._kept > KEPT_EVERY

    def _must_be_finite(self, name: str, *values: Any) -> None:
        """Raises a FloatingPointError, before anything that is no number is kept."""
        import numpy as np

        if all(np.isfinite(value).all() for value in values):
            return
        kept = any((self.run.folder / "checkpoints").glob("[0-9]*.npz"))
        words = "the last checkpoint is from before" if kept else "there is no checkpoint yet"
        raise FloatingPointError(
            f"the {name} is no number any more at epoch {self.progress.epoch + 1}, step {self.progress.step}; "
            f"{words}: try a lower learning rate"
        )

    def keep(self) -> None:
        """A checkpoint of where it is, if all of it is numbers; of several hosts, the first one's."""
        self._kept = time.monotonic()
        if self.placed.host_index:
            return
        step = self.progress.epoch * self.batches.steps + self.progress.step
        arrays = [model.array(variable) for variable in model.variables(self.model)]
        self._must_be_finite("network", *(array for array in arrays if array.dtype.kind == "f"))
        checkpoint.keep(self.run.folder / "checkpoints", step, arrays, vars(self.progress))

    def tell(self, state: str, reason: str = "", *, now: bool = False) -> None:
        """Write the status, a few times a second at most."""
        start = time.monotonic()
        if not now and start < self._tells:
            return
        progress, rate = self.progress, self.progress.images_per_s
        figures: dict[str, Any] = {"epoch": progress.epoch, "step": progress.step, "memory": memory.peak()}
        if hasattr(self, "batches"):
            steps = self.batches.steps
            left = (self.recipe.epochs - progress.epoch) * steps - progress.step
            figures |= {"steps": steps, "seconds": left * self.recipe.batch / rate if rate else None}
        if rate:
            figures |= {"images_per_s": rate, "macs_per_s": 3 * self.macs * rate}
        figures |= {"loss": progress.mean_loss, "accuracy": progress.mean_accuracy}
        self.told = self.told._replace(state=state, reason=reason, at=time.time(), **figures)
        try:
            self.run.tell(self.told, anyhow=state in ENDED)
        except OSError as error:  # a full disk need not end a training that still has its memory
            LOG.warning("%s", error)
        end = time.monotonic()
        self._tells = end + min(max(TOLD_EVERY, (end - start) / TOLD_SHARE), TOLD_AT_LEAST)

    def wanted(self, *, now: bool = False) -> str:
        """What it is asked to do, as it was a moment ago at most; once it is to stop, nothing else.

        Several hosts do what any of them is asked to; so all of them have to ask, between the same two steps.
        """
        together = self.placed.hosts > 1
        if self._wanted != "stop" and (now or together or time.monotonic() - self._asked > TOLD_EVERY):
            self._asked = time.monotonic()
            try:
                self._wanted = (self.run.folder / "wanted").read_text()
            except FileNotFoundError:
                self._wanted = "run"
            if together:
                self._wanted, seconds = hosts.agreed(self._wanted, self._seconds)
                self._meets = self.progress.step + max(1, int(TOLD_EVERY / max(seconds, 1e-6)))
        return self._wanted

    def meets(self) -> bool:
        """Whether this is the step after which several hosts ask each other what is wanted."""
        return self.progress.step >= self._meets

    def _raise_if_stopped(self) -> None:
        if self.wanted(now=True) == "stop":
            raise StopAskedError


def reason(error: Exception, batch: int) -> str:
    """Why a run failed, in a sentence.

    >>> reason(MemoryError(), 256)
    'out of memory: try a batch of 128 that accumulates 2, a smaller image, or fewer channels'
    """
    words = f"{type(error).__name__}: {error}"
    if isinstance(error, MemoryError) or "ResourceExhausted" in words or "RESOURCE_EXHAUSTED" in words:
        smaller = f"a batch of {batch // 2} that accumulates 2, " if batch > 1 else ""
        return f"out of memory: try {smaller}a smaller image, or fewer channels"
    return words


def train(folder: Path, mark: str) -> None:
    """Train the run in a folder, unless another process does."""
    run = Run(folder)
    try:
        with FileLock(run.folder / "lock", timeout=5):
            for unfinished in run.folder.glob("checkpoints/.*.npz"):  # of a process that was killed while it wrote
                unfinished.unlink(missing_ok=True)
            Worker(run, mark)()
    except Timeout:
        LOG.warning("Another process is training this run; nothing was done.")


def waited() -> Path | None:
    """The folder that comes in a line on the standard input, with Keras loaded meanwhile; where none comes, it ends."""
    heard: list[Path] = []
    listening = threading.Thread(target=_listen, args=(heard,), daemon=True)
    listening.start()
    import keras  # noqa: F401 - which is what takes long

    import senet_lab.training.optimizers  # noqa: F401

    listening.join()
    return heard[0] if heard else None


def _listen(heard: list[Path]) -> None:
    """From the folder on, what is said goes to its log. Not by `sys.stdin`, which Python would wait for at its end."""
    line = b""
    while not line.endswith(b"\n") and (more := os.read(0, 4096)):
        line += more
    if not line.endswith(b"\n"):
        os._exit(0)
    folder = Path(os.fsdecode(line[:-1]))
    said = os.open(folder / log.FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    heard.append(folder)


def main() -> None:
    """What the arguments say."""
    first, *rest = sys.argv[1:]
    mark = rest[0] if first == "--wait" else first
    folder = waited() if first == "--wait" else Path(first)
    if folder:
        train(folder, mark)
        if not Run(folder).placement.hosts:  # several of them take leave of each other
            _leave()


def _leave() -> None:
    """End at once: all is written, and what TensorFlow and Python take down one by one takes seconds."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
