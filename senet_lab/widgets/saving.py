"""Saving: free file names, and folders in words."""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path

from senet_lab.widgets.cells import is_app


def place(folder: Path) -> str:
    """Return a folder of the kernel in words: an app has no notebook beside it."""
    return (
        f"in the folder {folder.name} of the machine that serves this page"
        if is_app()
        else "in the folder of the notebook"
    )


def free_name(folder: Path, stem: str, suffix: str) -> Path:
    """Return the first path that is not there yet: net.keras, net_2.keras, and so on."""
    names = chain((stem,), (f"{stem}_{number}" for number in count(2)))
    return next(path for name in names if not (path := folder / f"{name}{suffix}").exists())
