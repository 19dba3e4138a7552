"""Skip list: the files of an image folder that a run leaves out, and why.

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


def read_skip_list(folder: Path) -> dict[str, str]:
    """Return the files that a run skips, each with the reason; none where it has not skipped any.

    Raises:
        DamagedFileError: the file cannot be read, or holds something else.
    """
    path = folder / FILE
    try:
        reasons = read_json(path, dict, ADVICE, at_most=MAX_BYTES)
    except FileNotFoundError:
        return {}
    try:
        return {name: instance(name, why, str, "'truncated'") for name, why in reasons.items()}
    except TypeError as error:
        raise DamagedFileError(path, str(error).rstrip("."), ADVICE) from error


def write_skip_list(folder: Path, reasons: Mapping[str, str]) -> None:
    """Store which files were skipped, for when the run is resumed."""
    if dict(reasons) != read_skip_list(folder):
        with written_whole(folder / FILE, overwrite=True) as unfinished:
            unfinished.write_text(json.dumps(dict(reasons), indent=1) + "\n")
