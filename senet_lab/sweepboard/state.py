"""The state of the panel: what the user chose to see, and how moves change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from senet_lab.checks import one_of, whole
from senet_lab.sweepboard.messages import COMMANDS
from senet_lab.sweepboard.snapshot import Board
from senet_lab.widgets.parsing import parse_field
from senet_lab.widgets.refusals import refusal

COSTS = ("params", "macs")


@dataclass(frozen=True)
class State:
    """What is shown of a sweep."""

    reference: int = 0  # the position of the arm that differences refer to
    cost: str = "params"  # one of `COSTS`
    run: str = ""  # the selected run; "" for none
    seeds: int | None = None  # of a recording, how many seeds are shown; None for all
    is_playing: bool = False  # whether a recording plays
    refusals: dict[str, str] = field(default_factory=dict)  # why a move or a command was refused, by its name


def after(state: State, moves: Mapping[str, Any], board: Board) -> State:
    """Return the state with all valid moves applied; `refusals` says why the others were not."""
    refusals = {}
    for name, value in moves.items():
        try:
            one_of("control", name, (*_SETTERS, *COMMANDS))
            if name in _SETTERS:
                state = _SETTERS[name](state, value, board)
        except (ValueError, TypeError) as error:
            refusals[name] = refusal(error, value, str(board.seeds_shown) if name == "seeds" else "")
    return replace(state, refusals=refusals)


def _set_reference(state: State, label: Any, board: Board) -> State:
    labels = [arm.label for arm in board.arms]
    return replace(state, reference=labels.index(one_of("reference", label, labels)))


def _set_cost(state: State, cost: Any, _: Board) -> State:
    return replace(state, cost=one_of("cost", cost, COSTS))


def _set_run(state: State, key: Any, board: Board) -> State:
    """Select a run; selecting it again deselects it."""
    key = one_of("run", key, [cell.key for cell in board.cells])
    return replace(state, run="" if key == state.run else key)


def _set_seeds(state: State, count: Any, board: Board) -> State:
    """Show the first seeds of a recording."""
    count = whole("seeds", parse_field(count) if isinstance(count, str) else count, 1, len(board.seeds))
    return replace(state, seeds=count, is_playing=False)


_SETTERS: Mapping[str, Callable[[State, Any, Board], State]] = {
    "reference": _set_reference,
    "cost": _set_cost,
    "run": _set_run,
    "seeds": _set_seeds,
}
