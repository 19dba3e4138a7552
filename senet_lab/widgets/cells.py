"""Identify the running notebook cell, so that a panel keeps its state when its cell is run again."""

from __future__ import annotations

import os
import sys
import weakref
from typing import Any, Generic, TypeVar

# The answer of a panel after its cell has created another one.
REPLACED = "This panel was closed, or its cell was run again. Run this cell again."

MAX_CELLS = 64  # cells whose state is kept, per kind of panel
_State = TypeVar("_State")
_panel_counts: dict[str, int] = {}  # by execution; only the current one is kept


def cell() -> str:
    """Return JupyterLab's id of the running cell and the number of this panel in it; "" if unknown."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    parent = (shell.get_parent() if shell is not None and hasattr(shell, "get_parent") else None) or {}
    name = parent.get("metadata", {}).get("cellId", "")
    if not name:
        return ""
    execution = parent["header"]["msg_id"]
    number = _panel_counts.get(execution, 0) + 1
    _panel_counts.clear()
    _panel_counts[execution] = number
    return f"{name} {number}"


class CellPanels(Generic[_State]):
    """The panels of one kind by cell: the state from which to continue, and the panel to replace.

    ipywidgets keeps every widget for the lifetime of the kernel, so the previous panel of a cell must be notified when
    the cell creates another one. References to panels are weak.
    """

    def __init__(self) -> None:
        self._states: dict[tuple[str, *tuple[Any, ...]], _State] = {}
        self._panels: dict[str, weakref.ref[Any]] = {}

    def __len__(self) -> int:
        return len(self._states)

    def recall(self, place: tuple[str, *tuple[Any, ...]]) -> _State | None:
        """Return the state of the last panel of a place, or None.

        Args:
            place: the result of `cell` and the arguments of the panel; a cell that passes another network starts over.
        """
        return self._states.get(place)

    def remember(self, place: tuple[str, *tuple[Any, ...]], state: _State) -> None:
        """Store the state of a place; do nothing outside any cell."""
        if not place[0]:
            return
        self._states.pop(place, None)
        self._states[place] = state
        while len(self._states) > MAX_CELLS:
            del self._states[next(iter(self._states))]

    def replace(self, name: str, panel: Any) -> None:
        """Register the panel of a cell, and call `replaced_by` of the cell's previous panel."""
        if not name:
            return
        if (reference := self._panels.get(name)) and (old := reference()):
            old.replaced_by(panel)
        self._panels[name] = weakref.ref(panel)


def is_app() -> bool:
    """Return whether Voila serves the page; users then see no notebook and cannot inspect variables."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def is_browser() -> bool:
    """Return whether Python runs in a browser, where it can neither start threads nor load Keras."""
    return sys.platform == "emscripten"


def requested_address() -> str:
    """Return the query string of an app's address, such as "network=senet1~ratio=8"; "" if there is none."""
    return os.environ.get("QUERY_STRING", "") if is_app() else ""
