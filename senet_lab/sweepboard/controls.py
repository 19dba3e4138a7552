"""The controls of the panel: the reference, the cost, and of a recording the number of seeds."""

from __future__ import annotations

from collections.abc import Iterator

from senet_lab.sweepboard.snapshot import Board
from senet_lab.sweepboard.state import COSTS, State
from senet_lab.widgets.control import Control
from senet_lab.widgets.messages import ControlMessage

SECTION = "Comparison"
COST_LABELS = ("Parameters", "Multiply-adds")


def control_messages(state: State, board: Board) -> list[ControlMessage]:
    """Return the controls as messages to the page, in its order."""
    return [control.message(str(control.value)) for control in _controls(state, board)]


def _controls(state: State, board: Board) -> Iterator[Control]:
    labels = tuple(arm.label for arm in board.arms)
    hint = "differences are to this one, seed by seed"
    yield Control("reference", "Reference", SECTION, "select", labels, labels, labels[state.reference], hint)
    yield Control("cost", "Cost", SECTION, "choice", COSTS, COST_LABELS, state.cost, "on the second chart")
    if board.recording:
        stops = tuple(range(1, len(board.seeds) + 1))
        hint = "what was known after the first seeds"
        yield Control("seeds", "Seeds", SECTION, "slider", stops, tuple(map(str, stops)), board.seeds_shown, hint)
