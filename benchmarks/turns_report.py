"""Report the contests as parts of the page: targets, and one table per contest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tables import Results, figures, find, spread

Contests = Mapping[str, Mapping[str, Any]]  # by name: date, machine, results and circumstances

OURS, BFLOAT16, KERAS = "senet_lab", "senet_lab, bfloat16", "Keras, unmodified"
EAGER, COMPILED = "timm, torch eager", "timm, torch.compile"
PREDICT = "Keras predict, without gates"
TORCH, KERAS_CONV = "torch, channels_last", "Keras Conv2D(groups=32)"
MINI, CIFAR = "mini SE-ResNet, 32 px, batch 32", "SE-ResNet-20, 32 px, batch 32"
RESNEXT, RESNET_224 = "SE-ResNeXt-50, 64 px, batch 16", "SE-ResNet-50, 224 px, batch 8"
RESNEXT_224 = "SE-ResNeXt-50, 224 px, batch 8"
SHAPES = ("8x56x56x128", "8x28x28x256", "8x14x14x512", "8x7x7x1024", "64x16x16x256")

# Part, title and what the numbers mean.
PARTS = {
    "grouped forward": (
        "One grouped convolution, 3x3, 32 groups, forward",
        "Shapes are batch x height x width x channels. Ten layers in a row are computed, as in a network, and the time "
        "is that of one; Keras\u2019s own is measured alone.",
    ),
    "grouped gradients": (
        "One grouped convolution, forward and both gradients",
        "Keras compiles the layer with XLA, whose gradient of a grouped convolution is slow on a CPU.",
    ),
    "training": (
        "Training",
        "With Adam. Weights are in float32 everywhere; \u201cbfloat16\u201d is mixed_bfloat16 in Keras and autocast in "
        "PyTorch. A run of senet_lab computes sums in a fixed order, so that it can be resumed bit for bit.",
    ),
    "training without AVX-512": (
        "Training without AVX-512",
        "The same processor, on which oneDNN and PyTorch are told to use AVX2 only.",
    ),
    "inference": (
        "Inference",
        "Batches that wait in memory; the exported networks are files that senet_lab has written.",
    ),
    "gates": (
        "Gates of 1,000 images of CIFAR-10\u2019s size",
        "In batches of 256. One pass returns gates and predictions; \u201cablation\u201d is one more pass with a gate "
        "held.",
    ),
}
LINES = {
    "build": ("Building the network, s", "The layers and their initial values, without compiling."),
    "first step": (
        "First training step, s",
        "Includes tracing and compiling. In senet_lab, Adam has one operation per variable, and its variables exist "
        "before the first step (`senet_lab.training.optimizers`).",
    ),
    "memory": ("Peak memory of the training process, MiB", "Includes all imported packages."),
    "gates, first": ("Reading gates for the first time, ms", "Includes tracing and compiling."),
}
# Part, case, our way, the other way, and how many times as fast ours should be at least.
TARGETS = (
    *(("grouped forward", shape, OURS, TORCH, 1 / 1.1) for shape in SHAPES),
    *(("grouped gradients", shape, OURS, TORCH, 1 / 1.1) for shape in SHAPES),
    ("grouped gradients", SHAPES[0], OURS, KERAS_CONV, 100),
    ("training", RESNEXT, OURS, KERAS, 20),
    ("training", RESNEXT, OURS, EAGER, 1),
    ("training", RESNEXT, OURS, COMPILED, 1),
    ("training", RESNEXT, BFLOAT16, f"{EAGER}, bfloat16", 1),
    ("training", RESNEXT, BFLOAT16, f"{COMPILED}, bfloat16", 1),
    *((part, case, OURS, EAGER, 1.3) for part in ("training", "training without AVX-512") for case in (MINI, CIFAR)),
    *(("training", case, BFLOAT16, f"{EAGER}, bfloat16", 1) for case in (MINI, CIFAR)),
    *(("inference", case, OURS, EAGER, 1) for case in (RESNET_224, RESNEXT_224)),
    *(("inference", case, OURS, "ONNX Runtime", 1) for case in (RESNET_224, RESNEXT_224)),
    *(("gates", f"{name}, 1,000 images", OURS, PREDICT, 1) for name in ("SE-ResNet-20", "SE-ResNeXt-29")),
)  # fmt: skip
TARGETS_NOTE = """{reached} of {count} comparisons reach their target. A target of 1 means as fast as the other, 1.3
means clearly faster, and 0.909 means at most 1.1 times its time. Those for Keras are high because its gradient of a
grouped convolution is slow on a CPU.
"""
# Part, case and unit of targets that depend on the machine, and the maximum.
LIMITS = (
    ("first step", RESNEXT, "s", 10),
    ("first step", MINI, "s", 4),
    ("build", RESNET_224, "s", 1.2),
)


def all_results(contests: Contests) -> Results:
    """Return the results of all contests; what is measured once, such as the first step, only with all instructions."""
    return [
        result
        for name, each in contests.items()
        for result in each["results"]
        if "ratio" in result or not name.startswith("training without AVX-512")
    ]


def targets(contests: Contests) -> str:
    """Return each target with what was measured."""
    results = all_results(contests)
    lines = ["| what | compared with | times as fast as that | target | |", "| --- | --- | ---: | ---: | --- |"]
    for part, case, ours, theirs, least in TARGETS:
        mine, other = find(results, part, case, ours), find(results, part, case, theirs)
        if mine and other:  # both were compared round by round with the same way
            ratio = mine["ratio"]["median"] / other["ratio"]["median"]
            verdict = "reached" if ratio >= least else f"missed by {100 * (1 - ratio / least):.2g}%"
            precision = ours.removeprefix(OURS)
            lines.append(f"| {part}{precision}, {case} | {theirs} | {figures(ratio)} | {figures(least)} | {verdict} |")
    count, reached = len(lines) - 2, sum(line.endswith("| reached |") for line in lines)
    lines = [TARGETS_NOTE.format(reached=reached, count=count), *lines]
    lines += ["", "| what | measured | at most | |", "| --- | ---: | ---: | --- |"]
    for part, case, unit, most in LIMITS:
        mine = find(results, part, case, OURS)
        if mine:
            verdict = "reached" if mine["median"] <= most else f"missed by {100 * (mine['median'] / most - 1):.2g}%"
            lines.append(f"| {part}, {case} | {figures(mine['median'])} {unit} | {most:g} {unit} | {verdict} |")
    return "\n".join([*lines, ""])


def sections(contests: Contests) -> Iterator[str]:
    """Return the parts of the page."""
    for part, (title, note) in PARTS.items():
        its = {name: each for name, each in contests.items() if name.startswith(f"{part}, ")}
        if its:
            tables = "\n".join(_table(part, each) for each in its.values())
            yield f"## {title}\n\n{note} {_circumstances(its)}\n\n{tables}"
    results = all_results(contests)
    for part, (title, note) in LINES.items():
        if any(each["part"] == part for each in results):
            yield f"## {title}\n\n{note}\n\n{_lines(results, part)}"


def _circumstances(contests: Contests) -> str:
    """Say when and where the contests were held, and how much other processes took."""
    where = {
        f"on {each['date']} on {each['machine']['processor']}, {each['machine']['cores']} cores"
        for each in contests.values()
    }
    foreign = max(each["foreign"] for each in contests.values())
    rounds = sorted({each["rounds"] for each in contests.values()})
    repeated = sum(each["spoiled"] for each in contests.values())
    again = f"; {repeated} spoiled rounds were measured again" if repeated else ""
    slow = "implementations that need seconds per call took part in the first three only"
    return (
        f"Measured {', and '.join(sorted(where))}, in {' or '.join(map(str, rounds))} rounds; {slow}. Other programs "
        f"took at most {100 * foreign:.1f}% of the processors\u2019 time in the median round{again}."
    )


def _table(part: str, contest: Mapping[str, Any]) -> str:
    """Return the table of a contest, with one row per way."""
    results = [each for each in contest["results"] if each["part"] == part]
    if not results:
        return "".join(f"Not measured: {each}.\n" for each in contest["missing"])
    first = results[0]
    lines = [
        f"| {first['case']} | {first['unit']} | times as fast as {first['way']} |",
        "| --- | ---: | ---: |",
    ]
    for each in results:
        ratio = spread(each["ratio"]) if each is not first else "1"
        lines.append(f"| {each['way']} | {spread(each)} | {ratio} |")
    lines += [f"\nNot measured: {each}." for each in contest["missing"]]
    return "\n".join([*lines, ""])


def _lines(results: Results, part: str) -> str:
    """Return what was measured once, with one row per case and way."""
    its = [each for each in results if each["part"] == part]
    lines = ["| | | |", "| --- | --- | ---: |"]
    lines += [f"| {each['case']} | {each['way']} | {figures(each['median'])} |" for each in its]
    return "\n".join([*lines, ""])
