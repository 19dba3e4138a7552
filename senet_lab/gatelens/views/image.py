"""One image through the network: its classification, and the channels that a block raises and lowers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from senet_lab.drawing.network.words import title
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import as_percent, counted
from senet_lab.gatelens.views.numbers import distinct
from senet_lab.gatelens.views.still import STILL

if TYPE_CHECKING:
    from senet_lab.gatelens.passage import ChannelMaps, Passage

MAX_ROWS = 64  # of the table: half for the channels raised most, half for those lowered most


def image_name(number: int) -> str:
    """Return the name of a sample image, counted from 1: Image 1 is `images[0]`."""
    return f"Image {number + 1}"


def passage_view(passage: Passage, path: str, classes: Sequence[str]) -> str:
    """Show the image, its prediction, the maps of the channels that change most, and a table of the numbers."""
    picture = (
        f'<img class="sn-pixels sn-picture" src="{passage.picture}" width="128" height="128" '
        f'alt="{escape(passage.name)}"/>'
    )
    label = "" if passage.label is None else f", label {escape(classes[passage.label])}"
    about = f"<br/><small>{escape(passage.about)}</small>" if passage.about else ""
    maps = _maps("raised most", passage.raised, passage) + _maps("lowered most", passage.lowered, passage)
    return (
        f'<div class="sn-passage"><figure>{picture}'
        f"<figcaption>{escape(passage.name)}{label}{about}</figcaption></figure>"
        f"<div>{_guesses(passage, classes)}</div></div>"
        f'<h3 class="sn-title">{escape(title(path))}: feature maps before and after scaling</h3>'
        '<p class="sn-source">Below each channel: its gate for this image, and its mean gate over the sample. Both '
        "maps of a channel share a color scale from dark (lowest) to yellow (highest).</p>"
        f'<div class="sn-maps">{maps}</div>'
        f"{behind('image', _table(passage, path))}"
    )


def _guesses(passage: Passage, classes: Sequence[str]) -> str:
    """Show the most probable classes as bars with numbers, and mark the label."""
    if passage.guesses is None:
        return '<p class="sn-finding">This network has no classifier, so there is no prediction.</p>'
    rows, names = [], passage.outputs or classes
    for number, probability in passage.guesses:
        right = " (its label)" if number == passage.label and not passage.outputs else ""
        rows.append(
            f'<tr><th scope="row">{escape(names[number])}{right}</th><td>{as_percent(probability)}</td>'
            '<td class="sn-words"><span class="sn-bar sn-long" aria-hidden="true">'
            f'<span style="width:{100 * probability:.1f}%"></span></span></td></tr>'
        )
    head = '<thead><tr><th scope="col">Class</th><th scope="col">Probability</th><td></td></tr></thead>'
    body = f"<tbody>{''.join(rows)}</tbody>"
    return f'<table class="sn-listing sn-guesses"><caption>Prediction</caption>{head}{body}</table>'


def _maps(words: str, channels: Sequence[ChannelMaps], passage: Passage) -> str:
    """Show for each channel its map, an arrow, the map after scaling, and its gate."""
    figures = []
    for channel, *maps in channels:
        before, after = (
            f'<img class="sn-pixels" src="{uri}" width="58" height="58" alt="channel {channel} {when} scaling"/>'
            for uri, when in zip(maps, ("before", "after"), strict=True)
        )
        gate, usual = distinct(passage.gate[channel], passage.usual[channel])
        caption = f"channel {channel}<br/>{gate}, mean {usual}"
        figures.append(
            f'<figure>{before}<span aria-hidden="true">\u2192</span>{after}<figcaption>{caption}</figcaption></figure>'
        )
    return f'<section aria-label="{words}"><h4>{words}</h4>{"".join(figures)}</section>'


def _table(passage: Passage, path: str) -> str:
    differences = [gate - usual for gate, usual in zip(passage.gate, passage.usual, strict=True)]
    order = sorted(range(len(differences)), key=lambda channel: -differences[channel])
    channels = order if len(order) <= MAX_ROWS else [*order[: MAX_ROWS // 2], *order[-MAX_ROWS // 2 :]]
    rows = [
        [
            str(at),
            f"{passage.gate[at]:.3f}",
            f"{passage.usual[at]:.3f}",
            f"{differences[at]:+.3f}".replace("-", "\u2212"),
        ]
        for at in channels
    ]
    head = ["Channel", "Gate", "Mean gate", "Difference"]
    note = f"{len(rows)} of {counted(len(order), 'channel')}, the most raised first"
    return listing(f"{title(path)}: gates of {passage.name}", head, rows, note=note)


def thumbnail(number: int, picture: str, label: str, guess: str = "", *, is_selected: bool = False) -> str:
    """Show a sample image as a button with its label; `guess` is the class if it is misclassified."""
    words = f"{label}, {image_name(number)}" + (f", misclassified as {guess}" if guess else "")
    cross = '<b aria-hidden="true">\u2717</b>' if guess else ""
    return (
        f'<button type="button" class="sn-thumb" data-ask="image" data-value="{number}" '
        f'aria-pressed="{str(is_selected).lower()}" aria-label="{escape(words)}" title="{escape(words)}">'
        f'<img class="sn-pixels" src="{picture}" width="40" height="40" alt=""/>{cross}</button>'
    )


def image_words(passage: Passage, path: str, classes: Sequence[str]) -> str:
    """Say how the image is classified, and which channels of the block are raised and lowered most."""
    changes = [
        (how, channel, passage.gate[channel] - passage.usual[channel])
        for how, maps in (("raised", passage.raised), ("lowered", passage.lowered))
        for channel, *_ in maps[:1]
    ]
    moves = [
        f"channel {channel} is {how} most, from its mean of {' to '.join(_usual_and_gate(passage, channel))}"
        for how, channel, change in changes
        if (change > 0) == (how == "raised")
    ]
    guess = _guess_words(passage, classes)
    if not moves:
        return guess
    is_still = all(abs(change) < STILL for *_, change in changes)
    hardly = "the gates hardly respond to this image: " if is_still else ""
    return f"{guess}In {title(path)}, {hardly}{'; '.join(moves)}."


def _usual_and_gate(passage: Passage, channel: int) -> list[str]:
    return distinct(passage.usual[channel], passage.gate[channel])


def _guess_words(passage: Passage, classes: Sequence[str]) -> str:
    if passage.guesses is None:
        return ""
    guess, probability = passage.guesses[0]
    verdict, name = "", (passage.outputs or classes)[guess]
    if passage.label is not None:
        is_right = guess == passage.label and not passage.outputs
        verdict = ", correctly" if is_right else f"; its label is {classes[passage.label]}"
    return f"{passage.name} is classified as {name} ({as_percent(probability, 0)}){verdict}. "
