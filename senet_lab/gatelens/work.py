"""Work: what takes seconds of a GateLens, in a thread of its own. What was found is kept, and nothing is done twice."""

from __future__ import annotations

import sys
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from senet_lab.gatelens.jobs import LOAD, READ, UNTRAINED, Key, done, told
from senet_lab.gatelens.sources.source import Loaded, Source
from senet_lab.gatelens.views.reading import Reading
from senet_lab.gates.moments import Moment


class Work:
    """The results about one source, by what was asked, see `lens_jobs.done`.

    Attributes:
        results, failed: what was found, and why it could not be, by what was asked.
        words: what is being done; "" where nothing is.
        state: of the weights that the gates were read of, see `Source.rests`.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.results: dict[Key, Any] = {}
        self.failed: dict[Key, str] = {}
        self.words = ""
        self.state: int | None = None
        self._listeners: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._wanted: list[Key] = []
        self._lock = threading.Lock()
        self._running = False
        self._threads = 0  # one that is about to end has something to tell yet

    @property
    def loaded(self) -> Loaded | None:
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

    @property
    def is_outdated(self) -> bool:
        """Whether the weights have moved since the gates were read."""
        return READ in self.results and self.source.rests() != self.state

    def listen(self, method: Callable[[], None]) -> None:
        """Call a method after each change, for as long as its object lives: work outlasts panels."""
        self._listeners.append(weakref.WeakMethod(method))

    def unlisten(self, method: Callable[[], None]) -> None:
        """Call it no more; what nobody waits for is not begun."""
        self._listeners = [each for each in self._listeners if each() not in (None, method)]
        if not self._listeners:
            self.aim(())

    def aim(self, keys: Sequence[Key]) -> None:
        """Find out these, in this order, instead of what was wanted before; what is being done is finished first."""
        with self._lock:
            self._wanted = [key for key in keys if key not in self.results and key not in self.failed]
            if self._running or not self._wanted:
                return
            self._running = True
            self._threads += 1
            self.words = told(self._wanted[0], len(self._wanted) - 1)
        threading.Thread(target=self._run, args=(_policy(),), daemon=True).start()

    def wait(self, timeout: float) -> None:
        """Wait until nothing is wanted any more, and that was told.

        Raises:
            TimeoutError: that took longer than `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while self._threads:
            if time.monotonic() > end:
                raise TimeoutError(f"after {timeout:g} seconds: {self.words}")
            time.sleep(0.02)

    def try_again(self) -> None:
        """Forget what failed, so that it can be wanted again."""
        self.failed.clear()

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._running

    def _run(self, policy: Any) -> None:
        """One thing after the other, until nothing is wanted."""
        while True:
            with self._lock:
                self._wanted = [key for key in self._wanted if key not in self.results and key not in self.failed]
                if not self._wanted:
                    self._running, self.words = False, ""
                    break
                key = self._wanted.pop(0)
            self.words = told(key, len(self._wanted))
            self._tell()
            self._find(key, policy)
            self._tell()
        self._tell()
        with self._lock:
            self._threads -= 1

    def _find(self, key: Key, policy: Any) -> None:
        """Find one thing out; what is read of weights that moved meanwhile is of no network, and not kept."""
        state, found, why = self.source.rests(), None, ""
        if state is None and key != LOAD:
            return
        try:
            if policy is not None:
                sys.modules["keras"].config.set_dtype_policy(policy)
            found = done(key, self.source, self.results)
        except Exception as error:  # shown on the page; an error in a thread vanishes otherwise
            in_words = isinstance(error, (ValueError, OSError, ImportError))
            why = str(error) if in_words else f"{type(error).__name__}: {error}"
        if key != LOAD and self.source.rests() != state:
            return
        if why:
            self.failed[key] = why
            return
        if key == READ:
            self.state = state
        self.results[key] = found

    def _tell(self) -> None:
        for listener in list(self._listeners):
            if tell := listener():
                tell()
            else:
                self._listeners.remove(listener)


def _policy() -> Any:
    """The dtype policy of this thread, since Keras keeps one for each; None before Keras is there, all of it."""
    config: Any = getattr(sys.modules.get("keras"), "config", None)  # another thread may be importing it just now
    return config.dtype_policy() if hasattr(config, "dtype_policy") else None


# What was found out of networks that ship, which do not change: running a cell again asks nothing anew.
_lasting: dict[str, Work] = {}


class Works:
    """The works on the sources that a panel offers, each made when it is first asked for; `heard` hears of changes."""

    def __init__(self, sources: Mapping[str, Source], heard: Callable[[], None]) -> None:
        self.names = tuple(sources)
        self._sources, self._heard = sources, weakref.WeakMethod(heard)
        self._works: dict[str, Work] = {}

    def of(self, name: str) -> Work | None:
        """That on a network; None where there is no such network."""
        if name not in self._sources:
            return None
        if name not in self._works:
            source = self._sources[name]
            work = _lasting.setdefault(name, Work(source)) if source.lasting else Work(source)
            if heard := self._heard():
                work.listen(heard)
            self._works[name] = work
        return self._works[name]

    def wait(self, name: str, timeout: float) -> None:
        """Wait until nothing is wanted of a network any more.

        Raises:
            TimeoutError: that took longer than `timeout` seconds.
            RuntimeError: it could not be had; says why.
        """
        if (work := self.of(name)) is None:
            raise RuntimeError("there is no network to wait for")
        work.wait(timeout)
        if work.failed:
            raise RuntimeError("; ".join(work.failed.values()))

    def try_again(self, name: str) -> None:
        """Forget what failed of a network, if anything did."""
        if (work := self.of(name)) and work.failed:
            work.try_again()

    def offer(self, sources: Mapping[str, Source], group: str) -> None:
        """Offer these instead of what was offered with names that begin with `group`, but for what was worked on."""
        others = {name: its for name, its in self._sources.items() if not name.startswith(group)}
        worked = {name: self._sources[name] for name in self._works if name.startswith(group)}
        self._sources = {**others, **sources, **worked}
        self.names = tuple(self._sources)

    def again(self, name: str) -> None:
        """Forget what was found out of a network, so that it is found out anew."""
        work, heard = self._works.pop(name, None), self._heard()
        if work and heard:
            work.unlisten(heard)

    def end(self) -> None:
        """Let go of all of them, and offer nothing any more."""
        for name in tuple(self._works):
            self.again(name)
        self.names, self._sources = (), {}


def moments_of(work: Work) -> tuple[Moment, ...]:
    """What the source brought of the gates epoch by epoch."""
    return work.loaded.moments if work.loaded else ()
