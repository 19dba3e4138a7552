"""The Explorer: controls beside the network that they move. TensorFlow stays on the disk until a model is built."""

from __future__ import annotations

import threading
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import PRESETS
from senet_lab.assets import read_assets
from senet_lab.checks import InvalidTypeError, nearest, quoted
from senet_lab.drawing.network.summary import static_page
from senet_lab.drawing.sheet import style_sheet
from senet_lab.explorer.building import Building
from senet_lab.explorer.commands import file_name
from senet_lab.explorer.page import render_page
from senet_lab.explorer.state import FIRST_MESSAGE, State
from senet_lab.explorer.updates import apply_moves, first_state
from senet_lab.export import text_of
from senet_lab.widgets.cells import CellPanels, cell, requested_token
from senet_lab.widgets.conversation import Conversation, Request, show_failure

if TYPE_CHECKING:
    import keras


CELLS = CellPanels[tuple[State, Building]]()  # what a cell showed and built last


class Explorer(anywidget.AnyWidget):
    """Move a meta-parameter and see what becomes of the network, its parameters and its cost.

    >>> Explorer(Architecture("resnext", 50))
    Explorer(SE-ResNeXt-50 32x4d: 27,543,848 parameters, 4.233 G multiply-adds)

    A cell that is run again shows what it showed, as long as it gives the same architecture.

    Attributes:
        architecture: the network shown; set it, and the page follows.
        pinned: the network that it is compared with, or None; set it as well.
        model: the Keras model that the page has built, or None.
        failure: the last error that was no answer to a bad value, or None. The page shows it as well.
        successor: the Explorer that its cell has made since, when it was run again, or None.
    """

    _esm = read_assets("explorer/widget.bundle.js")
    _css = style_sheet() + read_assets("widgets/base.css", "explorer/widget.css")

    # To the page: what `page.render_page` puts together. From the page come messages, see `conversation`.
    shown = traitlets.Dict().tag(sync=True)
    architecture = traitlets.Instance(Architecture)
    successor = traitlets.Instance("senet_lab.explorer.widget.Explorer", allow_none=True)
    failure: BaseException | None = None

    def __init__(self, architecture: Architecture | None = None) -> None:
        first = first_state(Architecture("resnext", 50), requested_token()) if architecture is None else None
        first = first or first_state(_check_architecture(architecture))
        self._place = (cell(), first.architecture)
        self._state, self._building = CELLS.recall(self._place) or (first, Building(self._show_build))
        self._download: dict[str, Any] = {}  # what the view that asked last is to save
        self._conversation = Conversation(self._act, self._render, self._fail)
        self._sending = threading.RLock()  # the thread of a build sends as well
        self._building.on_change = self._show_build
        super().__init__(architecture=self._state.architecture)
        self._conversation.open(self, ("shown",))
        CELLS.replace(self._place[0], self)

    def replaced_by(self, explorer: Explorer) -> None:
        """Name the Explorer that the cell has made since, for those that follow this one."""
        self.successor = explorer

    def __setattr__(self, name: str, value: Any) -> None:
        """Set what there is to set: a slip of the pen would make an attribute that nobody looks at."""
        if name == "architecture":
            _check_architecture(value)
        elif not name.startswith("_") and not hasattr(type(self), name):
            raise AttributeError(_unknown_attribute(name, value))
        super().__setattr__(name, value)

    @property
    def model(self) -> keras.Model | None:
        """The Keras model that the page has built, or None."""
        return self._building.model

    @property
    def pinned(self) -> Architecture | None:
        """The network that the one shown is compared with."""
        return self._state.pinned

    @pinned.setter
    def pinned(self, architecture: Architecture | None) -> None:
        if not isinstance(architecture, (Architecture, type(None))):
            raise InvalidTypeError("pinned", architecture, "must be an Architecture or None", "Architecture()")
        self._state = replace(self._state, pinned=architecture)
        self._render()

    def _act(self, request: Request) -> None:
        """Make the moves that the page asks for; say why where one cannot be made, and keep what there was."""
        self._state = state = apply_moves(self._state, dict(request.moves), request.gesture)
        file = self._build_and_save({name: value for name, value in request.moves.items() if name not in state.refused})
        self._download = {**file, "view": request.view, "number": request.number} if file else {}
        self.architecture = self._state.architecture

    def _show_build(self) -> None:
        """Show how far a build is, on its thread; an error would vanish there."""
        try:
            self._render()
        except Exception as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._sending:
            show_failure(self, "shown", self._conversation.answered, error)

    def _build_and_save(self, moves: dict[str, Any]) -> dict[str, str]:
        """Build and save, where that is asked for; returns what the browser is to save."""
        if moves.get("build"):
            self._building.start(self._state.architecture)
        suffix = moves.get("save")
        if suffix == ".keras":
            self._building.save(Path.cwd())
        elif suffix:
            text = text_of(self._state.architecture, suffix, form=self._state.form)
            return {"name": file_name(self._state, suffix), "text": text}
        return {}

    @traitlets.observe("architecture")
    def _follow(self, change: Any) -> None:
        """Show the new architecture; if Python set it, without what was said about moves before."""
        if change.new is not self._state.architecture:
            self._state = replace(self._state, architecture=change.new, message=FIRST_MESSAGE, refused={}, anchor=None)
            self._render()

    @traitlets.default("shown")
    def _page(self) -> dict[str, Any]:
        answered = self._conversation.answered
        return {"answered": answered, "download": self._download, **render_page(self._state, self._building)}

    def _render(self) -> None:
        """Send the page, from one thread at a time: of two that send at once, the older page could arrive last.

        Whatever changes something renders after that, so the last page has all changes.
        """
        with self._sending:
            rendered = None
            while rendered is not self._state:
                rendered = self._state
                self.shown = self._page()
            CELLS.remember(self._place, (replace(self._state, refused={}), self._building))

    def __repr__(self) -> str:
        ledger = self.architecture.ledger()
        cost = f"{ledger.params:,} parameters, {ledger.macs / 1e9:.3f} G multiply-adds"
        return f"Explorer({self.architecture.name}: {cost})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; for where it cannot live, the page as it stands."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": static_page(self.architecture), "text/plain": repr(self)}, metadata


def _check_architecture(value: Any) -> Architecture:
    if isinstance(value, Architecture):
        return value
    name = nearest(value, tuple(PRESETS)) if isinstance(value, str) else "se_resnext50_32x4d"
    raise InvalidTypeError("architecture", value, "must be an Architecture", f"Architecture.preset('{name}')")


def _unknown_attribute(name: str, value: Any) -> str:
    if name in {field.name for field in fields(Architecture)}:
        return (
            f"`{name}` belongs to the architecture, which is set as a whole; "
            f"try explorer.architecture = dataclasses.replace(explorer.architecture, {name}={quoted(value)})."
        )
    return f"`{name}` is nothing that an Explorer has; try '{nearest(name, ('architecture', 'pinned'))}'."
