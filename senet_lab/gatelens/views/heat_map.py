"""The heat map: each gate of each image, images by class, the channels that tell classes apart first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from senet_lab.drawing import svg
from senet_lab.drawing.network.words import title
from senet_lab.drawing.raster import colorize, png
from senet_lab.drawing.svg import Mark, Shape
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import counted
from senet_lab.gatelens.views.reading import Array, Reading, class_styles
from senet_lab.gatelens.views.strip import brief
from senet_lab.gates.statistics import channel_specificity

LEFT, TOP, WIDE, HIGH = 46, 26, 648, 300
IMAGES, CHANNELS = 60, 64  # drawn of each class, and of the block: more would be thinner than a pixel
KEY = 18  # wide is the scale of colours


def heat_map(reading: Reading, path: str, chosen: Sequence[int]) -> str:
    """One picture of a row a channel and a column an image, with its axes; the numbers behind."""
    present = reading.present(chosen)
    if not present:
        return '<p class="sn-finding">Choose a class that has images.</p>'
    order, ratios = specific_first(reading, path)
    values, counts = heat(reading, path, present, order)
    low, high = reading.bounds
    marks = [
        svg.text(LEFT, 16, f"{title(path)}: gates of {counted(values.shape[1], 'image')}", "label", "start"),
        image(png(colorize(values, low, high)), (LEFT, TOP, WIDE, HIGH)),
        *_rows(order, values.shape[0]),
        *_classes(reading, present, counts),
        *_scale(low, high),
    ]
    label = (
        f"Heat map of {title(path, ' ')}: {len(values)} channels, the most class-specific on top, by "
        f"{values.shape[1]} images of {', '.join(reading.classes[number] for number in present)}"
    )
    return (
        f"{svg.drawing(TOP + HIGH + 42, label, marks)}{behind('heat', _table(reading, path, present, order, ratios))}"
    )


def specific_first(reading: Reading, path: str) -> tuple[Array, Array]:
    """The numbers of a block's channels, those that tell classes apart most first; and the F ratio of each channel."""
    values = reading.gates[path]
    if not reading.comparable:
        return np.arange(values.shape[1]), np.zeros(values.shape[1])
    ratios = channel_specificity(values, reading.labels)
    return np.argsort(-ratios, kind="stable"), ratios


def heat(reading: Reading, path: str, present: Sequence[int], order: Array) -> tuple[Array, list[int]]:
    """Gates as they are drawn, (channels, images), and how many images of each class there are, one class at a time."""
    parts = [np.flatnonzero(reading.labels == number)[:IMAGES] for number in present]
    chosen = reading.gates[path][np.concatenate(parts)]
    return chosen[:, order[:CHANNELS]].T, [len(part) for part in parts]


def image(data: str, box: tuple[float, float, float, float]) -> Shape:
    """A picture in a drawing, its pixels as they are."""
    x, y, wide, high = box
    place = f' x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" preserveAspectRatio="none"'
    return Shape("image", "pixels", f' href="{data}"{place}')


def _rows(order: Array, count: int) -> list[Mark]:
    """The numbers of some channels beside their rows, and what they are."""
    pitch = HIGH / count
    step = max(1, round(22 / pitch))
    marks = [
        svg.text(LEFT - 5, TOP + pitch * (row + 0.5) + 4, str(order[row]), "note", "end")
        for row in range(0, count, step)
    ]
    words = "channel, most class-specific on top"
    turn = f"translate(11 {TOP + HIGH / 2:.0f}) rotate(-90)"
    return [*marks, Shape("text", "note", f' transform="{turn}" text-anchor="middle"', words)]


def _classes(reading: Reading, present: Sequence[int], counts: Sequence[int]) -> list[Mark]:
    """Under the picture, a piece of its line and the name of each class; between classes, a gap."""
    marks, total, x, styles = list[Mark](), sum(counts), float(LEFT), class_styles(present)
    for number, count in zip(present, counts, strict=True):
        wide = WIDE * count / total
        y = TOP + HIGH
        if x > LEFT:
            marks.append(svg.path(f"M{x:.1f} {TOP}V{y}", "divide"))
        marks.append(svg.path(f"M{x + 3:.1f} {y + 8}h{max(1.0, wide - 6):.1f}", f"curve sn-class-{styles[number]}"))
        marks.append(svg.text(x + wide / 2, y + 25, svg.cut(reading.classes[number], wide, 6.2), "inked"))
        x += wide
    return marks


def _scale(low: float, high: float) -> list[Mark]:
    """The colours from the least gate to the most."""
    x = LEFT + WIDE + 22
    ramp = np.linspace(high, low, 64)[:, None]
    marks: list[Mark] = [
        image(png(colorize(ramp, low, high)), (x, TOP, KEY, HIGH)),
        svg.text(x + KEY + 22, 16, "gate", "note", "end"),
    ]
    return marks + [
        svg.text(
            x + KEY + 5,
            TOP + HIGH * (1 - part) + (10 - 8 * part if part != 0.5 else 4),
            f"{low + part * (high - low):.3g}",
            "note",
            "start",
        )
        for part in (0, 0.5, 1)
    ]


def _table(reading: Reading, path: str, present: Sequence[int], order: Array, ratios: Array) -> str:
    means = reading.means(path)[present]
    head = ["Channel", "F ratio", *(reading.classes[number] for number in present)]
    rows = [[str(at), brief(ratios[at]), *(f"{value:.3f}" for value in means[:, at])] for at in order[:CHANNELS]]
    note = f"{len(rows)} of {len(order)} channels, the most class-specific first"
    return listing(f"{title(path)}: mean gate by class", head, rows, note=note)
