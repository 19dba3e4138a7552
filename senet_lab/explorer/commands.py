"""Implement the buttons of the Explorer's page, as opposed to its controls, which are set to a value."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import flag, one_of, text
from senet_lab.explorer.changes import change_sentence
from senet_lab.explorer.state import FIRST_MESSAGE, State
from senet_lab.export import MODEL_SUFFIXES, SUFFIXES
from senet_lab.nets.network import model_name


def undo(state: State, value: Any) -> State:
    """Go back to the network before the last step; this is not a step itself."""
    if not flag("undo", value) or not state.past:
        return state
    *past, previous = state.past
    moved = change_architecture(state, previous)
    return replace(moved, origin=previous, past=tuple(past), future=(state.architecture, *state.future))


def redo(state: State, value: Any) -> State:
    """Go forward to the network that was last undone."""
    if not flag("redo", value) or not state.future:
        return state
    following, *future = state.future
    moved = change_architecture(state, following)
    return replace(moved, origin=following, past=(*state.past, state.architecture), future=tuple(future))


def reset(state: State, value: Any) -> State:
    """Start over; this can also be undone."""
    if not flag("reset", value):
        return state
    past = replace(state.end_gesture(), architecture=state.initial).end_gesture().past
    first = State(state.initial, state.initial, origin=state.initial, past=past, gesture=state.gesture)
    return replace(first, model=state.model, tab=state.tab if state.model else first.tab)


def pin(state: State, value: Any) -> State:
    """Pin the network as A to compare with, or no network."""
    if not flag("pin", value):
        return replace(state, pinned=None, message="Unpinned A.")
    name = state.architecture.name
    message = f"Pinned {name} as A. Each figure now shows the difference from A."
    return replace(state, pinned=state.architecture, message=message)


def swap(state: State, _: Any) -> State:
    """Swap the network shown and the pinned one."""
    swapped = change_architecture(state, state.pinned or state.architecture)
    message = f"Swapped A and B. You are now changing {swapped.architecture.name}."
    return replace(swapped, pinned=state.architecture, message=message)


def load_token(state: State, value: Any) -> State:
    """Show the network of a token."""
    return change_architecture(state, Architecture.from_token(text("token", value, "senet1")))


def build(state: State, value: Any) -> State:
    """Check a request to build the model; the widget builds it after all moves."""
    flag("build", value)
    return state


def save(state: State, value: Any) -> State:
    """Check a request to save the network, and say where it will be; the widget saves it after all moves."""
    suffix = one_of("save", value, SUFFIXES)
    if suffix in MODEL_SUFFIXES:
        return replace(state, tab="Build")  # which shows the progress
    return replace(state, message=f"Saved {file_name(state, suffix)} to your downloads.")


COMMANDS: dict[str, Callable[[State, Any], State]] = {
    "undo": undo,
    "redo": redo,
    "reset": reset,
    "pin": pin,
    "swap": swap,
    "token": load_token,
    "build": build,
    "save": save,
}


def change_architecture(state: State, architecture: Architecture, anchor: Architecture | None = None) -> State:
    """Return the state with another network, and a sentence about all changes of the current gesture.

    Args:
        anchor: the network whose cost is kept constant; None if there is none.
    """
    changed = replace(state, architecture=architecture, anchor=anchor)
    return changed if architecture == state.architecture else describe(replace(changed, future=()))


def describe(state: State) -> State:
    """Return the state with a sentence about all changes of the current gesture."""
    batches = state.origin_batch, state.batch
    sentence = change_sentence(state.origin or state.architecture, state.architecture, batches)
    return replace(state, message=sentence or FIRST_MESSAGE)


def file_name(state: State, suffix: str) -> str:
    """Return the name of a file to save; each form of the code has a different name."""
    form = f"_{state.form}" if suffix == ".py" else ""
    if state.model is not None:
        return re.sub(r"[^\w.-]+", "_", state.model.name) + suffix
    return f"{model_name(state.architecture.name)}{form}{suffix}"
