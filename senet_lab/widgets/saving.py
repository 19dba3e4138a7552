"""Find unused file names, and describe folders in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from senet_lab.widgets.cells import is_app


def place(folder: Path) -> str:
    """Describe the location of a folder of the kernel; an app has no notebook to refer to."""
    return (
        f"in the folder {folder.name} on the machine that serves this page"
        if is_app()
        else "in the notebook\u2019s folder"
    )


def free_name(folder: Path, stem: str, suffix: str, companions: Sequence[str] = ()) -> Path:
    """Return the first path that does not exist yet: net.keras, net_2.keras, and so on.

    Args:
        companions: suffixes of other files with this name, none of which may exist.
    """
    names = chain((stem,), (f"{stem}_{number}" for number in count(2)))
    suffixes = (suffix, *companions)
    name = next(name for name in names if not any((folder / f"{name}{each}").exists() for each in suffixes))
    return folder / f"{name}{suffix}"
