"""Commands: what the Trainer's buttons do with the runs of a folder, and the resulting state. No widgets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from senet_lab.checks import NO_VALUE, InvalidValueError, ParameterError
from senet_lab.trainer.page import RESUME_ANYWAY
from senet_lab.trainer.run_names import MAX_DRAWN_RUNS
from senet_lab.trainer.snapshot import Record
from senet_lab.trainer.state import State, copy_settings
from senet_lab.training.estimate import FORCE, check_memory
from senet_lab.training.runs.config import free_folder
from senet_lab.training.runs.run import Run
from senet_lab.widgets.refusals import refusal

ANYWAY = "anyway"  # the value of "start" and "resume" that skips the check of free memory
# The buttons that send it; in Python, `start(force=True)`.
FORCE_BUTTONS = {"start": "Start anyway", "resume": RESUME_ANYWAY}


def start(state: State, folder: Path, *, force: bool = False) -> State:
    """Start a run and focus it; raise ValueError without images, or, unless `force`, if memory is short."""
    network, recipe = state.network, state.recipe
    if state.data == "":
        raise InvalidValueError("data", NO_VALUE, "must be a folder of images", advice="choose one first")
    if not force:
        check_memory(network, recipe, state.data)  # before creating a folder that would not be used
    folder.mkdir(parents=True, exist_ok=True)
    path = free_folder(network.name, folder)
    run = Run.create(network, recipe, state.data, folder=path, skip_bad=state.skip_bad)
    run.start(force=force)
    keys = None if state.picture_keys is None else (*state.picture_keys, run.folder.name)[-MAX_DRAWN_RUNS:]
    return replace(state, focus=run.folder.name, picture_keys=keys)


def resume(run: Run, *, force: bool = False) -> None:
    """Resume a run, or end its pause. A run that has trained before is assumed to fit into memory."""
    if run.is_held():
        run.ask("run")
    else:
        run.start(force=force or bool(run.metrics() or run.status().step))


def command(name: str, value: Any, state: State, record: Record | None, folder: Path) -> State:
    """Apply a command to `record`, the run in focus, and return the resulting state; "like" copies its settings."""
    force = value == ANYWAY
    if name == "start":
        return start(state, folder, force=force)
    if record is None:
        return state
    if name == "like":
        return copy_settings(state, record)
    run = Run(folder / record.key)
    if name == "resume":
        resume(run, force=force)
    else:
        run.ask(name)
    return state


def refuse(state: State, name: str, value: Any, error: Exception) -> State:
    """Return the state with the reason why a command was refused, worded for the page."""
    if isinstance(error, ParameterError) and error.advice == FORCE:
        error.advice = f"or press {FORCE_BUTTONS.get(name, name)}"
    return replace(state, refusals={**state.refusals, name: refusal(error, value)})
