"""The Trainer's deeds: what its buttons do with the runs of a folder, and what that makes of its state. No widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from senet_lab.checks import NO_VALUE, InvalidValueError, ParameterError
from senet_lab.trainer.courses import DRAWN
from senet_lab.trainer.folder import Seen
from senet_lab.trainer.page import RESUME_ANYWAY, focus_of
from senet_lab.trainer.state import State, like
from senet_lab.training.estimate import FORCE, checked
from senet_lab.training.runs.run import Run
from senet_lab.widgets.refusals import refusal
from senet_lab.widgets.saving import free_name

# What to press where a training seems not to fit; `start(force=True)` in Python.
_FORCING = {"start": "Start anyway", "resume": RESUME_ANYWAY}


def run_of(state: State, seen: Seen, folder: Path) -> Run | None:
    """The run in focus, or None before there is one."""
    record = focus_of(state, seen)
    return Run(folder / record.key) if record else None


def refused(state: State, name: str, value: Any, error: Exception) -> State:
    """The state with what the engine says against a deed, in the words of the page."""
    if isinstance(error, ParameterError) and error.advice == FORCE:
        error.advice = f"or press {_FORCING.get(name, name)}"
    return replace(state, refused={**state.refused, name: refusal(error, value)})


def _start(how: Any, state: State, _: Seen, folder: Path) -> State:
    """Start a training, which then is in focus; "anyway", though it seems not to fit into memory."""
    network, recipe = state.network, state.recipe
    if state.data == "":
        raise InvalidValueError("data", NO_VALUE, "must be a folder of images", advice="say where it is first")
    if not (force := how == "anyway"):
        checked(network, recipe, state.data)  # before there is a folder that nobody wants
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{datetime.now():%Y-%m-%d-%H%M%S}-{network.name.lower().replace(' ', '-')}"
    run = Run.create(network, recipe, state.data, folder=free_name(folder, stem, ""), skip_bad=state.skip_bad)
    run.start(force=force)
    drawn = None if state.drawn is None else (*state.drawn, run.folder.name)[-DRAWN:]
    return replace(state, focus=run.folder.name, drawn=drawn)


def _resume(how: Any, state: State, seen: Seen, folder: Path) -> State:
    """Go on with the run in focus; "anyway", though it seems not to fit into memory."""
    if run := run_of(state, seen, folder):
        if run.is_held():
            run.ask("run")
        else:
            run.start(force=how == "anyway" or bool(run.metrics() or run.status().step))  # what has trained once fits
    return state


def _pause(_: Any, state: State, seen: Seen, folder: Path) -> State:
    if run := run_of(state, seen, folder):
        run.ask("pause")
    return state


def _stop(_: Any, state: State, seen: Seen, folder: Path) -> State:
    if run := run_of(state, seen, folder):
        run.stop()
    return state


def _like(_: Any, state: State, seen: Seen, __: Path) -> State:
    record = focus_of(state, seen)
    return like(state, record) if record else state


DEEDS: dict[str, Callable[[Any, State, Seen, Path], State]] = {
    "start": _start,
    "pause": _pause,
    "resume": _resume,
    "stop": _stop,
    "like": _like,
}
