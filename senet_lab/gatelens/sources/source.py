"""Sources: networks and images for the GateLens. Keras is imported only when a source is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from senet_lab.array_checks import class_numbers, fitting_images
from senet_lab.checks import quoted
from senet_lab.data import datasets as data
from senet_lab.data.datasets import data_words
from senet_lab.drawing.units import as_percent
from senet_lab.gatelens.views.ablation import twin_words
from senet_lab.gates.moments import Moment
from senet_lab.ledger.build_memory import check_build
from senet_lab.ledger.ledger import Ledger
from senet_lab.training.recipe import Recipe
from senet_lab.weights import pretrained
from senet_lab.weights.timm.classes import imagenet_classes

if TYPE_CHECKING:
    import keras

    from senet_lab.array_checks import Array

MAX_UNNAMED_CLASSES = 10_000  # for a network without a classifier; each class gets a name
MAX_ENLARGED_IMAGES = 100  # of the sample, for networks with larger inputs, which take far longer per image


@dataclass(frozen=True, eq=False)
class Loaded:
    """A loaded network and its images.

    Attributes:
        model: the Keras model.
        pictures: the images for display, (images, height, width, channels).
        images: the same images, prepared for the network.
        labels: their class numbers; None if unknown.
        classes: the names of the classes.
        prepare: converts uint8 pictures to the network's input.
        moments: the recorded moments of its gates, by epoch.
        about: a description of its training and accuracy.
        outputs: the names of the classes that it predicts, if they are not `classes`.
        twin: a sentence on the accuracy of the same network without squeeze-excite; "" if unknown.
    """

    model: keras.Model
    pictures: Array
    images: Array
    labels: Array | None
    classes: tuple[str, ...]
    prepare: Callable[[Array], Array]
    moments: tuple[Moment, ...] = ()
    about: str = ""
    outputs: tuple[str, ...] = ()
    twin: str = ""

    def thumbnail(self, number: int) -> str:
        """Return an image as a PNG in a data URI."""
        from senet_lab.drawing.raster import png, shade

        return png(shade(self.pictures[number]))


@dataclass(frozen=True, eq=False)
class Source:
    """A network that can be loaded.

    Attributes:
        name: the name of the network.
        load: loads the network, which takes seconds.
        is_bundled: whether it is the same each time it is loaded, so that results about it may be kept.
        ledger: the network's ledger if known without loading it, otherwise None.
        cost: the cost of loading it that the user has to agree to first, in words; "" if there is none.
        weights_version: a number that changes with the weights; None while a `fit` changes them.
        check: raises a ValueError, before Keras is loaded, if there is not enough memory.
    """

    name: str
    load: Callable[[], Loaded]
    is_bundled: bool = False
    ledger: Callable[[], Ledger | None] = field(default=lambda: None)
    cost: Callable[[], str] = field(default=lambda: "")
    weights_version: Callable[[], int | None] = field(default=lambda: 0)
    check: Callable[[], None] = field(default=lambda: None)


def bundled_sources() -> tuple[Source, ...]:
    """Return a source for each bundled network with gates, with the bundled test images, in reverse order."""
    cards = [pretrained.card(name) for name in pretrained.names()]
    return tuple(
        Source(
            card.name,
            partial(_load_bundled, card),
            True,
            card.architecture.ledger,
            check=partial(check_build, card.architecture),
        )
        for card in cards
        if card.architecture.ledger().se.params
    )


def _load_bundled(card: pretrained.Card) -> Loaded:
    images = data.sample()
    epochs = f"{len(card.metrics)} epochs" if card.metrics else "trained"
    accuracy = as_percent(card.accuracy)
    about = f"{epochs} on {data_words(card.data)}, accuracy {accuracy} on all {card.images:,} test images"
    twin = pretrained.twin(card)
    return Loaded(
        pretrained.load(card.name),
        images.x_test,
        pretrained.prepared(images.x_test, card),
        images.y_test,
        images.classes,
        partial(pretrained.prepared, card=card),
        about=about,
        twin=twin_words(card, twin) if twin else "",
    )


def source_of_model(
    model: keras.Model,
    images: Array | None = None,
    labels: Array | None = None,
    classes: Sequence[str] | None = None,
    prepare: Callable[[Array], Array] | None = None,
    about: str = "",
) -> Source:
    """Return a source for a user's model.

    Args:
        images: uint8 pictures, which `prepare` converts; or arrays ready for the network. None for the labeled test
            images of the CIFAR-10 sample; for a network with larger inputs, some of them, enlarged.
        labels: the class number of each image; None if unknown.
        classes: the names of the classes; None for their numbers.
        prepare: converts uint8 pictures to the network's input; None for pixels scaled to [0, 1], or as they are if the
            model scales them itself.
        about: a description of the network's training and accuracy.

    Raises:
        ValueError, TypeError: the arguments are inconsistent; the message says which.
    """
    import numpy as np

    from senet_lab.training.batches import prepare_images

    usual = partial(np.asarray, dtype="float32") if _scales_pixels(model) else partial(prepare_images, recipe=Recipe())
    prepare, outputs = prepare or usual, tuple[str, ...]()
    if images is None:
        images, numbers = sample_of(*model.input_shape[1:])
        labels = numbers if labels is None else labels
        if classes is None:
            classes, outputs = data.CIFAR10, outputs_of(model)
    shape = model.input_shape[1:]
    predicted = 0 if outputs or len(model.output_shape) != 2 else model.output_shape[-1]
    pictures, labels, count = check_images(images, labels, classes, shape, predicted, model.name)
    names = tuple(map(str, classes)) if classes is not None else outputs_of(model, count)
    if len(names) < count:
        raise ValueError(
            f"`classes` (={len(names)}) must be a name for each of the {count} classes; try {count} names."
        )

    def load() -> Loaded:
        inputs = pictures
        if pictures.dtype == np.uint8:
            inputs = fitting_images(prepare(pictures), shape, name="prepare(images)", taker=model.name)
        inputs = inputs.astype("float32")
        return Loaded(model, pictures, inputs, labels, names, prepare, about=about, outputs=outputs)

    return Source(model.name, load, ledger=partial(_ledger_of, model))


def _scales_pixels(model: keras.Model) -> bool:
    """Return whether a model scales pixels before its first other layer with weights."""
    for layer in model.layers:
        if type(layer).__name__ in ("Rescaling", "Normalization"):
            return True
        if layer.weights:
            return False
    return False


def sample_of(height: int | None, width: int | None, channels: int) -> tuple[Array, Array]:
    """Return the test images of the CIFAR-10 sample and their classes; for other sizes some of them, enlarged."""
    import numpy as np
    from PIL import Image

    from senet_lab.training.worker.gate_recorder import interleave_classes

    images = data.sample()
    if channels != 3 or (height in (None, 32) and width in (None, 32)):
        return images.x_test, images.y_test
    selected = interleave_classes(images.y_test)[:MAX_ENLARGED_IMAGES]
    side = width or 32, height or 32
    enlarged = [Image.fromarray(each).resize(side, Image.Resampling.BICUBIC) for each in images.x_test[selected]]
    return np.stack([np.asarray(each) for each in enlarged]), images.y_test[selected]


def outputs_of(model: Any, count: int = 0) -> tuple[str, ...]:
    """Return the names of a network's outputs: ImageNet's classes for a thousand, none for CIFAR-10's ten.

    Args:
        count: the number of classes, if known; then all of them get names.
    """
    predicted = model.output_shape[-1] if len(model.output_shape) == 2 else len(data.CIFAR10)
    if (count or predicted) == 1000:
        return tuple(name.partition(",")[0] for _, name in imagenet_classes())
    if not count and predicted == len(data.CIFAR10):
        return ()
    return tuple(f"class {number}" for number in range(count or predicted))


def check_images(
    images: Any, labels: Any, classes: Any, shape: Sequence[int | None], predicted: int, taker: str
) -> tuple[Array, Array | None, int]:
    """Return images, labels and the number of classes if they fit a network and each other.

    Args:
        shape: the network's input shape, (height, width, channels).
        predicted: the number of classes that it predicts; 0 if it predicts none, or different ones.
        taker: the name of the network.

    Raises:
        ValueError, TypeError: the arrays do not fit the network or each other; the message says which.
    """
    if classes is not None and (isinstance(classes, (str, bytes)) or not hasattr(classes, "__len__")):
        raise TypeError(f"`classes` must be a list of names, not {quoted(classes)}; try ['cat', 'dog'].")
    pictures = fitting_images(images, shape, taker=taker)
    n_names = 0 if classes is None else len(classes)
    if labels is None:
        return pictures, None, max(predicted, 1)
    labels = class_numbers(labels, len(pictures), max(predicted, n_names) or MAX_UNNAMED_CLASSES)
    return pictures, labels, max(predicted, int(labels.max()) + 1)


def _ledger_of(model: Any) -> Ledger | None:
    try:
        return Ledger.of(model)
    except (TypeError, ValueError):  # a layer that the ledger cannot count: the strip then draws only gates
        return None
