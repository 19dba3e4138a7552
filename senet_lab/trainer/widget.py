"""The Trainer: start a training, watch it, stop it, come back to it. It goes on in a process of its own."""

from __future__ import annotations

import contextvars
import os
import threading
import time
import weakref
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from senet_lab.architecture.architecture import Architecture
from senet_lab.assets import read_assets
from senet_lab.checks import path_of, quoted
from senet_lab.drawing.network.summary import style_sheet
from senet_lab.explorer.widget import Explorer
from senet_lab.trainer import page as pages
from senet_lab.trainer.actions import DEEDS, refused, run_of
from senet_lab.trainer.devices import precision, reading
from senet_lab.trainer.folder import Seen, look
from senet_lab.trainer.results import Reading
from senet_lab.trainer.saving import taking_from
from senet_lab.trainer.state import ACTIONS, State, after, begun, followed
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.warm import warm
from senet_lab.widgets.cells import REPLACED, CellPanels, cell
from senet_lab.widgets.conversation import Conversation, Request, show_failure
from senet_lab.widgets.follower import Follower

if TYPE_CHECKING:
    from senet_lab.gatelens.widget import GateLens

READ_EVERY = 1.0  # seconds between two questions to the device

CELLS = CellPanels[State]()  # what a cell was set to last


