"""Curves: the mean gate of each channel by class, for one block of each stage (Hu et al. 2019, fig. 5 to 7)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, ticks
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import counted
from senet_lab.gatelens.views.reading import DRAWN, Array, Reading, class_key, class_styles, stages
from senet_lab.gatelens.views.strip import brief

LEFT, APART, TOP, HIGH, BELOW = 34, 12, 30, 138, 40
POINTS = 160  # along a curve; where there are more channels, a point is the mean of neighbours
ROWS = 40  # of the table: the channels that tell the classes apart most


def curves(reading: Reading, chosen: Sequence[int], block: str = "") -> Html:
    """The chart of each stage, its classes' key above, the numbers behind.

    Args:
        chosen: the classes that are drawn, by number.
        block: drawn in its stage in place of the last block.
    """
    drawn = stages(tuple(reading.gates), block)
    columns = len(drawn) if len(drawn) <= 3 else 2
    wide = (svg.WIDTH - APART * (columns - 1)) / columns
    marks: list[Mark] = []
    for index, path in enumerate(drawn):
        row, column = divmod(index, columns)
        marks += _stage(reading, path, chosen, (column * (wide + APART), row * (TOP + HIGH + BELOW), wide))
    height = (TOP + HIGH + BELOW) * -(-len(drawn) // columns)
    label = f"Mean gate of each channel, by class: {', '.join(title(path, ' ') for path in drawn)}"
    tables = "".join(_table(reading, path, chosen) for path in drawn)
    return html(class_key(reading, chosen), svg.drawing(height, label, marks), behind("curves", tables))


def sorted_means(reading: Reading, path: str, chosen: Sequence[int]) -> tuple[Array, Array]:
    """The mean gates of the chosen classes, channels sorted by their mean over these; and the channels' numbers."""
    means = reading.means(path)[reading.present(chosen)]
    order = np.argsort(means.mean(0), kind="stable") if len(means) else np.arange(means.shape[1])
    return means[:, order], order


def _stage(reading: Reading, path: str, chosen: Sequence[int], at: tuple[float, float, float]) -> list[Mark]:
    """One chart: title, axes, a curve for each class."""
    left, top, wide = at
    means, _ = sorted_means(reading, path, chosen)
    channels = means.shape[1]
    thin, each = thinned(means)
    panel = Panel(left + LEFT, top + TOP, wide - LEFT - 6, HIGH, (0, max(1, thin.shape[1] - 1)), reading.bounds)
    said = f"F {brief(reading.specificity[path])}"
    below = [f"{counted(channels, 'channel')}, sorted by mean"]
    below += [f"a point: the mean of {each}"] if each > 1 else []
    marks = [
        svg.text(left + LEFT, top + 16, svg.cut(title(path), wide - LEFT - 60), "label", "start"),
        svg.text(left + wide - 6, top + 16, said, "note", "end"),
        *grid(panel, ticks(panel, 3)),
        floor_line(panel),
        *(svg.text(panel.left + panel.width / 2, panel.bottom + 18 + 14 * at, line) for at, line in enumerate(below)),
    ]
    present = reading.present(chosen)
    styles = class_styles(present)
    kind = f"curve sn-mean{' sn-many' * (len(present) > DRAWN)}"
    for number, values in zip(present, thin, strict=True):
        points = [(panel.x(i), panel.y(float(value))) for i, value in enumerate(values)]
        marks.append(
            line(
                points if len(points) > 1 else [points[0], (panel.x(1), points[0][1])],
                f"{kind} sn-class-{styles[number]}",
            )
        )
    return marks


def thinned(values: Array, most: int = POINTS) -> tuple[Array, int]:
    """Rows of at most `most` numbers, each the mean of neighbours, and of how many."""
    each = -(-values.shape[1] // most)
    if each == 1:
        return values, 1
    starts = np.arange(0, values.shape[1], each)
    sizes = np.diff([*starts, values.shape[1]])
    return np.add.reduceat(values, starts, axis=1) / sizes, each


def _table(reading: Reading, path: str, chosen: Sequence[int]) -> str:
    means, order = sorted_means(reading, path, chosen)
    apart = np.ptp(means, axis=0) if len(means) else np.zeros(means.shape[1])
    shown = np.argsort(-apart, kind="stable")[:ROWS]
    head = ["Channel", *(reading.classes[number] for number in reading.present(chosen)), "Apart by"]
    rows = [[str(order[at]), *(f"{value:.3f}" for value in means[:, at]), f"{apart[at]:.3f}"] for at in shown]
    note = f"those {ROWS} that differ most, of {len(order)}" if len(order) > ROWS else "those that differ most first"
    return listing(f"{title(path)}: mean gate by class", head, rows, note=note)
