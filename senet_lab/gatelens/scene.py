"""Scenes: the complete data for a page of the GateLens, and the results that it still needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from senet_lab.gatelens.results import (
    LOAD,
    READ,
    UNTRAINED,
    Key,
    ablation_key,
    accuracy_problem,
    channel_key,
    image_key,
    looks_key,
)
from senet_lab.gatelens.saving import SavingStatus
from senet_lab.gatelens.sources.snapshot import RunSnapshot
from senet_lab.gatelens.state import IMAGE, NEED, WHAT, Offer, State
from senet_lab.gatelens.views.ablation import held_words

if TYPE_CHECKING:
    from senet_lab.gatelens.findings import Findings, Network
    from senet_lab.gatelens.image_file import ImageFile
    from senet_lab.gatelens.passage import ChannelExamples, Looks, Passage
    from senet_lab.gatelens.reading import Reading
    from senet_lab.gates.ablation import Ablation
    from senet_lab.gates.moments import Moment


class Scene(NamedTuple):
    """All data for a page: the state, the results, and the user's own file.

    Attributes:
        recorded: the moments of a `GateWatch`, or those recorded by the process of a run.
        saving: the status of saving figures.
        run: the run that is shown; the default if the network is not a run.
        needs: the requirements of actions that are impossible on this page, by the name of the command.
    """

    state: State
    work: Findings | None
    networks: tuple[str, ...] = ()
    file: ImageFile | None = None
    recorded: tuple[Moment, ...] = ()
    saving: SavingStatus = SavingStatus()
    run: RunSnapshot = RunSnapshot()
    needs: Mapping[str, str] = {}

    @property
    def loaded(self) -> Network | None:
        """The network, once it is loaded."""
        return self.work.loaded if self.work else None

    @property
    def reading(self) -> Reading | None:
        """The gates, once they have been read."""
        return self.work.reading if self.work else None

    @property
    def untrained(self) -> Reading | None:
        """The gates of the same network untrained, once they have been read."""
        return self.work.untrained if self.work else None

    @property
    def moments(self) -> Sequence[Moment]:
        """The moments of the gates during training: as recorded, or from the source of the network."""
        return self.recorded or (self.loaded.moments if self.loaded else ())

    @property
    def path(self) -> str:
        """The block that is inspected: the selected one, or else the last one."""
        paths = self.reading.paths if self.reading else ()
        return self.state.path if self.state.path in paths else paths[-1] if paths else ""

    @property
    def channel(self) -> int:
        """The channel of the block that is inspected: the selected one, or else the most class-specific one."""
        if self.reading is None:
            return 0
        selected, its = self.state.channel, self.reading.offered_channels(self.path)
        return its[0] if selected is None or selected >= self.reading.n_channels(self.path) else selected

    @property
    def classes(self) -> tuple[int, ...]:
        """The classes to draw."""
        if self.state.classes is not None or self.reading is None:
            return self.state.classes or ()
        return self.reading.first_classes

    @property
    def image(self) -> int | ImageFile | None:
        """The image that goes through the network."""
        return self.file if self.state.image is None else self.state.image

    @property
    def cost(self) -> str:
        """The cost of loading the network, in words, if the user has to agree to it first; otherwise ""."""
        if self.work is None or self.work.loaded or self.work.busy:
            return ""
        is_agreed = self.state.network in self.state.agreed and not self.work.failed
        return "" if is_agreed else self.work.source.cost()

    @property
    def awaits_weights(self) -> bool:
        """Whether the network is a run in progress that has no weights to load yet."""
        return bool(self.run.progress) and not self.run.weights

    @property
    def is_moving(self) -> bool:
        """Whether a watched `fit` is in progress, so that batches would be read with different weights."""
        return self.work is not None and self.work.source.weights_version() is None

    @property
    def accuracy_problem(self) -> str:
        """Why the effect of held gates on accuracy cannot be measured; "" if it can."""
        return accuracy_problem(self.loaded, self.reading) if self.loaded and self.reading else ""

    @property
    def passage(self) -> Passage | None:
        """The passage of the image through the inspected block, once it has been computed."""
        if self.work is None or self.image is None:
            return None
        return self.work.results.get(image_key(self.image, self.path))

    @property
    def looks(self) -> Looks | None:
        """Where the network looks in the image, once that has been computed."""
        if self.work is None or self.image is None:
            return None
        return self.work.results.get(looks_key(self.image, self.path))

    @property
    def examples(self) -> ChannelExamples | None:
        """The images that open and close the gate of the inspected channel most, once they have been computed."""
        return self.work.results.get(channel_key(self.path, self.channel)) if self.work else None

    @property
    def together(self) -> Ablation | None:
        """The ablation of all held blocks; None if there are none, or before it has been measured."""
        return self._ablation(self.state.held) if self.state.held else None

    @property
    def alone(self) -> dict[str, Ablation | None]:
        """The ablation of each single block, by its path; None until it is measured."""
        return {path: self._ablation((path,)) for path in self.reading.paths} if self.reading else {}

    def _ablation(self, blocks: tuple[str, ...]) -> Ablation | None:
        return self.work.results.get(ablation_key(self.state.how, blocks)) if self.work else None

    @property
    def effect(self) -> str:
        """The effect of the held gates on accuracy, in words; "" if none is held."""
        if self.work is None or not self.state.held:
            return ""
        if self.is_moving:
            otherwise = "measured when fit has ended"
        elif ablation_key(self.state.how, self.state.held) in self.work.failed:
            otherwise = "not measured"
        else:
            otherwise = self.accuracy_problem or "being measured \u2026"
        return held_words(self.state.held, self.state.how, self.together, otherwise)

    @property
    def offer(self) -> Offer:
        """The available choices."""
        if self.reading is None:
            return Offer(self.networks)
        reading = self.reading
        n_channels = reading.n_channels(self.path)
        return Offer(self.networks, reading.paths, len(reading.classes), len(reading.labels), n_channels)


def required_keys(scene: Scene) -> list[Key]:
    """Return the results that the open tab needs, most urgent first, and finally the untrained baseline."""
    state = scene.state
    if scene.cost or scene.awaits_weights:
        return []
    if scene.is_moving:
        return [LOAD]
    keys: list[Key] = [LOAD, READ]
    if scene.reading is None:
        return keys
    if state.tab == WHAT:
        keys.append(channel_key(scene.path, scene.channel))
    if state.tab == IMAGE and scene.image is not None:
        keys.append(image_key(scene.image, scene.path))
        if scene.passage and scene.passage.guesses:
            keys.append(looks_key(scene.image, scene.path))
    if state.held and not scene.accuracy_problem:  # shown on every tab
        keys.append(ablation_key(state.how, state.held))
    if state.tab == NEED and not scene.accuracy_problem:
        keys += [ablation_key(state.how, (path,)) for path in scene.reading.paths]
    return [*keys, UNTRAINED]
