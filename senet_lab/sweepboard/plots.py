"""Plots of a sweep: accuracy of each arm, with its seeds and its interval, and accuracy against cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isnan

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, ticks
from senet_lab.drawing.intervals import Interval, axis_range, interval_marks, is_cut, visible_part
from senet_lab.drawing.svg import Box, Drawing, Mark, Node
from senet_lab.drawing.units import short
from senet_lab.sweepboard.snapshot import Board, BoardCell, run_words

HEIGHT, TOP, BOTTOM = 330.0, 16.0, 276.0
LEFT = 40.0  # of the vertical axis, for its numbers
ARM_WIDTH, MIN_WIDTH = 92.0, 500.0  # an arm has room for its circles, its mean and "100.0"
COST_WIDTH = 290.0
SEEDS_AT, SEED_ROOM = -42.0, 28.0  # where the circles of an arm begin, from its center, and how far they extend
MEAN_AT, NUMBER_AT = -2.0, 5.5  # from an arm's center
EDGE = 0.15  # of the width, within which a name must not extend beyond the plot
CHARACTER = 6.4  # width of a character of a name
SEED_RADIUS = 3.4
EMPTY_RANGE = (0.0, 100.0)
COST_NAMES = {"params": "parameters", "macs": "multiply-adds per image"}


def accuracy_plot(board: Board, run: str = "", *, interactive: bool = True) -> Drawing:
    """Draw the accuracy of each arm: a circle per seed, the mean, and its interval; the reference as a band.

    Args:
        run: the key of the selected run.
    """
    width = max(MIN_WIDTH, LEFT + 20 + ARM_WIDTH * len(board.arms))
    panel = Panel(LEFT, TOP, width - LEFT - 8, BOTTOM - TOP, (0.0, float(len(board.arms))), _range(board))
    marks: list[Mark] = [*_band(board, panel), *grid(panel, ticks(panel, 6)), floor_line(panel)]
    for index, arm in enumerate(board.arms):
        center = panel.x(index + 0.5)
        marks += _mean(board, panel, index)
        room = panel.width / len(board.arms)
        marks.append(svg.text(center, BOTTOM + 18, svg.cut(arm.words, room), "inked"))
    marks.append(svg.text(panel.left + panel.width / 2, BOTTOM + 38, board.axis))
    marks += _seeds(board, panel, run)
    return Drawing(HEIGHT, accuracy_words(board), marks, interactive=interactive, focus=run, width=width)


def accuracy_words(board: Board) -> str:
    """Return the mean of each arm in words, for screen readers."""
    means = [f"{arm.words} {_percent(board.mean(index))}" for index, arm in enumerate(board.arms)]
    return f"Mean accuracy on the test images by {board.axis}: {'; '.join(means)}"


def cost_plot(board: Board, cost: str) -> Drawing:
    """Draw the mean accuracy of each arm against its parameters or multiply-adds, and their Pareto front."""
    points = [
        (getattr(arm, cost), 100 * board.mean(index), index)
        for index, arm in enumerate(board.arms)
        if not isnan(board.mean(index))
    ]
    panel = Panel(LEFT, TOP, COST_WIDTH - LEFT - 24, BOTTOM - TOP, _cost_range(board, cost), _range(board))
    marks: list[Mark] = [*grid(panel, ticks(panel, 6)), floor_line(panel), *_cost_axis(panel)]
    marks.append(svg.text(panel.left + panel.width / 2, BOTTOM + 38, COST_NAMES[cost]))
    front = pareto_front([(x, y) for x, y, _ in points])
    if len(front) > 1:
        marks.append(line([(panel.x(x), panel.y(y)) for x, y in front], "pareto"))
    spots = [(panel.x(x), panel.y(y), board.arms[index].words) for x, y, index in sorted(points)]
    marks += [svg.circle(panel.x(x), panel.y(y), 5, _kind(board, index, "of-run")) for x, y, index in points]
    marks += _names(spots, panel)
    words = [f"{board.arms[index].words} {short(x)}, {y:.1f}%" for x, y, index in points]
    return Drawing(HEIGHT, f"Mean accuracy against {COST_NAMES[cost]}: {'; '.join(words)}", marks, width=COST_WIDTH)


def pareto_front(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points (cost, accuracy) for which no other has at most that cost and a higher accuracy, by cost.

    >>> pareto_front([(1, 60), (3, 61), (2, 62), (2, 60.5), (4, 62)])
    [(1, 60), (2, 62)]
    """
    front: list[tuple[float, float]] = []
    for x, y in sorted(points, key=lambda point: (point[0], -point[1])):
        if not front or y > front[-1][1]:
            front.append((x, y))
    return front


