"""Time and print results for all benchmarks, and describe the machine, with the standard library only.

Every script prints one JSON object per line, and `run.py` collects the lines. So each benchmark can run in a separate
process, and the peers in a different Python.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")
PACKAGES = (
    "tensorflow", "keras", "jax", "numpy", "onnxruntime", "openvino", "torch", "timm", "torchinfo", "fvcore",
    "jupyterlab", "ipywidgets",
)  # fmt: skip


def emit(part: str, case: str, way: str, unit: str, values: list[float]) -> None:
    """Print a result on a separate line: median, minimum and maximum of the values, after a warm-up.

    Args:
        part: the table of the result.
        case: the measured case, a row of the table.
        way: the measured implementation, a column of the table.
    """
    names = {"part": part, "case": case, "way": way, "unit": unit}
    figures = {"median": median(values), "least": min(values), "most": max(values), "repeats": len(values)}
    print(json.dumps(names | figures), flush=True)


def timed(call: Callable[[], object], repeats: int, warm_up: int = 1) -> list[float]:
    """Return the seconds of each `call` after the warm-up calls."""
    for _ in range(warm_up):
        call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times


def serve(ways: Mapping[str, Callable[[], object]]) -> None:
    """Warm up each way, then compute on request: for each line "SECONDS WAY", print the seconds of each call.

    Between two requests the process waits for its input and uses no processor. A request is for one call at least.
    """
    for call in ways.values():
        timed(call, 2, 1)
    print(json.dumps({"ready": list(ways), "versions": machine()["versions"]}), flush=True)
    for line in sys.stdin:
        seconds, _, way = line.strip().partition(" ")
        print(json.dumps({"times": _times_within(ways[way], float(seconds))}), flush=True)


def _times_within(call: Callable[[], object], seconds: float) -> list[float]:
    """Return the seconds of each call, as many as fit into a time, at least one."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() + times[-1] < end:
        times += timed(call, 1, 0)
    return times


def first(part: str, case: str, way: str, unit: str, call: Callable[[], T]) -> T:
    """Call once, print how long it took in `unit`, "s" or "ms", and return the result."""
    start = time.perf_counter()
    result = call()
    emit(part, case, way, unit, [(time.perf_counter() - start) * (1e3 if unit == "ms" else 1)])
    return result


def run_command(commands: dict[str, Callable[..., None]]) -> None:
    """Call the command that the first argument names, with the others; digits are numbers."""
    name, *rest = sys.argv[1:]
    commands[name](*(int(word) if word.isdigit() else word for word in rest))


def peak_memory() -> float:
    """Return the peak memory of this process in MiB, including imports."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def machine() -> dict[str, object]:
    """Return processor, cores, system and the versions of installed packages."""
    versions = {"python": platform.python_version()}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    return {"processor": _processor(), "cores": os.cpu_count(), "system": platform.system(), "versions": versions}


def _processor() -> str:
    """Return the name of the processor, on Linux with the width of its vector instructions."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    widest = [words for flag, words in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags]
    return f"{name} with {widest[0]}" if widest else name
