"""Skipped: the files of a folder of images that a run leaves out, and why.

A file that was skipped once stays skipped, even if it is repaired: with another number of images the others would come
in another order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from senet_lab.checks import instance
from senet_lab.files import DamagedFileError, read_json, written_whole

FILE = "skipped.json"  # in the folder of a run
ADVICE = "put back a copy of it, or create a new run"
MAX_BYTES = 2**25  # of some 300,000 files


def read_skipped(folder: Path) -> dict[str, str]:
    """Return the files that a run skips, each with the reason; none where it has not skipped any.

    Raises:
        DamagedFileError: the file cannot be read, or holds something else.
    """
    path = folder / FILE
    try:
        found = read_json(path, dict, ADVICE, at_most=MAX_BYTES)
    except FileNotFoundError:
        return {}
    try:
        return {name: instance(name, why, str, "'truncated'") for name, why in found.items()}
    except TypeError as error:
        raise DamagedFileError(path, str(error).rstrip("."), ADVICE) from error


def keep_skipped(folder: Path, skipped: Mapping[str, str]) -> None:
    """Keep which files were skipped, for when the run is resumed."""
    if dict(skipped) != read_skipped(folder):
        with written_whole(folder / FILE, overwrite=True) as unfinished:
            unfinished.write_text(json.dumps(dict(skipped), indent=1) + "\n")
