"""`senet-lab sweep`: train a network over values of its parameters and random seeds."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import InvalidValueError, number
from senet_lab.cli.training import preset, recipe_of
from senet_lab.sweeps.status import ENDED
from senet_lab.sweeps.sweep import Sweep
from senet_lab.sweeps.workload import workload

WORDS = {"none": None, "true": True, "false": False}
EXAMPLE = "ratio=none,16,8"


def start(arguments: argparse.Namespace) -> int:
    """Start the sweep that the arguments describe, and show its progress."""
    base = Architecture.from_token(arguments.token) if arguments.token else preset(arguments.preset, arguments.data)
    options = {"recipe": recipe_of(arguments), "data": arguments.data, "threads": arguments.threads}
    grid = dict(map(axis, arguments.vary))
    sweep = Sweep(base, grid, seeds=arguments.seeds, folder=arguments.folder, **options)
    sys.stdout.write(f"{workload(sweep).words}\n")
    return _run(sweep, arguments)


def resume(arguments: argparse.Namespace) -> int:
    """Resume the sweep in a folder, and show its progress."""
    return _run(Sweep.open(arguments.folder), arguments)


def show_status(arguments: argparse.Namespace) -> int:
    """Print the state of a sweep, its summary and its conclusion; return 1 if it failed or a run did."""
    sweep = Sweep.open(arguments.folder)
    status = sweep.status()
    sys.stdout.write(f"{status.words}\n")
    for cell, run in zip(sweep.cells, status.runs, strict=True):
        if run.state == "failed":
            sys.stdout.write(f"{cell.folder.name}: {run.reason}\n")
    sys.stdout.write(f"\n{table(sweep)}\n\n{sweep.conclusion()}\n")
    return int(status.state == "failed" or status.count("failed") > 0)


def stop(arguments: argparse.Namespace) -> int:
    """Stop a sweep and print its state."""
    sweep = Sweep.open(arguments.folder)
    if sweep.status().state not in (*ENDED, "waiting"):
        sweep.stop()
    status = sweep.wait(180)
    sys.stdout.write(f"{status.words}\n")
    return 0 if status.state in (*ENDED, "waiting") else 1


def _run(sweep: Sweep, arguments: argparse.Namespace) -> int:
    """Start or resume a sweep and show its progress; Ctrl+C stops it, with checkpoints."""
    from rich.console import Console

    console = Console(markup=False)
    console.print(f"{len(sweep.cells)} runs, in {sweep.folder}", soft_wrap=True)
    sweep.start(arguments.scheduler, force=arguments.force)
    try:
        with console.status("starting") as line:
            while (status := sweep.wait(1)).state not in ENDED:
                line.update(status.words)
    except KeyboardInterrupt:
        console.print("Stopping; every run writes a checkpoint.")
        sweep.stop()
        status = sweep.wait(180)
    console.print(f"{status.words}\n\n{table(sweep)}\n\n{sweep.conclusion()}", soft_wrap=True)
    return 0 if status.state == "finished" and not status.count("failed") else 1


def table(sweep: Sweep) -> str:
    """Return the summary of a sweep as text, with accuracies in percent."""
    rows = sweep.summary()
    shares = ["mean", "low", "high", "difference", "difference_low", "difference_high"]
    rows[shares] *= 100
    return str(rows.drop(columns="pairs").to_string(index=False, float_format="{:.1f}".format, na_rep="-"))


def axis(text: str) -> tuple[str | tuple[str, ...], list[Any]]:
    """Return parameters and their values, as a grid has them.

    >>> axis("ratio=none,16")
    ('ratio', [None, 16])
    >>> axis("cardinality+base_width=1+64,2+40")
    (('cardinality', 'base_width'), [(1, 64), (2, 40)])

    Raises:
        ValueError: the text has another form.
    """
    names, equals, values = text.partition("=")
    if not (equals and names and values):
        raise InvalidValueError("vary", text, "must have the form PARAMETER=VALUE,VALUE", EXAMPLE)
    rows = [tuple(map(_value, row.split("+"))) for row in values.split(",")]
    several = tuple(names.split("+"))
    return (names, [row[0] for row in rows]) if len(several) == 1 else (several, rows)


def _value(text: str) -> Any:
    return WORDS[text.lower()] if text.lower() in WORDS else number(text)
