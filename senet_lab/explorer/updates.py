"""Update the state according to a message from the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import flag, one_of, quoted
from senet_lab.explorer.commands import COMMANDS, change_architecture, describe
from senet_lab.explorer.controls import check_batch, field_text
from senet_lab.explorer.messages import TABS
from senet_lab.explorer.moves import COST_PAIR, apply_move
from senet_lab.explorer.reach import can_keep_cost
from senet_lab.explorer.state import State
from senet_lab.export import FORMS
from senet_lab.widgets.labels import parameter_label
from senet_lab.widgets.refusals import refusal


def first_state(architecture: Architecture) -> State:
    """Return the state before anything was moved."""
    return State(architecture, architecture, origin=architecture)


def apply_moves(state: State, moves: dict[str, Any], gesture: str) -> State:
    """Return the state after all possible moves; `refused` has the reasons against the others.

    Args:
        moves: controls with their new values, and commands.
        gesture: the drag, key press or click to which they belong.
    """
    if gesture != state.gesture:
        state = replace(state.end_gesture(), gesture=gesture)
    refused = {}
    for name, value in moves.items():
        try:
            state = _apply_move(state, name, value)
        except (ValueError, TypeError) as error:
            present = field_text(state.architecture, name, state.batch)
            refused[name] = refusal(error, value, present, {"depth": parameter_label("depth", state.architecture)})
    return replace(state, refused=refused)


def _apply_move(state: State, name: str, value: Any) -> State:
    if update := COMMANDS.get(name) or _SETTINGS.get(name):
        return update(state, value)
    if name in _CHOICES or name in _FLAGS:
        setting: Any = one_of(name, value, _CHOICES[name]) if name in _CHOICES else flag(name, value)
        return replace(state, **{name: setting})
    if name in COST_PAIR and state.keep_cost and can_keep_cost(state.architecture):
        anchor = state.anchor or state.architecture
        return change_architecture(state, apply_move(state.architecture, name, value, origin=anchor), anchor)
    return change_architecture(state, apply_move(state.architecture, name, value))


def _set_path(state: State, value: Any) -> State:
    """Set the path of the enlarged part; if there is no such part, the page shows the nearest one."""
    path = value if isinstance(value, str) else quoted(value)
    return replace(state, path=path, left=_part_below(path, state.path))


def _part_below(path: str, before: str) -> str:
    """Return the part directly below a path from which the reader moved up; "" for any other move."""
    steps, previous = (path.split("/") if path else []), before.split("/")
    is_up = len(previous) > len(steps) and previous[: len(steps)] == steps
    return "/".join(previous[: len(steps) + 1]) if is_up else ""


def _set_keep_cost(state: State, keep: Any) -> State:
    return replace(state, keep_cost=flag("keep_cost", keep), anchor=None)


def _set_batch(state: State, batch: Any) -> State:
    changed = replace(state, batch=check_batch(batch))
    return state if changed.batch == state.batch else describe(changed)


# The controls of the view; all others belong to the network.
_CHOICES = {"tab": TABS, "form": FORMS}
_FLAGS = ("source", "details")
_SETTINGS: dict[str, Callable[[State, Any], State]] = {
    "path": _set_path,
    "keep_cost": _set_keep_cost,
    "batch": _set_batch,
}
