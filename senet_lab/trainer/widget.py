"""The Trainer: start, watch, stop and resume runs, each of which trains in a separate process."""

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
from senet_lab.checks import InvalidTypeError, instance, path_of
from senet_lab.data.datasets import has_cifar10
from senet_lab.drawing.sheet import style_sheet
from senet_lab.drawing.units import counted
from senet_lab.explorer.widget import Explorer
from senet_lab.extras import TRAINING, MissingExtraError, require
from senet_lab.trainer import page as pages
from senet_lab.trainer.commands import command, refuse
from senet_lab.trainer.devices import default_precision, read_device
from senet_lab.trainer.folder import read_folder
from senet_lab.trainer.messages import COMMANDS, Form
from senet_lab.trainer.saving import saver_for
from senet_lab.trainer.snapshot import DeviceUse, Snapshot
from senet_lab.trainer.state import State, after, follow_explorer, initial_state
from senet_lab.training.estimate import Machine
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.spare_process import warm
from senet_lab.widgets.cells import REPLACED, CellPanels, cell
from senet_lab.widgets.conversation import Conversation, Request, show_failure
from senet_lab.widgets.follower import Follower

if TYPE_CHECKING:
    from senet_lab.gatelens.widget import GateLens

DEVICE_INTERVAL = 1.0  # seconds between readings of the device
PARTS = ("form", "now", "picture", "epochs", "table", "lens")  # the traits that the page draws

CELLS = CellPanels[State]()


