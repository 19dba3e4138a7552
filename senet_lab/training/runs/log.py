"""Log: the output of a run's processes, each below a line with its mark."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from senet_lab.files import DamagedFileError, opened

FILE = "log.txt"  # in the folder of a run
MAX_QUOTE = 300  # characters
MAX_BYTES = 2**20  # read from the end of a log


def write_mark(folder: Path, mark: str) -> None:
    """Write a line that separates the output of a new process from that of earlier ones."""
    with (folder / FILE).open("a") as file:
        file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {mark}\n")


def last_line(folder: Path, mark: str) -> str:
    """Return the last line written by the process with that mark; "" if there is none."""
    try:
        with opened(folder / FILE, "delete it") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - MAX_BYTES))
            text = file.read(MAX_BYTES).decode(errors="replace")
    except (OSError, DamagedFileError):
        return ""
    _, separator, output = text.rpartition(f" {mark}\n")
    lines = [line.strip() for line in output.splitlines() if line.strip()] if separator else []
    return lines[-1][:MAX_QUOTE] if lines else ""


def failure_words(folder: Path, mark: str) -> str:
    """Say in a sentence why a process that was started never began to train."""
    line = last_line(folder, mark)
    why = f"the last line of its log is '{line}'" if line else "it wrote nothing to its log, so it may have been killed"
    return f"its process ended before training began: {why}; see '{folder / FILE}', fix the problem, and resume the run"
