"""Jobs: computations on a network that take seconds: its gates, images, and the effect of held gates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from senet_lab.drawing.network.words import title
from senet_lab.drawing.raster import Array, heat_png, png, shade
from senet_lab.extras import needed_by
from senet_lab.gatelens.array_reading import ArrayReading
from senet_lab.gatelens.image_file import ImageFile, describe_changes, read_pixels
from senet_lab.gatelens.passage import ChannelExamples, Example, Look, Looks, Passage
from senet_lab.gatelens.passage_maps import (
    best_guesses,
    extreme_channels,
    extreme_images,
    look,
    pixel_gates,
    probabilities,
)
from senet_lab.gatelens.results import LOAD, READ, Key, Results, accuracy_problem, image_key
from senet_lab.gatelens.sources.source import Loaded, Source
from senet_lab.gatelens.views.image import image_name
from senet_lab.gates.ablation import Ablation
from senet_lab.gates.observe import BATCH, Observed

with needed_by(__name__):
    import numpy as np

LOOK_HOWS = ("own", "one", "mean")  # free gates first
SWITCHED = ("switched",)  # key of the network with its switches, which no page shows
NORMALIZING_IMAGES = 128  # from which batch normalization of the untrained network computes its statistics
MIN_IMAGES = 25  # in a batch, however large the images are
SMALL_SIDE = 32  # in pixels; `BATCH` and `NORMALIZING_IMAGES` are for images of this size, fewer larger ones are used


def run_job(key: Key, source: Source, results: Results) -> Any:
    """Compute the result for a key: `LOAD`, `READ`, `UNTRAINED`, or one that a function in `results` returns.

    Args:
        results: earlier results, by key.

    Raises:
        ValueError: the result cannot be computed; the message says why.
    """
    return JOBS[key[0]](source, results, *key[1:])


def _load(source: Source, _: Results) -> Loaded:
    from senet_lab.nets.on_keras.quiet import wake_keras

    source.check()
    wake_keras()  # takes seconds, which belong to this job
    return source.load()


def _read(_: Source, results: Results) -> ArrayReading:
    from senet_lab.gates.observe import observed

    if LOAD not in results:
        raise ValueError("the network could not be loaded")
    loaded = results[LOAD]
    return _reading(observed(loaded.model, loaded.images, batch=_batch_size(loaded.images)), loaded).compute()


def _loaded_and_read(results: Results) -> tuple[Loaded, ArrayReading]:
    if LOAD not in results or READ not in results:
        raise ValueError("the gates could not be read")
    return results[LOAD], results[READ]


def _untrained(_: Source, results: Results) -> ArrayReading:
    from senet_lab.gates.observe import observed, untrained

    loaded, reading = _loaded_and_read(results)
    fresh = untrained(loaded.model, loaded.images[: _fewer_if_large(NORMALIZING_IMAGES, loaded.images)])
    observation = observed(fresh, loaded.images, batch=_batch_size(loaded.images))
    return replace(reading, gates=observation.gates, predictions=None).compute()


def _image(_: Source, results: Results, image: int | ImageFile, path: str) -> Passage:
    loaded, reading = _loaded_and_read(results)
    pixels, batch, name, about = _pixels(loaded, image)
    label = reading.label(image) if reading.has_labels and isinstance(image, int) else None
    block = _observe_block(loaded, np.asarray(batch, "float32"), path)
    predictions = block.predictions
    fits = predictions.ndim == 2 and predictions.shape[1] <= len(loaded.outputs or loaded.classes)
    gate, usual = block.gates[0], reading.gates[path].mean(0)
    raised, lowered = extreme_channels(gate, usual, block.before[0], block.after[0])
    return Passage(
        picture=png(shade(pixels)),
        name=name,
        label=label,
        guesses=best_guesses(probabilities(predictions)[0]) if fits else None,
        gate=gate.tolist(),
        usual=usual.tolist(),
        raised=raised,
        lowered=lowered,
        about=about,
        outputs=loaded.outputs,
        pixels=None if block.pixels is None else pixel_gates(block.pixels[0]),
    )


class _Block(NamedTuple):
    """A block for some images.

    Attributes:
        gates: (images, channels).
        before, after: the maps that the gates per channel scale, and the results, (images, height, width, channels).
        pixels: the gates per pixel, (images, height, width); None if there are none.
        predictions: (images, classes).
    """

    gates: Array
    before: Array
    after: Array
    pixels: Array | None
    predictions: Array


def _observe_block(loaded: Loaded, images: Array, path: str) -> _Block:
    """Send images through the network; whatever is needed of a block is observed at once, so that it is traced once."""
    from senet_lab.gates.observe import observed
    from senet_lab.gates.sites import pixel_sites, sites

    site = next(each for each in sites(loaded.model) if each.path == path)
    names = [site.map, site.scale, *(each.gate for each in pixel_sites(loaded.model) if each.path == path)]
    seen = observed(loaded.model, images, also=names)
    before, after, *pixels = (np.asarray(seen.also[name], "float32") for name in names)
    return _Block(seen.gates[path], before, after, pixels[0][..., 0] if pixels else None, seen.predictions)


def _looks(_: Source, results: Results, image: int | ImageFile, path: str) -> Looks:
    """Compute Grad-CAM for the predicted class, and for the label if that differs."""
    from senet_lab.gates.ablation import ablated
    from senet_lab.gates.gradcam import block_output, class_gradient, grad_cam

    loaded, reading = _loaded_and_read(results)
    passage: Passage | None = results.get(image_key(image, path))
    if passage is None or passage.guesses is None:
        raise ValueError("the image has no prediction that Grad-CAM could explain")
    labels = [] if passage.outputs or passage.label is None else [passage.label]
    classes = list(dict.fromkeys([passage.guesses[0][0], *labels]))
    pixels = np.asarray(_pixels(loaded, image)[1], "float32")
    batch = np.repeat(pixels, len(classes), 0)
    switched, by_class = _switched(results), {number: list[Look]() for number in classes}
    layer, free = block_output(switched, path), None
    for how in LOOK_HOWS:
        seen = class_gradient(ablated(switched, reading.gates, how, reading.gates), batch, layer, classes)
        places = grad_cam(seen.maps, seen.gradients)
        free = places if free is None else free
        likely = probabilities(seen.predictions)
        for at, number in enumerate(classes):
            by_class[number].append(look(how, places[at], free[at], float(likely[at, number])))
    return Looks(by_class)


def _channel(_: Source, results: Results, path: str, channel: int) -> ChannelExamples:
    """Send the images that open and close a gate most through the network, and return the channel's feature maps."""
    loaded, reading = _loaded_and_read(results)
    opening, closing = extreme_images(reading.gates[path][:, channel])
    if not opening:
        return ChannelExamples([], [])
    numbers = [*opening, *closing]
    maps = _observe_block(loaded, loaded.images[numbers], path).before[..., channel]
    low, high = float(maps.min()), float(maps.max())
    gates = reading.gates[path][numbers, channel].tolist()
    examples = [
        Example(number, gate, loaded.thumbnail(number), heat_png(each, low, high))
        for number, gate, each in zip(numbers, gates, maps, strict=True)
    ]
    return ChannelExamples(examples[: len(opening)], examples[len(opening) :])


