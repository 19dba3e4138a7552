"""Host: the panels of one page, by number. What goes in and out is JSON, which JavaScript and Python read alike."""

from __future__ import annotations

import json
from typing import Any

from senet_lab.checks import one_of
from senet_lab.exercises.learner import Learner
from senet_lab.exercises.record import Record
from senet_lab.web.panels import ExercisePanel, ExplorerPanel, Panel
from senet_lab.web.storage import Storage, StoredRecord

KINDS = ("explorer", "exercise")


class Host:
    """Opens panels, and answers their messages.

    Args:
        storage: where the record of exercises is kept; None to keep it for as long as the page is open.
    """

    def __init__(self, storage: Storage | None = None) -> None:
        self._panels: list[Panel] = []
        self._learner = Learner(record=Record() if storage is None else StoredRecord(storage))

    def open(self, kind: str, options: str) -> str:
        """Open a panel; return what it shows.

        Args:
            kind: one of `KINDS`.
            options: as JSON, the arguments of `ExplorerPanel`, or the name of an exercise: '{"name": "se-neck"}'.

        Raises:
            ValueError, TypeError: there is no such kind, network or exercise.
        """
        arguments: dict[str, Any] = json.loads(options)
        if one_of("kind", kind, KINDS) == "exercise":
            arguments["learner"] = self._learner
        panel: Panel = ExercisePanel(**arguments) if kind == "exercise" else ExplorerPanel(**arguments)
        self._panels.append(panel)
        return to_json(panel.shown)

    def receive(self, number: int, message: str) -> str:
        """Act on a message of a panel, the first of which is 0; return what it shows then."""
        panel = self._panels[number]
        panel.receive(json.loads(message))
        return to_json(panel.shown)

    def visit(self, number: int, address: str) -> str:
        """Show in an Explorer what an address says; return what it shows then."""
        panel = self._panels[number]
        if isinstance(panel, ExplorerPanel):
            panel.visit(address)
        return to_json(panel.shown)


def to_json(shown: Any) -> str:
    """Return what the page draws as JSON, with no spaces and no escapes that a page would have to undo."""
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
