"""Specificity by depth: how class-specific each block's gates are, compared with the same network untrained."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from statistics import correlation
from typing import TYPE_CHECKING

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, ticks
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import as_percent, spaced
from senet_lab.gatelens.views.numbers import MIN_RATIO, brief, limit_ratio, precise

if TYPE_CHECKING:
    from senet_lab.gatelens.reading import Reading

LEFT, TOP, WIDTH, HEIGHT = 46, 34, 640, 210
TITLE = "F ratio (log scale): variance of the gates between classes / variance within classes"
TOO_FEW = "An F ratio needs at least two classes and more images than classes. Pass labels, or more images."


def depth(reading: Reading, selected: str = "", untrained: Reading | None = None) -> Html:
    """Draw the F ratio of each block in order, on a log axis, with the numbers in a table."""
    paths = reading.paths
    lines = [("trained", "se", [limit_ratio(reading.specificity[path]) for path in paths])]
    if untrained:
        lines.append(("untrained", "untrained", [limit_ratio(untrained.specificity[path]) for path in paths]))
    highest = max(value for _, _, values in lines for value in values)
    y_range = (MIN_RATIO, max(10.0, 1.6 * highest))
    panel = Panel(LEFT, TOP, WIDTH, HEIGHT, (-0.5, len(paths) - 0.5), y_range, log=True)
    marks: list[Mark] = [
        svg.text(LEFT - 36, 16, TITLE, "label", "start"),
        *grid(panel, ticks(panel)),
        floor_line(panel),
        svg.path(f"M{LEFT} {panel.y(1):.1f}h{WIDTH}", "chance"),
        svg.text(LEFT + WIDTH + 6, panel.y(1) + 4, "1: chance", "note", "start"),
        *_names(panel, paths),
    ]
    for name, kind, values in lines:
        marks += _line(panel, name, kind, values)
    if selected in paths:
        at = paths.index(selected)
        marks.append(svg.circle(panel.x(at), panel.y(lines[0][2][at]), 7, "around"))
    label = "How class-specific the gates are by depth: " + ", ".join(
        f"{title(path, ' ')} {precise(reading.specificity[path])}" for path in paths
    )
    return html(svg.Drawing(TOP + HEIGHT + 46, label, marks), behind("depth", _table(reading, untrained)))


def _line(panel: Panel, name: str, kind: str, values: Sequence[float]) -> list[Mark]:
    """Draw a line with a mark at each block (dots if trained, rings if untrained), and its name at its end."""
    points = [(panel.x(i), panel.y(value)) for i, value in enumerate(values)]
    marks: list[Mark] = [line(points, f"curve sn-by-{kind}")] if len(points) > 1 else []
    radius = 4 if len(points) <= 30 else 2.5
    marks += [svg.circle(x, y, radius, f"dot-{'with' if kind == 'se' else 'without'}") for x, y in points]
    x, y = points[-1]
    return [*marks, svg.text(x + 10, y + 4, name, f"word-{kind}", "start")]


def _names(panel: Panel, paths: Sequence[str]) -> list[Mark]:
    """Write the number of each block below the axis, and the names of the groups below those."""
    marks: list[Mark] = []
    groups: dict[str, list[int]] = {}
    step = -(-len(paths) * 20 // int(panel.width))
    for index, path in enumerate(paths):
        group, _, block = path.partition("/")
        groups.setdefault(group, []).append(index)
        if index % step == 0 and block:
            marks.append(svg.text(panel.x(index), panel.bottom + 17, block.removeprefix("block"), "note"))
    for group, its in groups.items():
        left, right = panel.x(its[0] - 0.5), panel.x(its[-1] + 0.5)
        words = svg.cut(f"{spaced(group)}, block" if right - left > 100 else spaced(group), right - left, 6.7)
        marks.append(svg.text((left + right) / 2, panel.bottom + 36, words, "inked"))
        if its[0]:
            marks.append(svg.path(f"M{left:.1f} {panel.top}V{panel.bottom + 40}", "grid"))
    return marks


def _table(reading: Reading, untrained: Reading | None) -> str:
    head = ["Block", "F ratio", "Explained by class", *(["F ratio, untrained"] if untrained else []), "Channels"]
    rows = []
    for path, ratio in reading.specificity.items():
        before = [brief(untrained.specificity[path])] if untrained else []
        explained = as_percent(reading.explained_share(path))
        rows.append([title(path), brief(ratio), explained, *before, str(reading.n_channels(path))])
    return listing("Class-specificity by block", head, rows, note=f"{len(reading.labels):,} images")


HIGH = 0.5  # of the highest F ratio


def depth_words(reading: Reading, untrained: Reading | None = None) -> str:
    """Say which block separates the classes best, whether that grows with depth, and how it was before training."""
    if not reading.is_comparable:
        return TOO_FEW
    ratios = reading.specificity
    best = max(ratios, key=lambda path: ratios[path])
    knows = "separates the classes perfectly" if ratios[best] == inf else "separates the classes best"
    words = (
        f"{title(best).capitalize()} {knows}: its F ratio is {brief(ratios[best])}, and the class explains "
        f"{as_percent(reading.explained_share(best), 0)} of the variance of its gates."
    )
    if len(ratios) >= 3:
        words += f" {_rise(list(ratios.values()))}"
    if untrained is not None:
        before = max(untrained.specificity.values())
        reason = ", since images of the same class look similar" if before > 2 else ""
        words += f" In the untrained network, the highest F ratio is {brief(before)}{reason}."
    return words


def _rise(ratios: Sequence[float]) -> str:
    """Say whether F ratios grow with depth (by rank correlation, Spearman 1904), compared with the paper."""
    blocks = range(len(ratios))
    by_ratio = sorted(blocks, key=lambda block: ratios[block])
    if correlation(by_ratio, blocks) <= 0.5:  # a permutation correlates with the identity as its inverse does
        return "Unlike in the paper on ImageNet, F ratios do not grow with depth."
    if ratios.index(max(ratios)) == len(ratios) - 1:
        return "F ratios grow with depth, as in the paper on ImageNet."
    if ratios[-1] >= HIGH * max(ratios):
        return "F ratios grow with depth, as in the paper on ImageNet; here they are still high in the last block."
    return "As in the paper on ImageNet, F ratios grow with depth and fall again in the last block."
