"""Saving: the figures of gates for a report, drawn with Matplotlib and written beside the notebook, in a thread."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from senet_lab.gatelens.views.figures import activation_figure, save_figure, spread_figure
from senet_lab.gatelens.views.reading import Reading, stages
from senet_lab.widgets.saving import free_name

FIGURES = {"means": "Mean gates by class", "deviations": "Means and standard deviations, two classes"}


class Saved(NamedTuple):
    """What came of it: in words, with the path; why it could not be; and whether it is being done."""

    words: str = ""
    failed: str = ""
    running: bool = False


class Order(NamedTuple):
    """A figure to be saved.

    Attributes:
        reading: what it is drawn of.
        classes: those that are drawn, by number; of "deviations" the first two.
        block: the one that is looked into, which stands for its stage, see `views.reading.stages`.
        figure: one of `FIGURES`.
        network: its name, for that of the file; a number follows where there is such a file.
        suffix: of the file.
    """

    reading: Reading
    classes: Sequence[int]
    block: str
    figure: str
    network: str
    suffix: str


class Saving:
    """One figure after the other; `changed` is called from the thread when there is something new to show.

    Attributes:
        saved: what came of those that were asked for together.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.saved = Saved()
        self._waiting = list[Order]()  # the first is being drawn
        self._lock = threading.Lock()

    def forget_failure(self) -> None:
        """Say no more that one was not saved: something else was chosen since."""
        self.saved = self.saved._replace(failed="")

    def start(self, order: Order) -> None:
        """Draw a figure and save it, after those that are waiting."""
        with self._lock:
            self._waiting.append(order)
            self.saved = Saved(_drawing(len(self._waiting)), running=True)
            if len(self._waiting) > 1:
                return
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        written, failed, left = list[str](), list[str](), 1
        while left:
            try:
                written.append(str(_written(self._waiting[0])))
            except Exception as error:  # shown on the page; an error in a thread vanishes otherwise
                known = isinstance(error, (ValueError, OSError))
                failed.append(f"The figure was not saved: {error if known else repr(error)}")
            with self._lock:
                del self._waiting[0]
                left = len(self._waiting)
                done = f"Saved as {', '.join(written)}" if written else ""
                self.saved = Saved(_drawing(left) if left else done, "\n".join(failed), running=bool(left))
            self._changed()


def _drawing(many: int) -> str:
    return f"Drawing {'the figure' if many == 1 else f'{many} figures'} \u2026"


def _written(order: Order) -> Path:
    """Draw it and write it into the folder of the notebook."""
    path = free_name(Path.cwd(), stem(order.network, order.figure), order.suffix)
    return save(order.reading, order.classes, order.block, order.figure, path)


def save(reading: Reading, classes: Sequence[int], block: str, figure: str, path: Path) -> Path:
    """Draw one of `FIGURES` of the stages that the curves are of, and write it, whole or not at all.

    Raises:
        ValueError: no class is chosen.
        OSError: it cannot be written.
    """
    present = reading.present(classes)
    if not present:
        raise ValueError("choose a class that has images, so that there is a curve to draw.")
    draw = activation_figure if figure == "means" else spread_figure
    shown = [reading.classes[number] for number in (present if figure == "means" else present[:2])]
    blocks = stages(tuple(reading.gates), block)
    return save_figure(draw(reading.gates, reading.labels, reading.classes, shown=shown, blocks=blocks), path)


def stem(network: str, figure: str) -> str:
    """The name of a file.

    >>> stem("timm/seresnet50.ra2_in1k", "means")
    'gates_timm_seresnet50.ra2_in1k_means'
    """
    plain = re.sub(r"[^\w.-]+", "_", network)
    return f"gates_{plain}_{figure}"
