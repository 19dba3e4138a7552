"""The Explorer: controls beside the network that they move. TensorFlow stays on the disk."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from senet_lab.architecture import Architecture
from senet_lab.checks import one_of
from senet_lab.panels.controls import controls, move_words, moved, words
from senet_lab.views.page import heading, move_sentence, picture, static_page, style_sheet
from senet_lab.views.tables import group_table

HERE = Path(__file__).parent
FIRST_WORDS = "Move a control: this line says what the move did."


class Explorer(anywidget.AnyWidget):
    """Move a meta-parameter and see what becomes of the network, its parameters and its cost.

    >>> Explorer(Architecture("resnext", 50))
    Explorer(SE-ResNeXt-50 32x4d: 27,543,848 parameters, 4.233 G multiply-adds)

    Attributes:
        architecture: the network shown; set it, and the page follows.
        failure: the last error that was no answer to a bad value, or None. The page shows it as well.
    """

    _esm = HERE / "explorer.js"
    _css = style_sheet() + (HERE / "explorer.css").read_text()

    # From the page: {"moves": {control: value}, "turn": whose and which, "gesture": the drag that they belong to}.
    asked = traitlets.Dict().tag(sync=True)
    # To the page: what `_render` puts together.
    shown = traitlets.Dict().tag(sync=True)
    architecture = traitlets.Instance(Architecture)

    def __init__(self, architecture: Architecture | None = None) -> None:
        self.failure: Exception | None = None
        self._opened, self._turn, self._said = 1, "", FIRST_WORDS
        self._refused: dict[str, str] = {}
        self._awaited: Architecture | None = None
        self._gesture, self._origin = "", architecture or Architecture("resnext", 50)  # where a drag began
        super().__init__(architecture=self._origin)

    @traitlets.observe("asked")
    def _answer(self, change: Any) -> None:
        """Make the moves that the page asks for; say why where one cannot be made, and keep what there was."""
        self._turn = change.new["turn"]
        try:
            self._awaited, self._refused = self._after(change.new["moves"], change.new["gesture"])
            if self._awaited == self.architecture:
                self._render()
            else:
                self.architecture = self._awaited
        except Exception as error:  # an error in a callback vanishes unless it is shown (ipywidgets#2612)
            self.failure = error
            self.shown = {**self.shown, "turn": self._turn, "error": traceback.format_exc()}

    def _after(self, moves: dict[str, Any], gesture: str) -> tuple[Architecture, dict[str, str]]:
        """The architecture after the moves that can be made, and the reasons against the others."""
        if gesture != self._gesture:
            self._gesture, self._origin = gesture, self.architecture
        after, refused = self.architecture, {}
        for name, value in moves.items():
            try:
                if name == "opened":
                    self._opened = one_of("opened", value, range(1, len(after.plan) + 1))
                else:
                    after = moved(after, name, value)
            except (ValueError, TypeError) as error:
                refused[name] = str(error)
        if after != self.architecture:
            told = move_words(self._origin, after)
            self._said = move_sentence(told, self._origin.ledger(), after.ledger()) if told else FIRST_WORDS
        return after, refused

    @traitlets.observe("architecture")
    def _follow(self, change: Any) -> None:
        """Show the new architecture; if Python set it, without what was said about moves before."""
        if change.new is not self._awaited:
            self._said, self._refused = FIRST_WORDS, {}
        self._render()

    def _render(self) -> None:
        """Put together what the page shows, and send it once."""
        drawn = None
        while drawn is not self.architecture:  # another thread may set it meanwhile
            drawn = self.architecture
            opened = min(self._opened, len(drawn.plan))
            shown = {
                "turn": self._turn,
                "error": "\n".join(self._refused.values()),
                "refused": list(self._refused),
                "said": self._said,
                "controls": [
                    {**control._asdict(), "text": words(control.value)} for control in controls(drawn, opened)
                ],
                "heading": heading(drawn),
                "picture": picture(drawn, f"group{opened}/block1"),
                "table": group_table(drawn.ledger()),
            }
        self.shown = shown

    def __repr__(self) -> str:
        ledger = self.architecture.ledger()
        cost = f"{ledger.params:,} parameters, {ledger.macs / 1e9:.3f} G multiply-adds"
        return f"Explorer({self.architecture.name}: {cost})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; for where it cannot live, the page as it stands."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": static_page(self.architecture), "text/plain": repr(self)}, metadata
