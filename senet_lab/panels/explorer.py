"""The Explorer: controls beside the network that they move. TensorFlow stays on the disk."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from senet_lab.architecture import Architecture
from senet_lab.panels.controls import controls, move_words, moved
from senet_lab.views.page import move_sentence, picture, static_page, style_sheet
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

    asked = traitlets.Dict().tag(sync=True)  # from the page: {"moves": {control: value}, "turn": whose and which}
    shown = traitlets.Dict().tag(sync=True)  # to the page: what `_render` puts together
    architecture = traitlets.Instance(Architecture)

    def __init__(self, architecture: Architecture | None = None) -> None:
        self.failure: Exception | None = None
        self._opened, self._turn, self._said, self._error = 1, "", FIRST_WORDS, ""
        super().__init__(architecture=architecture or Architecture("resnext", 50))

    @traitlets.observe("asked")
    def _answer(self, change: Any) -> None:
        """Make the moves that the page asks for; say why where one cannot be made, and keep what there was."""
        self._turn, self._error = change.new["turn"], ""
        before = after = self.architecture
        try:
            after = self._after(change.new["moves"])
        except (ValueError, TypeError) as error:
            self._error = str(error)
        except Exception as error:  # an error in a callback vanishes unless it is shown (ipywidgets#2612)
            self.failure, self._error = error, traceback.format_exc()
        if after == before:
            self._render()
        else:
            self.architecture = after  # which renders

    def _after(self, moves: dict[str, Any]) -> Architecture:
        """The architecture after the moves; the sentence about them is kept for the page."""
        before = after = self.architecture
        words = []
        for name, value in moves.items():
            if name == "opened":
                self._opened = value
                continue
            words.append(move_words(controls(after), name, value))
            after = moved(after, name, value)
        if after != before:
            self._said = move_sentence(", ".join(words), before.ledger(), after.ledger())
        return after

    @traitlets.observe("architecture")
    def _render(self, _: Any = None) -> None:
        """Put together what the page shows, and send it once."""
        ledger = self.architecture.ledger()
        self.shown = {
            "turn": self._turn,
            "error": self._error,
            "said": self._said,
            "controls": [control._asdict() for control in controls(self.architecture, self._opened)],
            "picture": picture(self.architecture, ledger, self._opened),
            "table": group_table(ledger),
        }

    def __repr__(self) -> str:
        ledger = self.architecture.ledger()
        cost = f"{ledger.params:,} parameters, {ledger.macs / 1e9:.3f} G multiply-adds"
        return f"Explorer({self.architecture.name}: {cost})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; for where it cannot live, the page as it stands."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        page = static_page(self.architecture, self.architecture.ledger())
        return {**data, "text/html": page, "text/plain": repr(self)}, metadata
