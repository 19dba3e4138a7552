"""Report `make bench-training` as a part of the page: the original lesson's training, the cost of a run, gates."""

from __future__ import annotations

from typing import Any

from tables import Results, figures, find, section_of

INTRODUCTION = """## Training and gates

Measured with `make bench-training` on {date}, in {seconds} s, on {processor}, {cores} cores.
"""
TABLES = {
    "The original lesson's training: images/s in training steps": (
        "epoch rate",
        "CIFAR-10, Adam, batches of 32, as in the original lesson's README. A run makes TensorFlow compute sums in a "
        "fixed order, so that it can be resumed bit for bit; `fit` without that order shows the cost. In both, glibc "
        "keeps the memory that a step frees; PyTorch is shown with and without this setting.",
    ),
    "The original lesson's training: an epoch, s": (
        "epoch",
        "45,000 images and 5,000 held out, extrapolated from 200 steps without the first, which compiles. The time of "
        "a run includes its gates and checkpoints.",
    ),
    "The end of a pass: `fit` of the same images, s": (
        "pass",
        "A thread of TensorFlow tunes each dataset that Keras makes from arrays. At its end, the dataset may wait for "
        "this thread, up to as long as the pass took but at most a minute. The dataset of a run is not tuned.",
    ),
    "The cost of a run: epochs of a plain `fit` and of a run": (
        "overhead",
        "The same compiled model alternates between both, including validation; `fit` gets pixels prepared in advance. "
        "The run includes metrics, gates, checkpoints, and a Trainer that follows it in a kernel without a page. The "
        "Trainer pauses while `fit` runs, and its CPU seconds count for the run. The target is less than 3% more. "
        "Work done once per epoch weighs less in CIFAR-10's 1,407 steps than in these.",
    ),
    "Gates of 1,000 images of CIFAR-10\u2019s size, ms": (
        "gates",
        "In batches of 256. One pass returns gates and predictions. \u201cAblation\u201d is one more pass with a gate "
        "held.",
    ),
    "The same for the first time, ms": ("gates, first", "Includes tracing and compiling."),
}
# Targets: words, part, our way, the other way (for a ratio of medians; if empty, our median itself), maximum.
AIMS = (
    ("an epoch, relative to PyTorch\u2019s", "epoch", "senet_lab, a run", "timm, torch eager, channels_last", 1),
    ("extra time of a run, %", "overhead", "more s, %", "", 3),
    ("extra processor time of a run, %", "overhead", "more CPU s, %", "", 3),
    ("reading gates, relative to `predict`", "gates", "senet_lab", "Keras predict, without gates", 1.15),
    ("the first drawing of the GateLens, ms", "gates, first", "senet_lab, first drawing of the lens", "", 3000),
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
