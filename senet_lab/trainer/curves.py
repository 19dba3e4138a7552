"""Learning curves of one or several runs, in a notebook and on the Trainer's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from senet_lab.drawing.html import Html, html
from senet_lab.drawing.sheet import parse_sheet, style_sheet
from senet_lab.drawing.standalone import standalone_svg
from senet_lab.drawing.tables import behind, listing
from senet_lab.drawing.units import as_percent
from senet_lab.trainer.comparison import compare
from senet_lab.trainer.curves_svg import draw_curves
from senet_lab.trainer.history import History, history_of, thin
from senet_lab.trainer.run_names import LETTERS, MAX_DRAWN_RUNS, distinct_names, setup_parts

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run

HEAD = ("Epoch", "Accuracy, training", "Accuracy, validation", "Loss, training", "Loss, validation", "Learning rate")
MAX_TABLE_ROWS = 50  # per run
LEGEND = (
    '<p class="sn-source">Solid: validation, at the end of each epoch. Dashed: training, averaged over the epoch so '
    "far while the weights change.</p>"
)


@dataclass(frozen=True)
class LearningCurve:
    """The learning curves of at most `MAX_DRAWN_RUNS` runs, shown in a notebook; `curve.svg` is a standalone SVG."""

    histories: tuple[History, ...]

    @property
    def courses(self) -> tuple[History, ...]:
        """The former name of `histories`."""
        return self.histories

    @property
    def svg(self) -> str:
        """The drawing as the text of an SVG file, including its styles."""
        return standalone_svg(draw_curves(self.histories), compare(self.histories))

    def __repr__(self) -> str:
        return f"LearningCurve({', '.join(history.name for history in self.histories)})"

    def _repr_html_(self) -> str:
        """Draw the picture, a sentence about it, and a table of its numbers."""
        css = style_sheet()
        return f'<style>{css}</style><div class="sn">{curves_page(self.histories).styled(parse_sheet(css))}</div>'


def learning_curve(runs: Run | Sequence[Run]) -> LearningCurve:
    """Return the learning curves of one run or several; raise ValueError if there are too many to distinguish."""
    selection = list(runs) if isinstance(runs, Iterable) else [runs]
    if len(selection) > MAX_DRAWN_RUNS:
        raise ValueError(
            f"`runs` (={len(selection)} of them) must be at most {MAX_DRAWN_RUNS}; try only the runs to compare."
        )
    setups = ((run.architecture, run.recipe, run.config["data"]) for run in selection)
    names = distinct_names([(setup[0].name, setup_parts(*setup)) for setup in setups])
    return LearningCurve(tuple(history_of(run)._replace(name=name) for run, name in zip(selection, names, strict=True)))


def curves_page(histories: Sequence[History]) -> Html:
    """Draw the sentence, the letters, the picture, and the table of its numbers."""
    table = behind("curves", curves_table(histories))
    return html(curves_words(histories), draw_curves(histories), LEGEND, table)


def curves_words(histories: Sequence[History]) -> str:
    """Draw the sentence that compares the runs, and the letter of each."""
    sentence = f'<p class="sn-finding">{escape(compare(histories))}</p>'
    if len(histories) < 2:
        return sentence
    names = (
        f'<span><b class="sn-letter sn-letter-{at}">{letter}</b>{escape(each.name)}</span>'
        for at, (letter, each) in enumerate(zip(LETTERS, histories, strict=False))
    )
    return f'{sentence}<p class="sn-legend">{"".join(names)}</p>'


def curves_table(histories: Sequence[History]) -> str:
    """Draw a table of all epochs, or of evenly spaced ones if there are too many."""
    rows = []
    for letter, history in zip(LETTERS, histories, strict=False):
        epochs = {x for x, _ in thin([(row["epoch"], 0.0) for row in history.rows], MAX_TABLE_ROWS)}
        name = f"{letter} " if len(histories) > 1 else ""
        for row in (row for row in history.rows if row["epoch"] in epochs):
            shares = [as_percent(row[key]) for key in ("accuracy", "val_accuracy")]
            losses = [f"{row[key]:.3f}" for key in ("loss", "val_loss")]
            cells = (f"{name}{row['epoch']:.0f}", *shares, *losses, f"{row['learning_rate']:.3g}")
            rows.append([cell.replace("nan", "none") for cell in cells])
    return listing("Epoch by epoch", HEAD, rows)
