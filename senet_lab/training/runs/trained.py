"""Trained: what a run has come to, as a network; a process may be at work on it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.ledger.build_memory import check_build
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.origin import Origin

if TYPE_CHECKING:
    import keras

    from senet_lab.training.runs.run import Run


class Weights(NamedTuple):
    """What a checkpoint holds.

    Attributes:
        epoch: how many are done.
        arrays: the network's first.
        about: all that the checkpoint says of itself.
    """

    epoch: int
    arrays: list[Any]
    about: Mapping[str, Any]


def trained(run: Run) -> tuple[keras.Model, int]:
    """The network of a run with its best weights, or else its newest; and after how many epochs these were kept.

    Raises:
        ValueError: there is no checkpoint yet, or none that can be read; or there is no memory for the network.
        OtherNetworkError: it is of another network than the config of the run describes.
    """
    check_build(run.architecture)
    found = kept_weights(run.folder, at_most=1)
    if not found:
        name, is_damaged = run.folder.name, checkpoint.is_kept(run.folder / "checkpoints")
        raise ValueError(
            f"'{name}' has no checkpoint that can be read: all of them are damaged; put back a copy of one, or "
            "remove 'checkpoints' to train from the start."
            if is_damaged
            else f"'{name}' has no checkpoint yet: its first comes after an epoch, or a minute at most."
        )
    model = run.architecture.build()
    assign(model, found[0], run)
    return model, found[0].epoch


def kept_weights(folder: Path, *, at_most: int) -> list[Weights]:
    """Those of the best checkpoint of a run's folder, and of the newest where it is another, if they can be read.

    A process may be at work and take away what is older, so nothing is renamed, as resuming does with what is damaged.
    """
    folder, found = folder / "checkpoints", list[Weights]()
    for path in (folder / "best.npz", *sorted(folder.glob("[0-9]*.npz"), reverse=True)):
        if len(found) == at_most:
            break
        try:
            arrays, about = checkpoint.read(path)
        except (OSError, ValueError):  # not there, or damaged: the next will do
            continue
        epoch = int(about.get("epoch", 0))
        if all(epoch != other.epoch for other in found):
            found.append(Weights(epoch, arrays, about))
    return found


def assign(model: Any, weights: Weights, run: Run) -> None:
    """Give a model the weights of a checkpoint of its run.

    Raises:
        OtherNetworkError: they are of another network.
    """
    Origin.of(run).must_fit(model.variables, weights.arrays, weights.about)
    for variable, array in zip(model.variables, weights.arrays, strict=False):  # the optimizer's come behind them
        variable.assign(array)
