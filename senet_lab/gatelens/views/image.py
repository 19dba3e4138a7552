"""One image through the network: its classification, where the network looks, and the channels that a block changes."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from senet_lab.drawing.network.words import title
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import as_percent, counted
from senet_lab.gatelens.views.numbers import distinct, signed
from senet_lab.gatelens.views.still import STILL

if TYPE_CHECKING:
    from senet_lab.gatelens.passage import ChannelMaps, Look, Looks, Passage

SIDE = 112  # of the image, in CSS pixels: three fit side by side on a phone
GRAD_CAM = (
    "Grad-CAM: the brighter a place, the more it raises the score of the class. Each map is scaled to its own maximum; "
    "the correlation is that with the map of free gates. Maps of early blocks say little, because many layers follow."
)
LOOK_WORDS = {"own": "gates free", "one": "all gates at 1", "mean": "all gates at the mean"}
SAME_PLACES, PARTLY_SAME_PLACES = 0.85, 0.5  # from which correlation on we say so
MAX_ROWS = 64  # of the table: half for the channels raised most, half for those lowered most


def image_name(number: int) -> str:
    """Return the name of a sample image, counted from 1: Image 1 is `images[0]`."""
    return f"Image {number + 1}"


def image_view(passage: Passage, looks: Looks | None, path: str, classes: Sequence[str]) -> str:
    """Show the image, next to it where the network looks for each class, and below it the prediction.

    Args:
        looks: None before they have been computed.
    """
    label = "" if passage.label is None else f", label {escape(classes[passage.label])}"
    about = f"<br/><small>{escape(passage.about)}</small>" if passage.about else ""
    picture = (
        f'<figure><img class="sn-pixels sn-picture" src="{passage.picture}" width="{SIDE}" height="{SIDE}" '
        f'alt="{escape(passage.name)}"/><figcaption>{escape(passage.name)}{label}{about}</figcaption></figure>'
    )
    words, rows, table = "", "", ""
    if passage.guesses is not None:
        names = passage.outputs or classes
        its = looks.by_class if looks else {}
        head = f"Where the network looks, in {escape(title(path))}"
        words = f'<h3 class="sn-title">{head}</h3><p class="sn-source">{GRAD_CAM}</p>'
        rows = "".join(_looks_row(names[number], each, passage) for number, each in its.items())
        table = behind("looks", _looks_table(looks, names)) if looks else ""
    return (
        f'{words}<div class="sn-passage">{picture}<div class="sn-maps sn-looks">{rows}</div></div>{table}'
        f"{_guesses(passage, classes)}"
    )


def _looks_row(name: str, looks: Sequence[Look], passage: Passage) -> str:
    figures = "".join(_look(name, each, passage) for each in looks)
    return f'<section aria-label="for {escape(name)}"><h4>for {escape(name)}</h4>{figures}</section>'


def _look(name: str, look: Look, passage: Passage) -> str:
    """Show the image where the network looks at it; elsewhere it is dark."""
    held, size = LOOK_WORDS[look.how], f'width="{SIDE}" height="{SIDE}"'
    alike = "" if look.how == "own" else f"<br/>correlation {_likeness(look)}"
    return (
        f'<figure><span class="sn-look"><img class="sn-pixels" src="{passage.picture}" alt="" {size}/>'
        f'<img src="{look.map}" alt="Grad-CAM for {escape(name)}, {held}" {size}/></span>'
        f"<figcaption>{held}<br/>probability {as_percent(look.probability)}{alike}</figcaption></figure>"
    )


def _looks_table(looks: Looks, names: Sequence[str]) -> str:
    rows = [
        [names[number], LOOK_WORDS[look.how], as_percent(look.probability), _likeness(look)]
        for number, its in looks.by_class.items()
        for look in its
    ]
    return listing("Where it looks", ["Class", "Gates", "Probability", "Correlation"], rows, words=(1,))


def _likeness(look: Look) -> str:
    return "none" if look.likeness is None else signed(look.likeness)


def looks_words(looks: Looks, passage: Passage, path: str, classes: Sequence[str]) -> str:
    """Say whether the network looks elsewhere for the predicted class when all gates are held."""
    number, its = next(iter(looks.by_class.items()))
    at = {look.how: look for look in its}
    mean, one = (
        f"{_place_words(at[how])} ({as_percent(at[how].probability, 0)} {(passage.outputs or classes)[number]})"
        for how in ("mean", "one")
    )
    return f"In {title(path)}, with all gates held at their mean, the network looks at {mean}; at 1, at {one}."


def _place_words(look: Look) -> str:
    if look.likeness is None:
        return "nothing in particular"
    if look.likeness >= SAME_PLACES:
        return "nearly the same places"
    return "partly the same places" if look.likeness >= PARTLY_SAME_PLACES else "other places"


def channels_view(passage: Passage, path: str) -> str:
    """Show the maps of the channels that the block raises and lowers most, and a table of the numbers."""
    maps = _maps("raised most", passage.raised, passage) + _maps("lowered most", passage.lowered, passage)
    return (
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


def channels_words(passage: Passage, path: str) -> str:
    """Say which channels of the block are raised and lowered most."""
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
    if not moves:
        return ""
    is_still = all(abs(change) < STILL for *_, change in changes)
    hardly = "the gates hardly respond to this image: " if is_still else ""
    return f"In {title(path)}, {hardly}{'; '.join(moves)}."


def _usual_and_gate(passage: Passage, channel: int) -> list[str]:
    return distinct(passage.usual[channel], passage.gate[channel])


def prediction_words(passage: Passage, classes: Sequence[str]) -> str:
    """Say how the image is classified."""
    if passage.guesses is None:
        return "This network has no classifier, so there is no class whose score Grad-CAM could explain."
    guess, probability = passage.guesses[0]
    verdict, name = "", (passage.outputs or classes)[guess]
    if passage.label is not None:
        is_right = guess == passage.label and not passage.outputs
        verdict = ", correctly" if is_right else f"; its label is {classes[passage.label]}"
    return f"{passage.name} is classified as {name} ({as_percent(probability, 0)}){verdict}."
