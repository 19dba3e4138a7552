"""`senet-lab lab`: the lessons in JupyterLab."""

from __future__ import annotations

import argparse
from pathlib import Path

from senet_lab.serving.lab import serve_lab
from senet_lab.serving.notebooks import copy_notebooks


def serve(arguments: argparse.Namespace) -> int:
    """Copy the lessons that the folder does not have yet, and serve it until JupyterLab is stopped."""
    folder = Path(arguments.folder)
    copy_notebooks(folder, teacher=arguments.teacher)
    serve_lab(folder, arguments.passed_on)
    return 0
