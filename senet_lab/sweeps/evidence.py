"""Evidence: the results of a finished sweep as one JSON file, without the runs and without paths of this machine.

| field | holds |
| --- | --- |
| title | the swept parameters, the network and the data, in words |
| base, grid, seeds, recipe, data | what was trained, as in sweep.json; of a folder of images, only its name |
| arms | label, values, params, macs, accuracies by seed, and summary, see `ArmSummary` |
| reference, conclusion | the position of the arm that summaries refer to, and what they show |
| stages | for each reference, and for the first 1, 2, ... seeds, the numbers of all summaries, and the conclusion |
| images | the number of test images |
| measured | date, machine, command, versions; seconds of training, all runs together |
| gates | only on the gate task: arm, seed, block, and the F ratios of its gates between colors and between classes |

All intervals are in the file, so showing evidence needs no SciPy. NaN is stored as null.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab.checks import InvalidValueError
from senet_lab.data.datasets import BUILT_IN, data_words
from senet_lab.files import read_json, written_whole
from senet_lab.sweeps.conclusions import conclude
from senet_lab.sweeps.statistics import Accuracies, ArmSummary, summarize

if TYPE_CHECKING:
    from senet_lab.sweeps.grid import Arm
    from senet_lab.sweeps.sweep import Sweep

DIGITS = 7  # of stored means and intervals, after the point: 0.00001 percentage points
SUFFIX = ".json"
FILE = "evidence.json"  # in the folder of a finished sweep
ADVICE = "resume the sweep, which writes it again"


def evidence_of(sweep: Sweep, command: str, *, machine: str = "") -> dict[str, Any]:
    """Return the results of a finished sweep, in a form that JSON can store.

    Args:
        command: reproduces the sweep.
        machine: on which it was trained; "" for this one.

    Raises:
        RuntimeError: a run is not finished.
    """
    from senet_lab.sweeps.storage import describe

    evidence = {
        "title": title(sweep),
        **describe(sweep),
        "data": sweep.data if sweep.data in BUILT_IN else data_words(sweep.data),
        "arms": [
            {**_arm(arm), "accuracies": accuracies}
            for arm, accuracies in zip(sweep.arms, _accuracies(sweep), strict=True)
        ],
        "reference": 0,
        "images": _test_images(sweep),
        "measured": {
            "date": _created(sweep)[:10],
            "machine": machine or _machine(sweep),
            "command": command,
            "versions": _created_with(sweep),
            "seconds": round(sum(row["seconds"] for run in _runs(sweep) for row in run.metrics())),
        },
    }
    stored: dict[str, Any] = json.loads(json.dumps(evidence, allow_nan=False))  # with seeds as text, as in a file
    return with_statistics(stored)


def with_statistics(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Return evidence with its statistics, computed from its accuracies; they replace those that it has."""
    arms = [(arm["label"], {int(seed): value for seed, value in arm["accuracies"].items()}) for arm in evidence["arms"]]
    seeds = evidence["seeds"]
    stages = [
        [_stage(arms, seeds, reference, count + 1) for count in range(len(seeds))] for reference in range(len(arms))
    ]
    summaries = summarize(arms)
    described = [{**arm, "summary": _plain(each)} for arm, each in zip(evidence["arms"], summaries, strict=True)]
    return {**evidence, "arms": described, "conclusion": conclude(summaries), "stages": stages}


