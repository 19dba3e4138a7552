"""Runs: a training in a folder as a source of the GateLens: its checkpoints, and how its gates moved."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from senet_lab import data
from senet_lab.moments import FILE, kept, moment
from senet_lab.panels.lens_sources import Loaded, Source
from senet_lab.training import checkpoint
from senet_lab.training.batches import ready
from senet_lab.training.run import Run


def of_run(run: Run) -> Source:
    """A source for a training: its best weights, or else its newest, on test images of what it was trained on."""
    return Source(run.folder.name, partial(_load_run, run), ledger=run.architecture.ledger)


def _load_run(run: Run) -> Loaded:
    """The network, and the gates at the checkpoints that are kept, or at each epoch where a GateWatch noted them.

    Raises:
        ValueError: there is no checkpoint yet, or none that can be read.
    """
    recipe, architecture = run.recipe, run.architecture
    side = architecture.input_shape[0]
    images = data.named(run.config["data"], side)
    chosen = slice(0, 1000)
    ready_ = ready(images.x_test[chosen], recipe)
    labels = images.y_test[chosen].astype("int64")
    found = _checkpoints(run)
    if not found:
        raise ValueError(f"'{run.folder.name}' has no checkpoint yet: its first comes after an epoch, or a minute.")
    model = architecture.build()
    moments = kept(run.folder / FILE)
    noted = bool(moments)
    if not noted:
        moments.append(moment(model, ready_, labels, 0))
    for epoch, arrays in sorted(found, key=lambda each: each[0]):
        _assign(model, arrays)
        if not noted and epoch:
            moments.append(moment(model, ready_, labels, epoch))
    epoch, arrays = found[0]
    _assign(model, arrays)
    how = "each epoch" if noted else "fresh weights and the checkpoints that it keeps"
    about = f"a run of {recipe.epochs} epochs, its weights after {epoch}; gates of {how}"
    return Loaded(
        model, images.x_test[chosen], ready_, labels, images.classes, partial(ready, recipe=recipe), tuple(moments),
        about,
    )  # fmt: skip


def _checkpoints(run: Run) -> list[tuple[int, list[Any]]]:
    """(epoch, weights) of the best and the newest checkpoint, those of them that can be read; the best first."""
    folder, found = run.folder / "checkpoints", []
    try:
        arrays, about = checkpoint.read(folder / "best.npz")
        found.append((int(about["epoch"]), arrays))
    except ValueError:  # not there, or damaged: the newest will do
        pass
    newest = checkpoint.newest(folder)
    if newest and all(epoch != int(newest[1]["epoch"]) for epoch, _ in found):
        found.append((int(newest[1]["epoch"]), newest[0]))
    return found


def _assign(model: Any, arrays: Sequence[Any]) -> None:
    """The weights of a checkpoint; what the optimizer keeps comes behind them."""
    for variable, array in zip(model.variables, arrays, strict=False):
        variable.assign(array)
