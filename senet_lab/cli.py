"""The command line: `python -m senet_lab train --preset cifar_se_resnet20 --epochs 5`, and what belongs to it."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

from senet_lab.architecture.aliases import current_name
from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import PRESETS
from senet_lab.checks import number, one_of
from senet_lab.data.datasets import TRAINING_IMAGES
from senet_lab.files import DamagedFileError, written_whole
from senet_lab.ledger.build_memory import check_save
from senet_lab.training import kernels
from senet_lab.training.devices import DEVICES, Placement
from senet_lab.training.estimate import check_memory, estimate
from senet_lab.training.recipe import RECIPES, Recipe
from senet_lab.training.runs.config import CONFIG
from senet_lab.training.runs.data_fit import fit_to_data, must_fit
from senet_lab.training.runs.inventory import find_damage, list_runs
from senet_lab.training.runs.run import ACTIVE, ENDED, Run, Status
from senet_lab.training.runs.trained_model import load_trained_model

# Fields of a recipe that have a flag of their own.
RECIPE_FLAGS = ("epochs", "batch", "accumulate", "learning_rate", "weight_decay", "validation", "precision", "seed")


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status; an error is printed in one line."""
    namespace = parser().parse_args(arguments)
    try:
        return int(namespace.do(namespace))
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return 2


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands; each sets `do`, the function that runs it."""
    top = argparse.ArgumentParser(prog="python -m senet_lab", description="Train SE networks, and come back to them.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    train = commands.add_parser("train", help="train a network in a process of its own, and show how far it is")
    train.add_argument("--preset", default="cifar_se_resnet20", help="a published network for 32 x 32 pixels")
    train.add_argument("--token", help="an architecture's token, in place of a preset")
    train.add_argument("--recipe", default="modern", help=" or ".join(RECIPES))
    train.add_argument("--data", default="sample", help='"sample", "cifar10", or a folder with a folder for each class')
    train.add_argument("--skip-bad", action="store_true", help="leave out files of the folder that cannot be read")
    train.add_argument("--folder", help="where the run is kept; else under runs/")
    for name in RECIPE_FLAGS:
        kind = str if isinstance(getattr(RECIPES["original"], name), str) else number
        train.add_argument(f"--{name.replace('_', '-')}", type=kind, help="instead of the recipe's")
    train.add_argument(
        "--devices", default="one", help=f"{' or '.join(DEVICES)} of this machine; each has a share of a batch"
    )
    train.add_argument("--hosts", default="", help="host:port of each machine that takes part; the first one leads")
    train.add_argument("--host-index", type=number, default=0, help="which of the hosts this one is, from 0")
    train.set_defaults(do=_train)
    resume = commands.add_parser("resume", help="go on with a run from its last checkpoint")
    resume.set_defaults(do=lambda arguments: _follow(Run(arguments.run), force=arguments.force))
    for command in (train, resume):
        command.add_argument("--force", action="store_true", help="even if it seems not to fit into memory")
    stop = commands.add_parser("stop", help="stop a run within a step; resume goes on from there")
    stop.set_defaults(do=_stop)
    for command in (resume, stop):
        command.add_argument("run", metavar="RUN", help="its folder")
    listing = commands.add_parser("runs", help="list the runs in a folder")
    listing.add_argument("folder", nargs="?", default="runs")
    listing.set_defaults(do=_list)
    save = commands.add_parser("save", help="a run's network with its best weights, as a model of Keras")
    save.add_argument("run", metavar="RUN", help="its folder")
    save.add_argument("file", metavar="FILE", help="such as network.keras")
    save.set_defaults(do=_save)
    jupyter = commands.add_parser(
        "kernels", help="register a Jupyter kernel for each engine and device of this machine"
    )
    jupyter.add_argument("--prefix", help="of an environment; else for this user")
    jupyter.add_argument("--remove", action="store_true", help="take them away again")
    jupyter.set_defaults(do=_kernels)
    return top


def _train(arguments: argparse.Namespace) -> int:
    recipe = recipe_of(arguments)
    token = arguments.token
    network = Architecture.from_token(token) if token else _preset(arguments.preset, arguments.data)
    architecture = network if arguments.data in TRAINING_IMAGES else fit_to_data(network, arguments.data)
    hosts = [host.strip() for host in arguments.hosts.split(",") if host.strip()]
    placement = Placement.checked(arguments.devices, hosts, arguments.host_index)
    must_fit(architecture, arguments.data)
    if changes := _changes(network, architecture, "token" if token else "preset"):
        sys.stdout.write(f"The network is adapted to the images in '{arguments.data}': {changes}.\n")
    if not arguments.force:
        check_memory(architecture, recipe, arguments.data, placement)  # before a folder is made
    run = Run.create(
        architecture, recipe, arguments.data, folder=arguments.folder, placement=placement, skip_bad=arguments.skip_bad
    )
    return _follow(run, force=arguments.force)


def _changes(before: Architecture, after: Architecture, source: str) -> str:
    """Return in words what the images change in a network from a preset or token; "" if nothing."""
    parts = []
    if after.classes != before.classes or not before.include_top:
        says = before.classes if before.include_top else "no classifier"
        parts.append(f"{after.classes} classes (the {source} says {says})")
    if after.input_shape != before.input_shape:
        sides = ["x".join(map(str, each.input_shape)) for each in (after, before)]
        parts.append(f"{sides[0]} pixels (the {source} says {sides[1]})")
    return ", ".join(parts)


def _preset(name: str, data: str) -> Architecture:
    """Return the preset of that name; where there is none, the error names those for the images.

    Raises:
        ValueError: there is none.
    """
    small = [each for each in PRESETS if Architecture.preset(each).input_shape == (32, 32, 3)]
    choices = small if data in TRAINING_IMAGES else PRESETS
    return Architecture.preset(name if name in PRESETS else one_of("preset", name, choices))


def recipe_of(arguments: argparse.Namespace) -> Recipe:
    """Return the recipe of that name, with the values of its flags.

    Raises:
        ValueError, TypeError: there is none of that name, or it cannot have such a value.
    """
    recipe = RECIPES[one_of("recipe", current_name(arguments.recipe), tuple(RECIPES))]
    changed = {n: value for n in RECIPE_FLAGS if (value := getattr(arguments, n)) is not None}
    epochs = changed.get("epochs", recipe.epochs)
    if isinstance(epochs, int) and epochs > 0:  # a short training warms up for less
        changed["warmup"] = min(recipe.warmup, epochs - 1)
    return replace(recipe, **changed)


def _follow(run: Run, *, force: bool) -> int:
    """Start a run and show its progress; Ctrl+C stops it, with a checkpoint."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    console = Console(markup=False)  # a file may be named like a tag
    console.print(f"{run.architecture.name}, in {run.folder}", soft_wrap=True)
    console.print(estimate(run.architecture, run.recipe, run.config["data"], run.placement).words, soft_wrap=True)
    run.start(force=force)
    bar = Progress(BarColumn(), TextColumn("{task.description}"), console=console)
    with bar:
        task, n_epochs = bar.add_task("waiting", total=1.0), len(run.metrics())
        try:
            for status in run.follow():
                n_epochs = _print_epochs(run, n_epochs, console)
                epochs = status.epoch + status.step / max(1, status.steps)
                bar.update(task, total=max(1, status.epochs), completed=epochs, description=words(status))
        except KeyboardInterrupt:
            run.stop()
            run.wait(60)
    status = run.status()
    if status.warning:
        console.print(f"Mind: {status.warning}", soft_wrap=True)
    _print_epochs(run, n_epochs, console)
    console.print(f"{status.state}{f': {status.reason}' if status.reason else ''}", soft_wrap=True)
    return 0 if status.state == "finished" else 1


