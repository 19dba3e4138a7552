"""`senet-lab lab` and `app`: the notebooks in JupyterLab, and the Explorer as a page."""

from __future__ import annotations

import argparse
from pathlib import Path


def lab(arguments: argparse.Namespace) -> int:
    """Copy the lessons that the folder does not have yet, and serve it until JupyterLab is stopped."""
    from senet_lab.serving.lab import serve_lab
    from senet_lab.serving.notebooks import copy_notebooks

    folder = Path(arguments.folder)
    copy_notebooks(folder)
    serve_lab(folder, arguments.passed_on)
    return 0


def app(arguments: argparse.Namespace) -> int:
    """Serve the Explorer until Voila is stopped; what visitors save goes to the folder."""
    from senet_lab.serving.app import Limits, serve_app

    folder = Path(arguments.folder)
    limits = Limits(arguments.kernels, arguments.memory, arguments.gone, arguments.look)
    folder.mkdir(parents=True, exist_ok=True)
    serve_app(folder, limits, arguments.passed_on)
    return 0
