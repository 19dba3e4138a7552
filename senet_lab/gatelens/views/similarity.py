"""Similarity of classes: how alike their mean gates are in one block."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from senet_lab.drawing import svg
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark, Shape
from senet_lab.drawing.tables import behind, listing
from senet_lab.gatelens.views.reading import Array, Reading, signed
from senet_lab.gates.statistics import similarity

LEFT, TOP, SIDE = 110, 84, 360
NUMBERED = 12  # classes, up to which there is room for numbers
ROWS = 20


def similar_classes(reading: Reading, path: str, chosen: Sequence[int]) -> str:
    """A field for each pair of the chosen classes, filled as far as they are alike; the pairs behind, and as a list."""
    present, alike = similar_pairs(reading, path, chosen)
    if len(present) < 3:
        return '<p class="sn-finding">Choose at least three classes: what all have in common is taken away first.</p>'
    names = [reading.classes[number] for number in present]
    marks: list[Mark] = [
        svg.text(LEFT, 16, f"{title(path)}: correlation of the classes\u2019 mean gates", "label", "start")
    ]
    pitch = SIDE / len(present)
    for row, name in enumerate(names):
        y = TOP + pitch * (row + 0.5) + 4
        marks.append(svg.text(LEFT - 8, y, svg.cut(name, LEFT - 12, 6.7), "inked", "end"))
        for column in range(len(present)):
            marks += _field(alike[row, column], row, column, pitch, len(present) <= NUMBERED)
    marks += _heads(names, pitch) + _pairs(names, alike)
    closest = ranked(names, alike)
    label = (
        f"Similarity of {len(names)} classes in {title(path, ' ')}: most similar {closest[0][0]} and {closest[0][1]}"
    )
    rows = [[f"{a} and {b}", signed(value)] for a, b, value in closest]
    table = listing("Pairs of classes, the most similar first", ["Pair", "Correlation"], rows)
    return f"{svg.drawing(TOP + SIDE + 16, label, marks)}{behind('similarity', table)}"


def similar_pairs(reading: Reading, path: str, chosen: Sequence[int]) -> tuple[list[int], Array]:
    """The chosen classes that have images, in ascending order, and `gates.similarity` of these."""
    present = sorted(reading.present(chosen))
    its = np.isin(reading.labels, present)
    if not present:
        return [], np.zeros((0, 0))
    return present, similarity(reading.gates[path][its], reading.labels[its])


def ranked(names: Sequence[str], alike: Array) -> list[tuple[str, str, float]]:
    """Pairs of names with their correlation, the most similar first."""
    pairs = [(names[i], names[j], float(alike[i, j])) for i in range(len(names)) for j in range(i)]
    return sorted(pairs, key=lambda pair: -pair[2])


def _field(value: float, row: int, column: int, pitch: float, numbered: bool) -> list[Mark]:
    """Blue and full for alike, orange and hatched for opposed; the number says the same."""
    x, y = LEFT + pitch * column, TOP + pitch * row
    kind = "alike" if value >= 0 else "opposed"
    place = f' x="{x + 1:.1f}" y="{y + 1:.1f}" width="{pitch - 2:.1f}" height="{pitch - 2:.1f}"'
    strength = (("fill-opacity", f"{0.06 + 0.5 * abs(value):.2f}"),)
    marks: list[Mark] = [Shape("rect", kind, place, style=strength)]
    if row == column:
        return marks
    if numbered:
        marks.append(svg.text(x + pitch / 2, y + pitch / 2 + 4, signed(value, 1 if pitch < 44 else 2), "inked"))
    return marks


def _heads(names: Sequence[str], pitch: float) -> list[Mark]:
    """Names above the columns: level where there is room, else slanted."""
    if pitch >= max(len(name) * 6.9 for name in names):
        return [svg.text(LEFT + pitch * (i + 0.5), TOP - 8, name, "inked") for i, name in enumerate(names)]
    return [
        Shape(
            "text",
            "inked",
            f' transform="translate({LEFT + pitch * (i + 0.5) - 3:.1f} {TOP - 5}) rotate(-32)"',
            svg.cut(name, 70, 6.7),
        )
        for i, name in enumerate(names)
    ]


def _pairs(names: Sequence[str], alike: Array) -> list[Mark]:
    """The most and the least similar pairs as a list beside the fields."""
    pairs = ranked(names, alike)
    x, marks = LEFT + SIDE + 40, list[Mark]()
    for top, words, its in ((TOP + 8, "most similar", pairs[:5]), (TOP + 150, "least similar", pairs[:-6:-1])):
        marks.append(svg.text(x, top, words, "label", "start"))
        for index, (a, b, value) in enumerate(its):
            y = top + 21 * (index + 1)
            marks.append(svg.text(x, y, svg.cut(f"{a}, {b}", 200, 6.7), "inked", "start"))
            marks.append(svg.text(x + 240, y, signed(value), "inked", "end"))
    return marks
