"""Similarity of classes: the correlation of their mean gates in one block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from senet_lab.drawing import svg
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.gatelens.views.numbers import signed
from senet_lab.gatelens.views.still import still_words

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import Reading

LEFT, TOP, SIDE = 110, 84, 360
MAX_NUMBERED_CLASSES = 12  # of more, there is no room for numbers
CORRELATION_TITLE = "correlation of the classes\u2019 mean gates"

Matrix = Sequence[Sequence[float]]


def similar_classes(reading: Reading, path: str, classes: Sequence[int]) -> Html | str:
    """Draw a field for each pair of classes, shaded by correlation, with a list and a table of the pairs."""
    present, alike = reading.similarity(path, classes)
    if len(present) < 3:
        return (
            '<p class="sn-finding">The mean over the classes is subtracted first, so the correlation of two classes '
            "alone is always \u22121.</p>"
        )
    names = [reading.classes[number] for number in present]
    marks: list[Mark] = [svg.text(LEFT, 16, f"{title(path)}: {CORRELATION_TITLE}", "label", "start")]
    pitch = SIDE / len(present)
    for row, name in enumerate(names):
        y = TOP + pitch * (row + 0.5) + 4
        marks.append(svg.text(LEFT - 8, y, svg.cut(name, LEFT - 12, 6.7), "inked", "end"))
        for column, value in enumerate(alike[row]):
            has_number = len(present) <= MAX_NUMBERED_CLASSES and row != column
            marks += _field(value, LEFT + pitch * column, TOP + pitch * row, pitch, has_number)
    pairs = ranked_pairs(names, alike)
    marks += _heads(names, pitch) + _pairs(pairs)
    label = f"Similarity of {len(names)} classes in {title(path, ' ')}: most similar {pairs[0][0]} and {pairs[0][1]}"
    rows = [[f"{a} and {b}", signed(value)] for a, b, value in pairs]
    table = listing("Pairs of classes, the most similar first", ["Pair", "Correlation"], rows)
    return html(svg.Drawing(TOP + SIDE + 16, label, marks), behind("similarity", table))


def ranked_pairs(names: Sequence[str], alike: Matrix) -> list[tuple[str, str, float]]:
    """Return pairs of names with their correlation, the most similar first."""
    pairs = [(names[i], names[j], alike[i][j]) for i in range(len(names)) for j in range(i)]
    return sorted(pairs, key=lambda pair: -pair[2])


def _field(value: float, x: float, y: float, pitch: float, has_number: bool) -> list[Mark]:
    """Draw a field, blue for similar and hatched orange for opposed, with the correlation as a number."""
    kind = "alike" if value >= 0 else "opposed"
    marks: list[Mark] = [svg.rect(x + 1, y + 1, pitch - 2, pitch - 2, kind, 0, opacity=0.06 + 0.5 * abs(value))]
    if has_number:
        marks.append(svg.text(x + pitch / 2, y + pitch / 2 + 4, signed(value, 1 if pitch < 44 else 2), "inked"))
    return marks


def _heads(names: Sequence[str], pitch: float) -> list[Mark]:
    """Write names above the columns, slanted if there is little room."""
    if pitch >= max(len(name) * 6.9 for name in names):
        return [svg.text(LEFT + pitch * (i + 0.5), TOP - 8, name, "inked") for i, name in enumerate(names)]
    return [
        svg.turned_text(LEFT + pitch * (i + 0.5) - 3, TOP - 5, -32, svg.cut(name, 70, 6.7), "inked")
        for i, name in enumerate(names)
    ]


def _pairs(pairs: Sequence[tuple[str, str, float]]) -> list[Mark]:
    x, marks = LEFT + SIDE + 40, list[Mark]()
    listed = min(5, len(pairs) // 2)  # with few classes, no pair is in both lists
    most, least = pairs[:listed], pairs[::-1][:listed]
    for top, words, its in ((TOP + 8, "most similar", most), (TOP + 150, "least similar", least)):
        marks.append(svg.text(x, top, words, "label", "start"))
        for index, (a, b, value) in enumerate(its):
            y = top + 21 * (index + 1)
            marks.append(svg.text(x, y, svg.cut(f"{a}, {b}", 200, 6.7), "inked", "start"))
            marks.append(svg.text(x + 240, y, signed(value), "inked", "end"))
    return marks


def similarity_words(reading: Reading, path: str, classes: Sequence[int], untrained: Reading | None = None) -> str:
    """Say which classes are most and least similar, also in the untrained network."""
    present, alike = reading.similarity(path, classes)
    if len(present) < 3:
        return "Choose at least three classes to compare."
    names = [reading.classes[number] for number in present]
    pairs = ranked_pairs(names, alike)
    (a, b, most), (c, d, least) = pairs[0], pairs[-1]
    before = {(a, b): "", (c, d): ""}
    if untrained is not None:
        values = {
            (one, other): value for one, other, value in ranked_pairs(names, untrained.similarity(path, classes)[1])
        }
        before = {pair: f", untrained {signed(values[pair])}" for pair in before}
    closest = f"the gates are most similar for {a} and {b} (correlation {signed(most)}{before[a, b]}),"
    if most <= 0:
        closest = (
            f"no two of these classes have similar gates: the correlation is highest for {a} and {b} "
            f"({signed(most)}{before[a, b]})"
        )
    return (
        f"In {title(path)}, {closest} and {'lowest' if most <= 0 else 'least similar'} for {c} and {d} "
        f"({signed(least)}{before[c, d]}). The mean over these classes is subtracted first.{still_words(reading, path)}"
    )
