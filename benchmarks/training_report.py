"""Report `make bench-training` as a part of the page: the cost of a run."""

from __future__ import annotations

from typing import Any

from tables import Results, figures, find, section_of

INTRODUCTION = """## The cost of a run

Measured with `make bench-training` on {date}, in {seconds} s, on {processor}, {cores} cores.
"""
TABLES = {
    "The cost of a run: epochs of a plain `fit` and of a run": (
        "overhead",
        "The same compiled model alternates between both, including validation; `fit` gets pixels prepared in advance. "
        "The run includes metrics, gates, checkpoints, and a Trainer that follows it in a kernel without a page. The "
        "Trainer pauses while `fit` runs, and its CPU seconds count for the run. The target is less than 3% more. "
        "Work done once per epoch weighs less in CIFAR-10's 1,407 steps than in these.",
    ),
}
# Targets: words, part, our way, the other way (for a ratio of medians; if empty, our median itself), maximum.
AIMS = (
    ("extra time of a run, %", "overhead", "more s, %", "", 3),
    ("extra processor time of a run, %", "overhead", "more CPU s, %", "", 3),
)


def section(measured: dict[str, Any]) -> str:
    """Return the part of the page as Markdown."""
    return section_of(measured, INTRODUCTION, aims(measured["results"]), TABLES)


def aims(results: Results) -> str:
    """Return each target with the measured value."""
    lines = ["| what | measured | at most | |", "| --- | ---: | ---: | --- |"]
    for words, part, ours, theirs, most in AIMS:
        for case in dict.fromkeys(each["case"] for each in results if each["part"] == part):
            mine, other = find(results, part, case, ours), find(results, part, case, theirs)
            if mine and (other or not theirs):
                value = mine["median"] / (other["median"] if other else 1)
                verdict = "reached" if value <= most else "missed"
                lines.append(f"| {words} ({case}) | {figures(value)} | {most:g} | {verdict} |")
    return "\n".join([*lines, ""])