def evidence_text(evidence: Mapping[str, Any]) -> str:
    """Return evidence as the text of a file: a line for each field, arm and stage."""

    def compact(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    def listed(values: Sequence[Any], indent: str) -> str:
        return "[\n" + ",\n".join(f"{indent}{compact(value)}" for value in values) + "\n" + indent[1:] + "]"

    texts = {name: compact(value) for name, value in evidence.items()}
    texts["arms"] = listed(evidence["arms"], "  ")
    texts["stages"] = "[\n" + ",\n".join(f"  {listed(each, '   ')}" for each in evidence["stages"]) + "\n ]"
    return "{\n" + ",\n".join(f" {compact(name)}: {text}" for name, text in texts.items()) + "\n}\n"


def evidence_names() -> tuple[str, ...]:
    """Return the names of the bundled evidence."""
    folder = files("senet_lab").joinpath("evidence")
    names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


def read_evidence(name: str) -> dict[str, Any]:
    """Return bundled evidence by its name; raise ValueError if there is none of that name."""
    if name not in (names := evidence_names()):
        raise InvalidValueError("evidence", name, "must be the name of bundled evidence", advice=", ".join(names))
    text = files("senet_lab").joinpath("evidence", name + SUFFIX).read_text(encoding="utf-8")
    evidence: dict[str, Any] = json.loads(text)
    return evidence


def store_evidence(sweep: Sweep) -> None:
    """Write the results of a finished sweep into its folder, for panels that do not read all runs."""
    with written_whole(sweep.folder / FILE, overwrite=True) as unfinished:
        unfinished.write_text(evidence_text(evidence_of(sweep, "")), encoding="utf-8")


def stored_evidence(folder: Path) -> dict[str, Any]:
    """Return what `store_evidence` wrote; raise FileNotFoundError or DamagedFileError."""
    evidence: dict[str, Any] = read_json(folder / FILE, dict, ADVICE)
    return evidence


def stage_of(
    evidence: Mapping[str, Any], reference: int | None = None, seeds: int | None = None
) -> tuple[list[ArmSummary], str]:
    """Return the summary of each arm and the conclusion.

    Args:
        reference: the position of the arm to compare with; None for the first one.
        seeds: how many of the seeds are used, in their order; None for all.
    """
    stages = evidence["stages"][evidence["reference"] if reference is None else reference]
    stage = stages[-1 if seeds is None else seeds - 1]
    pairs = zip(evidence["arms"], stage["summaries"], strict=True)
    return [_summary(arm["label"], row) for arm, row in pairs], stage["conclusion"]


def title(sweep: Sweep) -> str:
    """Return the swept parameters, the network and the data, such as "Ratio, SE-ResNet-20, CIFAR-10 sample"."""
    names = [name.replace("_", " ") for axis in sweep.axes for name in axis.names]
    words = " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "No parameter"
    return f"{words[:1].upper()}{words[1:]}, {sweep.base.name}, {data_words(sweep.data)}"


def _accuracies(sweep: Sweep) -> Iterator[dict[int, float]]:
    """Yield the accuracies of each arm by seed."""
    from senet_lab.sweeps.results import accuracies

    by_arm = accuracies(sweep)
    missing = len(sweep.cells) - sum(map(len, by_arm.values()))
    if missing:
        raise RuntimeError(
            f"{missing} of {len(sweep.cells)} runs have no result; resume the sweep in '{sweep.folder}'."
        )
    for arm in sweep.arms:
        yield dict(sorted(by_arm[arm.values].items(), key=lambda pair: sweep.seeds_used.index(pair[0])))


def _stage(arms: Sequence[tuple[str, Accuracies]], seeds: Sequence[int], reference: int, count: int) -> dict[str, Any]:
    """Return what the first seeds show; of each summary, only the numbers."""
    shown = [(label, {seed: values[seed] for seed in seeds[:count]}) for label, values in arms]
    summaries = summarize(shown, reference)
    rows = [list(_plain(summary).values())[1:] for summary in summaries]
    return {"summaries": rows, "conclusion": conclude(summaries, reference, len(seeds))}


def _summary(label: str, row: Sequence[Any]) -> ArmSummary:
    """Return a summary from its stored numbers."""
    return ArmSummary._make((label, *(nan if value is None else value for value in row)))


def _plain(summary: ArmSummary) -> dict[str, Any]:
    return {name: _rounded(value) for name, value in summary._asdict().items()}


def _rounded(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return None if isnan(value) else round(value, DIGITS)


def _arm(arm: Arm) -> dict[str, Any]:
    ledger = arm.architecture.ledger()
    return {"label": arm.label, "values": dict(arm.values), "params": ledger.params, "macs": ledger.macs}


def _runs(sweep: Sweep) -> Iterator[Any]:
    return (run for cell in sweep.cells if (run := cell.run))


def _test_images(sweep: Sweep) -> int:
    result = next(_runs(sweep)).evaluation()
    return int(result.images)


def _created(sweep: Sweep) -> str:
    return str(next(_runs(sweep)).config["created"])


def _created_with(sweep: Sweep) -> dict[str, str]:
    return dict(next(_runs(sweep)).config["versions"])


def _machine(sweep: Sweep) -> str:
    """Return the devices that trained the runs; of a CPU, the model of this machine's."""
    devices = sorted({run.status().device for run in _runs(sweep)} - {""})
    return ", ".join(_processor() if device == "CPU" else device for device in devices)


def _processor() -> str:
    """Return the model and the cores of this machine's processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):  # other systems than Linux; some processors have no name
        model = platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} cores"
