"""What `senet-lab` takes: its commands and their options.

This module loads nothing that a command needs, so `--help` is quick and needs no extra.
"""

from __future__ import annotations

import argparse
from typing import TypeAlias

import senet_lab
from senet_lab.checks import number
from senet_lab.extras import TRAINING
from senet_lab.training.devices import DEVICES
from senet_lab.training.recipe import RECIPES

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

# Fields of a recipe that have a flag of their own.
RECIPE_FLAGS = ("epochs", "batch", "accumulate", "learning_rate", "weight_decay", "validation", "precision", "seed")
SERVERS = ("lab", "app")  # commands that pass on what follows `--`


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands.

    Each command sets `do`, the module and the function that run it, and `needs`, what must be installed, and perhaps
    `otherwise`, as `extras.require` takes them.
    """
    top = argparse.ArgumentParser(
        prog="senet-lab", description="Explore squeeze-and-excitation networks, train them, and come back to them."
    )
    top.add_argument("--version", action="version", version=f"senet-lab {senet_lab.__version__}")
    top.set_defaults(otherwise="")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_servers(commands)
    _add_training(commands)
    _add_runs(commands)
    kernels = commands.add_parser(
        "kernels", help="register a Jupyter kernel for each engine and device of this machine"
    )
    kernels.add_argument("--prefix", help="of an environment; else for this user")
    kernels.add_argument("--remove", action="store_true", help="take them away again")
    kernels.set_defaults(do=("kernels", "register"), needs=["ipykernel"])
    return top


def _add_servers(commands: Commands) -> None:
    lab = commands.add_parser("lab", help="open JupyterLab on your copies of the lessons")
    _add_folder(lab, "where your copies are, or will be", "JupyterLab")
    lab.set_defaults(
        do=("lab", "serve"), needs=["jupyterlab"],
        otherwise='install "senet-lab[all]", since most lessons need Keras as well',
    )  # fmt: skip
    app = commands.add_parser("app", help="serve the Explorer alone, as a web page")
    _add_folder(app, "where files go that visitors save", "Voila")
    app.add_argument("--kernels", type=number, default=20, metavar="N", help="visitors at the same time (%(default)s)")
    app.add_argument(
        "--memory", type=number, default=2500, metavar="MB",
        help="memory that each visitor may use, on Linux (%(default)s, enough to build and save every preset)",
    )  # fmt: skip
    app.add_argument(
        "--gone", type=number, default=300, metavar="SECONDS", help="how long a closed page may come back (%(default)s)"
    )  # fmt: skip
    app.add_argument(
        "--look", type=number, default=60, metavar="SECONDS", help="how often to look for closed pages (%(default)s)"
    )
    app.set_defaults(do=("app", "serve"), needs=["voila"])


def _add_folder(command: argparse.ArgumentParser, use: str, server: str) -> None:
    command.add_argument("folder", nargs="?", default="my_notebooks", metavar="FOLDER", help=f"{use} (%(default)s)")
    command.epilog = f"Options after -- go to {server}: {command.prog} -- --no-browser --port=9999"


def _add_training(commands: Commands) -> None:
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
    train.set_defaults(do=("training", "train"), needs=[*TRAINING, "rich"])
    resume = commands.add_parser("resume", help="go on with a run from its last checkpoint")
    resume.add_argument("run", metavar="RUN", help="its folder")
    resume.set_defaults(do=("training", "resume"), needs=[*TRAINING, "rich"])
    for command in (train, resume):
        command.add_argument("--force", action="store_true", help="even if it seems not to fit into memory")


def _add_runs(commands: Commands) -> None:
    stop = commands.add_parser("stop", help="stop a run within a step; resume goes on from there")
    stop.add_argument("run", metavar="RUN", help="its folder")
    stop.set_defaults(do=("runs", "stop"), needs=TRAINING)
    listing = commands.add_parser("runs", help="list the runs in a folder")
    listing.add_argument("folder", nargs="?", default="runs")
    listing.set_defaults(do=("runs", "show_list"), needs=TRAINING)
    save = commands.add_parser("save", help="a run's network with its best weights, as a model of Keras")
    save.add_argument("run", metavar="RUN", help="its folder")
    save.add_argument("file", metavar="FILE", help="such as network.keras")
    save.set_defaults(do=("runs", "save"), needs=TRAINING)
