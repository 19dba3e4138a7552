"""Storage: the record of exercises in the browser's storage, for pages that cannot write files."""

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
    """A record in the browser's storage, in the line format of a notebook's file; other tabs may add lines."""

    def __init__(self, storage: Storage) -> None:
        super().__init__()
        self._storage = storage
        self._parsed = ""  # the text from which `_written` was parsed

    @property
    def place(self) -> str:
        """The place of the record, in words."""
        return "this browser"

    def add(self, event: Event) -> None:
        """Record an event; keep it in memory while the browser stores nothing."""
        self._unwritten.append(event)
        lines = "".join(json.dumps(each._asdict()) + "\n" for each in self._unwritten)
        try:
            self._storage.setItem(KEY, self._text() + lines)
        except Exception as error:  # a browser may raise anything if storage is full or forbidden
            self.problem = f"this browser could not store it ({error})"
        else:
            self._unwritten.clear()
            self.problem = ""

    def events(self) -> tuple[Event, ...]:
        """Return the events of all tabs."""
        text = self._text()
        if text != self._parsed:
            events = [parse_event(line.encode()) for line in text.splitlines() if line.strip()]
            self.unread, self._parsed = events.count(None), text
            self._written = tuple(filter(None, events))
        return (*self._written, *self._unwritten)

    def forget(self) -> None:
        """Delete the record.

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
