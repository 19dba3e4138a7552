"""Sources: where the GateLens gets a network and images from. Only loading one brings Keras in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from senet_lab.array_checks import class_numbers, fitting_images
from senet_lab.checks import quoted
from senet_lab.data import datasets as data
from senet_lab.data.datasets import DATA_WORDS
from senet_lab.gatelens.views.ablation import beside
from senet_lab.gatelens.views.reading import share
from senet_lab.gates.moments import Moment
from senet_lab.ledger.build_memory import check_build
from senet_lab.ledger.ledger import Ledger
from senet_lab.training.batches import prepare_images
from senet_lab.training.recipe import Recipe
from senet_lab.training.worker.gate_recorder import interleave_classes
from senet_lab.weights import pretrained
from senet_lab.weights.timm.classes import imagenet_classes

if TYPE_CHECKING:
    import keras
    import numpy as np

    Array = np.ndarray[Any, Any]

MAX_UNNAMED = 10_000  # classes of labels for a network without a classifier, each of which gets a name
ENLARGED = 100  # images of the sample for a network that takes larger ones, each of which takes far longer


@dataclass(frozen=True, eq=False)
class Loaded:
    """A network and what it looks at.

    Attributes:
        model: the Keras model.
        pictures: the images as they are looked at, (images, height, width, channels).
        images: the same, as the network takes them.
        labels: their classes by number; None where nobody knows.
        classes: the names of the classes.
        prepare: makes pictures, uint8, into what the network takes.
        moments: how the gates were, epoch by epoch, as far as it was noted.
        about: what there is to say of it: how it was trained, and what it does.
        outputs: what it predicts, where that is something else than `classes`.
        twin: how the same network without squeeze-excite does, in a sentence; "" where nobody knows.
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


@dataclass(frozen=True, eq=False)
class Source:
    """What can be loaded.

    Attributes:
        name: what to call it.
        load: loads it; takes seconds.
        lasting: whether it is the same whenever it is loaded, so that what was found out of it may be kept.
        ledger: of the network, where that is known without loading it.
        cost: what loading it takes that has to be agreed to first, in words; nothing where it can be had at once.
        rests: tells states of its weights apart, see `GateWatch.rests`; None while they move, and are of no step.
        check: raises a ValueError where there is no memory to load it, before Keras is loaded for it.
    """

    name: str
    load: Callable[[], Loaded]
    lasting: bool = False
    ledger: Callable[[], Ledger | None] = field(default=lambda: None)
    cost: Callable[[], str] = field(default=lambda: "")
    rests: Callable[[], int | None] = field(default=lambda: 0)
    check: Callable[[], None] = field(default=lambda: None)


def shipped() -> tuple[Source, ...]:
    """A source for each network with gates that ships, on the test images that ship; the later ones first."""
    cards = [pretrained.card(name) for name in pretrained.names()]
    return tuple(
        Source(
            card.name,
            partial(_load_shipped, card),
            True,
            card.architecture.ledger,
            check=partial(check_build, card.architecture),
        )
        for card in cards
        if card.architecture.ledger().se.params
    )


def _load_shipped(card: pretrained.Card) -> Loaded:
    images = data.sample()
    epochs = f"{len(card.metrics)} epochs" if card.metrics else "trained"
    about = (
        f"{epochs} on {DATA_WORDS.get(card.data, card.data)}, {share(card.accuracy)} of its {card.images:,} test images"
    )
    twin = pretrained.twin(card)
    return Loaded(
        pretrained.load(card.name),
        images.x_test,
        pretrained.prepared(images.x_test, card),
        images.y_test,
        images.classes,
        partial(pretrained.prepared, card=card),
        about=about,
        twin=beside(card, twin) if twin else "",
    )


