"""Trained model: the network of a run with the weights of a checkpoint, even while the run is training."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.extras import require
from senet_lab.ledger.build_memory import check_build
from senet_lab.nets.on_keras.blank import blank_weights
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.training_setup import TrainingSetup

if TYPE_CHECKING:
    import keras

    from senet_lab.training.runs.run import Run


class Weights(NamedTuple):
    """A checkpoint: finished epochs, arrays (first the network's, then the optimizer's), and plain values."""

    epoch: int
    arrays: list[Any]
    about: Mapping[str, Any]


def load_trained_model(run: Run) -> tuple[keras.Model, int]:
    """Return the network of a run with its best weights, or else its newest, and their epoch.

    Raise ValueError if there is no readable checkpoint of this network, or not enough memory.
    """
    require("keras", "psutil", by="loading a network with its weights")
    check_build(run.architecture)
    checkpoints = read_weights(run.folder, max_count=1)
    if not checkpoints:
        reason = "no checkpoint yet; the first is written after one epoch or one minute, whichever comes first"
        if checkpoint.has_checkpoint(run.folder / "checkpoints"):
            reason = (
                "no checkpoint that can be read: all of them are damaged; put back a copy of one, or remove "
                "'checkpoints' to train from the start"
            )
        raise ValueError(f"'{run.folder.name}' has {reason}.")
    with blank_weights():
        model = run.architecture.build()
    assign_weights(model, checkpoints[0], run)
    return model, checkpoints[0].epoch


trained = load_trained_model  # its name in `senet_lab.training.trained`, which `senet_lab.moved` forwards


def read_weights(folder: Path, *, max_count: int) -> list[Weights]:
    """Return the readable weights of a run: of its best checkpoint, and of the newest from a different epoch.

    A process may be writing checkpoints and deleting older ones, so damaged files are not renamed as they are when a
    run is resumed.
    """
    folder, checkpoints = folder / "checkpoints", list[Weights]()
    for path in (folder / "best.npz", *sorted(folder.glob("[0-9]*.npz"), reverse=True)):
        if len(checkpoints) == max_count:
            break
        try:
            arrays, about = checkpoint.read(path)
        except (OSError, ValueError):  # missing or damaged: try the next one
            continue
        epoch = int(about.get("epoch", 0))
        if all(epoch != other.epoch for other in checkpoints):
            checkpoints.append(Weights(epoch, arrays, about))
    return checkpoints


def assign_weights(model: Any, weights: Weights, run: Run) -> None:
    """Assign the weights of a checkpoint to a model; raise OtherNetworkError if they belong to another network."""
    TrainingSetup.of(run).must_fit(model.variables, weights.arrays, weights.about)
    for variable, array in zip(model.variables, weights.arrays, strict=False):  # the optimizer's arrays follow
        variable.assign(array)
