"""Saving: the figures of gates for a report, drawn with Matplotlib and written beside the notebook, in a thread."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from senet_lab.panels.building import free_name
from senet_lab.views.figures import activation_figure, save_figure, spread_figure
from senet_lab.views.gates import Reading, stages

FIGURES = {"means": "Mean gates by class", "deviations": "Means and deviations, two classes"}


class Saved(NamedTuple):
    """What came of it: in words, with the path; why it could not be; and whether it is being done."""

    words: str = ""
    failed: str = ""
    running: bool = False


class Saving:
    """One figure at a time; `changed` is called from the thread when there is something new to show.

    Attributes:
        saved: what came of the last one.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.saved = Saved()

    def forget_failure(self) -> None:
        """Say no more that the last one was not saved: something else was chosen since."""
        if self.saved.failed:
            self.saved = Saved()

    def start(self, reading: Reading, classes: Sequence[int], block: str, figure: str, name: tuple[str, str]) -> None:
        """Draw a figure and save it, unless one is being saved already.

        Args:
            classes: those that are drawn, by number; of "deviations" the first two.
            block: the one that is looked into, which stands for its stage, see `views.gates.stages`.
            figure: one of `FIGURES`.
            name: the network's, and the suffix of the file; a number follows where there is such a file.
        """
        if self.saved.running:
            return
        self.saved = Saved("Drawing the figure \u2026", running=True)
        threading.Thread(target=self._save, args=(reading, classes, block, figure, name), daemon=True).start()

    def _save(self, reading: Reading, classes: Sequence[int], block: str, figure: str, name: tuple[str, str]) -> None:
        try:
            path = free_name(Path.cwd(), stem(name[0], figure), name[1])  # the folder of the notebook
            written = save(reading, classes, block, figure, path)
            self.saved = Saved(f"Saved as {written}")
        except Exception as error:  # shown on the page; an error in a thread vanishes otherwise
            known = isinstance(error, (ValueError, OSError))
            self.saved = Saved(failed=f"The figure was not saved: {error if known else repr(error)}")
        self._changed()


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
