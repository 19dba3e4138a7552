"""Learning curves: accuracy, loss and learning rate over the epochs, of one training or of several together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor
from statistics import median

from senet_lab.drawing import svg
from senet_lab.drawing.charts import Panel, floor_line, grid, line, ticks
from senet_lab.drawing.html import Html, html
from senet_lab.drawing.sheet import parse_sheet, style_sheet
from senet_lab.drawing.standalone import standalone_svg
from senet_lab.drawing.svg import Drawing, Mark, Node
from senet_lab.drawing.tables import behind, listing
from senet_lab.trainer.courses import DRAWN, Course, Point, course_of, finding, parts_of, thinned, told_apart
from senet_lab.training.runs.run import Run

LETTERS = "ABCDEF"
HEIGHT = 262.0
COLUMNS = 30  # places at most where a chart can be pointed at
DOTTED = 30  # up to so many points each has its dot
GAP = 11.5  # between labels at the ends of lines
LEGEND = (
    '<p class="sn-source">Solid: validation, at the end of each epoch. Dashed: training, the mean over the epoch so '
    "far, while the weights still move.</p>"
)


@dataclass(frozen=True)
class LearningCurve:
    """Trainings to look at in a notebook, and to save: `curve.svg` is a file of its own.

    Attributes:
        courses: at most DRAWN of them.
    """

    courses: tuple[Course, ...]

    @property
    def svg(self) -> str:
        """An SVG file, styles inside."""
        return standalone_svg(draw_curves(self.courses), finding(self.courses))

    def __repr__(self) -> str:
        return f"LearningCurve({', '.join(course.name for course in self.courses)})"

    def _repr_html_(self) -> str:
        """The picture, a sentence about it, and the numbers behind it."""
        css = style_sheet()
        return f'<style>{css}</style><div class="sn">{curves_page(self.courses).styled(parse_sheet(css))}</div>'


def learning_curve(runs: Run | Sequence[Run]) -> LearningCurve:
    """The learning curve of a run, or of several in one picture.

    Raises:
        ValueError: more than can be told apart.
    """
    chosen = [runs] if isinstance(runs, Run) else list(runs)
    if len(chosen) > DRAWN:
        raise ValueError(f"`runs` (={len(chosen)} of them) must be at most {DRAWN}; try those that you compare.")
    names = told_apart([(run.architecture.name, parts_of(run)) for run in chosen])
    return LearningCurve(tuple(course_of(run)._replace(name=name) for run, name in zip(chosen, names, strict=True)))


def curves_page(courses: Sequence[Course], *, interactive: bool = False) -> Html:
    """Sentence, letters, picture, and the table behind it."""
    drawing = draw_curves(courses, interactive=interactive)
    return html(curves_words(courses), drawing, LEGEND, behind("curves", curves_table(courses)))


def curves_words(courses: Sequence[Course]) -> str:
    """What is to be seen, and which letter stands for which."""
    words = f'<p class="sn-finding">{escape(finding(courses))}</p>'
    letters = _letters(courses) if len(courses) > 1 else ""
    return f"{words}{letters}"


def _letters(courses: Sequence[Course]) -> str:
    """Which letter stands for which."""
    named = (
        f'<span><b class="sn-letter sn-letter-{at}">{letter}</b>{escape(each.name)}</span>'
        for at, (letter, each) in enumerate(zip(LETTERS, courses, strict=False))
    )
    return f'<p class="sn-legend">{"".join(named)}</p>'


def draw_curves(courses: Sequence[Course], *, interactive: bool = False) -> Drawing:
    """Accuracy on the left, loss and learning rate on the right.

    Args:
        courses: the first DRAWN of them are drawn.
        interactive: each epoch can be pointed at and reached by keyboard, and tells its values.
    """
    drawn = courses[:DRAWN]
    accuracy, loss = _panels(drawn)
    rates = (0.0, 1.05 * max([1e-9, *(y for course in drawn for _, y in course.rates())]))
    rate = Panel(428, 186, 260, 32, loss.x_range, rates)
    marks: list[Mark] = [
        *_chart(accuracy, "Accuracy, %", [_percent(course) for course in drawn]),
        *_chart(loss, "Loss", [(course.training("loss"), course.validation("loss")) for course in drawn]),
        *_rates(rate, [course.rates() for course in drawn]),
        *_epochs(accuracy),
        *_epochs(rate),
    ]
    marks += _strips(drawn) if interactive else []
    return svg.drawing(HEIGHT, f"Learning curves. {finding(drawn)}", marks, interactive)


def curves_strips(courses: Sequence[Course]) -> str:
    """What tells of the epochs one by one, to lay over the curves: it changes with an epoch, they with each step."""
    marks = _strips(courses[:DRAWN])
    return str(svg.drawing(HEIGHT, "The epochs, one by one", marks, interactive=True)) if marks else ""


def _panels(courses: Sequence[Course]) -> tuple[Panel, Panel]:
    """Of accuracy and of loss."""
    epochs = (0.0, float(max([1, *(course.epochs for course in courses), *(_end(course) for course in courses)])))
    accuracy = Panel(42, 26, 260, 192, epochs, _percents(courses))
    return accuracy, Panel(428, 26, 260, 118, epochs, _losses(courses))


def _strips(courses: Sequence[Course]) -> list[Node]:
    accuracy, loss = _panels(courses)
    return [*_columns(accuracy, courses, ("accuracy",)), *_columns(loss, courses, ("loss", "learning_rate"))]


def _end(course: Course) -> float:
    return max([0.0, *(row["epoch"] for row in course.rows), *(spot[0] for spot in course.trail)])


def _percent(course: Course) -> tuple[list[Point], list[Point]]:
    """Training and validation accuracy in percent."""
    training, validation = course.training("accuracy"), course.validation("accuracy")
    return [(x, 100 * y) for x, y in training], [(x, 100 * y) for x, y in validation]


def _percents(courses: Sequence[Course]) -> tuple[float, float]:
    """From a multiple of 20 to another, so that the axis seldom moves."""
    values = [y for course in courses for points in _percent(course) for _, y in points] or [0, 100]
    low = min(80, 20 * floor(min(values) / 20))
    return float(low), float(max(low + 20, 20 * ceil(max(values) / 20)))


def _losses(courses: Sequence[Course]) -> tuple[float, float]:
    """From 0 to the largest, or to four times the usual: a first epoch gone wild shall not flatten all others."""
    values = [y for c in courses for points in (c.training("loss"), c.validation("loss")) for _, y in points] or [2.5]
    highest = min(max(values), 4 * median(values))
    step = next((step for step in (0.1, 0.5, 1, 5) if highest <= 5 * step), 10)
    return 0.0, max(0.1, step * ceil(highest / step))


def _chart(panel: Panel, title: str, curves: Sequence[tuple[list[Point], list[Point]]]) -> Iterator[Mark]:
    """Frame, lines, and at the end of each what it is; what is above the field stops at its upper edge."""
    yield svg.text(panel.left - 36, panel.top - 12, title, "label", "start")
    yield from grid(panel, ticks(panel))
    yield floor_line(panel)
    ends: list[tuple[float, float, str, int]] = []
    for index, (training, validation) in enumerate(curves):
        letter = f"{LETTERS[index]} " if len(curves) > 1 else ""
        for points, kind, word in ((training, "train", "training"), (validation, "val", "validation")):
            spots = [(panel.x(x), panel.y(min(y, panel.y_range[1]))) for x, y in thinned(points)]
            if not spots:
                continue
            yield line(spots, f"run-{index} sn-{kind}")
            for spot in spots if len(points) <= DOTTED and kind == "val" else spots[-1:]:
                yield svg.circle(*spot, 2.8, f"of-run-{index}" if kind == "val" else f"run-{index} sn-hollow")
            ends.append((*spots[-1], f"{letter}{word}", index))
    yield from _labels(panel, ends)


def _labels(panel: Panel, ends: list[tuple[float, float, str, int]]) -> Iterator[Mark]:
    """Words at the ends of lines, as near to them as they can be without touching each other."""
    ordered = sorted(ends, key=lambda end: end[1])
    top, last = panel.top - 4, panel.bottom + 14
    places: list[float] = []
    for _, y, *_ in ordered:
        places.append(max(y, places[-1] + GAP if places else top))
    for index in reversed(range(len(places))):  # those that were pushed out come back, and push those above them
        places[index] = min(places[index], last - GAP * (len(places) - 1 - index))
    for (x, _, word, index), y in zip(ordered, places, strict=True):
        yield svg.text(x + 7, y + 4, word, f"word-run-{index} sn-small", "start")


def _rates(panel: Panel, curves: Sequence[list[Point]]) -> Iterator[Mark]:
    yield svg.text(panel.left - 36, panel.top - 9, "Learning rate", "label", "start")
    marks = [0.0, panel.y_range[1] / 1.05] if panel.y_range[1] > 1e-6 else [0.0]
    yield from grid(panel, [float(f"{mark:.2g}") for mark in marks])
    yield floor_line(panel)
    for index, points in enumerate(curves):
        spots = [(panel.x(x), panel.y(y)) for x, y in thinned(points)]
        if spots:
            yield line(spots, f"run-{index} sn-val")
            yield svg.circle(*spots[-1], 2.5, f"of-run-{index}")


def _epochs(panel: Panel) -> Iterator[Mark]:
    """Whole epochs under the axis, and the word once."""
    for mark in ticks(Panel(0, 0, 1, 1, (0, 1), panel.x_range), 6):
        if mark == int(mark):
            yield svg.text(panel.x(mark), panel.bottom + 16, f"{mark:g}")
    yield svg.text(panel.left + panel.width / 2, panel.bottom + 33, "epoch")


def _columns(panel: Panel, courses: Sequence[Course], measures: Sequence[str]) -> Iterator[Node]:
    """A strip for each epoch, or for some of them where there are many, that tells what stands there."""
    epochs = sorted({int(row["epoch"]) for course in courses for row in course.rows})
    chosen = [int(x) for x, _ in thinned([(epoch, 0.0) for epoch in epochs], COLUMNS)]
    names = [f"{letter} " * (len(courses) > 1) + each.name for letter, each in zip(LETTERS, courses, strict=False)]
    width = panel.width / max(len(chosen), 1 if not chosen else chosen[-1])
    for epoch in chosen:
        x = panel.x(epoch)
        tip = [
            f"epoch {epoch}, {measures[0]}",
            *(_told(course, epoch, name, measures) for course, name in zip(courses, names, strict=True)),
        ]
        tip = [told for told in tip if told]  # pages find the strip again by the first line
        hit = svg.Box(x - min(width, 24) / 2, panel.top, min(width, 24), panel.height)
        rule = svg.path(f"M {x:.1f} {panel.top:.1f} V {panel.bottom:.1f}", "epoch-line")
        yield svg.node([rule], hit, tip, ", ".join(tip))


def _told(course: Course, epoch: int, name: str, measures: Sequence[str]) -> str:
    """The values of an epoch in a line; empty where the course has none there."""
    row = next((row for row in course.rows if int(row["epoch"]) == epoch), None)
    if row is None:
        return ""
    form = {"accuracy": lambda value: f"{100 * value:.1f} %", "loss": lambda value: f"{value:.3f}"}
    said = [f"training {form[m](row[m])}, validation {form[m](row[f'val_{m}'])}" for m in measures if m in form]
    if "learning_rate" in measures:
        said.append(f"learning rate {row['learning_rate']:.3g}")
    return f"{name}: {', '.join(said)}".replace("nan", "none")


def curves_table(courses: Sequence[Course]) -> str:
    """The numbers of all epochs that can be pointed at."""
    rows = []
    for letter, course in zip(LETTERS, courses, strict=False):
        kept = {x for x, _ in thinned([(row["epoch"], 0.0) for row in course.rows], THIN_ROWS)}
        name = f"{letter} " if len(courses) > 1 else ""
        for row in (row for row in course.rows if row["epoch"] in kept):
            shares = [f"{100 * row[key]:.1f} %" for key in ("accuracy", "val_accuracy")]
            losses = [f"{row[key]:.3f}" for key in ("loss", "val_loss")]
            cells = (f"{name}{row['epoch']:.0f}", *shares, *losses, f"{row['learning_rate']:.3g}")
            rows.append([cell.replace("nan %", "none").replace("nan", "none") for cell in cells])
    return listing("Epoch by epoch", HEAD, rows)


HEAD = ("Epoch", "Accuracy, training", "Accuracy, validation", "Loss, training", "Loss, validation", "Learning rate")
THIN_ROWS = 50
