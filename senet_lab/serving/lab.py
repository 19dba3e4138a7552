"""JupyterLab for a folder of notebooks."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from senet_lab.extras import needed_by

with needed_by(__name__):
    from jupyterlab.labapp import LabApp

SETTINGS = Path(__file__).parent / "jupyterlab"  # no news and no update checks: no network access
FIRST = "/lab/tree/00_start_here.ipynb"


def serve_lab(folder: Path, options: Sequence[str]) -> None:
    """Serve the notebooks of `folder` until JupyterLab is stopped, and open the first of them.

    Args:
        options: JupyterLab's command-line options; they override the settings made here.
    """
    ours = [f"--LabApp.app_settings_dir={SETTINGS}", f"--ServerApp.root_dir={folder.resolve()}"]
    LabApp.launch_instance([*ours, f"--LabApp.default_url={FIRST}", *as_root(), *options])


def as_root() -> list[str]:
    """Return the option that Jupyter requires of root, who is often the only user of a container."""
    return ["--allow-root"] if getattr(os, "geteuid", lambda: None)() == 0 else []
