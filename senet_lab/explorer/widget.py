"""Show the Explorer: controls next to the network that they change. TensorFlow is loaded when a model is built."""

from __future__ import annotations

import threading
from dataclasses import fields, replace
from os import PathLike
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import PRESETS
from senet_lab.assets import read_assets
from senet_lab.checks import InvalidTypeError, nearest, quoted
from senet_lab.drawing.network.summary import static_model_page, static_page
from senet_lab.drawing.sheet import style_sheet
from senet_lab.explorer.address import open_address
from senet_lab.explorer.building import Building
from senet_lab.explorer.model import RULE, counterpart, open_model
from senet_lab.explorer.session import Session
from senet_lab.explorer.state import State
from senet_lab.explorer.updates import first_state
from senet_lab.ledger.ledger import Ledger
from senet_lab.widgets.cells import CellPanels, cell, requested_address
from senet_lab.widgets.conversation import Conversation, Request, show_failure

if TYPE_CHECKING:
    import keras


CELLS = CellPanels[tuple[State, Building]]()  # the last state and model of each cell


class Explorer(anywidget.AnyWidget):
    """Change a meta-parameter and see the effect on the network, its parameters and its cost.

    >>> Explorer(Architecture("resnext", 50))
    Explorer(SE-ResNeXt-50 32x4d: 27,543,848 parameters, 4.233 G multiply-adds)

    Re-running a cell restores its state if it passes the same architecture.

    A Keras model, a `Ledger` or the path of a `.keras` file is shown as well: its drawing, layers and shares, and a
    comparison with one of our networks, which can be changed. Nothing is computed; custom layers
    are called on shapes.

    Attributes:
        architecture: the network shown, or the one with which a model is compared; assign to it to change the page.
        pinned: the network to compare with, or None; can be assigned.
        model: the Keras model that was built on the page, or None.
        failure: the last unexpected error, or None; the page also shows it.
        successor: the Explorer that replaced this one when its cell was run again, or None.
    """

    _esm = read_assets("explorer/widget.bundle.js")
    _css = style_sheet() + read_assets("widgets/base.css", "explorer/widget.css")

    # The result of `page.render_page`, for the page. The page sends messages, see `conversation`.
    shown = traitlets.Dict().tag(sync=True)
    architecture = traitlets.Instance(Architecture)
    successor = traitlets.Instance("senet_lab.explorer.widget.Explorer", allow_none=True)
    failure: BaseException | None = None

    def __init__(self, architecture: Any = None) -> None:
        first = _first_state(architecture)
        its_model = (first.model.name, first.model.ledger) if first.model else ()
        self._place = (cell(), first.architecture, *its_model)
        self._session = Session(*(CELLS.recall(self._place) or (first, Building(self._show_build))))
        self._conversation = Conversation(self._act, self._render, self._fail)
        self._sending = threading.RLock()  # the thread of a build sends as well
        self._session.building.on_change = self._show_build
        super().__init__(architecture=self._session.state.architecture)
        self._conversation.open(self, ("shown",))
        CELLS.replace(self._place[0], self)

    def replaced_by(self, explorer: Explorer) -> None:
        """Store the Explorer that replaced this one, for observers of `successor`."""
        self.successor = explorer

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute that exists; a misspelled one would be created and silently ignored."""
        if name == "architecture":
            _check_architecture(value)
        elif not name.startswith("_") and not hasattr(type(self), name):
            raise AttributeError(_unknown_attribute(name, value))
        super().__setattr__(name, value)

    @property
    def model(self) -> keras.Model | None:
        """The Keras model that the page has built, or None."""
        return self._session.building.model

    @property
    def pinned(self) -> Architecture | None:
        """The network to compare with, or None."""
        return self._session.state.pinned

    @pinned.setter
    def pinned(self, architecture: Architecture | None) -> None:
        if not isinstance(architecture, (Architecture, type(None))):
            raise InvalidTypeError("pinned", architecture, "must be an Architecture or None", "Architecture()")
        self._session.state = replace(self._session.state, pinned=architecture)
        self._render()

    def _act(self, request: Request) -> None:
        self._session.act(request)
        self.architecture = self._session.state.architecture

    def _show_build(self) -> None:
        """Show the progress of a build, on its thread; there, an uncaught error would vanish."""
        try:
            self._render()
        except Exception as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._sending:
            show_failure(self, "shown", self._conversation.answered, error)

    @traitlets.observe("architecture")
    def _follow(self, change: Any) -> None:
        """Show the new architecture; if Python set it, clear the sentence about earlier moves."""
        if change.new is not self._session.state.architecture:
            self._session.follow(change.new)
            self._render()

    @traitlets.default("shown")
    def _page(self) -> dict[str, Any]:
        return dict(self._session.page(self._conversation.answered))

    def _render(self) -> None:
        """Send the page, from one thread at a time; if two sent at once, the older page could arrive last.

        Every change is followed by a call of this method, so the last page contains all changes.
        """
        with self._sending:
            session, rendered = self._session, None
            while rendered is not session.state:
                rendered = session.state
                self.shown = self._page()
            CELLS.remember(self._place, (replace(session.state, refused={}), session.building))

    def __repr__(self) -> str:
        model = self._session.state.model
        name, ledger = (model.name, model.ledger) if model else (self.architecture.name, self.architecture.ledger())
        cost = f"{ledger.params:,} parameters, {ledger.macs / 1e9:.3f} G multiply-adds"
        return f"Explorer({name}: {cost})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the current page as HTML for viewers without widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        model = self._session.state.model
        page = static_model_page(model.name, model.ledger) if model else static_page(self.architecture)
        return {**data, "text/html": page, "text/plain": repr(self)}, metadata


def _first_state(thing: Any) -> State:
    """Return the state that shows a network of any kind; None is that of an app's address."""
    if thing is None:
        return open_address(requested_address(), Architecture("resnext", 50))
    is_file = isinstance(thing, str) and thing.lower().endswith(".keras")
    if isinstance(thing, Architecture) or not (
        is_file or hasattr(thing, "layers") or isinstance(thing, (Ledger, PathLike))
    ):
        return first_state(_check_architecture(thing, RULE))
    model = open_model(thing)
    return replace(first_state(counterpart(model)), model=model)


def _check_architecture(value: Any, rule: str = "must be an Architecture") -> Architecture:
    if isinstance(value, Architecture):
        return value
    name = nearest(value, tuple(PRESETS)) if isinstance(value, str) else "se_resnext50_32x4d"
    raise InvalidTypeError("architecture", value, rule, f"Architecture.preset('{name}')")


def _unknown_attribute(name: str, value: Any) -> str:
    if name in {field.name for field in fields(Architecture)}:
        return (
            f"`{name}` is a field of the architecture; "
            f"try explorer.architecture = dataclasses.replace(explorer.architecture, {name}={quoted(value)})."
        )
    return f"An Explorer has no attribute `{name}`; try '{nearest(name, ('architecture', 'pinned'))}'."
