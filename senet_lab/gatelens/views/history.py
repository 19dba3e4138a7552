"""History: how the gates for a fixed set of images change during training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, axes, line
from senet_lab.drawing.network.words import title
from senet_lab.drawing.svg import Mark
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import as_percent, counted
from senet_lab.gatelens.views.classes import N_STYLES
from senet_lab.gatelens.views.numbers import MIN_RATIO, brief, distinct, limit_ratio
from senet_lab.gates.moments import Moment

LEFT, GAP, TOP, HEIGHT, WIDTH = 44, 130, 34, 200, 248
MAX_LINES = N_STYLES  # blocks drawn; if there are more, an evenly spaced selection


def history(moments: Sequence[Moment], selected: str = "") -> str:
    """Draw mean gate and F ratio of blocks over the epochs, with the numbers in a table."""
    paths = blocks_drawn(moments, selected)
    epochs = [moment.epoch for moment in moments]
    span = (min(epochs), max(*epochs, min(epochs) + 1))
    means = [moment.mean[path] for moment in moments for path in paths]
    ratios = [{path: limit_ratio(moment.specificity[path]) for path in paths} for moment in moments]
    highest = max(value for each in ratios for value in each.values())
    left = Panel(LEFT, TOP, WIDTH, HEIGHT, span, _bounds(means))
    right = Panel(LEFT + WIDTH + GAP, TOP, WIDTH, HEIGHT, span, (MIN_RATIO, max(10.0, 1.6 * highest)), log=True)
    marks: list[Mark] = [*_frame(left, "mean gate", epochs), *_frame(right, "F ratio, log scale; 1: chance", epochs)]
    marks.append(svg.path(f"M{right.left} {right.y(1):.1f}h{WIDTH}", "chance"))
    marks += _lines(left, paths, selected, epochs, [moment.mean for moment in moments])
    marks += _lines(right, paths, selected, epochs, ratios)
    label = f"Mean gate and F ratio of {len(paths)} blocks from epoch {span[0]} to {epochs[-1]}"
    return f"{svg.Drawing(TOP + HEIGHT + 44, label, marks)}{behind('history', _table(moments))}"


def blocks_drawn(moments: Sequence[Moment], selected: str = "") -> list[str]:
    """Return the blocks to draw: first, last, selected, those named in words, and others evenly spaced."""
    paths = list(moments[0].mean)
    places = {
        0,
        len(paths) - 1,
        *(paths.index(path) for path in (selected, *greatest_changes(moments)) if path in paths),
    }
    while len(places) < min(MAX_LINES, len(paths)):  # each time in the middle of the widest gap
        places.add(max(range(len(paths)), key=lambda at: min(abs(at - other) for other in places)))
    return [paths[at] for at in sorted(places)]


def greatest_changes(moments: Sequence[Moment]) -> tuple[str, str]:
    """Return the block whose F ratio rose most from first to last, and the one whose mean gate changed most."""
    first, last = moments[0], moments[-1]
    rise = max(
        last.specificity, key=lambda path: limit_ratio(last.specificity[path]) - limit_ratio(first.specificity[path])
    )
    return rise, max(last.mean, key=lambda path: abs(last.mean[path] - first.mean[path]))


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """Return the least and the greatest value, rounded outward to tenths."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    return int(10 * low) / 10 if low >= 0 else low, (int(10 * high) + 1) / 10


def _frame(panel: Panel, words: str, epochs: Sequence[int]) -> list[Mark]:
    step = max(1, -(-(epochs[-1] - epochs[0]) // 6))
    labels = ((epoch, str(epoch)) for epoch in range(epochs[0], epochs[-1] + 1, step))
    return [svg.text(panel.left - 34, 16, words, "label", "start"), *axes(panel, labels, "epochs")]


def _lines(
    panel: Panel, paths: Sequence[str], selected: str, epochs: Sequence[int], values: Sequence[Mapping[str, float]]
) -> list[Mark]:
    """Draw a line for each block with its name at its end; names do not overlap."""
    marks, ends = list[Mark](), list[tuple[float, int, str]]()
    for index, path in enumerate(paths):
        points = [(panel.x(epoch), panel.y(its[path])) for epoch, its in zip(epochs, values, strict=True)]
        kind = f"curve sn-class-{index}{' sn-strong' if path == selected else ''}"
        marks += [line(points, kind)] if len(points) > 1 else []
        marks += [svg.circle(x, y, 2.6, f"spot sn-class-{index}") for x, y in points]
        ends.append((points[-1][1], index, path))
    x, ends = panel.left + panel.width, sorted(ends)
    for y, (_, index, path) in zip(_spread_out([y + 4 for y, *_ in ends], panel.bottom + 4), ends, strict=True):
        marks.append(svg.path(f"M{x + 4:.1f} {y - 4:.1f}h20", f"curve sn-class-{index}"))
        short = title(path).replace("group ", "g").replace("block ", "b")
        marks.append(svg.text(x + 28, y, svg.cut(short, 78, 6.7), "label" if path == selected else "note", "start"))
    return marks


def _spread_out(baselines: Sequence[float], lowest: float, pitch: float = 13) -> list[float]:
    """Move baselines, sorted from top to bottom, at least `pitch` apart; none below `lowest`.

    >>> _spread_out([10, 11, 40], 41)
    [10, 23, 40]
    >>> _spread_out([40, 41, 41], 41)
    [15, 28, 41]
    """
    places: list[float] = []
    for y in baselines:
        places.append(max(y, places[-1] + pitch) if places else y)
    return [min(y, lowest - pitch * at) for at, y in zip(range(len(places) - 1, -1, -1), places, strict=True)]


def _table(moments: Sequence[Moment]) -> str:
    rows = []
    for moment in moments:
        right = "" if moment.accuracy is None else as_percent(moment.accuracy)
        rows += [
            [str(moment.epoch), title(path), f"{moment.mean[path]:.3f}", brief(moment.specificity[path]), right]
            for path in moment.mean
        ]
    return listing("Gates by epoch", ["Epoch", "Block", "Mean gate", "F ratio", "Accuracy"], rows, words=(1,))


def history_words(moments: Sequence[Moment]) -> str:
    """Say where the F ratio rose most, and where the mean gate changed most."""
    first, last = moments[0], moments[-1]
    if len(moments) < 2:
        return f"One recording so far, after {counted(last.epoch, 'epoch')}; lines start with the second."
    rise, moved = greatest_changes(moments)
    ratios = f"{brief(first.specificity[rise])} \u2192 {brief(last.specificity[rise])}"
    means = " \u2192 ".join(distinct(first.mean[moved], last.mean[moved]))
    n_blocks = len(first.mean)
    fewer = f" {MAX_LINES} of {n_blocks} blocks are shown." if n_blocks > MAX_LINES else ""
    return (
        f"From epoch {first.epoch} to {last.epoch}, {title(rise)} learned most about the classes: F ratio {ratios}. "
        f"The mean gate changed most in {title(moved)}: {means}.{fewer}"
    )
