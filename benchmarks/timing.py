"""What the benchmarks share: medians with least and most, and a row of the table."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from statistics import median

Times = tuple[float, float, float]  # median, least, most, in ms


def machine() -> str:
    """Where it was measured, and the heads of the columns."""
    where = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"{where}\n{'ms':<66}{'median':>11}{'least':>11}{'most':>11}{'ratio':>12}"


def timed(call: Callable[[], object], repeats: int) -> Times:
    """The times that `call` takes, after one call to warm up."""
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(1e3 * (time.perf_counter() - start))
    return median(times), min(times), max(times)


def line(name: str, times: Times, beside: float | None = None) -> None:
    """Print one row; `beside` is the median to compare with."""
    ratio = f"{beside / times[0]:>10,.1f} x" if beside else ""
    print(f"{name:<66}{times[0]:>11.3f}{times[1]:>11.3f}{times[2]:>11.3f}{ratio}", flush=True)