def has_cut_interval(board: Board) -> bool:
    """Return whether an interval extends beyond the plot."""
    return any(is_cut(interval, _range(board)) for interval in _intervals(board))


def _percent(share: float) -> str:
    return "unknown" if isnan(share) else f"{100 * share:.1f}%"


def _range(board: Board) -> tuple[float, float]:
    """Return the range of all accuracies in percent, and of their intervals as far as these are not much wider."""
    values = [100 * cell.accuracy for cell in board.cells if cell.accuracy is not None]
    if not values:
        return EMPTY_RANGE
    return axis_range(values, _intervals(board))


def _intervals(board: Board) -> list[Interval]:
    """Return the interval of each arm in percent."""
    ends = (board.interval(arm) for arm in range(len(board.arms)))
    return [(100 * low, 100 * high) for low, high in ends]


def _kind(board: Board, arm: int, prefix: str) -> str:
    """Return the class of an arm: slate for the reference, blue for the others."""
    return f"{prefix}-{5 if arm == board.reference else 0}"


def _band(board: Board, panel: Panel) -> Iterator[Mark]:
    """Draw the interval of the reference across the plot."""
    if part := visible_part(_intervals(board)[board.reference], panel):
        bottom, top = part
        yield svg.rect(panel.left, top, panel.width, bottom - top, "band", 0)


def _mean(board: Board, panel: Panel, arm: int) -> Iterator[Mark]:
    """Draw the mean of an arm, its interval, and its value."""
    mean = 100 * board.mean(arm)
    if isnan(mean):
        return
    x, y = panel.x(arm + 0.5) + MEAN_AT, panel.y(mean)
    yield from interval_marks(_intervals(board)[arm], panel, x, f"{_kind(board, arm, 'run')} sn-val")
    yield svg.circle(x, y, 5, _kind(board, arm, "of-run"))
    words = f"{_kind(board, arm, 'word-run')} sn-small"
    yield svg.text(panel.x(arm + 0.5) + NUMBER_AT, y + 4, f"{mean:.1f}", words, "start")


def _seeds(board: Board, panel: Panel, run: str) -> Iterator[Node]:
    """Draw a circle for each finished run, left of the mean of its arm."""
    step = SEED_ROOM / max(1, len(board.seeds) - 1)
    for cell in board.cells:
        if cell.accuracy is not None:
            x = panel.x(cell.arm + 0.5) + SEEDS_AT + step * board.seeds.index(cell.seed)
            yield _seed(board, cell, x, panel.y(100 * cell.accuracy), cell.key == run)


def _seed(board: Board, cell: BoardCell, x: float, y: float, is_selected: bool) -> Node:
    marks: list[Mark] = [svg.circle(x, y, SEED_RADIUS, f"{_kind(board, cell.arm, 'run')} sn-hollow")]
    if is_selected:
        marks.append(svg.circle(x, y, 6.5, "chosen"))
    words = run_words(board, cell)
    return Node(marks, Box(x - 6, y - 6, 12, 12), [words], words, cell.key)


def _cost_range(board: Board, cost: str) -> tuple[float, float]:
    costs = [getattr(arm, cost) for arm in board.arms]
    margin = 0.12 * (max(costs) - min(costs)) or 0.05 * max(costs)
    return min(costs) - margin, max(costs) + margin


def _cost_axis(panel: Panel) -> Iterator[Mark]:
    """Draw at most three round numbers under the axis, with the decimals that tell them apart."""
    low, high = panel.x_range
    for mark in ticks(Panel(0, 0, 1, 1, (0, 1), (low, high)), 4):
        yield svg.text(panel.x(mark), BOTTOM + 18, _short(mark))


def _short(number: float) -> str:
    """Return a number with its prefix and without zeros at the end.

    >>> _short(270_000), _short(2_500_000), _short(41_250_000)
    ('270 k', '2.5 M', '41.25 M')
    """
    digits, _, prefix = short(int(number)).partition(" ")
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} {prefix}".strip()


def _names(spots: Sequence[tuple[float, float, str]], panel: Panel) -> Iterator[Mark]:
    """Write the name of each arm above its dot, or below it; no name where both are taken, as the table has it too."""
    taken = [(x - 5, x + 5, y + 4) for x, y, _ in spots]
    for x, y, name in spots:
        place = (x - panel.left) / panel.width
        anchor = "start" if place < EDGE else "end" if place > 1 - EDGE else "middle"
        words, at = svg.cut(name, 90), x + {"start": -6, "middle": 0, "end": 6}[anchor]
        width = CHARACTER * len(words)
        left = at - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        for height in (y - 9, y + 18):
            if not any(left < end and start < left + width and abs(height - other) < 12 for start, end, other in taken):
                taken.append((left, left + width, height))
                yield svg.text(at, height, words, "word-run-5 sn-small", anchor)
                break
