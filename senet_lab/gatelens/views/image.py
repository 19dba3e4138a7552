"""One image through the network: how it is classified, and what one block raises and lowers of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from senet_lab.drawing.network.words import title
from senet_lab.drawing.raster import colorize, png, shade
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import counted
from senet_lab.gatelens.views.reading import Array, Reading, share

SHOWN = 4  # channels raised, and as many lowered
GUESSES = 5  # classes with their probability
THUMBS = 16  # on a page of the sample


@dataclass(frozen=True, eq=False)
class Passage:
    """One image on its way through a block.

    Attributes:
        picture: what is shown of it, uint8, (height, width, channels).
        name: what to call it, see `image_name`; or its file.
        label: its class by number; None where nobody knows.
        probabilities: (classes,); None where there is no classifier.
        gate: of the block, (channels,).
        usual: the mean gate of each channel over the sample, (channels,).
        before, after: the maps that are scaled, and scaled: (height, width, channels).
        about: what was done to make it fit, if anything was.
        outputs: what the probabilities are of, where that is something else than the classes of the labels.
    """

    picture: Array
    name: str
    label: int | None
    probabilities: Array | None
    gate: Array
    usual: Array
    before: Array
    after: Array
    about: str = ""
    outputs: tuple[str, ...] = ()

    def names(self, classes: Sequence[str]) -> Sequence[str]:
        """What the probabilities are of; `classes` are those of the labels."""
        return self.outputs or classes


def image_name(number: int) -> str:
    """An image of those that are looked at, as Python counts them: the first is images[0]."""
    return f"images[{number}]"


def raised_and_lowered(passage: Passage, count: int = SHOWN) -> tuple[list[int], list[int]]:
    """The channels whose gate is furthest above what it usually is, and furthest below."""
    order = np.argsort(passage.gate - passage.usual, kind="stable")
    count = min(count, len(order) // 2)
    return order[::-1][:count].tolist(), order[:count].tolist()


def passage_view(passage: Passage, path: str, classes: Sequence[str]) -> str:
    """The image, its prediction, and the maps of the channels that are raised and lowered most; all gates behind."""
    raised, lowered = raised_and_lowered(passage)
    picture = (
        f'<img class="sn-pixels sn-picture" src="{png(shade(passage.picture))}" width="128" height="128" '
        f'alt="{escape(passage.name)}"/>'
    )
    label = "" if passage.label is None else f", label {escape(classes[passage.label])}"
    about = f"<br/><small>{escape(passage.about)}</small>" if passage.about else ""
    return (
        f'<div class="sn-passage"><figure>{picture}'
        f"<figcaption>{escape(passage.name)}{label}{about}</figcaption></figure>"
        f"<div>{_guesses(passage, classes)}</div></div>"
        f'<h3 class="sn-title">{escape(title(path))}: feature maps before and after scaling</h3>'
        '<p class="sn-source">gate now and its mean over the sample; both maps of a channel are on one scale, '
        "dark: least, yellow: most</p>"
        f'<div class="sn-maps">{_maps("raised most", raised, passage)}{_maps("lowered most", lowered, passage)}</div>'
        f"{behind('image', _table(passage, path))}"
    )


def _guesses(passage: Passage, classes: Sequence[str]) -> str:
    """The most probable classes, as bars with their numbers; the right one is marked in words."""
    if passage.probabilities is None:
        return '<p class="sn-finding">This network has no classifier, so there is no prediction.</p>'
    rows, names = [], passage.names(classes)
    for number in np.argsort(-passage.probabilities, kind="stable")[:GUESSES]:
        part = float(passage.probabilities[number])
        right = " (its label)" if number == passage.label and not passage.outputs else ""
        rows.append(
            f'<tr><th scope="row">{escape(names[number])}{right}</th><td>{share(part)}</td><td class="sn-words">'
            f'<span class="sn-bar sn-long" aria-hidden="true"><span style="width:{100 * part:.1f}%"></span></span>'
            "</td></tr>"
        )
    head = '<thead><tr><th scope="col">Class</th><th scope="col">Probability</th><td></td></tr></thead>'
    body = f"<tbody>{''.join(rows)}</tbody>"
    return f'<table class="sn-listing sn-guesses"><caption>Prediction</caption>{head}{body}</table>'


def _maps(words: str, channels: Sequence[int], passage: Passage) -> str:
    """A figure for each channel: its map, an arrow, the map after scaling, and the gate in words."""
    figures = []
    for channel in channels:
        before, after = passage.before[..., channel], passage.after[..., channel]
        low, high = float(min(before.min(), after.min())), float(max(before.max(), after.max()))
        both = [
            f'<img class="sn-pixels" src="{png(colorize(values, low, high))}" width="58" height="58" '
            f'alt="channel {channel} {when} scaling"/>'
            for values, when in ((before, "before"), (after, "after"))
        ]
        said = f"channel {channel}<br/>{passage.gate[channel]:.2f}, mean {passage.usual[channel]:.2f}"
        figures.append(
            f'<figure>{both[0]}<span aria-hidden="true">\u2192</span>{both[1]}<figcaption>{said}</figcaption></figure>'
        )
    return f'<section aria-label="{words}"><h4>{words}</h4>{"".join(figures)}</section>'


def _table(passage: Passage, path: str) -> str:
    order = np.argsort(passage.usual - passage.gate, kind="stable")
    shown = order if len(order) <= 64 else [*order[:32], *order[-32:]]
    rows = [
        [
            str(at),
            f"{passage.gate[at]:.3f}",
            f"{passage.usual[at]:.3f}",
            f"{passage.gate[at] - passage.usual[at]:+.3f}".replace("-", "\u2212"),
        ]
        for at in shown
    ]
    note = f"{len(rows)} of {counted(len(order), 'channel')}, the most raised first"
    return listing(
        f"{title(path)}: gates of {passage.name}", ["Channel", "Gate", "Mean gate", "Difference"], rows, note=note
    )


def thumbnails(images: Array, reading: Reading, numbers: Sequence[int], chosen: int | None) -> str:
    """Images of the sample as buttons, each with its label; a wrong prediction is said."""
    buttons = []
    for number in numbers:
        label = reading.classes[reading.labels[number]] if reading.given else "image"
        words = f"{label}, {image_name(number)}"
        wrong = ""
        if reading.predictions is not None and reading.given:
            guess = int(reading.predictions[number].argmax())
            if guess != reading.labels[number]:
                wrong = '<b aria-hidden="true">\u2717</b>'
                words += f", misclassified as {reading.classes[guess]}"
        buttons.append(
            f'<button type="button" class="sn-thumb" data-ask="image" data-value="{number}" '
            f'aria-pressed="{str(number == chosen).lower()}" aria-label="{escape(words)}" title="{escape(words)}">'
            f'<img class="sn-pixels" src="{png(shade(images[number]))}" width="40" height="40" alt=""/>{wrong}</button>'
        )
    words = "Images of the sample; a cross: misclassified"
    return f'<div class="sn-thumbs" role="group" aria-label="{words}">{"".join(buttons)}</div>'


def page_of(reading: Reading, chosen: Sequence[int], page: int, wrong: bool = False) -> tuple[list[int], int]:
    """The numbers of the images on one page of the sample, and how many pages there are.

    Args:
        chosen: the classes whose images are shown; they take turns.
        wrong: only those that the network misclassifies.
    """
    fits = np.isin(reading.labels, reading.present(chosen))
    if wrong and reading.predictions is not None:
        fits &= reading.predictions.argmax(1) != reading.labels
    numbers = np.flatnonzero(fits)
    labels = reading.labels[numbers]
    order = np.argsort(labels, kind="stable")
    turn = np.empty(len(numbers), int)  # of each image, how many of its class come before
    turn[order] = np.arange(len(numbers)) - np.searchsorted(labels[order], labels[order])
    numbers = numbers[np.lexsort((labels, turn))]
    pages = max(1, -(-len(numbers) // THUMBS))
    page = min(max(0, page), pages - 1)
    return numbers[page * THUMBS : (page + 1) * THUMBS].tolist(), pages
