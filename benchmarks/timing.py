"""What the benchmarks share: a result, how it is timed, and what is known of the machine. Standard library alone.

Every script here prints one JSON object a line, so that peers can be measured by another Python than ours, each in a
process of its own; `run.py` collects the lines.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

PACKAGES = ("tensorflow", "keras", "jax", "numpy", "torch", "timm", "torchinfo", "fvcore", "jupyterlab", "ipywidgets")


@dataclass(frozen=True)
class Result:
    """One thing measured in one way.

    Attributes:
        part: the table that it belongs to.
        case: what is measured, the row.
        way: by whom, the column.
        unit: of the three figures.
        median, least, most: over the repeats, after a warm-up.
        repeats: how many.
    """

    part: str
    case: str
    way: str
    unit: str
    median: float
    least: float
    most: float
    repeats: int


def emit(part: str, case: str, way: str, unit: str, values: list[float]) -> None:
    """Print a result, whole, on a line of its own."""
    result = Result(part, case, way, unit, median(values), min(values), max(values), len(values))
    print(json.dumps(asdict(result)), flush=True)


def timed(call: Callable[[], object], repeats: int, warm_up: int = 1) -> list[float]:
    """The seconds that `call` takes, each time, after the calls that warm up."""
    for _ in range(warm_up):
        call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return times


def peak_memory() -> float:
    """MiB that this process has needed at most, its imports included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def machine() -> dict[str, object]:
    """Processor, cores, system and the versions of what this Python has installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return {"processor": _processor(), "cores": os.cpu_count(), "system": platform.system(), "versions": found}


def _processor() -> str:
    """Linux keeps the name in a file of its own, and how wide its vectors are; elsewhere `platform` knows the name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    widest = [words for flag, words in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags]
    return f"{name} with {widest[0]}" if widest else name