class Trainer(anywidget.AnyWidget):
    """Train a network and watch it: start, pause, resume and stop runs, and compare all runs of a folder.

    >>> Trainer()
    Trainer(SE-ResNet-20, modern recipe, 10 epochs, sample)

    It shows all runs of the folder, including those started by another kernel, by a shell, or before a restart.

    Args:
        architecture: the network to train at first; or an Explorer to follow.
        folder: the folder of the runs, created when the first run starts.
        recipe: the recipe at first; None for `modern` with ten epochs.

    Attributes:
        folder: the folder of the runs.
        failure: the last unexpected error, or None. The page shows it as well.
        lens: the GateLens that is open on the page, or None.
    """

    _esm = read_assets("trainer/widget.bundle.js")
    _css = style_sheet() + read_assets("widgets/base.css", "trainer/widget.css")

    # Sent to the page in parts, so that only what has changed is sent; see `page`. The page sends messages; see
    # `conversation`.
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
        require(*TRAINING, by="the Trainer")
        if not isinstance(architecture, (Architecture, Explorer, type(None))):
            rule = "must be an Architecture or an Explorer"
            raise InvalidTypeError("architecture", architecture, rule, "Architecture()")
        if recipe is not None:
            instance("recipe", recipe, Recipe, "RECIPES['original']")
        self.folder = path_of("folder", folder, "'runs'").resolve()
        self.failure: BaseException | None = None
        self._explorer = architecture if isinstance(architecture, Explorer) else None
        self._lock = threading.Lock()  # for the snapshot; never held while sending
        self._sending = threading.RLock()  # without it, two threads could send pages in the wrong order
        self._device: DeviceUse | None = None
        self._device_read_at = 0.0
        self._lens_folder: Path | None = None
        self._saver = saver_for(self.folder)
        self._place = (cell(), self.folder, "explorer" if self._explorer else architecture, recipe)
        network = architecture.architecture if isinstance(architecture, Explorer) else architecture
        self._state = CELLS.recall(self._place) or initial_state(
            network, recipe, follows=self._explorer is not None, precision=default_precision()
        )
        self._snapshot = read_folder(self.folder)
        self._follower = Follower(weakref.WeakMethod(self._tick))
        self._conversation = Conversation(self._act, self._answer, self._fail)
        super().__init__(form=self._form(self._state), **self._parts(self._state, self._snapshot))
        self._conversation.open(self, PARTS)
        if self._explorer is not None:
            self._follow(self._explorer)
        CELLS.replace(self._place[0], self)

    @property
    def architecture(self) -> Architecture:
        """The network that Start would train: the selected one, with the input shape and classes of the data."""
        return self._state.network

    @property
    def run(self) -> Run | None:
        """The run in focus, or None if there is no run yet."""
        record = pages.focus_record(self._state, self._snapshot)
        return Run(self.folder / record.key) if record else None

    def close(self) -> None:
        """Close the widget; runs continue to train."""
        if getattr(self, "_follower", None) is not None:
            self._rest()
        super().close()

    def replaced_by(self, _: Trainer) -> None:
        """End this panel: its cell was run again."""
        self._rest()

    def _rest(self) -> None:
        """Stop following runs and the Explorer, and release the gates."""
        self._follower.end()
        self._follow(None)
        self._swap_gates(None)

    def _follow(self, explorer: Explorer | None) -> None:
        """Follow an Explorer, or none, and the Explorers that replace it when its cell is re-run."""
        if self._explorer not in (None, explorer):
            self._explorer.unobserve(self._explored, "architecture")
            self._explorer.unobserve(self._succeeded, "successor")
        self._explorer = explorer
        if explorer is not None:
            explorer.observe(self._explored, "architecture")
            explorer.observe(self._succeeded, "successor")
            self._explored()

    def _succeeded(self, change: Any) -> None:
        self._follow(change.new)

    def _act(self, request: Request) -> None:
        """Apply the settings that the page sends, then obey its commands; store the reason if one is refused."""
        if self._follower.is_ended:
            return
        self._follower.context = contextvars.copy_context()  # see Follower
        self._saver.forget_failure()
        settings = {name: value for name, value in request.moves.items() if name not in COMMANDS}
        self._state = after(self._state, settings)
        for name, value in request.moves.items():
            if name in COMMANDS:
                self._obey(name, value)
        if self._explorer is not None and self._state.follows:
            self._state = follow_explorer(self._state, self._explorer.architecture)

    def _answer(self) -> None:
        if self._follower.is_ended:
            answered = self._conversation.answered
            self.form = {**self.form, "answered": answered, "error": REPLACED, "reasons": {}}
        else:
            self._render()

    def _fail(self, error: BaseException) -> None:
        with self._sending:
            show_failure(self, "form", self._conversation.answered, error)

    def _obey(self, name: str, value: Any) -> None:
        """Obey one command; if it is refused, the reason is shown at its button."""
        try:
            if name == "hello":  # a page has opened: have a process ready, and follow the runs
                warm()
                self._follower.start()
            elif name == "gates":
                self._open_gates(self.run)
            elif name == "take":
                if run := self.run:
                    self._saver.start(run, value)
            else:
                record = pages.focus_record(self._state, self._snapshot)
                self._state = command(name, value, self._state, record, self.folder)
        except (ValueError, TypeError, OSError, RuntimeError, MissingExtraError) as error:
            self._state = refuse(self._state, name, value, error)
        self._look()

    def _open_gates(self, run: Run | None) -> None:
        """Show the GateLens of a run, and close that of another run."""
        if run is None or (self.lens is not None and self._lens_folder == run.folder):
            return
        from senet_lab.gatelens.widget import GateLens  # here, since it imports NumPy

        lens = GateLens.of_run(run)
        lens.observe(self._gates_closed, "comm")
        self._swap_gates(lens)
        self._lens_folder = run.folder
        if self._follower.is_ended:  # its cell was re-run in the meantime
            self._swap_gates(None)

    def _swap_gates(self, lens: GateLens | None) -> None:
        """Show another lens, or none, before closing the old one, so that the page switches directly."""
        old, self.lens = self.lens, lens
        if old is not None:
            old.close()

    def _gates_closed(self, change: Any) -> None:
        """Forget a lens that was closed elsewhere; state that refers to a widget without comm cannot be sent."""
        if change.new is None and change.owner is self.lens:
            self.lens = None

    def _explored(self, _: Any = None) -> None:
        """Follow a change of the Explorer's network."""
        if self._explorer is not None and self._state.follows:
            refusals = {name: why for name, why in self._state.refusals.items() if name != "network"}  # of its last one
            self._state = follow_explorer(replace(self._state, refusals=refusals), self._explorer.architecture)
            self._render()

    def _tick(self) -> bool:
        """Read the runs and show changes; return whether any run is active."""
        was_active, is_saving = self._snapshot.is_active, False
        try:
            is_saving = self._saver.poll()
            self._look()
            self._read_device()
            if was_active != self._snapshot.is_active:
                self._render()
            else:
                self._show()
        except Exception as error:  # in a thread, the error would be lost
            self._fail(error)
        return self._snapshot.is_active or is_saving

    def _look(self) -> None:
        with self._lock:
            self._snapshot = read_folder(self.folder, self._snapshot)

    def _read_device(self) -> None:
        """Read the device of the run in focus, at most once per `DEVICE_INTERVAL`."""
        record = pages.focus_record(self._state, self._snapshot)
        if record is None or not record.is_active:
            self._device = None
        elif time.monotonic() - self._device_read_at > DEVICE_INTERVAL:
            self._device, self._device_read_at = read_device(record.status), time.monotonic()

    def _form(self, state: State) -> Form:
        has_explorer, machine = self._explorer is not None, Machine.read(state.data)
        form = pages.form(state, self._snapshot, machine, has_explorer=has_explorer, has_cifar10=has_cifar10())
        return {**form, "answered": self._conversation.answered}

    def _parts(self, state: State, snapshot: Snapshot) -> dict[str, Any]:
        """Return the traits that change during training."""
        return {
            "now": pages.now(state, snapshot, self._device, self._saver.result),
            "picture": pages.picture(state, snapshot),
            "epochs": pages.epochs(state, snapshot),
            "table": pages.table(state, snapshot),
        }

    def _render(self) -> None:
        """Send all parts, again if another thread changes the state in the meantime."""
        with self._sending:
            while True:
                state = self._state
                form = self._form(state)
                self.form = dict(form)
                if state is self._state and form["answered"] == self._conversation.answered:
                    break
            self._show()
            CELLS.remember(self._place, replace(state, refusals={}))

    def _show(self) -> None:
        """Send the parts that have changed."""
        while True:
            with self._sending:
                state, snapshot = self._state, self._snapshot
                for name, part in self._parts(state, snapshot).items():
                    setattr(self, name, part)
                if state is self._state and snapshot is self._snapshot:
                    break

    def __repr__(self) -> str:
        state = self._state
        data = state.data or "no data"
        epochs = counted(state.recipe.epochs, "epoch")
        return f"Trainer({state.network.name}, {state.base} recipe, {epochs}, {data})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the current runs as static HTML for viewers that show no widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        page = pages.static_page(self._state, self._snapshot)
        return {**data, "text/html": page, "text/plain": repr(self)}, metadata
