"""The GateLens: inspect the gates of a trained network. Keras runs in a thread, so the notebook stays responsive."""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from senet_lab.assets import read_assets
from senet_lab.checks import quoted
from senet_lab.drawing.sheet import style_sheet
from senet_lab.extras import TRAINING, require
from senet_lab.gatelens.image_file import ImageFile, refusal
from senet_lab.gatelens.networks import Networks
from senet_lab.gatelens.page import PARTS, page_of, split_by_trait, still
from senet_lab.gatelens.saving import FigureSaver, save_figure_of
from senet_lab.gatelens.scene import Scene, required_keys
from senet_lab.gatelens.sources.listing import list_sources
from senet_lab.gatelens.sources.run_list import Folder, RunList
from senet_lab.gatelens.sources.runs import source_of_run
from senet_lab.gatelens.sources.source import Source
from senet_lab.gatelens.state import IMAGE, WHAT, State, after, unfold
from senet_lab.gatelens.upload import Uploads
from senet_lab.gatelens.views.classes import gates_sheet
from senet_lab.gatelens.work import Work
from senet_lab.training.runs.run import Run
from senet_lab.widgets.cells import REPLACED, CellPanels, cell
from senet_lab.widgets.conversation import Conversation, Request, show_failure
from senet_lab.widgets.follower import Follower

if TYPE_CHECKING:
    import keras

    from senet_lab.gates.watch import GateWatch


CELLS = CellPanels[None]()


