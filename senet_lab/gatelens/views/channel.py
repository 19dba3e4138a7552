"""A channel: the images that open and close its gate most, next to its feature map for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from senet_lab.drawing.network.words import title
from senet_lab.drawing.tables import behind, listing
from senet_lab.gatelens.views.image import image_name
from senet_lab.gatelens.views.numbers import distinct
from senet_lab.gatelens.views.still import STILL

if TYPE_CHECKING:
    from senet_lab.gatelens.passage import ChannelExamples, Example
    from senet_lab.gatelens.reading import Reading


def channel_view(examples: ChannelExamples, reading: Reading, path: str, channel: int) -> str:
    """Show the images in two rows, each with the feature map that the gate scales, its class and its gate."""
    rows = _row("opens most for", examples.opening, reading) + _row("closes most for", examples.closing, reading)
    return (
        f'<h3 class="sn-title">{escape(title(path))}: the gate of channel {channel}</h3>'
        '<p class="sn-source">Next to each image: the feature map that the gate multiplies; all share a color scale '
        "from dark (lowest) to yellow (highest).</p>"
        f'<div class="sn-maps">{rows}</div>{behind("channel", _tables(examples, reading, path, channel))}'
    )


def _row(words: str, examples: Sequence[Example], reading: Reading) -> str:
    figures = "".join(_figure(each, escape(_name(each, reading))) for each in examples)
    return f'<section aria-label="{words}"><h4>{words}</h4>{figures}</section>'


def _figure(example: Example, name: str) -> str:
    return (
        f'<figure><img class="sn-pixels" src="{example.picture}" width="64" height="64" alt="{name}"/>'
        f'<img class="sn-pixels" src="{example.map}" width="64" height="64" alt="its feature map"/>'
        f"<figcaption>{name}<br/>gate {example.gate:.2f}</figcaption></figure>"
    )


def _name(example: Example, reading: Reading) -> str:
    if not reading.has_labels:
        return image_name(example.image)
    return reading.classes[reading.label(example.image)]


def _tables(examples: ChannelExamples, reading: Reading, path: str, channel: int) -> str:
    images = [
        [image_name(each.image), _name(each, reading), f"{each.gate:.3f}"]
        for each in (*examples.opening, *reversed(examples.closing))
    ]
    head = ["Image", "Class" if reading.has_labels else "Name", "Gate"]
    table = listing(f"Channel {channel}: largest and smallest gates", head, images, words=(1,))
    if not reading.has_labels:
        return table
    means = sorted(_class_means(reading, path, channel), key=lambda pair: -pair[1])
    rows = [[name, f"{mean:.3f}"] for name, mean in means]
    return table + listing(f"Channel {channel}: mean gate by class", ["Class", "Mean gate"], rows)


def _class_means(reading: Reading, path: str, channel: int) -> list[tuple[str, float]]:
    present = reading.present(range(len(reading.classes)))
    means = reading.class_means(path, present)
    return [(reading.classes[number], row[channel]) for number, row in zip(present, means, strict=True)]


def channel_words(examples: ChannelExamples, reading: Reading, path: str, channel: int) -> str:
    """Say for which images the gate is open and closed, and for which classes on average."""
    if not examples.opening:
        return "A single image opens no gate more than another. Pass more images."
    start = f"Channel {channel} of {title(path)}"
    most, least = examples.opening[0].gate, examples.closing[0].gate
    if most - least < STILL:
        return f"{start} hardly responds to the image: its gate stays close to {most:.2f}."
    if not reading.has_labels:
        return f"{start} has its largest gate, {most:.2f}, for {image_name(examples.opening[0].image)}."
    means = _class_means(reading, path, channel)
    high, low = max(means, key=lambda pair: pair[1]), min(means, key=lambda pair: pair[1])
    average = ""
    if len(means) > 1:
        more, less = distinct(high[1], low[1])
        average = f" On average, it is most open for {high[0]} ({more}) and least for {low[0]} ({less})."
    return (
        f"{start} opens most for {_counted(examples.opening, reading)}, up to {most:.2f}, and closes most for "
        f"{_counted(examples.closing, reading)}, down to {least:.2f}.{average}"
    )


def _counted(examples: Sequence[Example], reading: Reading) -> str:
    """Return the classes of images, the most frequent first: "ship (2), cat (1) and truck (1)"."""
    counts = Counter(reading.classes[reading.label(each.image)] for each in examples)
    *others, last = (f"{name} ({count})" for name, count in counts.most_common())
    return f"{', '.join(others)} and {last}" if others else last
