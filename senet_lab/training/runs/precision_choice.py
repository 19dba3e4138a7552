"""Precision choice: the precision of a run whose recipe says "auto". Its process chooses before the first step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from senet_lab.checks import one_of, real
from senet_lab.files import read_record, written_whole

FILE = "precision.json"  # in the folder of a run
FLOAT32, BFLOAT16 = "float32", "mixed_bfloat16"
MARGIN = 1.05  # how many times as fast bfloat16 must be, so that noise does not choose a slower one
ADVICE = "put back a copy of it, or create a new run"


class PrecisionChoice(NamedTuple):
    """The chosen precision.

    Attributes:
        precision: "float32" or "mixed_bfloat16".
        speedup: how many times as fast as in float32 a step in bfloat16 was; None if only float32 was possible.
    """

    precision: str
    speedup: float | None = None

    def words(self) -> str:
        """Return the choice and its reason."""
        if self.speedup is None:
            return "float32, chosen without timing"
        if self.precision == BFLOAT16:
            return f"bfloat16, {self.speedup:.2f} times as fast as float32"
        return f"float32; in bfloat16, a step is only {self.speedup:.2f} times as fast"


def choose(times: Mapping[str, Sequence[float]]) -> PrecisionChoice:
    """Return the faster precision; bfloat16 has to be faster by `MARGIN`.

    Args:
        times: seconds of steps that were made in turns, by precision; all have the same number.
    """
    if BFLOAT16 not in times:
        return PrecisionChoice(FLOAT32)
    speedup = median(long / short for long, short in zip(times[FLOAT32], times[BFLOAT16], strict=True))
    return PrecisionChoice(BFLOAT16 if speedup >= MARGIN else FLOAT32, round(speedup, 3))


def read_choice(folder: Path) -> PrecisionChoice | None:
    """Return the choice of a run; None if there is none yet; raise DamagedFileError."""
    try:
        return read_record(folder / FILE, dict, _choice, ADVICE)
    except FileNotFoundError:
        return None


def _choice(values: Mapping[str, Any]) -> PrecisionChoice:
    speedup = values.get("speedup")
    return PrecisionChoice(
        one_of("precision", values.get("precision"), (FLOAT32, BFLOAT16)),
        None if speedup is None else real("speedup", speedup, 1e-6, 1e6),
    )


def write_choice(folder: Path, choice: PrecisionChoice) -> None:
    """Store the choice of a run."""
    with written_whole(folder / FILE, overwrite=True) as unfinished:
        unfinished.write_text(json.dumps(choice._asdict()) + "\n")