class GateLens(anywidget.AnyWidget):
    """Show a network's squeeze-excite gates by class, depth and image, and the accuracy lost without them.

    Args:
        model: a Keras model with gates; or the name of a bundled network, or of one of timm's, such as
            "timm/seresnet50.ra2_in1k", which is downloaded; None for the first bundled network.
        images: uint8 pictures, or arrays ready for the network; None for the test images of the sample.
        labels: the class number of each image; None if unknown, so that predictions are used instead.
        classes: the names of the classes.
        prepare: converts uint8 pictures to the network's input; None for pixels scaled to [0, 1], or as they are if the
            model's own first layers scale them (`Rescaling`, `Normalization`).
        watch: a `GateWatch` whose record is shown while the network is trained.
        runs: a folder of runs, the newest of which are offered as well; None for none.

    Attributes:
        failure: the last unexpected error, or None. The page shows it as well.

    Raises:
        TypeError: the model is none of these, the images are not numbers, or the labels are not whole numbers.
        ValueError: images, labels and classes do not fit the model or are not finite; the message says which.
        MissingExtraError: Keras or Pillow is not installed.
    """

    _esm = read_assets("gatelens/widget.bundle.js")
    _css = style_sheet() + gates_sheet() + read_assets("widgets/base.css", "gatelens/widget.css")

    # The page receives the result of `page_of`, with large parts as separate traits, so that only changes are sent.
    # It sends messages, see `conversation`.
    shown = traitlets.Dict().tag(sync=True)
    heading = traitlets.Unicode().tag(sync=True)
    strip = traitlets.Unicode().tag(sync=True)
    side = traitlets.Unicode().tag(sync=True)
    body = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        model: keras.Model | str | None = None,
        images: Any = None,
        labels: Any = None,
        classes: Sequence[str] | None = None,
        *,
        prepare: Callable[[Any], Any] | None = None,
        watch: GateWatch | None = None,
        runs: Folder = "runs",
    ) -> None:
        require(*TRAINING, by="the GateLens")
        sources, first = list_sources(model, images, labels, classes, prepare)
        _check_watch(watch)
        if runs is not None and not isinstance(runs, (str, os.PathLike)):
            raise TypeError(f"`runs` must be the folder of the runs, or None for none, not {quoted(runs)}; try 'runs'.")
        agreed = (first,) if isinstance(model, str) else ()
        self._begin(sources, first, RunList(runs), watch, agreed)

    @classmethod
    def of_run(cls, run: Run | str | Path) -> GateLens:
        """Show the gates of a run with its best weights, and how they changed during training.

        Raises:
            TypeError: `run` is neither a run nor a folder.
            FileNotFoundError: the folder is not a run.
        """
        require(*TRAINING, by="the GateLens")
        if not isinstance(run, (Run, str, os.PathLike)):
            raise TypeError(f"`run` must be a Run or its folder, not {quoted(run)}; try GateLens.of_run('runs/...').")
        run = run if isinstance(run, Run) else Run(Path(run))
        source = source_of_run(run)
        lens = cls.__new__(cls)
        lens._begin({source.name: source}, source.name, RunList(None, {source.name: run}))
        return lens

    def _begin(
        self,
        sources: dict[str, Source],
        first: str,
        runs: RunList,
        watch: GateWatch | None = None,
        agreed: tuple[str, ...] = (),
    ) -> None:
        self.failure: BaseException | None = None
        self._file: ImageFile | None = None
        self._moving = threading.Lock()  # a file is taken on another thread than a move
        self._sending = threading.RLock()
        unfolded = () if watch is None else ("Training",)
        self._state = State(network=first, agreed=agreed, unfolded=unfolded)
        self._follower = Follower(weakref.WeakMethod(self._look))
        self._networks = Networks(sources, runs, self._follow, None if watch is None else (first, watch))
        self._uploads, self._figures = Uploads(self._take), FigureSaver(self._follow)
        self._conversation = Conversation(self._act, self._answer, self._fail)
        self._open()
        super().__init__(**split_by_trait(self._page()))
        self._conversation.open(self, (*PARTS, "shown"))
        CELLS.replace(cell(), self)
        self._networks.listen()
        self._networks.try_again(first)  # jobs may have failed for another panel earlier
        self._follow()

    def _open(self) -> None:
        """If the network is a run, follow it; if it is being trained, show how."""
        if folder := self._networks.run_folder(self._state.network):
            self._follower.start()
            if folder.look().progress:
                self._state = unfold(replace(self._state, tab=WHAT), "Training")

    def close(self) -> None:
        """Close the panel, and release the network and all results."""
        if getattr(self, "_follower", None) is not None:  # a panel that was refused has none
            self._end()
        super().close()

    def replaced_by(self, _: GateLens) -> None:
        """End this panel: its cell was run again."""
        self._end()

    def _end(self) -> None:
        """Stop reading, computing and sending; ipywidgets keeps the last state."""
        self._follower.end()
        self._networks.end()
        self._file = None

    @property
    def _work(self) -> Work | None:
        """The work on the network that is shown."""
        return self._networks.work(self._state.network)

    @property
    def scene(self) -> Scene:
        """The scene that the page is drawn from."""
        networks, name = self._networks, self._state.network
        moments, status = networks.moments(name), self._figures.status
        return Scene(self._state, self._work, networks.names, self._file, moments, status, networks.run(name))

    def _act(self, request: Request) -> None:
        """Apply the moves that the page requests."""
        if self._follower.is_ended:
            return
        self._follower.context = contextvars.copy_context()  # see Follower
        moves = dict(request.moves)
        if "upload" in moves:
            self._uploads.receive(moves.pop("upload"), request.buffers)
        with self._moving:
            if moves.pop("runs", False):  # the list is about to be opened: nothing is selected yet
                self._networks.offer_runs()
            if moves:
                self._move(moves)

    def _answer(self) -> None:
        if self._follower.is_ended:
            with self._sending:
                changes = {"answered": self._conversation.answered, "error": REPLACED, "busy": ""}
                self.shown = {**self.shown, **changes}
        else:
            self._render()

    def _move(self, moves: dict[str, Any]) -> None:
        network = self._state.network
        self._state, commands = after(self._state, moves, self.scene.offer)
        if self._state.network != network:
            self._open()
        if commands.read_again:
            self._networks.read_again(self._state.network)
        elif not self._state.refused:
            self._networks.try_again(self._state.network)
        self._figures.forget_failure()
        if commands.suffix and self.scene.reading:
            self._figures.start(partial(save_figure_of, self.scene, commands.suffix))
        self._aim()

    def _take(self, file: ImageFile) -> None:
        """Send a file through the network; if the file is refused, only the reason is shown.

        Runs in a separate thread, since decoding a large file takes seconds.
        """
        loaded = self._work.loaded if self._work else None
        try:
            problem = refusal(file, loaded.images.shape[1:] if loaded else None)
        except Exception as error:  # an error in a thread vanishes unless it is shown
            self._fail(error)
            return
        if file is not self._uploads.last or self._follower.is_ended:  # a smaller one came later, and was faster
            return
        with self._moving:
            if problem:
                self._state = replace(self._state, refused={"own": problem})
            else:
                self._file, self._state = file, replace(self._state, image=None, tab=IMAGE, refused={})
                self._networks.try_again(self._state.network)
        self._follow()

    def _follow(self) -> None:
        """Show new results, and request what depends on them; may run on any thread."""
        self._follower.call(self._update)

    def _update(self) -> None:
        if self._follower.is_ended:
            return
        try:
            self._aim()
            self._render()
        except Exception as error:
            self._fail(error)

    def _look(self) -> bool:
        """Read the progress of the run that is shown; return whether it is being trained."""
        try:
            folder = self._networks.run_folder(self._state.network)
            if folder is None:
                return False
            before, now = folder.snapshot, folder.look()
            if not before.weights and now.weights:  # its first ones
                self._networks.try_again(self._state.network)
            if before != now:
                self._follow()
            return bool(now.progress)
        except Exception as error:  # it would silently end the thread
            self._fail(error)
            return False

    def _aim(self) -> None:
        self._networks.forget_outdated(self._state.network)
        scene = self.scene
        if scene.work:
            scene.work.aim(required_keys(scene))

    def _fail(self, error: BaseException) -> None:
        with self._sending:
            show_failure(self, "shown", self._conversation.answered, error)

    def _page(self) -> dict[str, Any]:
        return {"answered": self._conversation.answered, **page_of(self.scene)}

    def _render(self) -> None:
        """Send the parts of the page that have changed.

        One thread at a time, since two threads could send pages in the wrong order. Every change is followed by a call
        of this method, so the last page has all changes.
        """
        with self._sending:
            for name, value in split_by_trait(self._page()).items():
                setattr(self, name, value)

    def wait(self, timeout: float = 120.0) -> GateLens:
        """Wait until the gates, also of the untrained network, have been computed; use it before saving a notebook.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.
            RuntimeError: they could not be computed; the message says why.
        """
        self._aim()
        self._networks.wait(self._state.network, timeout)
        return self

    def __repr__(self) -> str:
        """Return one line that depends only on the network."""
        return f"GateLens({self._state.network or 'no network'})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget, and the current page as static HTML for viewers that show no widgets."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": still(self.scene), "text/plain": repr(self)}, metadata


def _check_watch(watch: Any) -> None:
    kind = getattr(sys.modules.get("senet_lab.gates.watch"), "GateWatch", None)  # its import loads Keras
    if watch is not None and not (kind and isinstance(watch, kind)):
        raise TypeError(
            f"`watch` must be a GateWatch, or None for none, not {quoted(watch)}; try GateWatch(images, labels)."
        )