def _pixels(loaded: Loaded, image: int | ImageFile) -> tuple[Array, Array, str, str]:
    """Return an image for display, the same as the network's input, its name, and how it was changed."""
    if not isinstance(image, ImageFile):
        return loaded.pictures[image], loaded.images[image : image + 1], image_name(image), ""
    height, width, channels = loaded.images.shape[1:]
    pixels = read_pixels(image, height, width, channels)
    return pixels, loaded.prepare(pixels[None]), image.name, describe_changes(image, height)


def _ablation(_: Source, results: Results, how: str, blocks: tuple[str, ...]) -> Ablation:
    from senet_lab.gates.ablation import ablation

    loaded, reading = _loaded_and_read(results)
    if problem := accuracy_problem(loaded, reading):
        raise ValueError(problem)
    return ablation(
        _switched(results), loaded.images, reading.labels, blocks, how,
        values=reading.gates, before=reading.predictions,
    )  # fmt: skip


def _switched(results: Results) -> Any:
    """Return the network with its switches, made once."""
    from senet_lab.gates.ablation import switchable

    if SWITCHED not in results:
        results[SWITCHED] = switchable(results[LOAD].model)
    return results[SWITCHED]


def even_batch_size(n_images: int, max_size: int = BATCH) -> int:
    """Return a batch size without a smaller batch at the end, for which TensorFlow would retrace the network.

    >>> even_batch_size(1000), even_batch_size(32), even_batch_size(257), even_batch_size(100, 30)
    (250, 32, 129, 25)
    """
    return max(1, -(-n_images // -(-n_images // max_size)))


def _batch_size(images: Array) -> int:
    return even_batch_size(len(images), _fewer_if_large(BATCH, images))


def _fewer_if_large(count: int, images: Array) -> int:
    """Return how many of these images need as much memory as `count` small ones; at least `MIN_IMAGES`."""
    pixels = int(images.shape[1] * images.shape[2])
    return min(count, max(MIN_IMAGES, count * SMALL_SIDE**2 // pixels))


def _reading(observation: Observed, loaded: Loaded) -> ArrayReading:
    """Return the gates with the labels, or with the network's predictions if there are no labels."""
    for path, values in observation.gates.items():
        if not np.isfinite(values).all():
            raise ValueError(f"the gates of {title(path)} are not finite: its weights or the images are too large")
    outputs = np.asarray(observation.predictions)
    fits = outputs.ndim == 2 and outputs.shape[1] <= len(loaded.classes) and not loaded.outputs
    predictions = outputs if fits else None
    if loaded.labels is not None:
        return ArrayReading(observation.gates, loaded.labels, loaded.classes, predictions)
    labels = np.zeros(len(loaded.images), int) if predictions is None else predictions.argmax(1)
    return ArrayReading(observation.gates, labels, loaded.classes, predictions, has_labels=False)


JOBS: dict[str, Callable[..., Any]] = {
    "load": _load,
    "read": _read,
    "untrained": _untrained,
    "image": _image,
    "looks": _looks,
    "channel": _channel,
    "ablation": _ablation,
}