def _print_epochs(run: Run, n_printed: int, console: Any) -> int:
    """Print a line for each epoch behind the first `n_printed`; return how many there are now."""
    rows = run.metrics()
    for row in rows[n_printed:]:
        line = f"epoch {row['epoch']:.0f}: loss {row['loss']:.3f}, accuracy {row['accuracy']:.3f}"
        if isfinite(row["val_accuracy"]):
            line += f", held out: loss {row['val_loss']:.3f}, accuracy {row['val_accuracy']:.3f}"
        console.print(line)
    return len(rows)


def words(status: Status) -> str:
    """Return a status as one line.

    >>> words(Status("training", epoch=1, epochs=5, step=10, steps=36, loss=1.5, accuracy=0.4, images_per_s=600))
    'training, epoch 2 of 5, step 10 of 36, loss 1.500, accuracy 0.400, 600 images/s'
    """
    parts = [status.state]
    if status.steps and status.state not in ENDED:
        parts += [f"epoch {status.epoch + 1} of {status.epochs}", f"step {status.step} of {status.steps}"]
    elif status.epochs and status.state in ENDED:
        parts += [f"{status.epoch} of {status.epochs} epochs done"]
    figures: tuple[tuple[Any, str], ...] = (
        (status.loss, "loss {:.3f}"), (status.accuracy, "accuracy {:.3f}"), (status.images_per_s, "{:.0f} images/s"),
        (None if status.state in ENDED else status.seconds, "{:.0f} s left"),
    )  # fmt: skip
    return ", ".join([*parts, *(form.format(value) for value, form in figures if value is not None)])


