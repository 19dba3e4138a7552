"""Storage: the record of exercises where there are no files, in what the browser keeps for a site."""

from __future__ import annotations

import json
from typing import Protocol

from senet_lab.exercises.record import Event, Record, parse_event

KEY = "senet_lab.results"


class Storage(Protocol):
    """A browser's `localStorage`."""

    def getItem(self, key: str) -> str | None:  # noqa: N802 - the browser's name
        """Return a text, or None."""

    def setItem(self, key: str, text: str) -> None:  # noqa: N802
        """Keep a text."""

    def removeItem(self, key: str) -> None:  # noqa: N802
        """Forget a text."""


class StoredRecord(Record):
    """A record in the browser's storage, in the lines that the file of a notebook has; other tabs add lines as well."""

    def __init__(self, storage: Storage) -> None:
        super().__init__()
        self._storage = storage
        self._parsed = ""  # the text that `_written` was read from

    @property
    def place(self) -> str:
        """Where it is kept, in words."""
        return "this browser"

    def add(self, event: Event) -> None:
        """Record an event; while the browser keeps nothing, it waits in memory."""
        self._unwritten.append(event)
        lines = "".join(json.dumps(each._asdict()) + "\n" for each in self._unwritten)
        try:
            self._storage.setItem(KEY, self._text() + lines)
        except Exception as error:  # whatever a browser raises where storage is full or forbidden
            self.problem = f"this browser could not store it ({error})"
        else:
            self._unwritten.clear()
            self.problem = ""

    def events(self) -> tuple[Event, ...]:
        """Return all events, of all tabs."""
        text = self._text()
        if text != self._parsed:
            events = [parse_event(line.encode()) for line in text.splitlines() if line.strip()]
            self.unread, self._parsed = events.count(None), text
            self._written = tuple(filter(None, events))
        return (*self._written, *self._unwritten)

    def forget(self) -> None:
        """Delete all of it.

        Raises:
            OSError: the browser refuses.
        """
        self._unwritten.clear()
        try:
            self._storage.removeItem(KEY)
        except Exception as error:
            raise OSError(str(error)) from error

    def _text(self) -> str:
        try:
            text = self._storage.getItem(KEY)
        except Exception as error:
            self.problem = f"this browser could not store it ({error})"
            return ""
        return text if isinstance(text, str) else ""
