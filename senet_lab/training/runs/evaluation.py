"""Evaluation: how well a run's network does on the test images, measured once, after its last epoch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import nextafter
from pathlib import Path
from typing import Any, NamedTuple

from senet_lab.checks import real, whole
from senet_lab.files import read_record, written_whole

FILE = "test.json"  # in the folder of a run
ABOVE_ONE = nextafter(1.0, 2.0)  # so that all images may be right
ADVICE = "delete it and resume the run, which measures it again"


class Evaluation(NamedTuple):
    """The result on the test images.

    Attributes:
        images: the number of test images.
        loss: the mean cross-entropy.
        accuracy: the fraction of images that are classified correctly.
    """

    images: int
    loss: float
    accuracy: float


def read_evaluation(folder: Path) -> Evaluation | None:
    """Return the evaluation of a run; None if it has not been measured; raise DamagedFileError."""
    try:
        return read_record(folder / FILE, dict, _evaluation, ADVICE)
    except FileNotFoundError:
        return None


def _evaluation(values: Mapping[str, Any]) -> Evaluation:
    return Evaluation(
        whole("images", values.get("images"), 1, 2**62),
        real("loss", values.get("loss"), 0, float("inf")),
        real("accuracy", values.get("accuracy"), 0, ABOVE_ONE),
    )


def write_evaluation(folder: Path, result: Evaluation) -> None:
    """Store the evaluation of a run."""
    with written_whole(folder / FILE, overwrite=True) as unfinished:
        unfinished.write_text(json.dumps(result._asdict()) + "\n")
