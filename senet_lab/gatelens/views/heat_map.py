"""The heat map: the gate of each channel for each image; images by class, the most class-specific channels on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from senet_lab.drawing import svg
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Box, Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import counted
from senet_lab.gatelens.views.classes import class_styles
from senet_lab.gatelens.views.depth import TOO_FEW
from senet_lab.gatelens.views.numbers import brief, distinct
from senet_lab.gatelens.views.still import still_words

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import ChannelRow, Reading

LEFT, TOP, WIDTH, HEIGHT = 46, 26, 648, 300
SCALE_WIDTH = 18
CLEAR_RATIO = 10  # an F ratio that is beyond doubt


def heat_map(reading: Reading, path: str, classes: Sequence[int]) -> Html | str:
    """Draw a picture with a row per channel and a column per image, its axes, and a table of the numbers."""
    present = reading.present(classes)
    if not present:
        return '<p class="sn-finding">Choose a class that has images.</p>'
    pictures, counts = zip(*(reading.heat(path, number) for number in present), strict=True)
    channels, n_images = reading.heat_channels(path), sum(counts)
    low, high = reading.bounds
    marks: list[Mark] = [
        svg.text(LEFT, 16, f"{title(path)}: gates of {counted(n_images, 'image')}", "label", "start"),
        *_rows(channels),
        *_classes(reading, present, pictures, counts),
        *_scale(reading.color_scale, low, high),
    ]
    label = (
        f"Heat map of {title(path, ' ')}: {len(channels)} channels, the most class-specific on top, by "
        f"{n_images} images of {', '.join(reading.classes[number] for number in present)}"
    )
    rows = reading.specific_channels(path, present, len(channels))
    table = _table(reading, path, present, rows)
    return html(svg.Drawing(TOP + HEIGHT + 42, label, marks), behind("heat", table))


def _rows(channels: Sequence[int]) -> list[Mark]:
    pitch = HEIGHT / len(channels)
    step = max(1, round(22 / pitch))
    marks: list[Mark] = [
        svg.text(LEFT - 5, TOP + pitch * (row + 0.5) + 4, str(channels[row]), "note", "end")
        for row in range(0, len(channels), step)
    ]
    words = "channel, most class-specific on top"
    return [*marks, svg.turned_text(11, TOP + HEIGHT / 2, -90, words, "note", "middle")]


def _classes(reading: Reading, present: Sequence[int], pictures: Sequence[str], counts: Sequence[int]) -> list[Mark]:
    """Draw the picture of each class, with a sample of its line and its name below, and a gap between classes."""
    marks, total, x, styles = list[Mark](), sum(counts), float(LEFT), class_styles(present)
    for number, picture, count in zip(present, pictures, counts, strict=True):
        width = WIDTH * count / total
        y = TOP + HEIGHT
        marks.append(svg.image(picture, Box(x, TOP, width, HEIGHT)))
        if x > LEFT:
            marks.append(svg.path(f"M{x:.1f} {TOP}V{y}", "divide"))
        marks.append(svg.path(f"M{x + 3:.1f} {y + 8}h{max(1.0, width - 6):.1f}", f"curve sn-class-{styles[number]}"))
        marks.append(svg.text(x + width / 2, y + 25, svg.cut(reading.classes[number], width, 6.2), "inked"))
        x += width
    return marks


def _scale(picture: str, low: float, high: float) -> list[Mark]:
    x = LEFT + WIDTH + 22
    marks: list[Mark] = [
        svg.image(picture, Box(x, TOP, SCALE_WIDTH, HEIGHT)),
        svg.text(x + SCALE_WIDTH + 22, 16, "gate", "note", "end"),
    ]
    for part, shift in ((0, 10), (0.5, 4), (1, 2)):
        y = TOP + HEIGHT * (1 - part) + shift
        marks.append(svg.text(x + SCALE_WIDTH + 5, y, f"{low + part * (high - low):.3g}", "note", "start"))
    return marks


def _table(reading: Reading, path: str, present: Sequence[int], channels: Sequence[ChannelRow]) -> str:
    head = ["Channel", "F ratio", *(reading.classes[number] for number in present)]
    rows = [[str(each.channel), brief(each.statistic), *(f"{mean:.3f}" for mean in each.means)] for each in channels]
    note = f"{len(rows)} of {reading.n_channels(path)} channels, the most class-specific first"
    return listing(f"{title(path)}: mean gate by class", head, rows, note=note)


def heat_words(reading: Reading, path: str, classes: Sequence[int], untrained: Reading | None = None) -> str:
    """Say how many channels separate the classes, also untrained, and for which classes the best one differs most."""
    present = reading.present(classes)
    if not reading.is_comparable:
        return TOO_FEW
    if len(present) < 2:
        return "Choose at least two classes to compare."
    best = reading.specific_channels(path, present, 1)[0]
    means = dict(zip(present, best.means, strict=True))
    highest, lowest = max(present, key=means.__getitem__), min(present, key=means.__getitem__)
    count = reading.count_specific(path, CLEAR_RATIO)
    before = f"; {untrained.count_specific(path, CLEAR_RATIO)} in the untrained network" if untrained else ""
    most, least = distinct(means[highest], means[lowest])
    gates = f"{most} for {reading.classes[highest]} and {least} for {reading.classes[lowest]}"
    if most == least:
        gates = f"{most} for all classes shown"
    return (
        f"In {title(path)}, {count or 'none'} of {counted(reading.n_channels(path), 'channel')} "
        f"separate{'s' * (count < 2)} the classes clearly (F ratio above {CLEAR_RATIO}{before}). "
        f"Channel {best.channel} {'separates them best' if count else 'comes closest'} "
        f"(F ratio {brief(best.statistic)}): its mean gate is {gates}.{still_words(reading, path)}"
    )
