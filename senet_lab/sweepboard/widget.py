"""The panel of a sweep: start it, watch its runs, and see what their accuracies show."""

from __future__ import annotations

import contextvars
import os
import threading
import time
import weakref
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from senet_lab.assets import read_assets
from senet_lab.checks import InvalidTypeError, ParameterError
from senet_lab.drawing.sheet import style_sheet
from senet_lab.extras import SWEEPS, require
from senet_lab.sweepboard import page as pages
from senet_lab.sweepboard.messages import COMMANDS, Form
from senet_lab.sweepboard.snapshot import Board
from senet_lab.sweepboard.sources import RecordedSweep, Source
from senet_lab.sweepboard.state import State, after
from senet_lab.sweepboard.training import TrainedSweep
from senet_lab.sweeps.evidence import read_evidence
from senet_lab.sweeps.sweep import Sweep
from senet_lab.training.estimate import FORCE
from senet_lab.widgets.cells import REPLACED, CellPanels, cell
from senet_lab.widgets.conversation import Conversation, Request, show_failure
from senet_lab.widgets.follower import Follower
from senet_lab.widgets.refusals import refusal

if TYPE_CHECKING:
    from senet_lab.gatelens.widget import GateLens

PARTS = ("form", "now", "plots", "squares", "run", "numbers", "lens")  # the traits that the page draws

CELLS = CellPanels[State]()


