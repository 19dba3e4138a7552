"""The gates per pixel of a block, as CBAM and scSE have them: next to an image, over it, and their scale."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from senet_lab.drawing import svg
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Box, Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.gatelens.views.image import SIDE
from senet_lab.gatelens.views.numbers import distinct
from senet_lab.gatelens.views.still import STILL

if TYPE_CHECKING:
    from senet_lab.gatelens.passage import Passage, PixelGates

HOW_TO_READ = (
    "The gate of a pixel multiplies all channels of the map there: 1 leaves them unchanged, 0 sets them to 0. The "
    "colors span the gates of this image. Over the image, the darkest places have the smallest gate."
)
ROWS, COLUMNS = ("top", "middle", "bottom"), ("left", "center", "right")
SCALE_WIDTH, SCALE_HEIGHT = 220, 138
TOP, LENGTH = 14, 110  # of both lines of the scale
AXIS_X, RAMP_X, RAMP_WIDTH = 94, 140, 18


def pixels_view(passage: Passage, path: str, color_scale: str) -> str:
    """Show the gates per pixel next to the image and over it, with their scale; nothing if the block has none.

    Args:
        color_scale: the colors of the gates as a PNG in a data URI, from the largest down to the smallest.
    """
    its = passage.pixels
    if its is None:
        return ""
    label = f"Gates per pixel in {title(path)} for {passage.name}, from {' to '.join(_ends(its))}"
    picture = _picture(passage.picture, "")
    over = _picture(its.shade, f"{passage.name}, darker where the gates per pixel are smaller")
    figures = (
        (picture, escape(passage.name)),
        (_picture(its.map, label), "gates of {} \u00d7 {} pixels".format(*its.size)),
        (f'<span class="sn-look">{picture}{over}</span>', "gates over the image"),
    )
    drawn = "".join(f"<figure>{each}<figcaption>{caption}</figcaption></figure>" for each, caption in figures)
    return (
        f'<h3 class="sn-title">Gates per pixel, in {escape(title(path))}</h3><p class="sn-source">{HOW_TO_READ}</p>'
        f'<p class="sn-finding">{escape(pixels_words(passage, path))}</p>'
        f'<section class="sn-passage sn-pixel-gates" aria-label="Gates per pixel">{drawn}'
        f'<span class="sn-pixel-scale">{_scale(its, color_scale)}</span></section>{behind("pixels", _table(its, path))}'
    )


def _picture(uri: str, words: str) -> str:
    return f'<img class="sn-pixels" src="{uri}" width="{SIDE}" height="{SIDE}" alt="{escape(words)}"/>'


def pixels_words(passage: Passage, path: str) -> str:
    """Say between which values the gates per pixel are, and where in the image they are largest and smallest."""
    its = passage.pixels
    if its is None:
        return ""
    low, high = _ends(its)
    head = f"In {title(path)}, the gates per pixel for {passage.name}"
    if its.high - its.low < STILL:
        values = f"all {low}" if low == high else f"between {low} and {high}"
        return f"{head} hardly differ from place to place: they are {values}."
    means = dict(_regions(its))
    if len(means) == 1:
        return f"{head} are between {low} and {high}."
    most, least = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
    smallest, largest = distinct(means[least], means[most])
    places = f"largest at the {most} ({largest}) and smallest at the {least} ({smallest})"
    return f"{head} are between {low} and {high}: on average {places}."


def _ends(gates: PixelGates) -> list[str]:
    """Return the smallest and the largest gate in words."""
    return distinct(gates.low, gates.high)


def _regions(gates: PixelGates) -> list[tuple[str, float]]:
    """Return the parts of an image by name, such as "top left", each with its mean gate."""
    rows = _names(ROWS, len(gates.regions))
    return [
        (_place(row, column), mean)
        for row, means in zip(rows, gates.regions, strict=True)
        for column, mean in zip(_names(COLUMNS, len(means)), means, strict=True)
    ]


def _names(names: tuple[str, str, str], count: int) -> tuple[str, ...]:
    """Return the names of one, two or three parts along a side."""
    first, middle, last = names
    return ((middle,), (first, last), names)[count - 1]


def _place(row: str, column: str) -> str:
    return "center" if (row, column) == ("middle", "center") else f"{row} {column}"


def _scale(gates: PixelGates, color_scale: str) -> svg.Drawing:
    """Draw where the gates are between 0 and 1, and their colors, to which that range is enlarged."""
    bottom, top = min(0.0, gates.low), max(1.0, gates.high)

    def y(value: float) -> float:
        return TOP + LENGTH * (top - value) / (top - bottom)

    foot, middle = TOP + LENGTH, (gates.low + gates.high) / 2
    words = distinct(gates.low, middle, gates.high)
    marks: list[Mark] = [
        svg.path(f"M{AXIS_X} {TOP}V{foot}M{AXIS_X - 4} {y(1):.1f}h8M{AXIS_X - 4} {y(0):.1f}h8", "axis"),
        svg.path(
            f"M{AXIS_X + 5} {y(gates.high):.1f}L{RAMP_X} {TOP}M{AXIS_X + 5} {y(gates.low):.1f}L{RAMP_X} {foot}", "grid"
        ),
        svg.rect(AXIS_X - 3, y(gates.high), 6, max(1.5, y(gates.low) - y(gates.high)), "gate-range", 0),
        svg.text(AXIS_X - 9, y(1) + 4, "1 unchanged", "note", "end"),
        svg.text(AXIS_X - 9, y(0) + 4, "0", "note", "end"),
        svg.image(color_scale, Box(RAMP_X, TOP, RAMP_WIDTH, LENGTH)),
    ]
    heights = (foot, TOP + LENGTH / 2, TOP)
    marks += [
        svg.text(RAMP_X + RAMP_WIDTH + 6, height + 4, word, "inked", "start")
        for word, height in zip(words, heights, strict=True)
    ]
    label = f"Scale of the gates per pixel: from {words[0]} to {words[-1]}; 1 leaves a pixel unchanged"
    return svg.Drawing(SCALE_HEIGHT, label, marks, width=SCALE_WIDTH)


def _table(gates: PixelGates, path: str) -> str:
    rows = [[name.capitalize(), f"{mean:.3f}"] for name, mean in _regions(gates)]
    note = f"smallest gate {gates.low:.3f}, largest {gates.high:.3f}"
    return listing(f"{title(path)}: mean gate per pixel", ["Part of the image", "Mean gate"], rows, note=note)
