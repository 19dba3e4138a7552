"""Saving: figures of gates for a report, drawn with Matplotlib in a thread and written next to the notebook."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from senet_lab.extras import MissingExtraError
from senet_lab.gatelens.views.classes import stages
from senet_lab.gatelens.views.figures import activation_figure, save_figure, spread_figure
from senet_lab.widgets.saving import free_name

if TYPE_CHECKING:
    from senet_lab.gatelens.scene import Scene

FIGURES = {"means": "Mean gates by class", "deviations": "Means and standard deviations, two classes"}


class SavingStatus(NamedTuple):
    """The result of saving figures: words with the paths, why one was not saved, and whether one is being drawn."""

    words: str = ""
    failure: str = ""
    running: bool = False


class FigureSaver:
    """Saves one figure after the other; its thread calls `changed` whenever the status has changed.

    Attributes:
        status: the result for the figures of the current batch.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.status = SavingStatus()
        self._jobs = list[Callable[[], Path]]()  # the first is being drawn
        self._lock = threading.Lock()

    def forget_failure(self) -> None:
        """Stop showing why a figure was not saved."""
        self.status = self.status._replace(failure="")

    def start(self, job: Callable[[], Path]) -> None:
        """Queue a job that saves a figure and returns its path."""
        with self._lock:
            self._jobs.append(job)
            self.status = SavingStatus(_progress(len(self._jobs)), running=True)
            if len(self._jobs) > 1:
                return
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        paths, failures, remaining = list[str](), list[str](), 1
        while remaining:
            try:
                paths.append(str(self._jobs[0]()))
            except Exception as error:  # shown on the page; an error in a thread vanishes otherwise
                is_expected = isinstance(error, (ValueError, OSError, MissingExtraError))
                failures.append(f"The figure was not saved: {error if is_expected else repr(error)}")
            with self._lock:
                del self._jobs[0]
                remaining = len(self._jobs)
                words = f"Saved as {', '.join(paths)}" if paths else ""
                words = _progress(remaining) if remaining else words
                self.status = SavingStatus(words, "\n".join(failures), running=bool(remaining))
            self._changed()


def _progress(count: int) -> str:
    return f"Drawing {'the figure' if count == 1 else f'{count} figures'} \u2026"


def save_figure_of(scene: Scene, suffix: str) -> Path:
    """Draw the selected figure for the blocks whose curves are shown, and write it to the folder of the notebook.

    "deviations" shows the first two classes. If the file exists, a number is appended to the name.

    Raises:
        ValueError: no class is selected.
        OSError: the figure cannot be written.
    """
    from senet_lab.gatelens.array_reading import ArrayReading  # imports NumPy

    reading, figure = scene.reading, scene.state.figure
    path = free_name(Path.cwd(), file_stem(scene.state.network, figure), suffix)
    if not isinstance(reading, ArrayReading) or not (present := reading.present(scene.classes)):
        raise ValueError("choose at least one class that has images.")
    draw, numbers = (activation_figure, present) if figure == "means" else (spread_figure, present[:2])
    names = [reading.classes[number] for number in numbers]
    blocks = stages(reading.paths, scene.path)
    return save_figure(draw(reading.gates, reading.labels, reading.classes, shown=names, blocks=blocks), path)


def file_stem(network: str, figure: str) -> str:
    """Return the name of a file without suffix.

    >>> file_stem("timm/seresnet50.ra2_in1k", "means")
    'gates_timm_seresnet50.ra2_in1k_means'
    """
    plain = re.sub(r"[^\w.-]+", "_", network)
    return f"gates_{plain}_{figure}"
