"""Cells: which cell of a notebook is being run, so that one that is run again goes on where it was."""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

# What a panel answers whose cell has made another one since.
REPLACED = "The cell of this panel was run again, or the panel was closed. Run this cell again as well."

_counted: dict[str, int] = {}  # panels that the execution under way has made
_live: dict[tuple[Any, str], weakref.WeakMethod[Callable[[], None]]] = {}  # how to end the panel of a cell


def cell() -> str:
    """The cell that is being run, as JupyterLab names it, and which of its panels this is; "" where nobody says."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    parent = (shell.get_parent() if shell is not None and hasattr(shell, "get_parent") else None) or {}
    name = parent.get("metadata", {}).get("cellId", "")
    if not name:
        return ""
    execution = parent["header"]["msg_id"]
    number = _counted.get(execution, 0) + 1
    _counted.clear()
    _counted[execution] = number
    return f"{name} {number}"


def supersede(place: str, rest: Any) -> None:
    """End the panel that a cell made before, if it was run again: ipywidgets keeps every widget for ever.

    Args:
        place: what `cell` said of the panel that there is now.
        rest: its method that ends it.
    """
    if place:
        key = rest.__func__, place  # anywidget gives each panel a class of its own
        if (old := _live.get(key)) and (end := old()):
            end()
        _live[key] = weakref.WeakMethod(rest)


def is_app() -> bool:
    """Whether Voila serves the page: then nobody sees a notebook, nor can ask for what a variable holds."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def asked_for() -> str:
    """The token that the app's address has, as in /?network=senet1~ratio=8; "" where there is none, or no app."""
    return parse_qs(os.environ.get("QUERY_STRING", "")).get("network", [""])[0] if is_app() else ""
