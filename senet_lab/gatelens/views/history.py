"""History: how the gates of a fixed set of images move while a network is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, ticks
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.gatelens.views.depth import LEAST, MOST
from senet_lab.gatelens.views.reading import STYLES, share
from senet_lab.gatelens.views.strip import brief
from senet_lab.gates.moments import Moment

LEFT, APART, TOP, HIGH, FIELD = 44, 130, 34, 200, 248
LINES = STYLES  # blocks drawn; of more, evenly many


def history(moments: Sequence[Moment], chosen: str = "") -> str:
    """Mean gate and F ratio of blocks over the epochs; the numbers behind."""
    paths = drawn(moments, chosen)
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


def drawn(moments: Sequence[Moment], chosen: str = "") -> list[str]:
    """The blocks that have a line: the first, the last, the chosen one, those that words name; the rest evenly."""
    paths = list(moments[0].mean)
    kept = {0, len(paths) - 1, *(paths.index(path) for path in (chosen, *telling(moments)) if path in paths)}
    while len(kept) < min(LINES, len(paths)):  # each time in the middle of the widest gap
        kept.add(max(range(len(paths)), key=lambda at: min(abs(at - other) for other in kept)))
    return [paths[at] for at in sorted(kept)]


def telling(moments: Sequence[Moment]) -> tuple[str, str]:
    """The block whose F ratio rose most from the first moment to the last, and that whose mean gate moved most."""
    first, last = moments[0], moments[-1]
    rise = max(last.specificity, key=lambda path: last.specificity[path] - first.specificity[path])
    return rise, max(last.mean, key=lambda path: abs(last.mean[path] - first.mean[path]))


def _within(value: float) -> float:
    return min(MOST, max(LEAST, value))


def _room(values: Sequence[float]) -> tuple[float, float]:
    """From the least to the most, rounded out to tenths, as far as a sigmoid goes."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    return int(10 * low) / 10 if low >= 0 else low, (int(10 * high) + 1) / 10


def _frame(panel: Panel, words: str, epochs: Sequence[int]) -> list[Mark]:
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
) -> list[Mark]:
    """A line for each block, its name at its end; names make room for each other."""
    marks, ends = list[Mark](), list[tuple[float, int, str]]()
    for index, path in enumerate(paths):
        points = [(panel.x(epoch), panel.y(its[path])) for epoch, its in values]
        kind = f"curve sn-class-{index}{' sn-strong' if path == chosen else ''}"
        marks += [line(points, kind)] if len(points) > 1 else []
        marks += [svg.circle(x, y, 2.6, f"spot sn-class-{index}") for x, y in points]
        ends.append((points[-1][1], index, path))
    x, ends = panel.left + panel.width, sorted(ends)
    for y, (_, index, path) in zip(_apart([y + 4 for y, *_ in ends], panel.bottom + 4), ends, strict=True):
        marks.append(svg.path(f"M{x + 4:.1f} {y - 4:.1f}h20", f"curve sn-class-{index}"))
        short = title(path).replace("group ", "g").replace("block ", "b")
        marks.append(svg.text(x + 28, y, svg.cut(short, 78, 6.7), "label" if path == chosen else "note", "start"))
    return marks


def _apart(wished: Sequence[float], lowest: float, pitch: float = 13) -> list[float]:
    """Baselines near those wished for, which come from the top down: each a line below the last, none below `lowest`.

    >>> _apart([10, 11, 40], 41)
    [10, 23, 40]
    >>> _apart([40, 41, 41], 41)
    [15, 28, 41]
    """
    found: list[float] = []
    for y in wished:
        found.append(max(y, found[-1] + pitch) if found else y)
    for at in range(len(found)):
        found[-1 - at] = min(found[-1 - at], lowest - pitch * at)
    return found


def _table(moments: Sequence[Moment]) -> str:
    rows = []
    for moment in moments:
        right = "" if moment.accuracy is None else share(moment.accuracy)
        rows += [
            [str(moment.epoch), title(path), f"{moment.mean[path]:.3f}", brief(moment.specificity[path]), right]
            for path in moment.mean
        ]
    return listing("Gates by epoch", ["Epoch", "Block", "Mean gate", "F ratio", "Accuracy"], rows, words=(1,))
