"""Runs: a training in a folder as a source of the GateLens: its checkpoints, and how its gates moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from senet_lab import data
from senet_lab.moments import FILE, Moment, kept, moment
from senet_lab.panels.lens_sources import Loaded, Source
from senet_lab.training import checkpoint
from senet_lab.training.batches import kept_scale, ready
from senet_lab.training.noted import in_turn
from senet_lab.training.run import Run

MOST = 1000  # images that are looked at
Checkpoint = tuple[int, list[Any]]  # the epochs that are done, and the weights


def of_run(run: Run, name: str = "") -> Source:
    """A source for a training: its best weights, or else its newest, on test images of what it was trained on.

    Args:
        name: what to call it; "" for that of its folder.
    """
    return Source(name or run.folder.name, partial(_load_run, run), ledger=run.architecture.ledger)


def _load_run(run: Run) -> Loaded:
    """The network with its best weights, on test images of each class in turn, and its gates epoch by epoch.

    Raises:
        ValueError: there is no checkpoint yet, or none that can be read.
    """
    recipe, architecture = run.recipe, run.architecture
    images = data.named(run.config["data"], architecture.input_shape[0])
    chosen = in_turn(images.y_test)[:MOST]
    prepare = partial(ready, recipe=recipe, scale=kept_scale(run.folder, images))
    x, y = prepare(images.x_test[chosen]), images.y_test[chosen].astype("int64")
    moments = tuple(kept(run.folder / FILE))
    found = _checkpoints(run, every=not moments)
    if not found:
        raise ValueError(f"'{run.folder.name}' has no checkpoint yet: its first comes after an epoch, or a minute.")
    model = architecture.build()
    how = "each epoch" if moments else "fresh weights and the checkpoints that it keeps"
    moments = moments or tuple(_moments(model, found, x, y))
    epoch, arrays = found[0]
    _assign(model, arrays)
    about = f"a run of {recipe.epochs} epochs, its weights after {epoch}; gates of {how}"
    return Loaded(model, images.x_test[chosen], x, y, images.classes, prepare, moments, about)


def _moments(model: Any, found: Sequence[Checkpoint], x: Any, y: Any) -> Iterator[Moment]:
    """The gates of fresh weights, and those at each checkpoint."""
    yield moment(model, x, y, 0)
    for epoch, arrays in sorted(found, key=lambda each: each[0]):
        if epoch:
            _assign(model, arrays)
            yield moment(model, x, y, epoch)


def _checkpoints(run: Run, *, every: bool) -> list[Checkpoint]:
    """The best checkpoint, and the newest where it is another: of `every` one, or else the first that can be read.

    A process may be at work and take away what is older, so nothing is renamed, as resuming does with what is damaged.
    """
    folder, found = run.folder / "checkpoints", list[Checkpoint]()
    for path in (folder / "best.npz", *sorted(folder.glob("[0-9]*.npz"), reverse=True)):
        if len(found) == 1 + every:
            break
        try:
            arrays, about = checkpoint.read(path)
        except (OSError, ValueError):  # not there, or damaged: the next will do
            continue
        if all(epoch != int(about["epoch"]) for epoch, _ in found):
            found.append((int(about["epoch"]), arrays))
    return found


def _assign(model: Any, arrays: Sequence[Any]) -> None:
    """The weights of a checkpoint; what the optimizer keeps comes behind them."""
    for variable, array in zip(model.variables, arrays, strict=False):
        variable.assign(array)
