"""Report `make bench-sweeps` as a part of the page: what the engine of sweeps costs, and how many images it trains."""

from __future__ import annotations

from typing import Any

from tables import Results, figures, section_of

INTRODUCTION = """## Sweeps

Measured with `make bench-sweeps` on {date}, in {seconds} s, on {processor}, {cores} cores. Sweeps of a network with two
blocks, with and without squeeze-excite, on the gate task, alternate with the same runs without the engine: one process
takes their folders one after another. Every time is that of a user who waits: from the start of the first process until
the last run has ended, including the import of Keras in each process. A shorter sweep, whose time is not counted, runs
first. Each ratio is that of two neighboring measurements.
"""
TABLES = {
    "The cost of the engine": (
        "sweep overhead",
        "One run at a time with one thread, in both ways. Both have a single core, so any work of the engine "
        "delays the runs. The results are the same bit for bit.",
    ),
    "Images per second": (
        "sweep throughput",
        "The sweep trains two runs at a time, with one thread each; without the engine, a run has the two threads that "
        "are its default.",
    ),
}
# Targets: words, part, way, and the bound of the median.
AIMS = (
    ("extra time of a sweep, %", "sweep overhead", "more s, %", "at most", 5),
    ("images/s of a sweep, relative to runs one after another", "sweep throughput", "times as fast", "at least", 1),
)


def section(measured: dict[str, Any]) -> str:
    """Return the part of the page as Markdown."""
    return section_of(measured, INTRODUCTION, aims(measured["results"]), TABLES)


def aims(results: Results) -> str:
    """Return each target with the measured median."""
    lines = ["| what | measured | target | |", "| --- | ---: | ---: | --- |"]
    for words, part, way, bound, limit in AIMS:
        for each in (one for one in results if (one["part"], one["way"]) == (part, way)):
            value = each["median"]
            is_reached = value <= limit if bound == "at most" else value >= limit
            verdict = "reached" if is_reached else "missed"
            lines.append(f"| {words} ({each['case']}) | {figures(value)} | {bound} {limit} | {verdict} |")
    return "\n".join([*lines, ""])
