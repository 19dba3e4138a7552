"""Report `make bench-training` as a part of the page: the original lesson's training, the cost of a run, gates."""

from __future__ import annotations

from typing import Any

from tables import Results, figures, find, table

INTRODUCTION = """## Training and gates

`make bench-training`, {date}, {seconds} s, {processor}, {cores} cores.
{missing}"""
TABLES = {
    "The original lesson's training: images/s in training steps": (
        "epoch rate",
        "CIFAR-10, Adam, batches of 32, as its README prints it. A run asks TensorFlow for sums in a fixed "
        "order, so that it can be resumed bit for bit; `fit` without that shows what it costs. A run has glibc keep "
        "the memory that a step frees, and so has this `fit`; torch is shown as it comes, and with the same.",
    ),
    "The original lesson's training: an epoch, s": (
        "epoch",
        "45,000 images and 5,000 held out, extrapolated from 200 steps; without the first step, which compiles. That "
        "of a run has its gates and its checkpoints in it.",
    ),
    "The end of a pass: `fit` of the same images, s": (
        "pass",
        "A dataset that Keras makes of arrays is tuned by a thread of TensorFlow's, and may wait at its end until that "
        "wakes up: up to as long again as the pass, a minute at most. A run's is not tuned.",
    ),
    "What a run costs: epochs of a bare `fit` and of a run": (
        "overhead",
        "The same compiled model by turns, validation included; `fit` is fed pixels made ready before. The run has its "
        "metrics, gates and checkpoints, and a Trainer that follows it in a kernel without a page, which stands still "
        "while `fit` runs, and whose CPU seconds count as the run's. The aim is less than 3 % more. What is done once "
        "an epoch weighs less in CIFAR-10's 1,407 steps than in these.",
    ),
    "Gates of 1,000 images of CIFAR-10\u2019s size, ms": (
        "gates",
        "In batches of 256; the gates come in the same pass as the predictions. \u201cAblation\u201d is one more pass, "
        "with a gate held.",
    ),
    "The same for the first time, ms": ("gates, first", "With tracing and compiling."),
}
# What was aimed at: what it says, part, ours, theirs (a ratio of medians; without, the figure itself), at most.
AIMS = (
    ("an epoch, times torch\u2019s", "epoch", "senet_lab, a run", "timm, torch eager, channels_last", 1),
    ("what a run adds, % of the time", "overhead", "more s, %", "", 3),
    ("what a run adds, % of the processor\u2019s time", "overhead", "more CPU s, %", "", 3),
    ("gates, times a bare `predict`", "gates", "senet_lab", "Keras predict, without gates", 1.15),
    ("the first drawing of the lens, ms", "gates, first", "senet_lab, first drawing of the lens", "", 3000),
)


def section(measured: dict[str, Any]) -> str:
    """The part of the page, as Markdown."""
    results: Results = measured["results"]
    missing = "".join(f"\n- left out: {what}" for what in measured["missing"])
    where = {"date": measured["date"], "seconds": measured["seconds"]} | measured["machine"]
    parts = [INTRODUCTION.format(**where, missing=missing and f"{missing}\n"), aims(results)]
    parts_measured = {each["part"] for each in results}
    tables = ((title, *rest) for title, rest in TABLES.items() if rest[0] in parts_measured)
    parts += [f"### {title}\n\n{note}\n\n{table(results, part)}" for title, part, note in tables]
    return "\n".join(parts)


def aims(results: Results) -> str:
    """Each target, with what came out."""
    lines = ["| what | measured | at most | |", "| --- | ---: | ---: | --- |"]
    for words, part, ours, theirs, most in AIMS:
        for case in dict.fromkeys(each["case"] for each in results if each["part"] == part):
            mine, other = find(results, part, case, ours), find(results, part, case, theirs)
            if mine and (other or not theirs):
                value = mine["median"] / (other["median"] if other else 1)
                verdict = "reached" if value <= most else "missed"
                lines.append(f"| {words} ({case}) | {figures(value)} | {most:g} | {verdict} |")
    return "\n".join([*lines, ""])
