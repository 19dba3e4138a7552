"""Sweeps: the panel of a sweep on a web page, which plays bundled evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from senet_lab.checks import InvalidValueError
from senet_lab.extras import INSTALLATION
from senet_lab.sweepboard import page as pages
from senet_lab.sweepboard.messages import COMMANDS
from senet_lab.sweepboard.sources import RecordedSweep
from senet_lab.sweepboard.state import State, after
from senet_lab.sweeps.evidence import evidence_names, read_evidence
from senet_lab.web.panels import Panel
from senet_lab.widgets.conversation import Request

NEEDS = f"To train a sweep of your own, {INSTALLATION}"


class SweepPanel(Panel):
    """A recorded sweep.

    Args:
        name: of bundled evidence; "" for the first.
        evidence: to show instead, as `senet_lab.sweeps.evidence.evidence_of` returns it.

    Raises:
        ValueError: there is no evidence of that name.
    """

    answering = "form"

    def __init__(self, name: str = "", evidence: Mapping[str, Any] | None = None) -> None:
        self._source = RecordedSweep(evidence or read_evidence(name or _first()))
        self._state = State()
        super().__init__()

    def tick(self, seconds: float) -> Mapping[str, Any]:
        """Let a playing recording go on; return the traits that have changed."""
        self._state = self._source.after(self._state, seconds)
        traits = self._page(self._conversation.answered)
        changes = {name: part for name, part in traits.items() if part != self.traits[name]}
        self.traits = traits
        return changes

    def _act(self, request: Request) -> None:
        self._state = after(self._state, request.moves, self._source.read(self._state))
        for name, value in request.moves.items():
            if name in COMMANDS:
                self._state = self._source.obey(name, value, self._state)

    def _page(self, answered: dict[str, int]) -> Mapping[str, Any]:
        state, board = self._state, replace(self._source.read(self._state), needs=NEEDS)
        return {
            "form": {**pages.form(state, board), "answered": answered},
            "now": pages.now(state, board),
            "plots": pages.plots(state, board),
            "squares": pages.squares(state, board),
            "run": pages.run(state, board),
            "numbers": pages.numbers(board),
            "plays": state.is_playing,
        }


def _first() -> str:
    """Return the name of the first evidence."""
    if not (names := evidence_names()):
        raise InvalidValueError("evidence", "", "must be the name of bundled evidence", advice="there is none")
    return names[0]