def given(
    model: keras.Model,
    images: Array | None = None,
    labels: Array | None = None,
    classes: Sequence[str] | None = None,
    prepare: Callable[[Array], Array] | None = None,
    about: str = "",
) -> Source:
    """A source for a model of one's own.

    Args:
        images: uint8 pictures, which `prepare` makes ready; or numbers as the network takes them. None for the test
            images of the CIFAR-10 sample, with their labels; where the network takes larger ones, for some, enlarged.
        labels: the class of each image; None where nobody knows.
        classes: their names; None for their numbers.
        prepare: makes uint8 pictures into what the network takes; None for pixels from 0 to 1.
        about: what there is to say of it.

    Raises:
        ValueError, TypeError: they do not belong together; says which.
    """
    import numpy as np

    prepare, outputs = prepare or partial(prepare_images, recipe=Recipe()), tuple[str, ...]()
    if images is None:
        images, numbers = sample_of(*model.input_shape[1:])
        labels = numbers if labels is None else labels
        if classes is None:
            classes, outputs = data.CIFAR10, outputs_of(model)
    shape = model.input_shape[1:]
    predicted = 0 if outputs or len(model.output_shape) != 2 else model.output_shape[-1]
    pictures, labels, many = checked_given(images, labels, classes, shape, predicted, model.name)
    names = tuple(map(str, classes)) if classes is not None else outputs_of(model, many)
    if len(names) < many:
        raise ValueError(f"`classes` (={len(names)}) must be a name for each of the {many} classes; try {many} names.")

    def load() -> Loaded:
        prepared = pictures
        if pictures.dtype == np.uint8:
            prepared = fitting_images(prepare(pictures), shape, name="prepare(images)", taker=model.name)
        prepared = prepared.astype("float32")
        return Loaded(model, pictures, prepared, labels, names, prepare, about=about, outputs=outputs)

    return Source(model.name, load, ledger=partial(_ledger_of, model))


def sample_of(height: int | None, width: int | None, channels: int) -> tuple[Array, Array]:
    """The test images of the CIFAR-10 sample and their classes; for a network of other sides some of them, enlarged."""
    import numpy as np
    from PIL import Image

    images = data.sample()
    if channels != 3 or (height in (None, 32) and width in (None, 32)):
        return images.x_test, images.y_test
    chosen = interleave_classes(images.y_test)[:ENLARGED]
    side = width or 32, height or 32
    enlarged = [Image.fromarray(each).resize(side, Image.Resampling.BICUBIC) for each in images.x_test[chosen]]
    return np.stack([np.asarray(each) for each in enlarged]), images.y_test[chosen]


def outputs_of(model: Any, many: int = 0) -> tuple[str, ...]:
    """What a network predicts: ImageNet's classes where there are a thousand, none where there are CIFAR-10's ten.

    Args:
        many: the number of classes, where it is known: they are all named then.
    """
    count = many or (model.output_shape[-1] if len(model.output_shape) == 2 else len(data.CIFAR10))
    if count == 1000:
        return tuple(name.partition(",")[0] for _, name in imagenet_classes())
    return () if count == len(data.CIFAR10) and not many else tuple(f"class {number}" for number in range(count))


def checked_given(
    images: Any, labels: Any, classes: Any, shape: Sequence[int | None], predicted: int, taker: str
) -> tuple[Array, Array | None, int]:
    """Check images, labels and the names of classes, and count the classes.

    Args:
        shape: (height, width, channels) that the network takes.
        predicted: the classes that it predicts; 0 where it predicts none, or others than these.
        taker: its name.

    Raises:
        ValueError, TypeError: they do not fit the network, or each other; says which.
    """
    if classes is not None and (isinstance(classes, (str, bytes)) or not hasattr(classes, "__len__")):
        raise TypeError(f"`classes` must be a list of names, not {quoted(classes)}; try ['cat', 'dog'].")
    pictures = fitting_images(images, shape, taker=taker)
    named = 0 if classes is None else len(classes)
    if labels is None:
        return pictures, None, max(predicted, 1)
    labels = class_numbers(labels, len(pictures), max(predicted, named) or MAX_UNNAMED)
    return pictures, labels, max(predicted, int(labels.max()) + 1)


def _ledger_of(model: Any) -> Ledger | None:
    try:
        return Ledger.of(model)
    except (TypeError, ValueError):  # a layer that no ledger counts: the strip then draws gates alone
        return None
