"""Runs as sources of the GateLens: the best weights of a run, and its gates during training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from senet_lab.files import DamagedFileError
from senet_lab.gatelens.sources.source import Loaded, Source
from senet_lab.gates.moments import FILE, Moment, kept, moment
from senet_lab.ledger.build_memory import check_build
from senet_lab.training.runs.images import load_images
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.trained_model import Weights, assign_weights, load_trained_model, read_weights

MAX_IMAGES = 1000


def source_of_run(run: Run, name: str = "") -> Source:
    """Return a source for a run: its best weights, otherwise its newest, with test images of its data.

    Args:
        name: the name of the source; "" for the name of the run's folder.
    """
    network = run.architecture
    load, check = partial(_load_run, run), partial(check_build, network)
    return Source(name or run.folder.name, load, ledger=network.ledger, check=check)


def _load_run(run: Run) -> Loaded:
    """Load the network with its best weights, test images with the classes taking turns, and its gates by epoch.

    Raises:
        ValueError: there is no checkpoint yet, or none that can be read.
    """
    from senet_lab.training.batches import find_scale, prepare_images
    from senet_lab.training.worker.gate_recorder import interleave_classes

    recipe = run.recipe
    images = load_images(run)
    selected = interleave_classes(images.y_test)[:MAX_IMAGES]
    prepare = partial(prepare_images, recipe=recipe, scale=find_scale(run.folder, images))
    x, y = prepare(images.x_test[selected]), images.y_test[selected].astype("int64")
    moments = _recorded_moments(run)
    model, epoch = load_trained_model(run)
    how = "after each epoch" if moments else "before training and at its checkpoints"
    moments = moments or tuple(_moments(run, read_weights(run.folder, max_count=2), x, y))
    about = f"a run of {recipe.epochs} epochs; weights after epoch {epoch}; gates {how}"
    return Loaded(model, images.x_test[selected], x, y, images.classes, prepare, moments, about)


def _recorded_moments(run: Run) -> tuple[Moment, ...]:
    """Return the moments recorded by the run's process; none if the file is damaged, which `RunFolder` reports."""
    try:
        return tuple(kept(run.folder / FILE))
    except DamagedFileError:
        return ()


def _moments(run: Run, checkpoints: Sequence[Weights], x: Any, y: Any) -> Iterator[Moment]:
    """Read the gates with initial weights and with those of each checkpoint."""
    model = run.architecture.build()
    yield moment(model, x, y, 0)
    for weights in sorted(checkpoints, key=lambda each: each.epoch):
        if weights.epoch:
            assign_weights(model, weights, run)
            yield moment(model, x, y, weights.epoch)
