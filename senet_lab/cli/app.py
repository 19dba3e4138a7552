"""`senet-lab app`: the Explorer as a web page."""

from __future__ import annotations

import argparse
from pathlib import Path

from senet_lab.serving.limits import Limits


def serve(arguments: argparse.Namespace) -> int:
    """Serve the Explorer until Voila is stopped; visitors' files are saved in the folder."""
    limits = Limits(arguments.kernels, arguments.memory, arguments.gone, arguments.look)
    from senet_lab.serving.app import serve_app  # here, since it takes seconds: invalid limits are reported before

    folder = Path(arguments.folder)
    folder.mkdir(parents=True, exist_ok=True)
    serve_app(folder, limits, arguments.passed_on)
    return 0
