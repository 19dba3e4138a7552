"""History: how the gates of a fixed set of images move while a network is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from senet_lab.moments import Moment
from senet_lab.views import svg
from senet_lab.views.charts import Panel, floor_line, grid, line, ticks
from senet_lab.views.gates import share
from senet_lab.views.gates_depth import LEAST, MOST
from senet_lab.views.gates_strip import brief
from senet_lab.views.tables import behind, listing
from senet_lab.views.words import title

LEFT, APART, TOP, HIGH, FIELD = 44, 130, 34, 200, 248
LINES = 8  # blocks drawn; of more, evenly many


def history(moments: Sequence[Moment], chosen: str = "") -> str:
    """Mean gate and F ratio of blocks over the epochs; the numbers behind."""
    paths = drawn(list(moments[0].mean), chosen)
    epochs = [moment.epoch for moment in moments]
    span = (min(epochs), max(*epochs, min(epochs) + 1))
    means = [moment.mean[path] for moment in moments for path in paths]
    ratios = [_within(moment.specificity[path]) for moment in moments for path in paths]
    left = Panel(LEFT, TOP, FIELD, HIGH, span, _room(means))
    right = Panel(LEFT + FIELD + APART, TOP, FIELD, HIGH, span, (LEAST, max(10.0, 1.6 * max(ratios))), log=True)
    marks = [*_frame(left, "mean gate", epochs), *_frame(right, "F ratio, log scale; 1: chance", epochs)]
    marks.append(svg.path(f"M{right.left} {right.y(1):.1f}h{FIELD}", "chance"))
    marks += _lines(left, paths, chosen, [(m.epoch, m.mean) for m in moments])
    marks += _lines(
        right, paths, chosen, [(m.epoch, {path: _within(m.specificity[path]) for path in paths}) for m in moments]
    )
    label = f"Mean gate and F ratio of {len(paths)} blocks from epoch {span[0]} to {epochs[-1]}"
    return f"{svg.drawing(TOP + HIGH + 44, label, marks)}{behind('history', _table(moments))}"


def drawn(paths: Sequence[str], chosen: str) -> list[str]:
    """The blocks that have a line: evenly many, the chosen one among them."""
    if len(paths) <= LINES:
        return list(paths)
    at = {round(index * (len(paths) - 1) / (LINES - 1)) for index in range(LINES)}
    return [path for index, path in enumerate(paths) if index in at or path == chosen]


def _within(value: float) -> float:
    return min(MOST, max(LEAST, value))


def _room(values: Sequence[float]) -> tuple[float, float]:
    """From the least to the most, rounded out to tenths, as far as a sigmoid goes."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    return int(10 * low) / 10 if low >= 0 else low, (int(10 * high) + 1) / 10


def _frame(panel: Panel, words: str, epochs: Sequence[int]) -> list[str]:
    step = max(1, -(-(epochs[-1] - epochs[0]) // 6))
    return [
        svg.text(panel.left - 34, 16, words, "label", "start"),
        *grid(panel, ticks(panel)),
        floor_line(panel),
        *(svg.text(panel.x(at), panel.bottom + 17, str(at)) for at in range(epochs[0], epochs[-1] + 1, step)),
        svg.text(panel.left + panel.width / 2, panel.bottom + 35, "epochs"),
    ]


def _lines(
    panel: Panel, paths: Sequence[str], chosen: str, values: Sequence[tuple[int, Mapping[str, float]]]
) -> list[str]:
    """A line for each block, its name at its end; names make room for each other."""
    marks, ends = [], []
    for index, path in enumerate(paths):
        points = [(panel.x(epoch), panel.y(its[path])) for epoch, its in values]
        kind = f"curve sn-class-{index % 10}{' sn-strong' if path == chosen else ''}"
        marks += [line(points, kind)] if len(points) > 1 else []
        marks += [svg.circle(x, y, 2.6, f"spot sn-class-{index % 10}") for x, y in points]
        ends.append((points[-1][1], index, path))
    last = -inf
    for y, index, path in sorted(ends):
        last = max(y + 4, last + 13)
        x = panel.left + panel.width
        marks.append(svg.path(f"M{x + 4:.1f} {last - 4:.1f}h20", f"curve sn-class-{index % 10}"))
        short = title(path).replace("group ", "g").replace("block ", "b")
        marks.append(svg.text(x + 28, last, svg.cut(short, 96, 6.7), "label" if path == chosen else "note", "start"))
    return marks


def _table(moments: Sequence[Moment]) -> str:
    rows = []
    for moment in moments:
        right = "" if moment.accuracy is None else share(moment.accuracy)
        rows += [
            [str(moment.epoch), title(path), f"{moment.mean[path]:.3f}", brief(moment.specificity[path]), right]
            for path in moment.mean
        ]
    return listing("Gates by epoch", ["Epoch", "Block", "Mean gate", "F ratio", "Accuracy"], rows, words=(1,))
