"""Work: runs jobs in a thread. Results are stored, so nothing is computed twice."""

from __future__ import annotations

import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from senet_lab.drawing.network.words import title
from senet_lab.gatelens.findings import Findings
from senet_lab.gatelens.results import LOAD, READ, Key

if TYPE_CHECKING:
    from senet_lab.gatelens.sources.source import Loaded, Source


class Work(Findings):
    """The jobs of one source.

    Attributes:
        weights_version: the version of the weights whose gates were read, see `Source`.
    """

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self.weights_version: int | None = None
        self._listeners: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._keys: list[Key] = []  # still to be computed
        self._lock = threading.Lock()
        self._threads = 0  # one that is about to end still has listeners to call

    @property
    def loaded(self) -> Loaded | None:
        """The network, once it is loaded."""
        return self.results.get(LOAD)

    @property
    def is_outdated(self) -> bool:
        """Whether the weights have changed since the gates were read."""
        return READ in self.results and self.source.weights_version() != self.weights_version

    def listen(self, method: Callable[[], None]) -> None:
        """Call a method after each change while its object exists, since work outlives panels."""
        self._listeners.append(weakref.WeakMethod(method))

    def unlisten(self, method: Callable[[], None]) -> None:
        """Stop calling a method; without listeners, no further job begins."""
        self._listeners = [each for each in self._listeners if each() not in (None, method)]
        if not self._listeners:
            self.aim(())

    def aim(self, keys: Sequence[Key]) -> None:
        """Compute these results, in this order, instead of earlier ones; the current job finishes first."""
        with self._lock:
            self._keys = self._unknown(keys)
            if self.busy or not self._keys:
                return
            self.busy = True
            self._threads += 1
            self.words = _describe(self._keys[0], len(self._keys) - 1)
        threading.Thread(target=self._run, args=(_policy(),), daemon=True).start()

    def wait(self, timeout: float) -> None:
        """Wait until everything has been computed and the listeners have been called.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while self._threads:
            if time.monotonic() > end:
                raise TimeoutError(f"after {timeout:g} seconds: {self.words}")
            time.sleep(0.02)

    def _unknown(self, keys: Sequence[Key]) -> list[Key]:
        return [key for key in keys if key not in self.results and key not in self.failed]

    def _run(self, policy: Any) -> None:
        """Run the jobs one after the other until none is left."""
        while True:
            with self._lock:
                self._keys = self._unknown(self._keys)
                if not self._keys:
                    self.busy, self.words = False, ""
                    break
                key = self._keys.pop(0)
            self.words = _describe(key, len(self._keys))
            self._call_listeners()
            self._run_job(key, policy)
            self._call_listeners()
        self._call_listeners()
        with self._lock:
            self._threads -= 1

    def _run_job(self, key: Key, policy: Any) -> None:
        """Run one job; discard its result if the weights have changed in the meantime."""
        version, result, failure = self.source.weights_version(), None, ""
        if version is None and key != LOAD:
            return
        try:
            if policy is not None:
                sys.modules["keras"].config.set_dtype_policy(policy)
            from senet_lab.gatelens.jobs import run_job  # here, since importing a GateLens loads no NumPy

            result = run_job(key, self.source, self.results)
        except Exception as error:  # shown on the page; an error in a thread vanishes otherwise
            is_expected = isinstance(error, (ValueError, OSError, ImportError))
            failure = str(error) if is_expected else f"{type(error).__name__}: {error}"
        if key != LOAD and self.source.weights_version() != version:
            return
        if failure:
            self.failed[key] = failure
            return
        if key == READ:
            self.weights_version = version
        self.results[key] = result

    def _call_listeners(self) -> None:
        for reference in list(self._listeners):
            if listener := reference():
                listener()
            else:
                self._listeners.remove(reference)


def _policy() -> Any:
    """Return the dtype policy of this thread, since Keras has one per thread; None until Keras is fully imported."""
    config: Any = getattr(sys.modules.get("keras"), "config", None)  # another thread may be importing it just now
    return config.dtype_policy() if hasattr(config, "dtype_policy") else None


def _describe(key: Key, remaining: int) -> str:
    """Describe the current job, and how many more there are."""
    name, *arguments = key
    words = {
        "load": "Loading Keras and the network; the first time takes up to 20 seconds",
        "read": "Reading the gates of all images",
        "untrained": "Reading the gates of the same network untrained",
    }.get(name, "")
    if name == "image":
        words = f"Sending an image through {title(arguments[1])}"
    if name == "looks":
        words = f"Finding where the network looks, in {title(arguments[1])}"
    if name == "channel":
        words = f"Finding the images for channel {arguments[1]} of {title(arguments[0])}"
    if name == "ablation":
        blocks = arguments[1]
        words = f"Holding the gate of {title(blocks[0])}" if len(blocks) == 1 else f"Holding {len(blocks)} gates"
    left = " One step left." if remaining == 1 else f" {remaining} steps left." if remaining else ""
    return f"{words} \u2026{left}"
