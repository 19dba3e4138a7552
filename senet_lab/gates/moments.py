"""Moments: summary statistics of the gates after each epoch, a few numbers per block, and their file.

`gates.json` in the folder of a run is a list of objects, one per moment, with the fields of `Moment`: `epoch`,
ascending from 0; `mean` and `specificity`, a number for each block by its path (null for an F ratio that is infinite);
`accuracy` or null. A worker rewrites the file after each epoch, and so does a `GateWatch`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import inf, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab import array_checks
from senet_lab.checks import instance, path_of, quoted, real, whole
from senet_lab.files import read_record, written_whole
from senet_lab.gates.observe import observed
from senet_lab.gates.statistics import specificity

if TYPE_CHECKING:
    import keras

    from senet_lab.array_checks import Array

FILE = "gates.json"  # in the folder of a run
MAX_BYTES = 2**26
ADVICE = "delete it, and the gates are noted anew from the next epoch on"


@dataclass(frozen=True)
class Moment:
    """The gates after some epochs.

    Attributes:
        epoch: the number of finished epochs, 0 before training.
        mean: mean gate over all images and channels of each block, by its path.
        specificity: F ratio of each block, by its path; see `senet_lab.gates.observe.specificity`.
        accuracy: on the same images, from 0 to 1; None for a network without a classifier.
    """

    epoch: int
    mean: Mapping[str, float]
    specificity: Mapping[str, float]
    accuracy: float | None = None


def moment(model: keras.Model, images: Array | Iterable[Array], labels: Array, epoch: int) -> Moment:
    """Return the moment of a network in its current state, over prepared images or batches of them.

    Raises:
        ValueError: the network has no gates; fewer than two classes, or no more images than classes.
    """
    epoch, labels = whole("epoch", epoch, 0, 10**9), array_checks.labels("labels", labels)
    observation = observed(model, images)
    predictions = observation.predictions
    return Moment(
        epoch,
        {path: float(values.mean()) for path, values in observation.gates.items()},
        {path: specificity(values, labels) for path, values in observation.gates.items()},
        float((predictions.argmax(-1) == labels).mean()) if predictions.ndim == 2 else None,
    )


def keep(moments: Sequence[Moment], path: Path) -> None:
    """Write moments as JSON, whole or not at all, without those that contain NaN because training diverged.

    Raises:
        TypeError: the values are not moments.
        OSError: the file cannot be written.
    """
    path = path_of("path", path, f"'{FILE}'")
    for each in instance("moments", moments, Sequence, "[moment(model, images, labels, 0)]"):
        instance("moments", each, Moment, "moment(model, images, labels, 0)")
    text = json.dumps([_as_json(each) for each in moments if _is_number(each)], indent=1, allow_nan=False)
    with written_whole(path, overwrite=True) as unfinished:
        unfinished.write_text(f"{text}\n")


def kept(path: Path) -> list[Moment]:
    """Return the moments that `keep` wrote; an empty list if there is no such file.

    Raises:
        DamagedFileError: the file holds something else.
    """
    try:
        return read_record(path_of("path", path, f"'{FILE}'"), list, _moments, ADVICE, at_most=MAX_BYTES)
    except FileNotFoundError:
        return []


def _moments(values: Sequence[Any]) -> list[Moment]:
    return [_moment(each) for each in values]


def _is_number(each: Moment) -> bool:
    return not any(map(isnan, (*each.mean.values(), *each.specificity.values())))


def _as_json(each: Moment) -> dict[str, Any]:
    """Return a moment as JSON, which cannot represent infinity."""
    ratios = {path: None if ratio == inf else ratio for path, ratio in each.specificity.items()}
    return asdict(each) | {"specificity": ratios}


def _moment(values: Any) -> Moment:
    if not isinstance(values, dict) or not {"epoch", "mean", "specificity"} <= set(values):
        raise ValueError(f"each moment must have `epoch`, `mean` and `specificity`, unlike {quoted(values)}")
    epoch, accuracy = whole("epoch", values["epoch"], 0, 10**9), values.get("accuracy")
    by_block = (instance(name, values[name], dict, "{}") for name in ("mean", "specificity"))
    mean, ratios = by_block
    mean = {path: real(path, value, -1e300, 1e300) for path, value in mean.items()}
    specificity = {path: _ratio(path, value) for path, value in ratios.items()}
    return Moment(epoch, mean, specificity, None if accuracy is None else real("accuracy", accuracy, 0, 1.0000001))


def _ratio(path: str, value: Any) -> float:
    """Return the F ratio of a block, infinite if gates depend only on the class; earlier versions wrote Infinity."""
    return inf if value is None or value == inf else real(path, value, -1e300, 1e300)