class SweepBoard(anywidget.AnyWidget):
    """Watch a sweep: start and stop it, see the accuracy of each arm and what can be concluded, and open its runs.

    >>> from senet_lab import Architecture, Sweep
    >>> sweep = Sweep(Architecture.preset("cifar_se_resnet20"), {"ratio": (None, 16)}, seeds=2, folder="sweeps/ratio")
    >>> SweepBoard(sweep)
    SweepBoard(Ratio, SE-ResNet-20, CIFAR-10 sample: 4 runs, 0 finished)

    The runs are in separate processes: closing the panel or restarting the kernel does not end them.

    Args:
        sweep: a sweep, or the folder of one that was started.

    Attributes:
        failure: the last unexpected error, or None. The page shows it as well.
        lens: the GateLens that is open on the page, or None.
    """

    _esm = read_assets("sweepboard/widget.bundle.js")
    _css = style_sheet() + read_assets("widgets/base.css", "sweepboard/widget.css")

    # Sent to the page in parts, so that only what has changed is sent; see `page`. The page sends messages; see
    # `conversation`.
    form = traitlets.Dict().tag(sync=True)
    now = traitlets.Dict().tag(sync=True)
    plots = traitlets.Unicode().tag(sync=True)
    squares = traitlets.Unicode().tag(sync=True)
    run = traitlets.Dict().tag(sync=True)
    numbers = traitlets.Unicode().tag(sync=True)
    lens = anywidget.WidgetTrait().tag(sync=True)

    def __init__(self, sweep: Sweep | str | os.PathLike[str]) -> None:
        require(*SWEEPS, by="the panel of a sweep")
        if not isinstance(sweep, (Sweep, str, os.PathLike)):
            raise InvalidTypeError("sweep", sweep, "must be a Sweep or the folder of one", "'sweeps/ratio'")
        opened = sweep if isinstance(sweep, Sweep) else Sweep.open(sweep)
        self._begin(TrainedSweep(opened), (str(opened.folder), *(arm.label for arm in opened.arms)))

    @classmethod
    def of_evidence(cls, name: str) -> SweepBoard:
        """Show bundled results of a finished sweep, which can be played seed by seed.

        Args:
            name: one of `senet_lab.sweeps.evidence.evidence_names()`.
        """
        board = cls.__new__(cls)
        board._begin(RecordedSweep(read_evidence(name), name), (name,))
        return board

    def _begin(self, source: Source, place: tuple[str, ...]) -> None:
        """Show a source; continue from the state of this cell, if it showed the same place."""
        self.failure: BaseException | None = None
        self._source = source
        self._lock = threading.Lock()  # for reading the folder; never held while sending
        self._sending = threading.RLock()  # without it, two threads could send pages in the wrong order
        self._lens_run = ""
        self._ticked_at = time.monotonic()
        self._place = (cell(), place)
        self._state = CELLS.recall(self._place) or State()
        self._board = source.read(self._state, at_once=True)
        if self._board.cell(self._state.run) is None:  # the sweep has fewer seeds now
            self._state = replace(self._state, run="")
        self._follower = Follower(weakref.WeakMethod(self._tick))
        self._conversation = Conversation(self._act, self._answer, self._fail)
        super().__init__(form=self._form(), **self._parts())
        self._conversation.open(self, PARTS)
        CELLS.replace(self._place[0], self)

    @property
    def sweep(self) -> Sweep | None:
        """The sweep; None for a recording."""
        return self._source.sweep if isinstance(self._source, TrainedSweep) else None

    def close(self) -> None:
        """Close the widget; the sweep continues."""
        if getattr(self, "_follower", None) is not None:
            self._rest()
        super().close()

    def replaced_by(self, _: SweepBoard) -> None:
        """End this panel: its cell was run again."""
        self._rest()

    def _rest(self) -> None:
        """Stop following the sweep, and release the gates."""
        self._follower.end()
        self._swap_gates(None)

    def _act(self, request: Request) -> None:
        """Apply the moves that the page sends, then obey its commands; store the reason if one is refused."""
        if self._follower.is_ended:
            return
        self._follower.context = contextvars.copy_context()  # see Follower
        self._state = after(self._state, request.moves, self._board)
        for name, value in request.moves.items():
            if name in COMMANDS:
                self._obey(name, value)
        self._look()

    def _answer(self) -> None:
        if self._follower.is_ended:
            answered = self._conversation.answered
            self.form = {**self.form, "answered": answered, "error": REPLACED, "reasons": {}}
        else:
            self._show()

    def _fail(self, error: BaseException) -> None:
        with self._sending:
            show_failure(self, "form", self._conversation.answered, error)

    def _obey(self, name: str, value: Any) -> None:
        """Obey one command; if it is refused, the reason is shown at its button."""
        try:
            if name == "hello":  # a page has opened
                self._follower.start()
            elif name == "gates":
                self._open_gates()
            else:
                self._state = self._source.obey(name, value, self._state)
        except (ValueError, TypeError, OSError, RuntimeError, ImportError) as error:
            if isinstance(error, ParameterError) and error.advice == FORCE:
                error.advice = f"or press {pages.ANYWAY}"
            self._state = replace(self._state, refusals={**self._state.refusals, name: refusal(error, value)})

    def _open_gates(self) -> None:
        """Show the GateLens of the selected run, and close that of another run."""
        folder = self._source.run_folder(self._state.run)
        if folder is None or (self.lens is not None and self._lens_run == self._state.run):
            return
        from senet_lab.gatelens.widget import GateLens  # here, since it imports NumPy

        lens = GateLens.of_run(folder)
        lens.observe(self._gates_closed, "comm")
        self._swap_gates(lens)
        self._lens_run = self._state.run
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

    def _tick(self) -> bool:
        """Read the sweep and show changes; return whether it is active."""
        now, before = time.monotonic(), self._ticked_at
        self._ticked_at = now
        try:
            self._state = self._source.after(self._state, now - before)
            if not self._board.summaries:
                self._source.load()  # before the lock is taken, for which messages of the page wait
            self._look(at_once=False)
            self._show()
        except Exception as error:  # in a thread, the error would be lost
            self._fail(error)
        return self._board.is_active or self._state.is_playing

    def _look(self, *, at_once: bool = True) -> None:
        with self._lock:
            self._board = self._source.read(self._state, at_once=at_once)

    def _form(self) -> Form:
        return {**pages.form(self._state, self._board), "answered": self._conversation.answered}

    def _parts(self) -> dict[str, Any]:
        """Return the traits that change during training."""
        state, board = self._state, self._board
        return {
            "now": pages.now(state, board),
            "plots": pages.plots(state, board),
            "squares": pages.squares(state, board),
            "run": pages.run(state, board),
            "numbers": pages.numbers(board),
        }

    def _show(self) -> None:
        """Send the parts that have changed, again if another thread changes them in the meantime."""
        while True:
            with self._sending:
                state, board, form = self._state, self._board, self._form()
                for name, part in {"form": dict(form), **self._parts()}.items():
                    setattr(self, name, part)
                if (state, board, form["answered"]) == (self._state, self._board, self._conversation.answered):
                    break
        CELLS.remember(self._place, replace(state, refusals={}, is_playing=False))

    def __repr__(self) -> str:
        board: Board = self._board
        return f"SweepBoard({board.title}: {len(board.cells)} runs, {board.count('finished')} finished)"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the sweep as static HTML for viewers that show no widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        page = pages.static_page(self._state, self._board, self._source.evidence)
        return {**data, "text/html": page, "text/plain": repr(self)}, metadata
