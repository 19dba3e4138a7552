"""Turn a finished run into a bundled network. `python tools/ship.py RUN NAME [--checkpoint best]`.

By default, the last checkpoint is used, because its choice depends on no image; `best` is the epoch with the highest
accuracy on the held-out images. The weights are rounded to 16 bits before they are evaluated, on the whole test set of
the run's data and on the sample's, so the card states the accuracy of the bundled files.
"""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

import keras
import numpy as np

from senet_lab import Architecture
from senet_lab.cli.arguments import RECIPE_FLAGS
from senet_lab.data import datasets as data
from senet_lab.files import written_whole
from senet_lab.training.batches import prepare_images
from senet_lab.training.recipe import RECIPES
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.run import Run
from senet_lab.weights import pretrained
from senet_lab.weights.pretrained import WEIGHTS, Card


def ship(run: Run, name: str, which: str = "last", folder: Path = WEIGHTS) -> Card:
    """Write weights and card of a run.

    Raises:
        ValueError: the run is not finished, was not trained on CIFAR-10, or its checkpoint cannot be read.
    """
    status, source = run.status(), run.config["data"]
    if source not in ("sample", "cifar10"):
        raise ValueError(f"A network that ships must be trained on 'sample' or 'cifar10', not on {source!r}.")
    if status.state != "finished":
        raise ValueError(f"The run must be finished, not {status.state}; resume it, and ship it then.")
    folder.mkdir(exist_ok=True)
    weights = folder / f"{name}.safetensors"
    model = run.architecture.build(name)
    _assign(model, run, which)
    pretrained.write(model, weights)
    pretrained.assign(model, weights)  # evaluate the weights that will be bundled
    images, sample = data.named(source), data.sample()
    metrics = run.metrics()
    card = Card(
        name=name,
        token=run.architecture.token(),
        recipe=run.recipe.to_dict(),
        data=source,
        checkpoint=which,
        accuracy=_accuracy(model, images.x_test, images.y_test, run),
        images=len(images.y_test),
        sample_accuracy=_accuracy(model, sample.x_test, sample.y_test, run),
        device=status.device,
        seconds=round(sum(row["seconds"] for row in metrics), 1),
        versions=run.config["versions"],
        command=command(run),
        metrics=tuple(metrics),
    )
    with written_whole(folder / f"{name}.json", overwrite=True) as unfinished:
        unfinished.write_text(card.to_json())
    return card


def command(run: Run) -> str:
    """Return the shell command that trains the run again.

    Raises:
        ValueError: its recipe differs from the named recipes in fields without a flag.
    """
    recipe, architecture = run.recipe, run.architecture
    name = next((n for n, one in RECIPES.items() if _differences(recipe, one) <= {*RECIPE_FLAGS, "warmup"}), None)
    if name is None:
        raise ValueError("The recipe must be one of those with names but for what has a flag; train it that way.")
    preset = next((n for n, each in Architecture.presets().items() if each == architecture), None)
    words = ["python", "-m", "senet_lab", "train"]
    words += ["--preset", preset] if preset else ["--token", architecture.token()]
    words += ["--recipe", name, "--data", run.config["data"]]
    for field in RECIPE_FLAGS:
        if field == "seed" or getattr(recipe, field) != getattr(RECIPES[name], field):
            words += [f"--{field.replace('_', '-')}", str(getattr(recipe, field))]
    return shlex.join(words)


def _differences(one: object, other: object) -> set[str]:
    return {name for name, value in vars(one).items() if getattr(other, name) != value}


def _assign(model: keras.Model, run: Run, which: str) -> None:
    """Assign the model's variables, which precede the optimizer's in a checkpoint."""
    folder = run.folder / "checkpoints"
    if which == "best":
        arrays, _ = checkpoint.read(folder / "best.npz")
    else:
        newest = checkpoint.read_newest(folder)
        if newest is None or newest[1]["epoch"] != run.recipe.epochs:
            raise ValueError(f"The last checkpoint of '{run.folder.name}' must be that of its last epoch; resume it.")
        arrays = newest[0]
    for variable, array in zip(model.variables, arrays, strict=False):
        variable.assign(array)


def _accuracy(model: keras.Model, x: np.ndarray, y: np.ndarray, run: Run) -> float:
    starts = range(0, len(x), 250)
    right = [
        model.predict_on_batch(prepare_images(x[s : s + 250], run.recipe)).argmax(-1) == y[s : s + 250] for s in starts
    ]
    return float(np.concatenate(right).mean())


def main() -> None:
    """Write the files of the network and print its accuracy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("name")
    parser.add_argument("--checkpoint", choices=("last", "best"), default="last")
    options = parser.parse_args()
    card = ship(Run(options.run), options.name, options.checkpoint)
    size = (WEIGHTS / f"{card.name}.safetensors").stat().st_size
    print(f"{card.name}: {card.accuracy:.4f} of {card.images:,} test images, {card.sample_accuracy:.4f} of the sample")
    print(f"{size:,} bytes; {card.command}")


if __name__ == "__main__":
    main()
