"""Compare runtimes on the same network: `python runtimes.py NAME BATCH SIDE ROUNDS`.

The network is exported to each format. Then Keras, ONNX Runtime, OpenVINO and TFLite take turns within one process, so
that other load on the machine affects all of them; each ratio is that of neighboring measurements. OpenVINO also
computes in bfloat16 if the processor has instructions for it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from networks import network
from timing import emit, run_command, timed

from senet_lab.export import save_model
from senet_lab.export.runtimes import import_openvino, open_exported

KERAS = "Keras"
BATCHES = 3  # per turn; their median counts
PAUSE = 0.2  # seconds before a turn, in which the threads of the runtime before stop waiting for work


def main(name: str, batch: int, side: int, rounds: int) -> None:
    """Measure each runtime, and print a line for its speed and one for its ratio to Keras."""
    case = f"{name}, {side} px, batch {batch}"
    images = np.random.default_rng(0).normal(size=(batch, side, side, 3)).astype("float32")
    with tempfile.TemporaryDirectory() as folder:
        ways = _open_all(network(name, side, "ours"), Path(folder), images)
        times = _take_turns(ways, rounds)
    for way, seconds in times.items():
        emit("runtimes", case, way, "images/s", [batch / each for each in seconds])
    for way, seconds in times.items():
        ratios = [keras / other for keras, other in zip(times[KERAS], seconds, strict=True)]
        emit("runtimes ratio", case, way, "", ratios)


def _open_all(model: Any, folder: Path, images: Any) -> dict[str, Callable[[], object]]:
    """Export a model, and return a function for each runtime that computes its outputs."""
    files = {suffix: save_model(model, folder / f"network{suffix}") for suffix in (".onnx", ".xml", ".tflite")}
    runners = {"ONNX Runtime": open_exported(files[".onnx"]), "OpenVINO, float32": open_exported(files[".xml"])}
    if "BF16" in import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        runners["OpenVINO, bfloat16"] = open_exported(files[".xml"], precision="bf16")
    runners["TFLite"] = open_exported(files[".tflite"])
    inputs = {model.inputs[0].name: images}
    ways: dict[str, Callable[[], object]] = {KERAS: partial(model.predict_on_batch, images)}
    return ways | {way: partial(run, inputs) for way, run in runners.items()}


def _take_turns(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Return the seconds per batch of each way in each round, after a warm-up; every other round is reversed."""
    for call in ways.values():
        timed(call, 1, 1)
    times: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(rounds):
        for way in list(ways)[:: -1 if number % 2 else 1]:
            time.sleep(PAUSE)
            times[way].append(median(timed(ways[way], BATCHES, 0)))
    return times


if __name__ == "__main__":
    run_command({"compare": main})
