"""Networks: what a panel knows of each network that it offers: the work on it, its run, and what watches its fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from senet_lab.gatelens.sources.run_folder import RunFolder
from senet_lab.gatelens.sources.run_list import RunList
from senet_lab.gatelens.sources.snapshot import RUNS_PREFIX, RunSnapshot
from senet_lab.gatelens.sources.source import Source
from senet_lab.gatelens.work import Work, Works
from senet_lab.gates.moments import Moment

if TYPE_CHECKING:
    from senet_lab.gates.watch import GateWatch


class Networks:
    """The networks that a panel offers, by name.

    Args:
        sources: those that are always offered.
        runs: those of a folder.
        changed: a method to call after each change, on whatever thread it happens.
        watch: a `GateWatch` and the name of the network whose fit it watches.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        runs: RunList,
        changed: Callable[[], None],
        watch: tuple[str, GateWatch] | None = None,
    ) -> None:
        self._runs, self._changed = runs, changed
        self._watches: dict[str, GateWatch] = {}
        if watch is not None:
            name, callback = watch
            self._watches[name] = callback
            if name in sources and not sources[name].is_bundled:
                sources = {**sources, name: replace(sources[name], weights_version=callback.weights_version)}
        self._works = Works(sources, changed)
        self.offer_runs()

    def listen(self) -> None:
        """Have the moments of a watch reported."""
        for watch in self._watches.values():
            watch.listen(self._changed)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all networks."""
        return self._works.names

    def offer_runs(self) -> None:
        """Offer the runs that are in the folder now."""
        self._works.offer(self._runs.sources(), RUNS_PREFIX)

    def work(self, name: str) -> Work | None:
        """Return the work on a network; None where there is no such network."""
        return self._works.of(name)

    def run_folder(self, name: str) -> RunFolder | None:
        """Return the folder of a run; None where the network is no run, or nothing is offered any more."""
        return self._runs.folder_of(name) if self.names else None

    def run(self, name: str) -> RunSnapshot:
        """Return a run as it was last seen."""
        folder = self.run_folder(name)
        return folder.snapshot if folder else RunSnapshot()

    def moments(self, name: str) -> tuple[Moment, ...]:
        """Return how the gates of a network moved, as its watch or its run has recorded it."""
        watch = self._watches.get(name)
        return tuple(watch.moments) if watch else self.run(name).moments

    def try_again(self, name: str) -> None:
        """Forget what failed of a network, if anything did."""
        self._works.try_again(name)

    def read_again(self, name: str) -> None:
        """Forget what was found out of a network; whoever asks for that during a fit knows that it was interrupted."""
        self._works.forget(name)
        if folder := self.run_folder(name):
            folder.mark_read()
        if watch := self._watches.get(name):
            watch.assume_interrupted()

    def forget_outdated(self, name: str) -> None:
        """Forget what was found out of a network whose weights a fit has changed since, once it has ended."""
        work = self.work(name)
        if work and work.is_outdated and work.source.weights_version() is not None:
            self._works.forget(name)

    def wait(self, name: str, timeout: float) -> None:
        """Wait until everything was found out of a network; errors as of `Works.wait`."""
        self._works.wait(name, timeout)

    def end(self) -> None:
        """Release all networks, and offer none any more."""
        self._works.end()
        for watch in self._watches.values():
            watch.unlisten(self._changed)
        self._watches = {}
