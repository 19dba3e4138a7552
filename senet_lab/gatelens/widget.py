"""The GateLens: look into the gates of a trained network. Keras is asked beside the notebook's own thread."""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from senet_lab.assets import read_assets
from senet_lab.checks import quoted
from senet_lab.drawing.sheet import style_sheet
from senet_lab.gatelens.messages import TABS
from senet_lab.gatelens.own_image import Own, refusal
from senet_lab.gatelens.page import PARTS, parted, shown, still
from senet_lab.gatelens.saving import Saving
from senet_lab.gatelens.scene import Scene, ordered, wanted
from senet_lab.gatelens.sources.folder import GROUP, Folder, Found
from senet_lab.gatelens.sources.offered import offered
from senet_lab.gatelens.sources.recorded import Noted, Told
from senet_lab.gatelens.sources.runs import of_run
from senet_lab.gatelens.sources.source import Source
from senet_lab.gatelens.state import State, after
from senet_lab.gatelens.upload import Uploads
from senet_lab.gatelens.views.reading import gates_sheet
from senet_lab.gatelens.work import Work, Works
from senet_lab.gates.moments import Moment
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
    """

    _esm = read_assets("gatelens/widget.bundle.js")
    _css = style_sheet() + gates_sheet() + read_assets("widgets/base.css", "gatelens/widget.css")

    # To the page: what `page.shown` puts together, its large parts apart, so that only what has changed is sent.
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
        sources, first = offered(model, images, labels, classes, prepare)
        _must_be_watch(watch)
        if runs is not None and not isinstance(runs, (str, os.PathLike)):
            raise TypeError(f"`runs` must be the folder of the runs, or None for none, not {quoted(runs)}; try 'runs'.")
        self._begin(sources, first, Found(runs), watch, agreed=(first,) if isinstance(model, str) else ())

    @classmethod
    def of_run(cls, run: Run | str | Path) -> GateLens:
        """The gates of a training in a folder: of its best weights, and how they moved from checkpoint to checkpoint.

        Raises:
            TypeError: neither a run nor a folder.
            FileNotFoundError: the folder is no run.
        """
        if not isinstance(run, (Run, str, os.PathLike)):
            raise TypeError(f"`run` must be a Run or its folder, not {quoted(run)}; try GateLens.of_run('runs/...').")
        run = run if isinstance(run, Run) else Run(Path(run))
        source = of_run(run)
        lens = cls.__new__(cls)
        lens._begin({source.name: source}, source.name, Found(None, {source.name: run}))
        return lens

    def _begin(
        self,
        sources: dict[str, Source],
        first: str,
        found: Found,
        watch: GateWatch | None = None,
        agreed: tuple[str, ...] = (),
    ) -> None:
        self.failure: BaseException | None = None
        if watch is not None and first in sources and not sources[first].lasting:
            sources = {**sources, first: replace(sources[first], rests=watch.rests)}
        self._works, self._found = Works(sources, self._follow), found
        self._watches = {} if watch is None else {first: watch}
        self._works.offer(found.sources(), GROUP)
        self._own: Own | None = None
        self._moving = threading.Lock()  # a file is taken on another thread than a move
        self._state = State(network=first, agreed=agreed, tab=TABS[0] if watch is None else "Training")
        self._follower = Follower(weakref.WeakMethod(self._look))
        self._uploads, self._saving = Uploads(self._take), Saving(self._follow)
        self._conversation = Conversation(self._act, self._answer, self._fail)
        self._open()
        super().__init__(**parted(self._page()))
        self._conversation.open(self, (*PARTS, "shown"))
        CELLS.replace(cell(), self)
        if watch is not None:
            watch.listen(self._follow)
        self._works.try_again(first)  # what failed for another panel, some time ago
        self._follow()

    def _open(self) -> None:
        """Follow the run that is shown, if it is one; while it is trained, that is what is looked at."""
        if noted := self._noted:
            self._follower.start()
            if noted.look().going:
                self._state = replace(self._state, tab="Training")

    def close(self) -> None:
        """End the panel, and let go of the network and all that was found out of it."""
        if getattr(self, "_follower", None) is not None:  # a panel that was refused has none
            self._rest()
        super().close()

    def replaced_by(self, _: GateLens) -> None:
        """End this panel: its cell was run again."""
        self._rest()

    def _rest(self) -> None:
        """Look, work and send no more; ipywidgets keeps what is left."""
        self._follower.end()
        self._works.end()
        for watch in self._watches.values():
            watch.unlisten(self._follow)
        self._watches, self._own = {}, None

    @property
    def _work(self) -> Work | None:
        """That on the network that is shown."""
        return self._works.of(self._state.network)

    @property
    def _watch(self) -> GateWatch | None:
        """What watches the fit of the network that is shown; None where nothing does."""
        return self._watches.get(self._state.network)

    @property
    def _noted(self) -> Noted | None:
        """What the folder says of the run that is shown; None where it is no run."""
        return None if self._follower.is_ended else self._found.noted(self._state.network)

    @property
    def scene(self) -> Scene:
        """All that the page is drawn of."""
        told = noted.told if (noted := self._noted) else Told()
        moments: Sequence[Moment] = watch.moments if (watch := self._watch) else told.moments
        return Scene(self._state, self._work, self._works.names, self._own, tuple(moments), self._saving.saved, told)

    def _act(self, request: Request) -> None:
        """Make the moves that the page asks for; say why where one cannot be made, and keep what there was."""
        if self._follower.is_ended:
            return
        self._follower.context = contextvars.copy_context()  # see Follower
        moves = dict(request.moves)
        if "upload" in moves:
            self._uploads.receive(moves.pop("upload"), request.buffers)
        with self._moving:
            if moves.pop("runs", False):  # the list is about to be opened: nothing is chosen yet
                self._works.offer(self._found.sources(), GROUP)
            if moves:
                self._choose(moves)

    def _answer(self) -> None:
        if self._follower.is_ended:
            self.shown = {**self.shown, "answered": self._conversation.answered, "error": REPLACED, "busy": ""}
        else:
            self._render()

    def _choose(self, moves: dict[str, Any]) -> None:
        network = self._state.network
        self._state = state = after(self._state, moves, self.scene.offer)
        if state.network != network:
            self._open()
        if moves.get("again") is True and "again" not in state.refused:
            self._works.again(state.network)
            if self._noted:
                self._noted.mark()
            if watch := self._watch:  # who asks while a fit seems to be under way knows that it was interrupted
                watch.is_going = False
        elif not state.refused:
            self._works.try_again(state.network)
        self._saving.forget_failure()
        if "save" in moves and "save" not in state.refused and (order := ordered(self.scene, moves["save"])):
            self._saving.start(order)
        self._aim()

    def _take(self, own: Own) -> None:
        """A file of one's own has come: it goes through the network, unless it is refused, which changes nothing.

        On a thread of its own, since a large one takes seconds to unpack.
        """
        loaded = self._work.loaded if self._work else None
        try:
            why = refusal(own, loaded.images.shape[1:] if loaded else None)
        except Exception as error:  # an error in a thread vanishes unless it is shown
            self._fail(error)
            return
        if own is not self._uploads.last or self._follower.is_ended:  # a smaller one came later, and was faster
            return
        with self._moving:
            if why:
                self._state = replace(self._state, refused={"own": why})
            else:
                self._own, self._state = own, replace(self._state, image=None, tab="One image", refused={})
                self._works.try_again(self._state.network)
        self._follow()

    def _follow(self) -> None:
        """Something was found out, on some thread; it may be what the next thing needs."""
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
        """See how far the run is that is looked into; returns whether a process is at it."""
        try:
            return self._seen()
        except Exception as error:  # it would end the thread, and nobody would hear of it
            self._fail(error)
            return False

    def _seen(self) -> bool:
        if (noted := self._noted) is None:
            return False
        before, now = noted.told, noted.look()
        if not before.weights and now.weights:  # its first ones
            self._works.try_again(self._state.network)
        if before != now:
            self._follow()
        return bool(now.going)

    def _aim(self) -> None:
        work = self._work
        if work and work.is_outdated and work.source.rests() is not None:  # a fit has ended: read what came of it
            self._works.again(self._state.network)
        scene = self.scene
        if scene.work:
            scene.work.aim(wanted(scene))

    def _fail(self, error: BaseException) -> None:
        show_failure(self, "shown", self._conversation.answered, error)

    def _page(self) -> dict[str, Any]:
        return {"answered": self._conversation.answered, **shown(self.scene)}

    def _render(self) -> None:
        """Send what has changed on the page, once; other threads may move on meanwhile, and the last word is theirs."""
        drawn = None
        while drawn != (now := self._now()):
            drawn = now
            page = self._page()
            if self._now() == now:
                for name, value in parted(page).items():
                    setattr(self, name, value)

    def _now(self) -> Any:
        work, watched = self._work, (len(watch.moments), watch.rests()) if (watch := self._watch) else None
        told, names = self._noted.told if self._noted else None, self._works.names
        version, answered = work.version if work else 0, self._conversation.answered
        return self._state, self._own, work, version, watched, told, names, self._saving.saved, answered

    def wait(self, timeout: float = 120.0) -> GateLens:
        """Wait until the first pictures are there, the untrained baseline too; for a notebook that is to be stored.

        Raises:
            TimeoutError: they did not come in `timeout` seconds.
            RuntimeError: they could not be had; says why.
        """
        self._aim()
        self._works.wait(self._state.network, timeout)
        return self

    def __repr__(self) -> str:
        """One line, the same as long as the network is the same."""
        return f"GateLens({self._state.network or 'no network'})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; for where it cannot live, the page as it stands."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        return {**data, "text/html": still(self.scene), "text/plain": repr(self)}, metadata


def _must_be_watch(watch: Any) -> None:
    kind = getattr(sys.modules.get("senet_lab.gates.watch"), "GateWatch", None)  # its import loads Keras
    if watch is not None and not (kind and isinstance(watch, kind)):
        raise TypeError(
            f"`watch` must be a GateWatch, or None for none, not {quoted(watch)}; try GateWatch(images, labels)."
        )
