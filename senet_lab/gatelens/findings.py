"""Findings: the results about one network so far, and the work in progress."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from senet_lab.gatelens.results import LOAD, READ, UNTRAINED, Key, Results

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import Reading
    from senet_lab.gatelens.sources.source import Source
    from senet_lab.gates.moments import Moment


class Network(Protocol):
    """The information on a network that the page shows in addition to gates; see `Loaded`."""

    @property
    def about(self) -> str:
        """A description of its training and accuracy."""

    @property
    def twin(self) -> str:
        """A sentence on the accuracy of the same network without squeeze-excite; "" if unknown."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the classes that it predicts, if they are not the classes of the images."""

    @property
    def moments(self) -> Sequence[Moment]:
        """The recorded moments of its gates, by epoch."""

    def thumbnail(self, number: int) -> str:
        """Return an image as a PNG in a data URI."""


class Findings(ABC):
    """The results about the network of one source.

    Attributes:
        results, failed: results, and the reasons for missing ones, by key.
        words, busy: a description of the current job, "" if there is none; and whether there is one.
        can_retry: whether trying a failed job again may help.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.results: Results = {}
        self.failed: dict[Key, str] = {}
        self.words, self.busy, self.can_retry = "", False, False

    @abstractmethod
    def aim(self, keys: Sequence[Key]) -> None:
        """Request these results, in this order, instead of earlier requests."""

    @property
    def loaded(self) -> Network | None:
        """The network, once it is loaded."""
        return self.results.get(LOAD)

    @property
    def reading(self) -> Reading | None:
        """The gates, once they have been read."""
        return self.results.get(READ)

    @property
    def untrained(self) -> Reading | None:
        """The gates of the same network untrained, once they have been read."""
        return self.results.get(UNTRAINED)
