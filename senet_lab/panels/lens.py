"""The GateLens: look into the gates of a trained network. Keras is asked beside the notebook's own thread."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from senet_lab.checks import one_of
from senet_lab.moments import Moment
from senet_lab.panels.lens_own import Own
from senet_lab.panels.lens_pages import shown, still
from senet_lab.panels.lens_scene import Scene, wanted
from senet_lab.panels.lens_sources import Source, given, of_run, shipped
from senet_lab.panels.lens_state import State, after
from senet_lab.panels.lens_upload import Uploads
from senet_lab.panels.lens_work import Work
from senet_lab.training.run import Run
from senet_lab.views.bare import bare
from senet_lab.views.gates import gates_sheet
from senet_lab.views.page import style_sheet

if TYPE_CHECKING:
    import keras

    from senet_lab.gate_watch import GateWatch

HERE = Path(__file__).parent

# What was found out of networks that ship, which do not change: running a cell again asks nothing anew.
_shipped_work: dict[str, Work] = {}


class GateLens(anywidget.AnyWidget):
    """See what a network's squeeze-excite gates do: by class, by depth, image by image; and what is lost without them.

    Args:
        model: a Keras model with gates, or the name of one that ships; None for the first that ships.
        images: uint8 pictures, or numbers as the network takes them; None for the sample's test images.
        labels: the class of each image, by number; None where nobody knows: predictions then stand for them.
        classes: the names of the classes.
        prepare: makes uint8 pictures into what the network takes; None for pixels from 0 to 1.
        watch: a `GateWatch`, whose record is shown while the network is trained.

    Attributes:
        failure: the last error that was no answer to a bad value, or None. The page shows it as well.
    """

    # One module in two files, which a browser would fetch one by one.
    _esm = "".join((HERE / f"{name}.js").read_text() for name in ("page", "lens"))
    _css = style_sheet() + gates_sheet() + "".join((HERE / f"{name}.css").read_text() for name in ("explorer", "lens"))

    # From the page: {"moves": {control: value}, "turn": whose and which}. Files come as messages of their own.
    asked = traitlets.Dict().tag(sync=True)
    # To the page: what `lens_pages.shown` puts together.
    shown = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: keras.Model | str | None = None,
        images: Any = None,
        labels: Any = None,
        classes: Sequence[str] | None = None,
        *,
        prepare: Callable[[Any], Any] | None = None,
        watch: GateWatch | None = None,
    ) -> None:
        sources = {source.name: source for source in shipped()}
        if isinstance(model, str):
            first = one_of("model", model, tuple(sources) or ("",))
        elif model is not None:
            mine = given(model, images, labels, classes, prepare)
            sources, first = {mine.name: mine, **sources}, mine.name
        else:
            first = next(iter(sources), "")
        self._begin(sources, first, watch)

    @classmethod
    def of_run(cls, run: Run | str | Path) -> GateLens:
        """The gates of a training in a folder: of its best weights, and how they moved from checkpoint to checkpoint.

        Raises:
            FileNotFoundError: the folder is no run.
        """
        source = of_run(run if isinstance(run, Run) else Run(Path(run)))
        lens = cls.__new__(cls)
        lens._begin({source.name: source}, source.name, None)
        return lens

    def _begin(self, sources: dict[str, Source], first: str, watch: GateWatch | None) -> None:
        self.failure: Exception | None = None
        self._sources, self._watch = sources, watch
        self._own: Own | None = None
        self._works: dict[str, Work] = {}
        self._state = State(network=first)
        self._uploads = Uploads(self._take)
        super().__init__()
        self.on_msg(self._uploads.receive)
        if watch is not None:
            watch.listen(self._follow)
        self._follow()

    @property
    def _work(self) -> Work | None:
        """That of the network that is shown, made when it is first asked for."""
        name = self._state.network
        if name not in self._sources:
            return None
        if name not in self._works:
            lasting = self._sources[name].lasting
            work = _shipped_work.get(name) if lasting else None
            work = work or Work(self._sources[name])
            if lasting:
                _shipped_work[name] = work
            work.listen(self._follow)
            self._works[name] = work
        return self._works[name]

    @property
    def scene(self) -> Scene:
        """All that the page is drawn of."""
        moments: Sequence[Moment] = self._watch.moments if self._watch else ()
        return Scene(self._state, self._work, tuple(self._sources), self._own, tuple(moments))

    @traitlets.observe("asked")
    def _answer(self, change: Any) -> None:
        """Make the moves that the page asks for; say why where one cannot be made, and keep what there was."""
        turn = change.new["turn"]
        try:
            self._move(dict(change.new["moves"]), turn)
        except Exception as error:  # an error in a callback vanishes unless it is shown (ipywidgets#2612)
            self._fail(error, turn)

    def _move(self, moves: dict[str, Any], turn: str) -> None:
        self._state = state = after(self._state, moves, self.scene.offer, turn)
        if moves.get("again") is True and "again" not in state.refused:
            self._works.pop(state.network, None)
        elif self._work and self._work.failed and not state.refused:
            self._work.try_again()
        self._aim()
        self._render()

    def _take(self, own: Own) -> None:
        """A file of one's own has come: it goes through the network."""
        try:
            self._own = own
            self._state = replace(self._state, image=None, tab="One image", refused={})
            if self._work:
                self._work.try_again()
            self._aim()
            self._render()
        except Exception as error:
            self._fail(error, self._state.turn)

    def _follow(self) -> None:
        """Something was found out; it may be what the next thing needs."""
        try:
            self._aim()
            self._render()
        except Exception as error:
            self._fail(error, self._state.turn)

    def _aim(self) -> None:
        scene = self.scene
        if scene.work:
            scene.work.aim(wanted(scene))

    def _fail(self, error: Exception, turn: str) -> None:
        self.failure = error
        self.shown = {**self.shown, "turn": turn, "error": "".join(traceback.format_exception(error))}

    @traitlets.default("shown")
    def _first(self) -> dict[str, Any]:
        return shown(self.scene)

    def _render(self) -> None:
        """Put together what the page shows, and send it once; other threads may move on meanwhile."""
        drawn = None
        while drawn != (now := self._now()):
            drawn = now
            page = shown(self.scene)
            if self._now() == now:
                self.shown = page

    def _now(self) -> Any:
        work = self._work
        return self._state, self._own, work, work.version if work else 0, len(self._watch.moments) if self._watch else 0

    def wait(self, timeout: float = 120.0) -> GateLens:
        """Wait until the first pictures are there, the untrained baseline too; for a notebook that is to be stored.

        Raises:
            TimeoutError: they did not come in `timeout` seconds.
            RuntimeError: they could not be had; says why.
        """
        work = self._work
        if work is None:
            raise RuntimeError("there is no network to wait for")
        self._aim()
        work.wait(timeout)
        if work.failed:
            raise RuntimeError("; ".join(work.failed.values()))
        return self

    def __repr__(self) -> str:
        """One line, the same as long as the network is the same."""
        return f"GateLens({self._state.network or 'no network'})"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """The widget; for where it cannot live, the page as it stands."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle or {}, {})
        sheet = style_sheet() + gates_sheet()
        page = f'<style>{sheet}</style><div class="sn">{bare(still(self.scene), sheet)}</div>'
        return {**data, "text/html": page, "text/plain": repr(self)}, metadata
