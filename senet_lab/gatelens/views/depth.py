"""Specificity by depth: how much each block's gates know of the class, beside the same network untrained."""

from __future__ import annotations

from collections.abc import Sequence

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, ticks
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import spaced
from senet_lab.gatelens.views.reading import Reading, share
from senet_lab.gatelens.views.strip import brief

LEFT, TOP, WIDE, HIGH = 46, 34, 640, 210
LEAST, MOST = 0.5, 1e6  # what the chart shows of an F ratio


def depth(reading: Reading, chosen: str = "", untrained: Reading | None = None) -> Html:
    """The F ratio of each block in order, on a log axis; the numbers behind."""
    paths = list(reading.gates)
    lines = [("trained", "se", [_within(reading.specificity[path]) for path in paths])]
    if untrained:
        lines.append(("untrained", "untrained", [_within(untrained.specificity[path]) for path in paths]))
    most = max(value for _, _, values in lines for value in values)
    panel = Panel(LEFT, TOP, WIDE, HIGH, (-0.5, len(paths) - 0.5), (LEAST, max(10.0, 1.6 * most)), log=True)
    marks = [
        svg.text(
            LEFT - 36,
            16,
            "F ratio, log scale: variance of the gates between classes over that within",
            "label",
            "start",
        ),
        *grid(panel, ticks(panel)),
        floor_line(panel),
        svg.path(f"M{LEFT} {panel.y(1):.1f}h{WIDE}", "chance"),
        svg.text(LEFT + WIDE + 6, panel.y(1) + 4, "1: chance", "note", "start"),
        *_names(panel, paths),
    ]
    for name, kind, values in lines:
        marks += _line(panel, name, kind, values)
    if chosen in paths:
        at = paths.index(chosen)
        marks.append(svg.circle(panel.x(at), panel.y(lines[0][2][at]), 7, "around"))
    label = "How class-specific the gates are by depth: " + ", ".join(
        f"{title(path, ' ')} {reading.specificity[path]:.3g}" for path in paths
    )
    return html(svg.drawing(TOP + HIGH + 46, label, marks), behind("depth", _table(reading, untrained)))


def _within(value: float) -> float:
    return min(MOST, max(LEAST, value))


def _line(panel: Panel, name: str, kind: str, values: Sequence[float]) -> list[Mark]:
    """A line with a mark at each block, and its name at its end: dots for one, rings for the other."""
    points = [(panel.x(i), panel.y(value)) for i, value in enumerate(values)]
    marks = [line(points, f"curve sn-by-{kind}")] if len(points) > 1 else []
    radius = 4 if len(points) <= 30 else 2.5
    marks += [svg.circle(x, y, radius, f"dot-{'with' if kind == 'se' else 'without'}") for x, y in points]
    x, y = points[-1]
    return [*marks, svg.text(x + 10, y + 4, name, f"word-{kind}", "start")]


def _names(panel: Panel, paths: Sequence[str]) -> list[Mark]:
    """The number of each block under it, and under those the names of groups."""
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
        other = [brief(untrained.specificity[path])] if untrained else []
        rows.append(
            [title(path), brief(ratio), share(reading.explained(path)), *other, str(reading.gates[path].shape[1])]
        )
    return listing("Class-specificity by block", head, rows, note=f"{len(reading.labels):,} images")
