"""Scenes: all that a page of the GateLens is drawn of, and what has to be found out for it."""

from __future__ import annotations

from typing import NamedTuple

from senet_lab.gatelens.jobs import LOAD, READ, UNTRAINED, Key, unmeasured
from senet_lab.gatelens.own_image import Own
from senet_lab.gatelens.saving import Order, Saved
from senet_lab.gatelens.sources.recorded import Told
from senet_lab.gatelens.state import Offer, State
from senet_lab.gatelens.views.reading import Reading
from senet_lab.gatelens.views.words import held_words
from senet_lab.gatelens.work import Work
from senet_lab.gates.moments import Moment


class Scene(NamedTuple):
    """All that a page is drawn of: the state, what was found out, and a file of one's own.

    Attributes:
        moments: of a `GateWatch`, or as the process of a run notes them; besides those that the source brought.
        saved: what came of saving a figure.
        told: how far a run is; nothing of any other network.
    """

    state: State
    work: Work | None
    networks: tuple[str, ...] = ()
    own: Own | None = None
    moments: tuple[Moment, ...] = ()
    saved: Saved = Saved()
    told: Told = Told()

    @property
    def reading(self) -> Reading | None:
        """The gates, once they were read."""
        return self.work.reading if self.work else None

    @property
    def untrained(self) -> Reading | None:
        """Those of the same network untrained, once they were read."""
        return self.work.untrained if self.work else None

    @property
    def path(self) -> str:
        """The block that is looked into: the one chosen, or else the last."""
        paths = list(self.reading.gates) if self.reading else []
        return self.state.path if self.state.path in paths else paths[-1] if paths else ""

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes that are drawn."""
        if self.state.classes is not None or self.reading is None:
            return self.state.classes or ()
        return self.reading.first_classes

    @property
    def image(self) -> int | Own | None:
        """The image that goes through the network."""
        return self.own if self.state.image is None else self.state.image

    @property
    def cost(self) -> str:
        """What loading the network takes, in words, where somebody has to agree to it first; "" otherwise."""
        if self.work is None or self.work.loaded or self.work.busy:
            return ""
        may = self.state.network in self.state.agreed and not self.work.failed
        return "" if may else self.work.source.cost()

    @property
    def awaits(self) -> bool:
        """Whether a run is at work that has no weights yet: there is nothing to load, and nothing wrong with that."""
        return bool(self.told.going) and not self.told.weights

    @property
    def effect(self) -> str:
        """What the held gates do to accuracy, in words; "" where none is held."""
        if self.work is None or not self.state.held:
            return ""
        key = together_key(self.state)
        otherwise = "not measured" if key in self.work.failed else self.unmeasured or "being measured \u2026"
        if self.is_moving:
            otherwise = "measured when fit has ended"
        return held_words(self.state.held, self.state.how, self.work.results.get(key), otherwise)

    @property
    def unmeasured(self) -> str:
        """Why held gates have no effect on accuracy that could be measured; "" where they have."""
        if self.work is None or self.work.loaded is None or self.reading is None:
            return ""
        return unmeasured(self.work.loaded, self.reading)

    @property
    def is_moving(self) -> bool:
        """Whether a watched `fit` is under way, between whose steps batches would be read of several networks."""
        return self.work is not None and self.work.source.rests() is None

    @property
    def offer(self) -> Offer:
        """What can be chosen."""
        if self.reading is None:
            return Offer(self.networks)
        return Offer(self.networks, tuple(self.reading.gates), len(self.reading.classes), len(self.reading.labels))


def wanted(scene: Scene) -> list[Key]:
    """What the tab that is open needs, the most urgent first; then the baseline, before it is asked for."""
    state, keys = scene.state, list[Key]([LOAD, READ])
    if scene.cost or scene.awaits:
        return []
    if scene.is_moving:
        return [LOAD]
    if scene.reading is None:
        return keys
    if state.tab == "One image" and scene.image is not None:
        keys.append(("image", scene.image, scene.path))
    if state.held and not scene.unmeasured:  # said on every tab
        keys.append(together_key(state))
    if state.tab == "Ablation" and not scene.unmeasured:
        keys += [alone_key(state, path) for path in scene.reading.gates]
    return [*keys, UNTRAINED]


def ordered(scene: Scene, suffix: str) -> Order | None:
    """The figure that is chosen, to be saved; None where there is nothing to draw yet."""
    if scene.reading is None:
        return None
    return Order(scene.reading, scene.classes, scene.path, scene.state.figure, scene.state.network, suffix)


def alone_key(state: State, path: str) -> Key:
    """What is asked for when one block's gate is held."""
    return ("ablation", state.how, (path,))


def together_key(state: State) -> Key:
    """What is asked for when the gates of all that are held are."""
    return ("ablation", state.how, state.held)
