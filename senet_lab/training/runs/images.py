"""Images of a run: those that its config names, the same files whenever the run is resumed.

A skipped file remains skipped even if it is repaired: a different number of images would change the order of all
others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from senet_lab.checks import first_few, instance
from senet_lab.data import datasets as data
from senet_lab.data.class_folders import printable
from senet_lab.files import read_record, written_whole

if TYPE_CHECKING:
    from senet_lab.training.runs.run import Run

SKIP_LIST = "skipped.json"  # in the folder of a run
ADVICE = "put back a copy of it, or create a new run"
MAX_BYTES = 2**25  # enough for about 300,000 files


def load_images(run: Run) -> data.Images:
    """Load the images of a run; raise ValueError with the files that cannot be read.

    A run that was created before suffixes were stored reads what Keras reads.
    """
    config, size = run.config, run.architecture.input_shape[0]
    if config["data"] in data.BUILT_IN:
        return data.named(config["data"])
    before, suffixes = read_skip_list(run.folder), config["suffixes"]
    images = data.folder(config["data"], size, skip_bad=run.skips_bad, skipped=before, suffixes=suffixes)
    return replace(images, skipped=before | dict(images.skipped))


def omission_words(images: data.Images) -> str:
    """Say in a sentence which files of a folder are left out of training; "" if none is."""
    parts = []
    if images.skipped:
        each = [f"{printable(name)} ({why})" for name, why in images.skipped.items()]
        parts.append(f"skipped {_files(len(each))} that cannot be read: {first_few(each)}")
    if images.ignored:
        each = [printable(name) for name in images.ignored]
        are = "is" if len(each) == 1 else "are"
        named = "an image" if len(each) == 1 else "images"
        what = f"{_files(len(each))} that {are} not in the folder of a class or not named as {named}"
        parts.append(f"ignored {what}: {first_few(each)}")
    return "; ".join(parts)


def _files(count: int) -> str:
    return f"{count:,} file{'s' if count > 1 else ''}"


def read_skip_list(folder: Path) -> dict[str, str]:
    """Return the files that a run skips, with the reasons; raise DamagedFileError if the list is damaged."""
    try:
        return read_record(folder / SKIP_LIST, dict, _reasons, ADVICE, at_most=MAX_BYTES)
    except FileNotFoundError:
        return {}


def _reasons(values: Mapping[str, object]) -> dict[str, str]:
    return {name: instance(name, why, str, "'truncated'") for name, why in values.items()}


def write_skip_list(folder: Path, reasons: Mapping[str, str]) -> None:
    """Store the skipped files, so that a resumed run skips them again."""
    if dict(reasons) != read_skip_list(folder):
        with written_whole(folder / SKIP_LIST, overwrite=True) as unfinished:
            unfinished.write_text(json.dumps(dict(reasons), indent=1) + "\n")
