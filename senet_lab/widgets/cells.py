"""Cells: which cell of a notebook is running, so that a panel keeps its state when its cell is run again."""

from __future__ import annotations

import os
import sys
import weakref
from typing import Any, Generic, TypeVar

# The answer of a panel whose cell has made another one since.
REPLACED = "This panel was closed, or its cell was run again. Run this cell again."

MAX_CELLS = 64  # of which the state is remembered, for each kind of panel
_State = TypeVar("_State")
_panel_counts: dict[str, int] = {}  # by execution; only that under way is kept


def cell() -> str:
    """Return the running cell, as JupyterLab names it, and which of its panels this is; "" where that is unknown."""
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
    """The panels of one kind, by their cells: the state to go on with, and the panel to end.

    ipywidgets keeps every widget for as long as the kernel lives, so the panel that a cell made before has to be told
    that there is another one. References to panels are weak.
    """

    def __init__(self) -> None:
        self._states: dict[tuple[str, *tuple[Any, ...]], _State] = {}
        self._panels: dict[str, weakref.ref[Any]] = {}

    def __len__(self) -> int:
        return len(self._states)

    def recall(self, place: tuple[str, *tuple[Any, ...]]) -> _State | None:
        """Return the state of the last panel of a place, or None.

        Args:
            place: what `cell` returned, and what the panel was given: a cell that gives another network begins anew.
        """
        return self._states.get(place)

    def remember(self, place: tuple[str, *tuple[Any, ...]], state: _State) -> None:
        """Store the state of a place; outside of any cell, nothing."""
        if not place[0]:
            return
        self._states.pop(place, None)
        self._states[place] = state
        while len(self._states) > MAX_CELLS:
            del self._states[next(iter(self._states))]

    def replace(self, name: str, panel: Any) -> None:
        """Register the panel of a cell, and call `replaced_by` of the one that the cell made before."""
        if not name:
            return
        if (reference := self._panels.get(name)) and (old := reference()):
            old.replaced_by(panel)
        self._panels[name] = weakref.ref(panel)


def is_app() -> bool:
    """Whether Voila serves the page: then nobody sees a notebook, nor can ask for what a variable holds."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def is_browser() -> bool:
    """Whether Python itself runs in a browser, which can neither start threads nor load Keras."""
    return sys.platform == "emscripten"


def requested_address() -> str:
    """Return what the address of an app says after its question mark, such as "network=senet1~ratio=8"; else ""."""
    return os.environ.get("QUERY_STRING", "") if is_app() else ""