def _stop(arguments: argparse.Namespace) -> int:
    run = Run(arguments.run)
    if run.status().state in ACTIVE and run.status().at:  # one that was never started has nothing to stop
        run.stop()
        run.wait(60)
    state = run.status().state
    sys.stdout.write(f"{state}\n")
    return 0 if state in ENDED else 1


def _kernels(arguments: argparse.Namespace) -> int:
    if arguments.remove:
        for folder in kernels.remove(arguments.prefix):
            sys.stdout.write(f"removed {folder}\n")
        return 0
    sys.stdout.write("Asking each engine for its devices...\n")
    for kernel, folder in kernels.register(kernels.present(), arguments.prefix):
        sys.stdout.write(f"{kernel.title}: {folder}\n")
    return 0


def _list(arguments: argparse.Namespace) -> int:
    """List the runs, each as far as it can be read, and name what is damaged; returns 1 if anything is."""
    is_damaged = False
    for run in list_runs(arguments.folder):
        errors = find_damage(run)
        is_damaged |= bool(errors)
        try:
            if not any(error.path.name == CONFIG for error in errors):
                sys.stdout.write(f"{_line(run)}\n")
        except OSError as unreadable:  # a folder that may not be read, or is just being deleted
            sys.stderr.write(f"{run.folder.name}: {unreadable}\n")
        for error in errors:
            sys.stderr.write(f"{error}\n")
    return int(is_damaged)


def _line(run: Run) -> str:
    """Return a line with network, progress and accuracy of a run."""
    rows: list[dict[str, float]] = []
    with suppress(DamagedFileError):
        rows = run.metrics()
    best = max((accuracy for row in rows if isfinite(accuracy := row["val_accuracy"])), default=None)
    accuracy_words = f", best held-out accuracy {best:.3f}" if best is not None else ""
    status = run.status()
    reason = f"; {status.reason}" if status.state == "failed" else ""
    return f"{run.folder.name}: {run.architecture.name}, {words(status)}{accuracy_words}{reason}"


def _save(arguments: argparse.Namespace) -> int:
    path = Path(arguments.file)
    one_of("suffix", path.suffix, (".keras",))
    run = Run(arguments.run)
    check_save(run.architecture)
    with written_whole(path) as unfinished:
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        model, epoch = load_trained_model(run)
        model.save(unfinished)
    sys.stdout.write(f"{path}: {run.architecture.name} with the weights of epoch {epoch}\n")
    return 0
