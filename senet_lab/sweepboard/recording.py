"""Recording: bundled evidence of a finished sweep as a board, which fills in seed by seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.data.datasets import data_words
from senet_lab.sweepboard.setup import axis_words, setup_words, varied_words
from senet_lab.sweepboard.snapshot import Board, BoardArm, BoardCell
from senet_lab.sweepboard.state import State
from senet_lab.sweeps.evidence import stage_of
from senet_lab.sweeps.grid import as_tuples, value_words
from senet_lab.training.recipe import Recipe

SECONDS_PER_SEED = 1.5  # while it plays


def recorded_board(evidence: Mapping[str, Any], state: State) -> Board:
    """Return the board of a recording, with the seeds and the reference of a state."""
    seeds = tuple(evidence["seeds"])
    shown = state.seeds or len(seeds)
    summaries, conclusion = stage_of(evidence, state.reference, shown)
    recipe, measured = Recipe.from_dict(evidence["recipe"]), evidence["measured"]
    axes = [(axis["names"], axis["values"]) for axis in evidence["grid"]]
    base = Architecture.from_token(evidence["base"])
    return Board(
        title=evidence["title"],
        setup=setup_words(recipe, len(seeds), data_words(evidence["data"]), evidence["images"]),
        network=base.name,
        axis=axis_words(axes),
        varies=tuple(varied_words(*axis) for axis in axes),
        arms=tuple(_arm(base, arm) for arm in evidence["arms"]),
        seeds=seeds,
        cells=tuple(
            _cell(arm, index, seed, position < shown)
            for position, seed in enumerate(seeds)
            for index, arm in enumerate(evidence["arms"])
        ),
        summaries=tuple(summaries),
        conclusion=conclusion,
        reference=state.reference,
        state="finished",
        seconds=measured["seconds"],
        recording=f"{measured['date']}, {measured['machine']}",
        command=measured["command"],
        seeds_shown=shown,
    )


def _arm(base: Architecture, arm: Mapping[str, Any]) -> BoardArm:
    ratio = arm["values"].get("ratio", base.ratio)
    words = ", ".join(value_words(as_tuples(value)) for value in arm["values"].values())
    return BoardArm(arm["label"], words or arm["label"], arm["params"], arm["macs"], ratio is not None)


def _cell(arm: Mapping[str, Any], index: int, seed: int, is_shown: bool) -> BoardCell:
    key = f"arm-{index}-seed-{seed}"
    if not is_shown:
        return BoardCell(key, index, seed)
    return BoardCell(key, index, seed, "finished", 1.0, arm["accuracies"][str(seed)])


class Player:
    """Plays a recording: one more seed whenever `SECONDS_PER_SEED` have passed."""

    def __init__(self, evidence: Mapping[str, Any]) -> None:
        self._count = len(evidence["seeds"])
        self._passed = 0.0  # seconds since the last seed

    def obey(self, name: str, state: State) -> State:
        """Return the state after a command: "start" plays from the first seed, or on from a pause; "stop" pauses."""
        if name == "stop":
            return replace(state, is_playing=False)
        if name == "start":
            self._passed = 0.0
            shown = state.seeds or self._count
            return replace(state, is_playing=True, seeds=1 if shown == self._count else shown)
        return state

    def after(self, state: State, seconds: float) -> State:
        """Return the state some seconds later."""
        if not state.is_playing:
            return state
        self._passed += seconds
        steps = int(self._passed / SECONDS_PER_SEED)
        self._passed -= steps * SECONDS_PER_SEED
        seeds = min(self._count, (state.seeds or self._count) + steps)
        return replace(state, seeds=seeds, is_playing=seeds < self._count)
