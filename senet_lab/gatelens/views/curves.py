"""Curves: the mean gate of each channel by class, for one block of each stage (Hu et al. 2019, fig. 5 to 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, ticks
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import counted
from senet_lab.gatelens.views.classes import class_key, class_styles, stages
from senet_lab.gatelens.views.numbers import brief
from senet_lab.gatelens.views.still import is_still

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import Reading

LEFT, GAP, TOP, HEIGHT, BELOW = 34, 12, 30, 138, 40
MAX_POINTS = 160  # along a curve
MAX_BOLD_CURVES = 4  # more of them are thinner
MAX_ROWS = 40  # of the table

ALIKE = 0.05  # range of the classes' means, averaged over the channels, below which we call the classes similar
RISE = 2.0  # by how much the range must grow from the first stage to the last for us to call it rising
LEARNED = 2.0  # times the difference between classes in the untrained network, which is due to the images alone


def curves(reading: Reading, classes: Sequence[int], block: str = "") -> Html:
    """Draw a chart per stage, with the key of the classes above and the numbers in a table.

    Args:
        classes: the classes to draw, by number.
        block: a block to draw instead of the last one of its stage.
    """
    blocks = stages(reading.paths, block)
    columns = len(blocks) if len(blocks) <= 3 else 2
    width = (svg.WIDTH - GAP * (columns - 1)) / columns
    marks: list[Mark] = []
    for index, path in enumerate(blocks):
        row, column = divmod(index, columns)
        marks += _stage(reading, path, classes, column * (width + GAP), row * (TOP + HEIGHT + BELOW), width)
    height = (TOP + HEIGHT + BELOW) * -(-len(blocks) // columns)
    label = f"Mean gate of each channel, by class: {', '.join(title(path, ' ') for path in blocks)}"
    tables = "".join(_table(reading, path, classes) for path in blocks)
    return html(class_key(reading, classes), svg.Drawing(height, label, marks), behind("curves", tables))


def _stage(reading: Reading, path: str, classes: Sequence[int], left: float, top: float, width: float) -> list[Mark]:
    curves, size = reading.curves(path, classes, MAX_POINTS)
    n_points = max(map(len, curves), default=1)
    panel = Panel(left + LEFT, top + TOP, width - LEFT - 6, HEIGHT, (0, max(1, n_points - 1)), reading.bounds)
    below = [f"{counted(reading.n_channels(path), 'channel')}, sorted by mean"]
    below += [f"each point: mean of {size}"] if size > 1 else []
    marks: list[Mark] = [
        svg.text(left + LEFT, top + 16, svg.cut(title(path), width - LEFT - 60), "label", "start"),
        svg.text(left + width - 6, top + 16, f"F {brief(reading.specificity[path])}", "note", "end"),
        *grid(panel, ticks(panel, 3)),
        floor_line(panel),
        *(svg.text(panel.left + panel.width / 2, panel.bottom + 18 + 14 * at, words) for at, words in enumerate(below)),
    ]
    present = reading.present(classes)
    styles = class_styles(present)
    kind = f"curve sn-mean{' sn-many' * (len(present) > MAX_BOLD_CURVES)}"
    for number, values in zip(present, curves, strict=True):
        points = [(panel.x(i), panel.y(value)) for i, value in enumerate(values)]
        points = points if len(points) > 1 else [points[0], (panel.x(1), points[0][1])]
        marks.append(line(points, f"{kind} sn-class-{styles[number]}"))
    return marks


def _table(reading: Reading, path: str, classes: Sequence[int]) -> str:
    n_channels = reading.n_channels(path)
    head = ["Channel", *(reading.classes[number] for number in reading.present(classes)), "Range"]
    rows = [
        [str(each.channel), *(f"{mean:.3f}" for mean in each.means), f"{each.statistic:.3f}"]
        for each in reading.differing_channels(path, classes, MAX_ROWS)
    ]
    note = "largest range first"
    if n_channels > MAX_ROWS:
        note = f"the {MAX_ROWS} of {n_channels} channels with the largest range"
    return listing(f"{title(path)}: mean gate by class", head, rows, note=note)


def curves_words(reading: Reading, classes: Sequence[int], block: str = "", untrained: Reading | None = None) -> str:
    """Say how far classes differ in the first and last stage, also untrained, and whether the paper found the same."""
    blocks = stages(reading.paths, block)
    if len(reading.present(classes)) < 2:
        return "Choose at least two classes to compare their curves."
    still = [path for path in blocks if is_still(reading, path)]
    moving = [path for path in blocks if path not in still] or blocks
    first, last = moving[0], moving[-1]
    distances = {path: reading.mean_class_distance(path, classes) for path in (first, last)}
    before = {
        path: f" (untrained {untrained.mean_class_distance(path, classes):.2f})" if untrained else ""
        for path in (first, last)
    }
    ends = " and by ".join(f"{distances[path]:.2f} in {title(path)}{words}" for path, words in before.items())
    parts = f"Averaged over the channels, the mean gates of these classes differ by {ends}.{_still(reading, still)}"
    if len(moving) < 2:
        return parts
    if untrained and distances[last] < LEARNED * untrained.mean_class_distance(last, classes):
        return f"{parts} Those of the untrained network differ about as much, so this shows nothing that was learned."
    if distances[last] <= RISE * distances[first]:
        return f"{parts} The paper found on ImageNet that classes separate with depth; this network does not show that."
    if distances[first] < ALIKE:
        return f"{parts} As in the paper on ImageNet, early gates are similar for all classes, and late gates differ."
    return (
        f"{parts} Classes separate with depth, as in the paper on ImageNet; here {title(first)} already separates them."
    )


def _still(reading: Reading, blocks: Sequence[str]) -> str:
    """Say which blocks have gates that hardly change from image to image."""
    if not blocks:
        return ""
    level = reading.summaries[blocks[0]].mean
    where = " and ".join(map(title, blocks))
    return f" The gates of {where} hardly respond to the image: they stay close to {level:.2f}."
