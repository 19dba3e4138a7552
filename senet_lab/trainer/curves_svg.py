"""Curves as SVG: accuracy, loss and learning rate over the epochs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor
from statistics import median

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, ticks
from senet_lab.drawing.svg import Drawing, Mark, Node
from senet_lab.drawing.units import as_percent
from senet_lab.trainer.comparison import compare
from senet_lab.trainer.history import History, Point, thin
from senet_lab.trainer.run_names import LETTERS, MAX_DRAWN_RUNS

HEIGHT = 262.0
MAX_STRIPS = 30  # parts of a chart that have a tooltip
MAX_DOTS = 30  # a longer curve has a dot at its end only
LABEL_GAP = 12.5  # between labels at the ends of lines: the paper around one leaves the descenders above it whole

Label = tuple[float, float, str, int]  # x, y, words, index of the run


def draw_curves(histories: Sequence[History]) -> Drawing:
    """Draw the first `MAX_DRAWN_RUNS` runs: accuracy on the left, loss and learning rate on the right."""
    histories = histories[:MAX_DRAWN_RUNS]
    accuracy, loss = _panels(histories)
    top_rate = 1.05 * max([1e-9, *(y for history in histories for _, y in history.learning_rates())])
    rate = Panel(428, 186, 260, 32, loss.x_range, (0.0, top_rate))
    rates = [] if _is_one_epoch(histories) else _rate_chart(rate, [each.learning_rates() for each in histories])
    marks: list[Mark] = [
        *_chart(accuracy, "Accuracy, %", [_percent(history) for history in histories]),
        *_chart(loss, "Loss", [(history.training("loss"), history.validation("loss")) for history in histories]),
        *rates,
        *_epoch_axis(accuracy),
        *_epoch_axis(accuracy._replace(left=loss.left)),
    ]
    return svg.Drawing(HEIGHT, f"Learning curves. {compare(histories)}", marks)


def curves_strips(histories: Sequence[History]) -> str:
    """Draw the strips with the values of each epoch; they lie over the curves, which are redrawn with each step."""
    histories = histories[:MAX_DRAWN_RUNS]
    accuracy, loss = _panels(histories)
    marks = [*_panel_strips(accuracy, histories, "accuracy"), *_panel_strips(loss, histories, "loss", "learning_rate")]
    return str(svg.Drawing(HEIGHT, "Values by epoch", marks, interactive=True)) if marks else ""


def _panels(histories: Sequence[History]) -> tuple[Panel, Panel]:
    """Return the panels of accuracy and of loss, which has the room of the learning rate if that is not drawn."""
    ends = (end for history in histories for end in (history.epochs, _end(history)))
    epochs = (0.0, float(max([1, *ends])))
    accuracy = Panel(42, 26, 260, 192, epochs, _accuracy_range(histories))
    height = 192 if _is_one_epoch(histories) else 118
    return accuracy, Panel(428, 26, 260, height, epochs, _loss_range(histories))


def _is_one_epoch(histories: Sequence[History]) -> bool:
    """Return whether the learning rate, known at the end of each epoch, would be a single dot."""
    return bool(histories) and max(history.epochs for history in histories) == 1


def _end(history: History) -> float:
    return max([0.0, *(row["epoch"] for row in history.rows), *(point[0] for point in history.trail)])


def _percent(history: History) -> tuple[list[Point], list[Point]]:
    """Return training and validation accuracy in percent."""
    training, validation = history.training("accuracy"), history.validation("accuracy")
    return [(x, 100 * y) for x, y in training], [(x, 100 * y) for x, y in validation]


def _accuracy_range(histories: Sequence[History]) -> tuple[float, float]:
    """Return a range between multiples of 20, so that the axis rarely changes."""
    values = [y for history in histories for points in _percent(history) for _, y in points] or [0, 100]
    low = min(80, 20 * floor(min(values) / 20))
    return float(low), float(max(low + 20, 20 * ceil(max(values) / 20)))


def _loss_range(histories: Sequence[History]) -> tuple[float, float]:
    """Return a range from 0 to the largest loss, or to 4 medians, so that one wild epoch does not flatten the rest."""
    curves = (points for each in histories for points in (each.training("loss"), each.validation("loss")))
    values = [y for points in curves for _, y in points] or [2.5]
    highest = min(max(values), 4 * median(values))
    step = next((step for step in (0.1, 0.5, 1, 5) if highest <= 5 * step), 10)
    return 0.0, max(0.1, step * ceil(highest / step))


def _chart(panel: Panel, title: str, curves: Sequence[tuple[list[Point], list[Point]]]) -> Iterator[Mark]:
    """Draw the frame, and the lines with labels at their ends; values above the panel are cut off at its top edge."""
    yield svg.text(panel.left - 36, panel.top - 12, title, "label", "start")
    yield from grid(panel, ticks(panel))
    yield floor_line(panel)
    labels: list[Label] = []
    for index, (training, validation) in enumerate(curves):
        letter = f"{LETTERS[index]} " if len(curves) > 1 else ""
        for points, kind, word in ((training, "train", "training"), (validation, "val", "validation")):
            spots = [(panel.x(x), panel.y(min(y, panel.y_range[1]))) for x, y in thin(points)]
            if not spots:
                continue
            yield line(spots, f"run-{index} sn-{kind}")
            for spot in spots if len(points) <= MAX_DOTS and kind == "val" else spots[-1:]:
                yield svg.circle(*spot, 2.8, f"of-run-{index}" if kind == "val" else f"run-{index} sn-hollow")
            labels.append((*spots[-1], f"{letter}{word}", index))
    yield from _labels(panel, labels)


def _labels(panel: Panel, labels: list[Label]) -> Iterator[Mark]:
    """Draw labels as close to the ends of their lines as possible without overlap."""
    labels = sorted(labels, key=lambda label: label[1])
    top, last = panel.top - 4, panel.bottom + 14
    heights: list[float] = []
    for _, y, *_ in labels:
        heights.append(max(y, heights[-1] + LABEL_GAP if heights else top))
    for index in reversed(range(len(heights))):  # labels below the panel move back up, and push up those above them
        heights[index] = min(heights[index], last - LABEL_GAP * (len(heights) - 1 - index))
    for (x, _, words, index), y in zip(labels, heights, strict=True):
        yield svg.text(x + 7, y + 4, words, f"word-run-{index} sn-small", "start")


def _rate_chart(panel: Panel, curves: Sequence[list[Point]]) -> Iterator[Mark]:
    yield svg.text(panel.left - 36, panel.top - 9, "Learning rate", "label", "start")
    marks = [0.0, panel.y_range[1] / 1.05] if panel.y_range[1] > 1e-6 else [0.0]
    yield from grid(panel, [float(f"{mark:.2g}") for mark in marks])
    yield floor_line(panel)
    for index, points in enumerate(curves):
        spots = [(panel.x(x), panel.y(y)) for x, y in thin(points)]
        if spots:
            yield line(spots, f"run-{index} sn-val")
            yield svg.circle(*spots[-1], 2.5, f"of-run-{index}")


def _epoch_axis(panel: Panel) -> Iterator[Mark]:
    """Draw the numbers of whole epochs under the axis, and its title."""
    for mark in ticks(Panel(0, 0, 1, 1, (0, 1), panel.x_range), 6):
        if mark == int(mark):
            yield svg.text(panel.x(mark), panel.bottom + 16, f"{mark:g}")
    yield svg.text(panel.left + panel.width / 2, panel.bottom + 33, "epoch")


def _panel_strips(panel: Panel, histories: Sequence[History], *measures: str) -> Iterator[Node]:
    """Draw a strip with the values of each epoch, or of evenly spaced ones if there are too many."""
    rows = [{int(row["epoch"]): row for row in reversed(history.rows)} for history in histories]
    epochs = [int(x) for x, _ in thin([(epoch, 0.0) for epoch in sorted(set().union(*rows))], MAX_STRIPS)]
    letters = LETTERS if len(histories) > 1 else [""]
    names = [f"{letter} {each.name}".lstrip() for letter, each in zip(letters, histories, strict=False)]
    width = min(24, panel.width / max(len(epochs), epochs[-1])) if epochs else 0
    for epoch in epochs:
        x = panel.x(epoch)
        # The page recognizes a strip by the first line of its tooltip.
        present = ((each[epoch], name) for each, name in zip(rows, names, strict=True) if epoch in each)
        tip = [f"epoch {epoch}, {measures[0]}", *(_values(row, name, measures) for row, name in present)]
        hit = svg.Box(x - width / 2, panel.top, width, panel.height)
        rule = svg.path(f"M {x:.1f} {panel.top:.1f} V {panel.bottom:.1f}", "epoch-line")
        yield svg.Node([rule], hit, tip, ", ".join(tip))


def _values(row: Mapping[str, float], name: str, measures: Sequence[str]) -> str:
    """Return the values of an epoch as one line."""
    parts = []
    for measure in measures:
        if measure == "learning_rate":
            parts.append(f"learning rate {row[measure]:.3g}")
            continue
        numbers = row[measure], row[f"val_{measure}"]
        training, validation = (as_percent(n) if measure == "accuracy" else f"{n:.3f}" for n in numbers)
        parts.append(f"training {training}, validation {validation}")
    return f"{name}: {', '.join(parts)}".replace("nan", "none")
