"""The GateLens: look into the gates of a trained network. Keras works in a thread, so the notebook stays free."""

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
from senet_lab.gatelens.messages import TABS
from senet_lab.gatelens.networks import Networks
from senet_lab.gatelens.page import PARTS, page_of, split_by_trait, still
from senet_lab.gatelens.saving import FigureSaver, save_figure_of
from senet_lab.gatelens.scene import Scene, required_keys
from senet_lab.gatelens.sources.listing import list_sources
from senet_lab.gatelens.sources.run_list import Folder, RunList
from senet_lab.gatelens.sources.runs import source_of_run
from senet_lab.gatelens.sources.source import Source
from senet_lab.gatelens.state import State, after
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
    """See what a network's squeeze-excite gates do: by class, by depth, image by image; and what is lost without them.

    Args:
        model: a Keras model with gates, or the name of one that ships, or of one of timm's, such as
            "timm/seresnet50.ra2_in1k", which is fetched; None for the first that ships.
        images: uint8 pictures, or numbers as the network takes them; None for the sample's test images.
        labels: the class of each image, by number; None where nobody knows: predictions then stand for them.
        classes: the names of the classes.
        prepare: makes uint8 pictures into what the network takes; None for pixels from 0 to 1.
        watch: a `GateWatch`, whose record is shown while the network is trained.
        runs: the folder whose newest runs are offered as well, as the Trainer keeps them; None for none.

    Attributes:
        failure: the last error that was no answer to a bad value, or None. The page shows it as well.

    Raises:
        TypeError: the model is none of these, the images are no numbers, or the labels no whole numbers.
        ValueError: images, labels and classes do not fit the model, or are not finite; says which, and what would do.
        MissingExtraError: Keras or Pillow is not installed.
    """

    _esm = read_assets("gatelens/widget.bundle.js")
    _css = style_sheet() + gates_sheet() + read_assets("widgets/base.css", "gatelens/widget.css")

    # To the page: what `page_of` returns, its large parts apart, so that only what has changed is sent.
    # From the page come messages, see `conversation`.
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
        """Show the gates of a run: of its best weights, and how they moved from checkpoint to checkpoint.

        Raises:
            TypeError: neither a run nor a folder.
            FileNotFoundError: the folder is no run.
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
        self._state = State(network=first, agreed=agreed, tab=TABS[0] if watch is None else "Training")
        self._follower = Follower(weakref.WeakMethod(self._look))
        self._networks = Networks(sources, runs, self._follow, None if watch is None else (first, watch))
        self._uploads, self._figures = Uploads(self._take), FigureSaver(self._follow)
        self._conversation = Conversation(self._act, self._answer, self._fail)
        self._open()
        super().__init__(**split_by_trait(self._page()))
        self._conversation.open(self, (*PARTS, "shown"))
        CELLS.replace(cell(), self)
        self._networks.listen()
        self._networks.try_again(first)  # what failed for another panel, some time ago
        self._follow()

    def _open(self) -> None:
        """Follow the run that is shown, if it is one; while it is trained, show that."""
        if folder := self._networks.run_folder(self._state.network):
            self._follower.start()
            if folder.look().progress:
                self._state = replace(self._state, tab="Training")

    def close(self) -> None:
        """End the panel, and release the network and all that was found out of it."""
        if getattr(self, "_follower", None) is not None:  # a panel that was refused has none
            self._end()
        super().close()

    def replaced_by(self, _: GateLens) -> None:
        """End this panel: its cell was run again."""
        self._end()

    def _end(self) -> None:
        """Look, work and send no more; ipywidgets keeps what is left."""
        self._follower.end()
        self._networks.end()
        self._file = None

    @property
    def _work(self) -> Work | None:
        """The work on the network that is shown."""
        return self._networks.work(self._state.network)

    @property
    def scene(self) -> Scene:
        """All that the page is drawn from."""
        networks, name = self._networks, self._state.network
        moments, status = networks.moments(name), self._figures.status
        return Scene(self._state, self._work, networks.names, self._file, moments, status, networks.run(name))

    def _act(self, request: Request) -> None:
        """Make the moves that the page asks for."""
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
        """Send a file through the network, unless it is refused, which changes nothing else.

        On a thread of its own, since a large one takes seconds to unpack.
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
                self._file, self._state = file, replace(self._state, image=None, tab="One image", refused={})
                self._networks.try_again(self._state.network)
        self._follow()

    def _follow(self) -> None:
        """Show what was found out, on some thread; and go on with what it is needed for."""
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
        """Look how far the run is that is shown; return whether a process trains it."""
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
        except Exception as error:  # it would end the thread, and nobody would hear of it
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

        One thread at a time: of two that send at once, the older page could arrive last, and stay. Whoever changes
        something renders after that, so the last page has all changes.
        """
        with self._sending:
            for name, value in split_by_trait(self._page()).items():
                setattr(self, name, value)

    def wait(self, timeout: float = 120.0) -> GateLens:
        """Wait until the first pictures are there, also the untrained baseline; for a notebook that is to be saved.

        Raises:
            TimeoutError: they did not come in `timeout` seconds.
            RuntimeError: they could not be computed; says why.
        """
        self._aim()
        self._networks.wait(self._state.network, timeout)
        return self

    def __repr__(self) -> str:
        """Return one line, the same as long as the network is the same."""
        return f"GateLens({self._state.network or 'no network'})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Return the widget; for where it cannot live, the page as it stands."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": still(self.scene), "text/plain": repr(self)}, metadata


def _check_watch(watch: Any) -> None:
    kind = getattr(sys.modules.get("senet_lab.gates.watch"), "GateWatch", None)  # its import loads Keras
    if watch is not None and not (kind and isinstance(watch, kind)):
        raise TypeError(
            f"`watch` must be a GateWatch, or None for none, not {quoted(watch)}; try GateWatch(images, labels)."
        )
