"""Networks: the networks that a panel offers, each with its work, its run, and the `GateWatch` of its fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from senet_lab.gatelens.sources.run_list import RunFolder, RunList
from senet_lab.gatelens.sources.snapshot import RUNS_PREFIX, RunSnapshot
from senet_lab.gatelens.sources.source import Source
from senet_lab.gatelens.work import Work
from senet_lab.gates.moments import Moment

if TYPE_CHECKING:
    from senet_lab.gates.watch import GateWatch

# Bundled networks do not change, so all panels share the work on them, and re-running a cell computes nothing.
BUNDLED: dict[str, Work] = {}


class Networks:
    """The networks that a panel offers, by name; work on each begins when it is first requested.

    Args:
        sources: the networks that are always offered.
        runs: the runs of a folder.
        changed: a method to call after each change, on any thread.
        watch: the name of a network, and the `GateWatch` that watches its fit.
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
        self._sources, self._works = sources, dict[str, Work]()
        self.offer_runs()

    def listen(self) -> None:
        """Start listening to the watch, to report its moments."""
        for watch in self._watches.values():
            watch.listen(self._changed)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all networks."""
        return tuple(self._sources)

    def offer_runs(self) -> None:
        """Offer the runs that are now in the folder, and those that were opened before."""
        others = {name: source for name, source in self._sources.items() if not name.startswith(RUNS_PREFIX)}
        used = {name: self._sources[name] for name in self._works if name.startswith(RUNS_PREFIX)}
        self._sources = {**others, **self._runs.sources(), **used}

    def work(self, name: str) -> Work | None:
        """Return the work on a network; None if there is no such network."""
        if name not in self._sources:
            return None
        if name not in self._works:
            source = self._sources[name]
            work = BUNDLED.setdefault(name, Work(source)) if source.is_bundled else Work(source)
            work.listen(self._changed)
            self._works[name] = work
        return self._works[name]

    def run_folder(self, name: str) -> RunFolder | None:
        """Return the folder of a run; None if the network is not a run, or nothing is offered anymore."""
        return self._runs.folder_of(name) if self._sources else None

    def run(self, name: str) -> RunSnapshot:
        """Return the last snapshot of a run."""
        folder = self.run_folder(name)
        return folder.snapshot if folder else RunSnapshot()

    def moments(self, name: str) -> tuple[Moment, ...]:
        """Return the gates of a network during training, as recorded by its watch or its run."""
        watch = self._watches.get(name)
        return tuple(watch.moments) if watch else self.run(name).moments

    def try_again(self, name: str) -> None:
        """Forget failed jobs of a network, so that they are tried again."""
        if work := self.work(name):
            work.failed.clear()

    def read_again(self, name: str) -> None:
        """Discard the results about a network; during a fit, this also means that the fit was interrupted."""
        self._forget(name)
        if folder := self.run_folder(name):
            folder.mark_read()
        if watch := self._watches.get(name):
            watch.assume_interrupted()

    def forget_outdated(self, name: str) -> None:
        """Discard the results about a network if a fit has changed its weights since, once the fit has ended."""
        work = self.work(name)
        if work and work.is_outdated and work.source.weights_version() is not None:
            self._forget(name)

    def _forget(self, name: str) -> None:
        if work := self._works.pop(name, None):
            work.unlisten(self._changed)

    def wait(self, name: str, timeout: float) -> None:
        """Wait until all requested results about a network have been computed.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.
            RuntimeError: a result could not be computed; the message says why.
        """
        if (work := self.work(name)) is None:
            raise RuntimeError("there is no network to wait for")
        work.wait(timeout)
        if work.failed:
            raise RuntimeError("; ".join(work.failed.values()))

    def end(self) -> None:
        """Release all networks and stop offering any."""
        for name in tuple(self._works):
            self._forget(name)
        self._sources = {}
        for watch in self._watches.values():
            watch.unlisten(self._changed)
        self._watches = {}
