"""Jobs: what a GateLens finds out of a network, each a matter of seconds: gates, one image, what a held gate costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from senet_lab.drawing.network.words import title
from senet_lab.gatelens.own_image import Own, picture_of, remarks
from senet_lab.gatelens.sources.source import Loaded, Source
from senet_lab.gatelens.views.image import Passage, image_name
from senet_lab.gatelens.views.reading import Reading
from senet_lab.gates.ablation import Ablation
from senet_lab.gates.observe import BATCH

Key = tuple[Any, ...]
LOAD, READ, UNTRAINED = ("load",), ("read",), ("untrained",)
SWITCHED = ("switched",)  # the network with its switches, which no page shows
SEEN_UNTRAINED = 128  # images that batch normalization of the untrained network takes its statistics from
SIDE = 32  # of the images that these counts are for; of larger ones fewer

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]
    Results = dict[Key, Any]


def done(key: Key, source: Source, results: Results) -> Any:
    """What is asked for by a key: `LOAD`, `READ`, `UNTRAINED`, ("image", ...) or ("ablation", ...).

    Args:
        results: what was found out before, by key.

    Raises:
        ValueError: it cannot be had; says why.
    """
    return _JOBS[key[0]](source, results, *key[1:])


def _load(source: Source, _: Results) -> Loaded:
    from senet_lab.nets.on_keras.quiet import wake_keras

    source.check()
    wake_keras()  # the seconds that this takes belong here
    return source.load()


def _read(_: Source, results: Results) -> Reading:
    from senet_lab.gates.observe import observed

    if LOAD not in results:
        raise ValueError("the network could not be loaded")
    loaded = results[LOAD]
    return _reading(observed(loaded.model, loaded.images, batch=_batch(loaded.images)), loaded)


def _needed(results: Results) -> tuple[Loaded, Reading]:
    """The network and its gates, for what builds on them."""
    if LOAD not in results or READ not in results:
        raise ValueError("its gates could not be read")
    return results[LOAD], results[READ]


def _untrained(_: Source, results: Results) -> Reading:
    from senet_lab.gates.observe import observed, untrained

    loaded, reading = _needed(results)
    fresh = untrained(loaded.model, loaded.images[: _fewer(SEEN_UNTRAINED, loaded.images)])
    seen = observed(fresh, loaded.images, batch=_batch(loaded.images))
    return replace(reading, gates=seen.gates, predictions=None)


def _image(_: Source, results: Results, image: int | Own, path: str) -> Passage:
    import numpy as np

    from senet_lab.gates.observe import observed
    from senet_lab.gates.sites import sites

    loaded, reading = _needed(results)
    shown, ready, name, about = _picture(loaded, image)
    label = int(reading.labels[image]) if reading.given and not isinstance(image, Own) else None
    site = next(each for each in sites(loaded.model) if each.path == path)
    seen = observed(loaded.model, np.asarray(ready, "float32"), also=(site.map, site.scale))
    fits = seen.predictions.ndim == 2 and seen.predictions.shape[1] <= len(loaded.outputs or loaded.classes)
    probabilities = seen.predictions[0] if fits else None
    usual = reading.gates[path].mean(0)
    before, after = (np.asarray(seen.also[each][0], "float32") for each in (site.map, site.scale))
    gate = seen.gates[path][0]
    return Passage(shown, name, label, probabilities, gate, usual, before, after, about, loaded.outputs)


def _picture(loaded: Loaded, image: int | Own) -> tuple[Array, Array, str, str]:
    """An image to look at, and as the network takes it; its name, and what was done to it."""
    if not isinstance(image, Own):
        return loaded.pictures[image], loaded.images[image : image + 1], image_name(image), ""
    height, width, channels = loaded.images.shape[1:]
    shown = picture_of(image, height, width, channels)
    return shown, loaded.prepare(shown[None]), image.name, remarks(image, height)


def _ablation(_: Source, results: Results, how: str, blocks: tuple[str, ...]) -> Ablation:
    from senet_lab.gates.ablation import ablation, switchable

    loaded, reading = _needed(results)
    if why := unmeasured(loaded, reading):
        raise ValueError(why)
    if SWITCHED not in results:
        results[SWITCHED] = switchable(loaded.model)
    return ablation(
        results[SWITCHED], loaded.images, reading.labels, blocks, how,
        values=reading.gates, before=reading.predictions,
    )  # fmt: skip


def unmeasured(loaded: Loaded, reading: Reading) -> str:
    """Why there is no accuracy to measure; "" where there is."""
    if reading.predictions is not None:
        return ""
    if loaded.outputs:
        return "what it predicts are other classes than those of these images, so that there is no accuracy to measure"
    return "accuracy needs a classifier, which this network has not"


def even(images: int, most: int = BATCH) -> int:
    """The batch that leaves no smaller one at the end, for which TensorFlow would trace the network once more.

    >>> even(1000), even(32), even(257), even(100, 30)
    (250, 32, 129, 25)
    """
    return max(1, -(-images // -(-images // most)))


def _batch(images: Array) -> int:
    return even(len(images), _fewer(BATCH, images))


def _fewer(count: int, images: Array) -> int:
    """As many images of these as take the memory of `count` small ones, or 25."""
    pixels = int(images.shape[1] * images.shape[2])
    return min(count, max(25, count * SIDE**2 // pixels))


def _reading(seen: Any, loaded: Loaded) -> Reading:
    """The gates with the labels; where there are none, what the network predicts stands for them."""
    import numpy as np

    if ill := [path for path, values in seen.gates.items() if not np.isfinite(values).all()]:
        raise ValueError(f"the gates of {title(ill[0])} are not finite: its weights, or the images, are too large")
    fits = seen.predictions.ndim == 2 and seen.predictions.shape[1] <= len(loaded.classes) and not loaded.outputs
    predictions = np.asarray(seen.predictions) if fits else None
    if loaded.labels is not None:
        return Reading(seen.gates, loaded.labels, loaded.classes, predictions)
    labels = np.zeros(len(loaded.images), int) if predictions is None else predictions.argmax(1)
    return Reading(seen.gates, labels, loaded.classes, predictions, given=False)


def told(key: Key, left: int) -> str:
    """What is being done, in words."""
    what = {
        LOAD: "Loading Keras and the network: seconds, the first time up to twenty",
        READ: "Reading the gates of all images",
        UNTRAINED: "Reading the gates of the same network untrained",
    }.get(key)
    if key[0] == "image":
        what = f"Sending an image through {title(key[2])}"
    if key[0] == "ablation":
        what = f"Holding the gate of {title(key[2][0])}" if len(key[2]) == 1 else f"Holding {len(key[2])} gates"
    return f"{what} \u2026{f' {left} more to do.' if left else ''}"


_JOBS: dict[str, Callable[..., Any]] = {
    "load": _load,
    "read": _read,
    "untrained": _untrained,
    "image": _image,
    "ablation": _ablation,
}