class Trainer(anywidget.AnyWidget):
    """Train a network, and watch it: Start, Pause, Resume, Stop, curves, and all runs of a folder side by side.

    >>> Trainer()
    Trainer(SE-ResNet-20, modern recipe, 10 epochs, sample)

    Whatever is trained in the folder is shown, whoever started it: another kernel, a shell, this one before it died.

    Args:
        architecture: what is to be trained at first; or an Explorer, which it then follows.
        folder: of the runs, which is made when the first one is started.
        recipe: to begin with; None for `modern` with ten epochs.

    Attributes:
        folder: of the runs.
        failure: the last error that was no answer to a bad value, or None. The page shows it as well.
        lens: the GateLens that the page has opened of a run, or None.
    """

    _esm = read_assets("widgets/kit.js", "widgets/conversation.js", "widgets/controls.js", "trainer/widget.js")
    _css = style_sheet() + read_assets("widgets/base.css", "trainer/widget.css")

    # To the page, in five parts, so that only what has changed is sent: see `page`. From the page come
    # messages, see `conversation`.
    form = traitlets.Dict().tag(sync=True)
    now = traitlets.Dict().tag(sync=True)
    picture = traitlets.Unicode().tag(sync=True)
    epochs = traitlets.Dict().tag(sync=True)
    table = traitlets.Unicode().tag(sync=True)
    lens = anywidget.WidgetTrait().tag(sync=True)

    def __init__(
        self,
        architecture: Architecture | Explorer | None = None,
        folder: str | os.PathLike[str] = "runs",
        recipe: Recipe | None = None,
    ) -> None:
        if not isinstance(architecture, (Architecture, Explorer, type(None))):
            raise TypeError(
                f"`architecture` must be an Architecture or an Explorer, not {quoted(architecture)}; "
                "try Architecture()."
            )
        if not isinstance(recipe, (Recipe, type(None))):
            raise TypeError(f"`recipe` must be a Recipe, not {quoted(recipe)}; try RECIPES['seed'].")
        self.folder = path_of("folder", folder, "'runs'").resolve()
        self.failure: BaseException | None = None
        self._explorer = architecture if isinstance(architecture, Explorer) else None
        self._lock = threading.Lock()  # of what was seen; never held while something is sent
        self._reading: Reading | None = None
        self._lens_of: Path | None = None
        self._read_at = 0.0
        self._taking = taking_from(self.folder)
        given = "explorer" if isinstance(architecture, Explorer) else architecture
        self._place = (cell(), self.folder, given, recipe)
        self._state = CELLS.recall(self._place) or _first(architecture, recipe)
        self._seen = look(self.folder)
        self._follower = Follower(weakref.WeakMethod(self._tick))
        self._conversation = Conversation(self._act, self._answer, self._fail)
        super().__init__(form=self._form(self._state), **self._parts(self._state, self._seen))
        self._conversation.open(self, ("form", "now", "picture", "epochs", "table", "lens"))
        if self._explorer is not None:
            self._follow(self._explorer)
        CELLS.replace(self._place[0], self)

    @property
    def architecture(self) -> Architecture:
        """The network that Start would train: the chosen one with the input and the classes of the data."""
        return self._state.network

    @property
    def run(self) -> Run | None:
        """The run in focus, or None before there is one."""
        return run_of(self._state, self._seen, self.folder)

    def close(self) -> None:
        """End following, and the widget; what is being trained goes on."""
        if getattr(self, "_follower", None) is not None:
            self._rest()
        super().close()

    def replaced_by(self, _: Trainer) -> None:
        """End this panel: its cell was run again."""
        self._rest()

    def _rest(self) -> None:
        """Stop following runs and the Explorer, and release the gates."""
        self._follower.end()
        self._leave()
        self._swap_gates(None)

    def _follow(self, explorer: Explorer) -> None:
        """Go with an Explorer, and with the one that its cell makes when it is run again."""
        self._explorer = explorer
        explorer.observe(self._explored, "architecture")
        explorer.observe(self._succeeded, "successor")
        self._explored()

    def _leave(self) -> None:
        if self._explorer is not None:
            self._explorer.unobserve(self._explored, "architecture")
            self._explorer.unobserve(self._succeeded, "successor")
            self._explorer = None

    def _succeeded(self, change: Any) -> None:
        self._leave()
        self._follow(change.new)

    def _act(self, request: Request) -> None:
        """Make the moves that the page asks for, and do what it wants done; say why where that cannot be."""
        if self._follower.is_ended:
            return
        self._follower.context = contextvars.copy_context()  # see Follower
        self._taking.forget_failure()
        self._state = after(self._state, dict(request.moves))
        for name, value in request.moves.items():
            if name in ACTIONS:
                self._do(name, value)
        if self._explorer is not None and self._state.follows:
            self._state = followed(self._state, self._explorer.architecture)

    def _answer(self) -> None:
        if self._follower.is_ended:
            answered = self._conversation.answered
            self.form = {**self.form, "answered": answered, "error": REPLACED, "reasons": {}}
        else:
            self._render()

    def _fail(self, error: BaseException) -> None:
        show_failure(self, "form", self._conversation.answered, error)

    def _do(self, name: str, value: Any) -> None:
        """One deed; what cannot be done is said at its button."""
        try:
            if name == "hello":  # a page shows it: have a process warm, and follow the runs
                warm()
                self._follower.start()
            elif name == "gates":
                self._open_gates()
            elif name == "take":
                self._taking.start(self.run)
            else:
                self._state = DEEDS[name](value, self._state, self._seen, self.folder)
        except (ValueError, TypeError, OSError, RuntimeError) as error:
            self._state = refused(self._state, name, value, error)
        self._look()

    def _open_gates(self) -> None:
        """Show the GateLens of the run in focus; that of another run is closed."""
        if (run := self.run) is None or (self.lens is not None and self._lens_of == run.folder):
            return
        from senet_lab.gatelens.widget import GateLens  # and NumPy, which nothing else here needs

        lens = GateLens.of_run(run)
        lens.observe(self._gates_closed, "comm")
        self._swap_gates(lens)
        self._lens_of = run.folder
        if self._follower.is_ended:  # meanwhile its cell was run again
            self._swap_gates(None)

    def _swap_gates(self, lens: GateLens | None) -> None:
        """Another lens, or none, before the old one is closed: so the page is never told of none between two."""
        old, self.lens = self.lens, lens
        if old is not None:
            old.close()

    def _gates_closed(self, change: Any) -> None:
        """Let go of a lens that somebody has closed: without its comm, no state that names it can be sent."""
        if change.new is None and change.owner is self.lens:
            self.lens = None

    def _explored(self, _: Any = None) -> None:
        """The Explorer has moved: so does what Start would train."""
        if self._explorer is not None and self._state.follows:
            refused = {name: why for name, why in self._state.refused.items() if name != "network"}  # of its last one
            self._state = followed(replace(self._state, refused=refused), self._explorer.architecture)
            self._render()

    def _tick(self) -> bool:
        """Look, and show what is new; returns whether anything is at work."""
        before, saving = self._seen.is_going, False
        try:
            saving = self._taking.look()
            self._look()
            self._read()
            if before != self._seen.is_going:
                self._render()
            else:
                self._show()
        except Exception as error:  # nobody would hear of it
            self._fail(error)
        return self._seen.is_going or saving

    def _look(self) -> None:
        with self._lock:
            self._seen = look(self.folder, self._seen)

    def _read(self) -> None:
        """Ask the device now and then."""
        record = pages.focus_of(self._state, self._seen)
        if record is None or not record.is_going:
            self._reading = None
        elif time.monotonic() - self._read_at > READ_EVERY:
            self._reading, self._read_at = reading(record.status), time.monotonic()

    def _form(self, state: State) -> dict[str, Any]:
        form = pages.form(state, self._seen, has_explorer=self._explorer is not None)
        return {"answered": self._conversation.answered, **form}

    def _parts(self, state: State, seen: Seen) -> dict[str, Any]:
        """What changes while something is trained."""
        return {
            "now": pages.now(state, seen, self._reading, self._taking.taken),
            "picture": pages.picture(state, seen),
            "epochs": pages.epochs(state, seen),
            "table": pages.table(state, seen),
        }

    def _render(self) -> None:
        """All parts; other threads may move on meanwhile, and the last word is theirs."""
        drawn, answered = None, None
        while drawn is not (state := self._state) or answered != self._conversation.answered:
            drawn = state
            self.form = form = self._form(state)
            answered = form["answered"]
        self._show()
        CELLS.remember(self._place, replace(drawn, refused={}))

    def _show(self) -> None:
        """Parts that change; one that is as it was is not sent."""
        drawn: tuple[Any, ...] = ()
        while len(drawn) == 0 or any(a is not b for a, b in zip(drawn, (self._state, self._seen), strict=True)):
            drawn = state, seen = self._state, self._seen
            for name, part in self._parts(state, seen).items():
                setattr(self, name, part)

    def __repr__(self) -> str:
        state = self._state
        data = state.data or "no data"
        return f"Trainer({state.network.name}, {state.base} recipe, {state.recipe.epochs} epochs, {data})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; for where it cannot live, the runs as they stand."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": pages.static_page(self._state, self._seen), "text/plain": repr(self)}, metadata


def _first(architecture: Architecture | Explorer | None, recipe: Recipe | None) -> State:
    follows = isinstance(architecture, Explorer)
    return begun(
        architecture.architecture if isinstance(architecture, Explorer) else architecture,
        recipe,
        follows=follows,
        precision=precision(),
    )
