"""Trained: what a run has come to, as a network; a process may be at work on it meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab.build_memory import check_build
from senet_lab.training import checkpoint

if TYPE_CHECKING:
    import keras

    from senet_lab.training.run import Run

Weights = tuple[int, list[Any]]  # the epochs that are done, and the arrays, the network's first


def trained(run: Run) -> tuple[keras.Model, int]:
    """The network of a run with its best weights, or else its newest; and after how many epochs these were kept.

    Raises:
        ValueError: there is no checkpoint yet, or none that can be read; or there is no memory for the network.
    """
    check_build(run.architecture)
    found = kept_weights(run.folder, at_most=1)
    if not found:
        raise ValueError(
            f"'{run.folder.name}' has no checkpoint yet: its first comes after an epoch, or a minute at most."
        )
    model = run.architecture.build()
    epoch, arrays = found[0]
    assign(model, arrays)
    return model, epoch


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
        if all(epoch != int(about["epoch"]) for epoch, _ in found):
            found.append((int(about["epoch"]), arrays))
    return found


def assign(model: Any, arrays: Sequence[Any]) -> None:
    """The weights of a checkpoint; what the optimizer keeps comes behind them."""
    for variable, array in zip(model.variables, arrays, strict=False):
        variable.assign(array)
