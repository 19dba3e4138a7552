"""The commands of `senet-lab` and their options.

This module imports nothing that the commands need, so `--help` is quick and works without any extra.
"""

from __future__ import annotations

import argparse
from typing import TypeAlias

import senet_lab
from senet_lab.checks import number
from senet_lab.data.datasets import BUILT_IN
from senet_lab.extras import SWEEPS, TRAINING
from senet_lab.training.devices import DEVICES
from senet_lab.training.recipe import PRECISIONS, RECIPES

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

# Recipe fields with their own flag: the name of the value, and what it means.
RECIPE_FLAGS = {
    "epochs": ("N", "passes over the training images"),
    "batch": ("N", "images per step"),
    "accumulate": ("N", "batches whose gradients make one step, if memory is short"),
    "learning_rate": ("NUMBER", "highest learning rate"),
    "weight_decay": ("NUMBER", "fraction of each weight subtracted per step, times the learning rate"),
    "validation": ("FRACTION", "training images to hold out, from 0 to 0.9"),
    "precision": (
        None,
        "precision of the computation; mixed_bfloat16 is for GPUs and processors with bfloat16, mixed_float16 for "
        "older GPUs; auto times float32 and bfloat16",
    ),
    "seed": ("N", "random seed"),
}
SERVERS = {"lab": "JupyterLab", "app": "Voila"}  # what gets the options that follow `--`


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands.

    Each command sets `do`, the module and function that run it, and the arguments of `extras.require`: `needs`, the
    packages that must be installed, and optionally `otherwise`.
    """
    top = argparse.ArgumentParser(prog="senet-lab", description="Explore and train squeeze-and-excitation networks.")
    top.add_argument("--version", action="version", version=f"senet-lab {senet_lab.__version__}")
    top.set_defaults(otherwise="")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_servers(commands)
    _add_counting(commands)
    _add_training(commands)
    _add_runs(commands)
    _add_saving(commands)
    _add_sweeps(commands)
    _add_classroom(commands)
    kernels = commands.add_parser(
        "kernels", help="register a Jupyter kernel for each backend and device of this machine"
    )
    kernels.add_argument("--prefix", help="environment to register them in (default: for the current user)")
    kernels.add_argument("--remove", action="store_true", help="remove these kernels")
    kernels.set_defaults(do=("kernels", "register"), needs=["ipykernel"])
    return top


def _add_servers(commands: Commands) -> None:
    lab = commands.add_parser("lab", help="open JupyterLab on your copies of the lessons")
    _add_folder(lab, "folder for your copies", SERVERS["lab"])
    lab.add_argument("--teacher", action="store_true", help="copy the lesson plans and the answers, too")
    lab.set_defaults(
        do=("lab", "serve"), needs=["jupyterlab"],
        otherwise='install "senet-lab[all]", since most lessons also need Keras',
    )  # fmt: skip
    app = commands.add_parser("app", help="serve the Explorer as a web page")
    _add_folder(app, "folder for files that visitors save", SERVERS["app"])
    app.add_argument("--kernels", type=number, default=20, metavar="N", help="visitors at the same time (%(default)s)")
    app.add_argument(
        "--memory", type=number, default=2500, metavar="MB",
        help="memory limit per visitor, on Linux only (%(default)s, enough to build and save every preset)",
    )  # fmt: skip
    app.add_argument(
        "--gone", type=number, default=300, metavar="SECONDS", help="how long to keep kernels of closed pages"
    )  # fmt: skip
    app.add_argument(
        "--look",
        type=number,
        default=60,
        metavar="SECONDS",
        help="time between checks for closed pages (%(default)s)",
    )
    app.set_defaults(do=("app", "serve"), needs=["voila"])


def _add_folder(command: argparse.ArgumentParser, use: str, server: str) -> None:
    command.add_argument("folder", nargs="?", default="my_notebooks", metavar="FOLDER", help=f"{use} (%(default)s)")
    command.epilog = f"Options after -- go to {server}: {command.prog} -- --no-browser --port=9999"


def _add_counting(commands: Commands) -> None:
    count = commands.add_parser("count", help="print parameters and multiply-adds of any Keras model")
    count.add_argument("network", metavar="NETWORK", help="a .keras file, a preset such as se_resnet50, or a token")
    count.add_argument("--layers", action="store_true", help="list every layer (default: sums by kind of layer)")
    count.add_argument("--input-shape", metavar="SIDES", help="such as 224x224x3, if the model leaves its size open")
    count.set_defaults(do=("counting", "count"), needs=[])


def _add_training(commands: Commands) -> None:
    train = commands.add_parser("train", help="train a network in a separate process, and show its progress")
    _add_network_and_recipe(train)
    train.add_argument("--skip-bad", action="store_true", help="skip files of the folder that cannot be read")
    train.add_argument("--folder", help="folder for the run (default: a new one in runs/)")
    train.add_argument(
        "--devices",
        default="one",
        help=f"{' or '.join(DEVICES)} of the devices of this machine, which share each batch",
    )
    train.add_argument(
        "--hosts", default="", help="host:port of each machine, separated by commas; the first one coordinates"
    )
    train.add_argument("--host-index", type=number, default=0, help="index of this machine among the hosts, from 0")
    train.set_defaults(do=("training", "train"), needs=[*TRAINING, "rich"])
    resume = commands.add_parser("resume", help="resume a run from its last checkpoint")
    resume.add_argument("run", metavar="RUN", help="folder of the run")
    resume.set_defaults(do=("training", "resume"), needs=[*TRAINING, "rich"])
    for command in (train, resume):
        command.add_argument("--force", action="store_true", help="start even if the run seems not to fit into memory")


def _add_network_and_recipe(command: argparse.ArgumentParser) -> None:
    command.add_argument("--preset", default="cifar_se_resnet20", help="a published network for 32 x 32 pixels")
    command.add_argument("--token", help="an architecture token, instead of a preset")
    command.add_argument("--recipe", default="modern", help=" or ".join(RECIPES))
    names = ", ".join(BUILT_IN)
    command.add_argument("--data", default="sample", help=f"{names}, or a folder with one folder of images per class")
    values = command.add_argument_group("values that override those of the recipe")
    for name, (value, meaning) in RECIPE_FLAGS.items():
        kind = str if name == "precision" else number
        words = f"{meaning}: {', '.join(PRECISIONS)}" if name == "precision" else meaning
        values.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar=value, help=words)


def _add_sweeps(commands: Commands) -> None:
    sweep = commands.add_parser("sweep", help="train a network over values of its parameters and random seeds")
    actions = sweep.add_subparsers(dest="action", required=True, metavar="ACTION")
    start = actions.add_parser("start", help="start a sweep and show its progress")
    start.add_argument(
        "--vary", action="append", required=True, metavar="PARAMETER=VALUES",
        help="such as ratio=none,16,8; cardinality+base_width=1+64,2+40 varies two together; may be repeated",
    )  # fmt: skip
    _add_network_and_recipe(start)
    start.add_argument("--seeds", type=number, default=5, help="number of random seeds for each value (%(default)s)")
    start.add_argument("--threads", type=number, help="processor cores per run (default: those of the machine, shared)")
    start.add_argument("--folder", help="folder for the runs (default: in sweeps/, named after the parameters)")
    resume = actions.add_parser("resume", help="train the runs that are not finished, from their last checkpoints")
    status = actions.add_parser("status", help="print progress, summary and conclusion")
    stop = actions.add_parser("stop", help="stop all runs after the current step; resume continues them")
    for action in (resume, status, stop):
        action.add_argument("folder", metavar="FOLDER", help="folder of the sweep")
    for action in (start, resume):
        action.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler (default: one on this machine)")
        action.add_argument("--force", action="store_true", help="start even if the runs seem not to fit into memory")
    functions = {start: "start", resume: "resume", status: "show_status", stop: "stop"}
    for action, function in functions.items():
        action.set_defaults(do=("sweeps", function), needs=[*SWEEPS, "rich"])


def _add_runs(commands: Commands) -> None:
    stop = commands.add_parser("stop", help="stop a run after the current step; resume continues it")
    stop.add_argument("run", metavar="RUN", help="folder of the run")
    stop.set_defaults(do=("runs", "stop"), needs=TRAINING)
    listing = commands.add_parser("runs", help="list the runs in a folder")
    listing.add_argument("folder", nargs="?", default="runs")
    listing.set_defaults(do=("runs", "show_list"), needs=TRAINING)


def _add_saving(commands: Commands) -> None:
    save = commands.add_parser("save", help="save a network as a model for Keras, ONNX, TFLite or OpenVINO")
    save.add_argument(
        "network", metavar="NETWORK",
        help="folder of a run, for its best weights; or a .keras file, a preset such as se_resnet50, or a token",
    )  # fmt: skip
    save.add_argument("file", metavar="FILE", help="ends in .keras, .onnx, .tflite, or .xml for OpenVINO")
    save.set_defaults(do=("saving", "save"), needs=["keras"])


def _add_classroom(commands: Commands) -> None:
    overview = commands.add_parser("class", help="write an overview of the files that a class handed in")
    overview.add_argument("folder", metavar="FOLDER", help="folder with the files, or .zip; those in it are read, too")
    overview.add_argument("--html", default="class.html", metavar="FILE", help="the page (%(default)s)")
    overview.add_argument(
        "--csv", default="class.csv", metavar="FILE", help="the table for a learning platform (%(default)s)"
    )
    overview.add_argument("--code", help='count only the work with this class code, "" for the standard numbers')
    overview.add_argument("--lessons", default="", metavar="2,3,5", help="count only these lessons (default: all)")
    overview.set_defaults(do=("classroom", "write_overview"), needs=[])
    worksheet = commands.add_parser("worksheet", help="write the exercises of a lesson as a page to print")
    worksheet.add_argument("lesson", metavar="LESSON", help="number or name of the lesson, such as 5")
    worksheet.add_argument("--code", default="", help="class code; without one, the standard numbers")
    worksheet.add_argument("--student", default="", help="a student's name or number, for their own numbers")
    worksheet.add_argument("--answers", action="store_true", help="write the answers instead of the questions")
    worksheet.add_argument("--html", metavar="FILE", help="the page (default: named after lesson and class)")
    worksheet.set_defaults(do=("classroom", "write_worksheet"), needs=[])
