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
    """What the page says of a network, apart from its gates; see `Loaded`."""

    @property
    def about(self) -> str:
        """How it was trained, and how accurate it is."""

    @property
    def twin(self) -> str:
        """How accurate the same network without squeeze-excite is; "" where nobody knows."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of what it predicts, where that is something else than the classes of the images."""

    @property
    def moments(self) -> Sequence[Moment]:
        """Its gates epoch by epoch, as far as they were recorded."""

    def thumbnail(self, number: int) -> str:
        """Return an image as a PNG in a data URI."""


class Findings(ABC):
    """What is known about the network of one source.

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
        """Compute these results in this order, instead of those requested before."""

    @property
    def loaded(self) -> Network | None:
        """The network, once it is there."""
        return self.results.get(LOAD)

    @property
    def reading(self) -> Reading | None:
        """Its gates, once they were read."""
        return self.results.get(READ)

    @property
    def untrained(self) -> Reading | None:
        """Those of the same network untrained, once they were read."""
        return self.results.get(UNTRAINED)
