"""Log: what the processes of a run said, each under a line with its mark."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from senet_lab.files import DamagedFileError, opened

FILE = "log.txt"  # in the folder of a run
LONGEST = 300  # characters of what is quoted
LAST_BYTES = 2**20  # of a log that are read


def began(folder: Path, mark: str) -> None:
    """A line for a process that is started, so that what it says can be told from what others said."""
    with (folder / FILE).open("a") as file:
        file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {mark}\n")


def last_words(folder: Path, mark: str) -> str:
    """The last line that the process with that mark said; empty if none."""
    try:
        with opened(folder / FILE, "delete it") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - LAST_BYTES))
            text = file.read(LAST_BYTES).decode(errors="replace")
    except (OSError, DamagedFileError):
        return ""
    _, found, said = text.rpartition(f" {mark}\n")
    lines = [line.strip() for line in said.splitlines() if line.strip()] if found else []
    return lines[-1][:LONGEST] if lines else ""


def never_began(folder: Path, mark: str) -> str:
    """Why a process that was started never got to the training, in a sentence."""
    words = last_words(folder, mark)
    why = f"the last it said is '{words}'" if words else "it said nothing, as one that is killed"
    return f"its process ended before it could begin: {why}; its log is '{folder / FILE}'; mend that, and resume it"
