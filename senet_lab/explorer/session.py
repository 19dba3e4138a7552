"""Run one Explorer independently of how its messages travel, so that notebooks and plain web pages share the code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.explorer.building import Building
from senet_lab.explorer.commands import file_name
from senet_lab.explorer.controls import controls
from senet_lab.explorer.messages import Download, Shown
from senet_lab.explorer.own_sweeps import read_own_sweeps
from senet_lab.explorer.page import render_page
from senet_lab.explorer.state import FIRST_MESSAGE, State
from senet_lab.explorer.updates import apply_moves
from senet_lab.export import MODEL_SUFFIXES, layer_csv, text_of
from senet_lab.widgets.cells import is_browser
from senet_lab.widgets.conversation import Request
from senet_lab.widgets.messages import Answered


def _with_sweeps(state: State) -> State:
    """Return the state with the reader's finished sweeps, if the open tab shows them."""
    return replace(state, sweeps=read_own_sweeps()) if state.tab == "Trade-offs" else state


class Session:
    """The state and the model of an Explorer, and the requests that change them.

    Attributes:
        state: the state shown; set it, then send `page`.
        building: the model that was built or is being built.
    """

    def __init__(self, state: State, building: Building) -> None:
        self.state, self.building = _with_sweeps(state), building
        self._download: Download = {}  # the file for the view that last requested one
        self._moved = ""  # the control that was moved last

    def act(self, request: Request) -> None:
        """Carry out the moves of a request; for an impossible move, keep the state and state the reason."""
        self.state = state = _with_sweeps(apply_moves(self.state, dict(request.moves), request.gesture))
        self._moved = next(reversed(list(request.moves)), "")
        file = self._build_and_save({name: value for name, value in request.moves.items() if name not in state.refused})
        self._download = {**file, "view": request.view, "number": request.number} if file else {}

    def _build_and_save(self, moves: dict[str, Any]) -> Download:
        """Build and save on request; return the file that the browser saves."""
        if moves.get("build"):
            self.building.start(self.state.architecture)
        suffix = moves.get("save")
        if suffix in MODEL_SUFFIXES:
            if not is_browser():  # in a browser, the tab says what it takes
                self.building.save(self.state.architecture, Path.cwd(), suffix)
        elif suffix:
            text = self._text(suffix)
            return {"name": file_name(self.state, suffix), "text": text}
        return {}

    def _text(self, suffix: str) -> str:
        """Return the content of a file; of a model, all layers."""
        if self.state.model is not None:
            return layer_csv(self.state.model.ledger)
        return text_of(self.state.architecture, suffix, form=self.state.form)

    def follow(self, architecture: Architecture) -> None:
        """Show a network that was set without a move, and clear the sentence about earlier moves."""
        self.state = replace(self.state, architecture=architecture, message=FIRST_MESSAGE, refused={}, anchor=None)

    def prepare(self, step: int) -> None:
        """Draw in advance the network that is `step` stops further along the control that was moved last.

        The drawings are cached, see `page`. The state does not change; an impossible network is not drawn.
        """
        state = self.state
        panel = controls(state.architecture, keep_cost=state.keep_cost, batch=state.batch, details=state.details)
        stops = next((control.stops for control in panel if control.name == self._moved), ())
        value = next((control.value for control in panel if control.name == self._moved), None)
        place = stops.index(value) + step if value in stops else -1
        if 0 <= place < len(stops):
            render_page(apply_moves(state, {self._moved: stops[place]}, state.gesture), self.building)

    def page(self, answered: Answered) -> Shown:
        """Return the message to the page; `answered` as in `Conversation`."""
        return {"answered": answered, "download": self._download, **render_page(self.state, self.building)}
