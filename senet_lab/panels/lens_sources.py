"""Sources: where the GateLens gets a network and images from. Only loading one brings Keras in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from senet_lab import data, pretrained
from senet_lab.checks import one_of
from senet_lab.ledger import Ledger
from senet_lab.moments import Moment
from senet_lab.training.batches import ready
from senet_lab.training.recipe import Recipe
from senet_lab.views.gates import share

if TYPE_CHECKING:
    import keras
    import numpy as np

    Array = np.ndarray[Any, Any]


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


@dataclass(frozen=True, eq=False)
class Source:
    """What can be loaded.

    Attributes:
        name: what to call it.
        load: loads it; takes seconds.
        lasting: whether it is the same whenever it is loaded, so that what was found out of it may be kept.
        ledger: of the network, where that is known without loading it.
    """

    name: str
    load: Callable[[], Loaded]
    lasting: bool = False
    ledger: Callable[[], Ledger | None] = field(default=lambda: None)


def shipped() -> tuple[Source, ...]:
    """A source for each network with gates that ships, on the test images that ship; the later ones first."""
    cards = [pretrained.card(name) for name in pretrained.names()]
    return tuple(
        Source(card.name, partial(_load_shipped, card), True, card.architecture.ledger)
        for card in cards
        if card.architecture.ledger().se.params
    )


def _load_shipped(card: pretrained.Card) -> Loaded:
    images = data.sample()
    epochs = f"{len(card.metrics)} epochs" if card.metrics else "trained"
    about = f"{epochs} on {card.data}, {share(card.accuracy)} of its {card.images:,} test images"
    return Loaded(
        pretrained.load(card.name),
        images.x_test,
        pretrained.prepared(images.x_test, card),
        images.y_test,
        images.classes,
        partial(pretrained.prepared, card=card),
        about=about,
    )


def given(
    model: keras.Model,
    images: Array | None = None,
    labels: Array | None = None,
    classes: Sequence[str] | None = None,
    prepare: Callable[[Array], Array] | None = None,
) -> Source:
    """A source for a model of one's own.

    Args:
        images: uint8 pictures, which `prepare` makes ready; or numbers as the network takes them. None for the test
            images of the CIFAR-10 sample, with their labels.
        labels: the class of each image; None where nobody knows.
        classes: their names; None for their numbers.
        prepare: makes uint8 pictures into what the network takes; None for pixels from 0 to 1.

    Raises:
        ValueError, TypeError: they do not belong together; says which.
    """
    import numpy as np

    prepare = prepare or partial(ready, recipe=Recipe())
    if images is None:
        sample = data.sample()
        images, labels = sample.x_test, sample.y_test if labels is None else labels
        classes = sample.classes if classes is None else classes
    pictures = np.asarray(images)
    _must_fit(model, pictures)
    labels = None if labels is None else _checked_labels(labels, len(pictures))
    many = _class_count(model, labels)
    names = tuple(map(str, classes)) if classes is not None else tuple(f"class {number}" for number in range(many))
    if len(names) < many:
        raise ValueError(f"`classes` (={len(names)}) must be a name for each of the {many} classes; try {many} names.")

    def load() -> Loaded:
        prepared = prepare(pictures) if pictures.dtype == np.uint8 else pictures.astype("float32")
        return Loaded(model, pictures, prepared, labels, names, prepare)

    return Source(model.name, load, ledger=partial(_ledger_of, model))


def offered(
    model: keras.Model | str | None = None,
    images: Array | None = None,
    labels: Array | None = None,
    classes: Sequence[str] | None = None,
    prepare: Callable[[Array], Array] | None = None,
) -> tuple[dict[str, Source], str]:
    """What a GateLens offers, by name, and which is shown first: the model that is given, or named; else what ships.

    Raises:
        ValueError, TypeError: there is no network of that name, or what is given does not belong together.
    """
    sources = {source.name: source for source in shipped()}
    if isinstance(model, str):
        return sources, str(one_of("model", model, tuple(sources) or ("",)))
    if model is None:
        return sources, next(iter(sources), "")
    mine = given(model, images, labels, classes, prepare)
    return {mine.name: mine, **sources}, mine.name


def _must_fit(model: Any, pictures: Array) -> None:
    takes = tuple(model.input_shape[1:])
    fits = pictures.ndim == 4 and all(a in (None, b) for a, b in zip(takes, pictures.shape[1:], strict=False))
    if not fits or not len(pictures):
        raise ValueError(
            f"`images` (of shape {pictures.shape}) must be images of {takes}, as `{model.name}` takes them."
        )


def _checked_labels(labels: Any, count: int) -> Array:
    import numpy as np

    labels = np.asarray(labels).ravel() if np.asarray(labels).shape[1:] in ((), (1,)) else np.asarray(labels)
    if labels.shape != (count,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"`labels` (of shape {labels.shape}, {labels.dtype}) must be a class number for each of {count} images; "
            "of one-hot rows try labels.argmax(1)."
        )
    if labels.min() < 0:
        raise ValueError(f"`labels` (={labels.min()}) must be numbers from 0 on; try labels - labels.min().")
    numbers: Array = labels.astype("int64")
    return numbers


def _class_count(model: Any, labels: Array | None) -> int:
    outputs = model.output_shape[-1] if len(model.output_shape) == 2 else 0
    return max(outputs, 0 if labels is None else int(labels.max()) + 1, 1)


def _ledger_of(model: Any) -> Ledger | None:
    try:
        return Ledger.of(model)
    except (TypeError, ValueError):  # a layer that no ledger counts: the strip then draws gates alone
        return None
