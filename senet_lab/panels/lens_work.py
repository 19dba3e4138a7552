"""Work: what takes seconds of a GateLens, in a thread of its own. What was found is kept, and nothing is done twice."""

from __future__ import annotations

import sys
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from senet_lab.ablation import Ablation
from senet_lab.gates import BATCH
from senet_lab.moments import Moment
from senet_lab.panels.lens_own import Own, picture_of, remarks
from senet_lab.panels.lens_sources import Loaded, Source
from senet_lab.views.gates import Reading
from senet_lab.views.gates_image import Passage
from senet_lab.views.words import title

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

Key = tuple[Any, ...]
LOAD, READ, UNTRAINED = ("load",), ("read",), ("untrained",)
SEEN_UNTRAINED = 128  # images that batch normalization of the untrained network takes its statistics from


class Work:
    """The results about one source, by what was asked: `LOAD`, `READ`, `UNTRAINED`, ("image", ...), ("ablation", ...).

    Attributes:
        results, failed: what was found, and why it could not be, by what was asked.
        words: what is being done; "" where nothing is.
        version: rises with each change, so that who draws can tell that there was one meanwhile.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.results: dict[Key, Any] = {}
        self.failed: dict[Key, str] = {}
        self.words, self.version = "", 0
        self._listeners: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._wanted: list[Key] = []
        self._lock = threading.Lock()
        self._running = False
        self._threads = 0  # one that is about to end has something to tell yet
        self._switchable: Any = None

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

    def listen(self, method: Callable[[], None]) -> None:
        """Call a method after each change, for as long as its object lives: work outlasts panels."""
        self._listeners.append(weakref.WeakMethod(method))

    def aim(self, keys: Sequence[Key]) -> None:
        """Find out these, in this order, instead of what was wanted before; what is being done is finished first."""
        with self._lock:
            self._wanted = [key for key in keys if key not in self.results and key not in self.failed]
            if self._running or not self._wanted:
                return
            self._running = True
            self._threads += 1
            self.words = told(self._wanted[0], len(self._wanted) - 1)
        # Keras keeps its dtype policy by thread: the one of the notebook is handed over.
        policy = sys.modules["keras"].config.dtype_policy() if "keras" in sys.modules else None
        threading.Thread(target=self._run, args=(policy,), daemon=True).start()

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
        self.version += 1

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
            try:
                if policy is not None:
                    sys.modules["keras"].config.set_dtype_policy(policy)
                self.results[key] = _JOBS[key[0]](self, *key[1:])
            except Exception as error:  # shown on the page; an error in a thread vanishes otherwise
                self.failed[key] = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            self._tell()
        self._tell()
        with self._lock:
            self._threads -= 1

    def _tell(self) -> None:
        self.version += 1
        for listener in list(self._listeners):
            if tell := listener():
                tell()
            else:
                self._listeners.remove(listener)

    def _needed(self) -> tuple[Loaded, Reading]:
        """The network and its gates, for what builds on them.

        Raises:
            ValueError: they could not be had.
        """
        if LOAD not in self.results or READ not in self.results:
            raise ValueError("its gates could not be read")
        return self.results[LOAD], self.results[READ]

    def _load(self) -> Loaded:
        import keras  # noqa: F401 - the seconds that this takes belong here

        return self.source.load()

    def _read(self) -> Reading:
        from senet_lab.gates import observed

        if self.loaded is None:
            raise ValueError("the network could not be loaded")
        images = self.loaded.images
        return _reading(observed(self.loaded.model, images, batch=even(len(images))), self.loaded)

    def _untrained(self) -> Reading:
        from senet_lab.gates import observed, untrained

        loaded, reading = self._needed()
        fresh = untrained(loaded.model, loaded.images[:SEEN_UNTRAINED])
        seen = observed(fresh, loaded.images, batch=even(len(loaded.images)))
        return replace(reading, gates=seen.gates, predictions=None)

    def _image(self, image: int | Own, path: str) -> Passage:
        import numpy as np

        from senet_lab.gates import observed
        from senet_lab.nets.gated import sites

        loaded, reading = self._needed()
        if isinstance(image, Own):
            height, width = loaded.images.shape[1:3]
            shown, name, label = picture_of(image, height, width, loaded.images.shape[3]), image.name, None
            ready, about = loaded.prepare(shown[None]), remarks(image, height)
        else:
            shown, name, about = loaded.pictures[image], f"image {image}", ""
            label = int(reading.labels[image]) if reading.given else None
            ready = loaded.images[image : image + 1]
        site = next(each for each in sites(loaded.model) if each.path == path)
        seen = observed(loaded.model, np.asarray(ready, "float32"), also=(site.map, site.scale))
        probabilities = seen.predictions[0] if _classifies(seen.predictions, loaded) else None
        usual = reading.gates[path].mean(0)
        before, after = (np.asarray(seen.also[each][0], "float32") for each in (site.map, site.scale))
        return Passage(shown, name, label, probabilities, seen.gates[path][0], usual, before, after, about)

    def _ablation(self, how: str, blocks: tuple[str, ...]) -> Ablation:
        from senet_lab.ablation import ablation, switchable

        loaded, reading = self._needed()
        if self._switchable is None:
            self._switchable = switchable(loaded.model)
        if reading.predictions is None:
            raise ValueError("accuracy needs a classifier, which this network has not")
        return ablation(
            self._switchable, loaded.images, reading.labels, blocks, how,
            values=reading.gates, before=reading.predictions,
        )  # fmt: skip


def even(images: int) -> int:
    """The batch that leaves no smaller one at the end, for which TensorFlow would trace the network once more.

    >>> even(1000), even(32), even(257)
    (250, 32, 129)
    """
    return max(1, -(-images // -(-images // BATCH)))


def _reading(seen: Any, loaded: Loaded) -> Reading:
    """The gates with the labels; where there are none, what the network predicts stands for them."""
    import numpy as np

    predictions = np.asarray(seen.predictions) if _classifies(seen.predictions, loaded) else None
    if loaded.labels is not None:
        return Reading(seen.gates, loaded.labels, loaded.classes, predictions)
    labels = np.zeros(len(loaded.images), int) if predictions is None else predictions.argmax(1)
    return Reading(seen.gates, labels, loaded.classes, predictions, given=False)


def _classifies(predictions: Any, loaded: Loaded) -> bool:
    return bool(predictions.ndim == 2 and predictions.shape[1] <= len(loaded.classes))


def moments_of(work: Work) -> tuple[Moment, ...]:
    """What the source brought of the gates epoch by epoch."""
    return work.loaded.moments if work.loaded else ()


def told(key: Key, left: int) -> str:
    """What is being done, in words."""
    what = {
        "load": "Loading Keras and the network: seconds, the first time up to twenty",
        "read": "Reading the gates of all images",
        "untrained": "Reading the gates of the same network untrained",
    }.get(key[0])
    if key[0] == "image":
        what = f"Sending an image through {title(key[2])}"
    if key[0] == "ablation":
        what = f"Holding the gate of {title(key[2][0])}" if len(key[2]) == 1 else f"Holding {len(key[2])} gates"
    return f"{what} \u2026{f' {left} more to do.' if left else ''}"


_JOBS: dict[str, Callable[..., Any]] = {
    "load": Work._load,
    "read": Work._read,
    "untrained": Work._untrained,
    "image": Work._image,
    "ablation": Work._ablation,
}
