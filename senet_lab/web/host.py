"""Host: the panels of one page, by number. Arguments and results are JSON, so JavaScript and Python can read them."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from senet_lab.checks import instance, one_of, real
from senet_lab.exercises.hand_in import csv_text, hand_in_file_name, tried_rows
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.record import Record
from senet_lab.exercises.results import ALONE
from senet_lab.web.panels import AnswersPanel, ExercisePanel, ExplorerPanel, Panel
from senet_lab.web.storage import Storage, StoredRecord

if TYPE_CHECKING:
    from senet_lab.web.gates import GatesPanel


# Most pages have neither, and should not wait for their modules.
def _trainer(**arguments: Any) -> Panel:
    from senet_lab.web.replay import TrainerPanel

    return TrainerPanel(**arguments)


def _sweep(**arguments: Any) -> Panel:
    from senet_lab.web.sweeps import SweepPanel

    return SweepPanel(**arguments)


def _gates(**arguments: Any) -> Panel:
    from senet_lab.web.gates import GatesPanel

    return GatesPanel(**arguments)


KINDS: Mapping[str, Callable[..., Panel]] = {
    "explorer": ExplorerPanel,
    "exercise": ExercisePanel,
    "answers": AnswersPanel,
    "trainer": _trainer,
    "gates": _gates,
    "sweep": _sweep,
}
MAX_SECONDS = 1e9  # that may pass at once, for example while a laptop sleeps


class Host:
    """Opens panels and answers their messages.

    Args:
        storage: the browser storage for the record of exercises; None to keep it only while the page is open.
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._panels: list[Panel] = []
        self._learner = Learner(record=Record() if storage is None else StoredRecord(storage))

    def open(self, kind: str, options: str) -> str:
        """Open a panel; return its page.

        Args:
            kind: one of `KINDS`.
            options: as JSON, the arguments of the panel, such as the name of an exercise: '{"name": "se-neck"}'.

        Raises:
            ValueError, TypeError: the kind, network or exercise does not exist.
        """
        arguments: dict[str, Any] = json.loads(options)
        make = KINDS[one_of("kind", kind, tuple(KINDS))]
        if kind == "exercise":
            arguments["learner"] = self._learner
        panel = make(**arguments)
        self._panels.append(panel)
        return to_json(panel.traits)

    def receive(self, number: int, message: str) -> str:
        """Process a message to a panel (numbered from 0); return its new page."""
        panel = self._panels[number]
        panel.receive(json.loads(message))
        return to_json(panel.traits)

    def visit(self, number: int, address: str) -> str:
        """Show the network of an address in an Explorer; return its new page."""
        panel = self._panels[number]
        if isinstance(panel, ExplorerPanel):
            panel.visit(address)
        return to_json(panel.traits)

    def prepare(self, number: int, step: int) -> None:
        """Let an idle Explorer draw a neighbor of its network in advance."""
        panel = self._panels[number]
        if isinstance(panel, ExplorerPanel):
            panel.prepare(step)

    def tick(self, number: int, seconds: float) -> str:
        """Let seconds pass in a panel; return its changes."""
        return to_json(self._panels[number].tick(real("seconds", seconds, 0, MAX_SECONDS)))

    def awaited(self, number: int) -> str:
        """Return the names of the files that a GateLens awaits, as JSON."""
        return to_json(list(self._gates(number).awaited))

    def take(self, number: int, file: str, text: str) -> str:
        """Give a GateLens a file that it awaits; return its new page."""
        self._gates(number).take(file, text)
        return to_json(self._panels[number].traits)

    def miss(self, number: int, file: str, why: str) -> str:
        """Tell a GateLens that a file could not be loaded; return its new page."""
        self._gates(number).miss(file, why)
        return to_json(self._panels[number].traits)

    def retry(self, number: int) -> str:
        """Make a GateLens await again the files that could not be loaded; return its new page."""
        self._gates(number).retry()
        return to_json(self._panels[number].traits)

    def _gates(self, number: int) -> GatesPanel:
        from senet_lab.web.gates import GatesPanel

        panel: GatesPanel = instance("number", self._panels[number], GatesPanel, "that of a GateLens")
        return panel

    def refresh(self, number: int) -> str:
        """Return the current page of a panel, which another panel or a class code may have changed."""
        panel = self._panels[number]
        if isinstance(panel, ExercisePanel):
            panel.refresh()
        return to_json(panel.traits)

    def results(self) -> str:
        """Return the learner's choice and a summary of their record, as JSON: {"code", "student", "words"}."""
        learner = self._learner
        rows = tried_rows(learner.record, learner.student)
        alone = sum(row.solved == ALONE for row in rows)
        tried = f"{len(rows)} {'exercise' if len(rows) == 1 else 'exercises'} tried, {alone} solved {ALONE}"
        return to_json({"code": learner.code, "student": learner.student, "words": tried})

    def hand_in(self) -> str:
        """Return the file for a learner to hand in, as JSON: {"file": its name, "csv": a table, "words": a message}."""
        learner = self._learner
        file, table = (
            hand_in_file_name(learner.student, learner.code),
            csv_text(tried_rows(learner.record, learner.student)),
        )
        return to_json({"file": file, "csv": table, "words": "Your browser is saving the file."})

    def class_code(self, code: str, student: str) -> str:
        """Use the numbers of a class or of a student in it; return a message. Panels change when refreshed."""
        return self._learner.class_code(code, student).words

    def forget(self) -> str:
        """Delete the record of all lessons, class codes and names; return a message."""
        return str(self._learner.forget(everything=True))

    def worksheet(self, lesson: str, code: str, answers: bool) -> str:
        """Return the worksheet of a lesson, or the answers to it, as JSON: {"html": a page, "words": a refusal}."""
        from senet_lab.classroom.worksheet import worksheet, worksheet_answers

        try:
            html = (worksheet_answers if answers else worksheet)(lesson, code)
        except ValueError as error:  # the code is too long
            return to_json({"html": "", "words": str(error)})
        return to_json({"html": html, "words": ""})

    def look_over(self, files: str, code: str, lessons: str) -> str:
        """Return the overview of a class, as JSON: {"html": a page, "csv": a table, "words": a summary or a refusal}.

        Args:
            files: as JSON, the content of each file by its name, in base64.
            code: count only the work with this class code; "" for all.
            lessons: count only these, as in "2, 5"; "" for all.
        """
        from senet_lab.classroom.grades import grades_csv
        from senet_lab.classroom.hand_in import read_files
        from senet_lab.classroom.lessons import find_lessons
        from senet_lab.classroom.overview import look_over
        from senet_lab.classroom.page import class_page

        try:
            chosen = find_lessons(lessons)
        except ValueError as error:
            return to_json({"html": "", "csv": "", "words": str(error)})
        contents = {name: b64decode(text) for name, text in json.loads(files).items()}
        folder = read_files({name: partial(bytes, content) for name, content in contents.items()})
        overview = look_over(folder, code.strip() or None, chosen)
        count = len(overview.students)
        words = f"{count} of {count + len(overview.others)} files are counted; the page names the others."
        return to_json({"html": class_page(overview), "csv": grades_csv(overview), "words": words})


def to_json(shown: Any) -> str:
    """Return traits as JSON, without spaces and without escapes that a page would have to undo."""
    return json.dumps(shown, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
