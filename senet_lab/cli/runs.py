"""`senet-lab stop` and `runs`: commands for existing runs."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from math import isfinite
from pathlib import Path

from senet_lab.checks import path_of, quoted_path
from senet_lab.cli.progress import words
from senet_lab.files import DamagedFileError
from senet_lab.training.recipe import precision_words
from senet_lab.training.runs.config import CONFIG, must_be_run
from senet_lab.training.runs.inventory import find_damage, list_runs
from senet_lab.training.runs.run import ACTIVE, ENDED, Run


def open_run(folder: str) -> Run:
    """Return the run in a folder; if there is none, the error says how to list the runs."""
    must_be_run(path_of("folder", folder, "'runs/mine'").resolve(), "`senet-lab runs` lists the runs")
    return Run(Path(folder))


def stop(arguments: argparse.Namespace) -> int:
    """Stop a run and print its state."""
    run = open_run(arguments.run)
    if run.status().state in ACTIVE and run.status().at:  # a run that was never started has nothing to stop
        run.stop()
        run.wait(60)
    state = run.status().state
    sys.stdout.write(f"{state}\n")
    return 0 if state in ENDED else 1


def show_list(arguments: argparse.Namespace) -> int:
    """List the readable runs and name damaged files; return 1 if there are any."""
    if not (folder := path_of("folder", arguments.folder, "'runs'")).is_dir():
        raise FileNotFoundError(f"There is no folder {quoted_path(folder)}.")
    is_damaged = False
    for run in list_runs(arguments.folder):
        errors = find_damage(run)
        is_damaged |= bool(errors)
        try:
            if not any(error.path.name == CONFIG for error in errors):
                sys.stdout.write(f"{_line(run)}\n")
        except OSError as unreadable:  # the folder is not readable, or is being deleted
            sys.stderr.write(f"{run.folder.name}: {unreadable}\n")
        for error in errors:
            sys.stderr.write(f"{error}\n")
    return int(is_damaged)


def _line(run: Run) -> str:
    """Return a line with the network, progress and accuracy of a run."""
    rows: list[dict[str, float]] = []
    with suppress(DamagedFileError):
        rows = run.metrics()
    best = max((accuracy for row in rows if isfinite(accuracy := row["val_accuracy"])), default=None)
    accuracy_words = f", best validation accuracy {best:.3f}" if best is not None else ""
    status = run.status()
    reason = f"; {status.reason}" if status.state == "failed" else ""
    precision = "".join(f", {each}" for each in precision_words(run.recipe))
    with suppress(DamagedFileError):
        precision += f" ({choice.precision})" if (choice := run.precision_choice()) else ""
    return f"{run.folder.name}: {run.architecture.name}{precision}, {words(status)}{accuracy_words}{reason}"
