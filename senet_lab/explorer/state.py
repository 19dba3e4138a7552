"""State: all that the Explorer's page depends on, and what a message from the page makes of it. No widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import flag, one_of, quoted, text
from senet_lab.drawing.network.summary import move_sentence
from senet_lab.explorer.controls import checked_batch
from senet_lab.explorer.labels import depth_side_effects, move_words
from senet_lab.explorer.messages import TABS
from senet_lab.explorer.moves import KEPT, moved
from senet_lab.explorer.reach import can_keep_cost
from senet_lab.explorer.refusals import refusal
from senet_lab.export import FORMS, SUFFIXES
from senet_lab.nets.network import model_name

FIRST_WORDS = "Move a control: this line says what the move did."
PATH = "group1/block1"
STEPS = 100  # that can be undone
MANY = 2  # meta-parameters that moved at once are told one by one; of more, the networks' names


@dataclass(frozen=True)
class State:
    """What is shown.

    Attributes:
        architecture: the network; B, where another is pinned.
        pinned: the network to compare with, A.
        tab: one of `TABS`.
        path: the part that is drawn large, see `senet_lab.drawing.network.paths`.
        left: the part below it that was left for it, at which the keyboard goes on.
        source: whether the code of that part is shown under it.
        keep_cost: whether cardinality and base width move together.
        batch: images of a training step.
        details: whether the controls show what a convention settles.
        form: of the code, one of `FORMS`.
        said: the sentence about the last move.
        refused: the moves that could not be made, with the reason.
        gesture, origin, origin_batch: the drag, key or click that is under way, and network and batch where it began.
        past, future: the networks before that, oldest first, and those that were undone, last undone first.
        anchor: the network whose cost is kept: that from before cardinality and base width were moved at its cost.
    """

    architecture: Architecture
    pinned: Architecture | None = None
    tab: str = TABS[0]
    path: str = PATH
    left: str = ""
    source: bool = False
    keep_cost: bool = False
    batch: int = 32
    details: bool = False
    form: str = FORMS[0]
    said: str = FIRST_WORDS
    refused: dict[str, str] = field(default_factory=dict)
    gesture: str = ""
    origin: Architecture | None = None
    origin_batch: int = 32
    anchor: Architecture | None = None
    past: tuple[Architecture, ...] = ()
    future: tuple[Architecture, ...] = ()

    @property
    def can_undo(self) -> bool:
        """Whether there is a network to go back to."""
        return bool(self.past) or self.origin not in (None, self.architecture)


def begun(architecture: Architecture, token: str = "") -> State:
    """What is shown of a network before anything was moved; `token`, if it is one, names another.

    >>> begun(Architecture(), "senet1~ratio=8").architecture.ratio, begun(Architecture(), "senet1~ratio=0").refused
    (8, {'token': 'The network in the address cannot be shown: Ratio (0) must be at least 1; try 1.'})
    """
    state = State(architecture, origin=architecture)
    if not token:
        return state
    named = after(state, {"token": token}, "")
    why = {name: f"The network in the address cannot be shown: {reason}" for name, reason in named.refused.items()}
    return replace(state, refused=why) if why else begun(named.architecture)


def begun_again(state: State, architecture: Architecture) -> State:
    """What is shown once one starts over, which can be undone as well."""
    past = _rested(replace(_rested(state), architecture=architecture)).past
    return replace(begun(architecture), past=past)


def after(state: State, moves: dict[str, Any], gesture: str) -> State:
    """The state after the moves that can be made; why the others cannot is in `refused`."""
    if gesture != state.gesture:
        state = replace(_rested(state), gesture=gesture)
    before, refused = (state.architecture, state.batch), {}
    for name, value in moves.items():
        try:
            state = _moved(state, name, value)
        except (ValueError, TypeError) as error:
            refused[name] = refusal(error, name, value, state.architecture, state.batch)
    if (state.architecture, state.batch) != before:
        state = replace(state, said=_said(state))
    if state.architecture != before[0]:  # what leads back or forward is no step of its own
        stepped = not {"undo", "redo"}.isdisjoint(moves)
        state = replace(state, origin=state.architecture) if stepped else replace(state, future=())
    for name in [each for each in moves if each not in refused]:
        state = replace(state, said=_done(state, name, moves[name]) or state.said)
    return replace(state, refused=refused)


def _rested(state: State) -> State:
    """The state when a gesture is over: what it moved is a step, and the network before it can be gone back to."""
    step = () if state.origin in (None, state.architecture) else (state.origin,)
    past = (*state.past, *step)[-STEPS:]
    return replace(state, past=past, origin=state.architecture, origin_batch=state.batch)


def _undone(state: State) -> dict[str, Any]:
    if not state.past:
        return {}
    *past, last = state.past
    return {"architecture": last, "past": tuple(past), "future": (state.architecture, *state.future), "anchor": None}


def _redone(state: State) -> dict[str, Any]:
    if not state.future:
        return {}
    first, *future = state.future
    return {"architecture": first, "past": (*state.past, state.architecture), "future": tuple(future), "anchor": None}


def _done(state: State, name: str, value: Any) -> str:
    """What was done with the network, other than to move it; nothing for what shows by itself."""
    network = state.architecture.name
    if name == "pin":
        pinned = f"{network} is A now: each figure says how far the network that you move to is from it."
        return pinned if value else "No network is pinned any more."
    if name == "swap":
        return f"A and B have changed places: you move {network} now."
    if name == "save" and value != ".keras":  # of that, its own page tells
        return f"{file_name(state, value)} goes where your browser keeps what it saves."
    return ""


def file_name(state: State, suffix: str) -> str:
    """What a file to save is called; each form of the code has a name of its own."""
    form = f"_{state.form}" if suffix == ".py" else ""
    return f"{model_name(state.architecture.name)}{form}{suffix}"


def _said(state: State) -> str:
    origin = state.origin or state.architecture
    batches = state.origin_batch, state.batch
    told = move_words(origin, state.architecture)
    if told.count(" \u2192 ") > MANY and origin.name != state.architecture.name:
        told = f"{origin.name} \u2192 {state.architecture.name}"
    if others := depth_side_effects(origin, state.architecture):
        told = f"{told} ({others})"
    if state.batch != state.origin_batch:
        told = ", ".join(filter(None, (told, "Batch {} \u2192 {}".format(*batches))))
    return move_sentence(told, origin.ledger(), state.architecture.ledger(), batches) if told else FIRST_WORDS


def _moved(state: State, name: str, value: Any) -> State:
    """One move: of what the page shows and how, or of the network itself."""
    if name in _VIEW:
        return replace(state, **_VIEW[name](state, value))
    if name in KEPT and state.keep_cost and can_keep_cost(state.architecture):
        anchor = state.anchor or state.architecture
        return replace(state, architecture=moved(state.architecture, name, value, origin=anchor), anchor=anchor)
    return replace(state, architecture=moved(state.architecture, name, value), anchor=None)


def _below(path: str, before: str) -> str:
    """The part right below a path by which one comes up to it; nothing for who comes from elsewhere."""
    steps, was = (path.split("/") if path else []), before.split("/")
    return "/".join(was[: len(steps) + 1]) if len(was) > len(steps) and was[: len(steps)] == steps else ""


def _path(state: State, path: str) -> dict[str, Any]:
    """Any path will do: one that leads nowhere leads to the nearest part."""
    return {"path": path, "left": _below(path, state.path)}


def _nothing(_: Any) -> dict[str, Any]:
    return {}


# What moves change, apart from those of the network.
_VIEW: dict[str, Callable[[State, Any], dict[str, Any]]] = {
    "tab": lambda _, value: {"tab": one_of("tab", value, TABS)},
    "form": lambda _, value: {"form": one_of("form", value, FORMS)},
    "path": lambda state, value: _path(state, value if isinstance(value, str) else quoted(value)),
    "source": lambda _, value: {"source": flag("source", value)},
    "keep_cost": lambda _, value: {"keep_cost": flag("keep_cost", value), "anchor": None},
    "details": lambda _, value: {"details": flag("details", value)},
    "batch": lambda _, value: {"batch": checked_batch(value)},
    "pin": lambda state, value: {"pinned": state.architecture if flag("pin", value) else None},
    "swap": lambda state, _: {
        "architecture": state.pinned or state.architecture,
        "pinned": state.architecture,
        "anchor": None,
    },
    "undo": lambda state, value: _undone(state) if flag("undo", value) else {},
    "redo": lambda state, value: _redone(state) if flag("redo", value) else {},
    # What is done with the network, once the moves are made: here it is only judged.
    "build": lambda _, value: _nothing(flag("build", value)),
    "save": lambda _, value: _nothing(one_of("save", value, SUFFIXES)),
    "token": lambda _, value: {"architecture": Architecture.from_token(text("token", value, "senet1")), "anchor": None},
}
