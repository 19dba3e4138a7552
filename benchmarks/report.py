"""Write docs/performance.md from the stored measurements: tables, targets, and a plot. Run `python report.py`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import panels_report
import runtimes_report
import sweep_report
import training_report
import ui_report
from tables import Results, figures, find, table

from senet_lab.files import written_whole

HERE = Path(__file__).parent

INTRODUCTION = """# Performance

{summary}

Measured with `make bench` on {date}, in {seconds} s, one process after the other. Each figure is a median after a
warm-up, with minimum and maximum in parentheses. Seconds depend on the machine, so compare figures within a table.

{processor}, {cores} cores, {system}; {versions}.
"""

TABLES = {
    "From a slider to the table of layers, ms": (
        "table",
        "The ledger counts in plain Python; the other tools build a model first. \u201cMoved\u201d: the ratio changes "
        "before each call. \u201cCold\u201d: the first call in a new process.",
    ),
    "One grouped convolution, 3x3, 32 groups, forward, ms": (
        "grouped forward",
        "Shapes are batch x height x width x channels.",
    ),
    "One grouped convolution, forward and both gradients, ms": (
        "grouped forward + backward",
        "Keras compiles the layer with XLA, whose gradient of a grouped convolution is slow on a CPU.",
    ),
    "Building the network, s": ("build", "The layers and their initial values, without compiling."),
    "First training step, s": (
        "first step",
        "Includes tracing and compiling. In senet_lab, Adam has one operation per variable, and its variables exist "
        "before the first step (`senet_lab.training.optimizers`).",
    ),
    "Training, images/s": ("training", "With Adam, in float32."),
    "Peak memory of the training process, MiB": ("memory", "Includes all imported packages."),
    "Inference, images/s": ("inference", "In float32."),
}

# The summary: a sentence, part, case, our way and the other way; {ours} and {theirs} are their medians.
SUMMARY = (
    ("The table of all layers takes {ours} ms; building the model in Keras and its summary, {theirs} ms.",
     "table", "SE-ResNeXt-152", "senet_lab ledger", "Keras build + summary"),
    ("A grouped convolution with both gradients takes {ours} ms, in Keras {theirs} ms.",
     "grouped forward + backward", "8x56x56x128", "senet_lab, direct", "Keras Conv2D(groups=32)"),
    ("Training processes {ours} images per second, unmodified Keras {theirs}.",
     "training", "SE-ResNeXt-50, 64 px, batch 16", "senet_lab", "Keras, unmodified"),
    ("The first training step takes {ours} s, in unmodified Keras {theirs} s.",
     "first step", "SE-ResNeXt-50, 64 px, batch 16", "senet_lab", "Keras, unmodified"),
    ("Inference processes {ours} images per second, timm in PyTorch {theirs}.",
     "inference", "SE-ResNeXt-50, 224 px, batch 8", "senet_lab", "timm, torch eager, channels_last"),
)  # fmt: skip

# Targets: part, case, our way, the other way, and the minimum ratio of their medians; of times, the inverse ratio.
KERAS_CONV, KERAS, TORCH, TIMM = (
    "Keras Conv2D(groups=32)", "Keras, unmodified", "torch, channels_last", "timm, torch eager, channels_last",
)  # fmt: skip
TARGETS = (
    ("table", "SE-ResNeXt-152", "senet_lab ledger", "Keras build + summary", 3000),
    ("grouped forward + backward", "8x56x56x128", "senet_lab, direct", KERAS_CONV, 100),
    ("grouped forward + backward", "8x56x56x128", "senet_lab, direct", TORCH, 1 / 1.1),
    ("grouped forward + backward", "8x28x28x256", "senet_lab, direct", TORCH, 1 / 1.1),
    ("training", "SE-ResNeXt-50, 64 px, batch 16", "senet_lab", KERAS, 20),
    ("training", "SE-ResNeXt-50, 64 px, batch 16", "senet_lab", TIMM, 1),
    ("inference", "SE-ResNet-50, 224 px, batch 8", "senet_lab", TIMM, 1),
    ("inference", "SE-ResNeXt-50, 224 px, batch 8", "senet_lab", TIMM, 1),
)
# Targets in seconds, which depend on the machine.
SECONDS = (
    ("first step", "SE-ResNeXt-50, 64 px, batch 16", 10),
    ("first step", "mini SE-ResNet, 32 px, batch 32", 4),
    ("build", "SE-ResNet-50, 224 px, batch 8", 1.2),
)

# Based on the tables below; a cause that was not measured is called a guess.
WHY = (
    "Where the grouped layer is slower than PyTorch, the forward pass is the reason. Our guess: TensorFlow converts "
    "input and kernel to oneDNN\u2019s layout at each call. On larger maps, the faster backward pass makes up for it. "
    "SE-ResNet-50 has no grouped convolution, so its inference is as fast as Keras makes it."
)


# The parts of the page that have their own measurements, in its order.
SECTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "training": training_report.section, "sweeps": sweep_report.section, "runtimes": runtimes_report.section,
    "ui": ui_report.section, "panels": panels_report.section,
}  # fmt: skip


def page(measured: dict[str, Any], others: dict[str, Any] | None = None) -> str:
    """Return the page as Markdown; `others` are the measurements of `SECTIONS`, as far as there are any."""
    results, where = measured["results"], measured["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in where["versions"].items())
    parts = [
        INTRODUCTION.format(
            summary=summary(results),
            date=measured["date"], processor=where["processor"], cores=where["cores"], system=where["system"],
            versions=versions, seconds=measured["seconds"],
        ),
        aims(results),
    ]  # fmt: skip
    measured_parts = {each["part"] for each in results}
    tables = [(title, *rest) for title, rest in TABLES.items() if rest[0] in measured_parts]
    parts += [f"## {title}\n\n{note}\n\n{table(results, part)}" for title, part, note in tables]
    parts += [section(its) for name, section in SECTIONS.items() if (its := (others or {}).get(name))]
    return "\n".join([*parts, arithmetic(results), growth(results)]).rstrip() + "\n"


def summary(results: Results) -> str:
    """Return the main results, one per line, as far as they were measured."""
    lines = []
    for words, part, case, ours, theirs in SUMMARY:
        mine, other = find(results, part, case, ours), find(results, part, case, theirs)
        if mine and other:
            said = words.format(ours=figures(mine["median"]), theirs=figures(other["median"]))
            lines.append(f"- {case}: {said[0].lower()}{said[1:]}")
    return "\n".join(lines)


def aims(results: Results) -> str:
    """Return each target with the ratio of medians, above 1 where ours is faster."""
    lines = [
        "## Targets",
        "",
        "| what | compared with | times as fast | target | |",
        "| --- | --- | ---: | ---: | --- |",
    ]
    for part, case, ours, theirs, least in TARGETS:
        mine, other = find(results, part, case, ours), find(results, part, case, theirs)
        if not (mine and other):
            continue
        ratio = mine["median"] / other["median"] if mine["unit"] == "images/s" else other["median"] / mine["median"]
        verdict = "reached" if ratio >= least else f"missed by {100 * (1 - ratio / least):.2g}%"
        lines.append(f"| {part}, {case} | {theirs} | {figures(ratio)} | {figures(least)} | {verdict} |")
    lines += ["", "| what | s | at most | |", "| --- | ---: | ---: | --- |"]
    for part, case, most in SECONDS:
        mine = find(results, part, case, "senet_lab")
        if mine:
            verdict = "reached" if mine["median"] <= most else f"missed by {100 * (mine['median'] / most - 1):.2g}%"
            lines.append(f"| {part}, {case} | {figures(mine['median'])} | {most:g} | {verdict} |")
    return "\n".join([*lines, "", WHY, ""])


def arithmetic(results: Results) -> str:
    """Return the arithmetic of whole networks per second, as a share of that of large matrix products."""
    limits = [each["median"] for each in results if each["part"] == "limit"]
    rates = [each for each in results if each["part"].endswith(" rate") and each["way"] == "senet_lab"]
    if not (limits and rates):
        return ""
    lines = [
        "## Share of the machine's arithmetic",
        "",
        f"The fastest matrix product ran at {max(limits):.0f} GFLOP/s. A multiply-add counts as two operations, a "
        "training step as three forward passes.",
        "",
        "| | GFLOP/s | share |",
        "| --- | ---: | ---: |",
    ]
    for each in rates:
        share = 100 * each["median"] / max(limits)
        lines.append(f"| {each['part'].removesuffix(' rate')}, {each['case']} | {each['median']:.0f} | {share:.0f}% |")
    return "\n".join([*lines, ""])


def growth(results: Results) -> str:
    """Return one table per axis, and the plot."""
    parts = sorted({each["part"] for each in results if each["part"].startswith("growth")})
    if not parts:
        return ""
    text = (
        "## Growth\n\nSE-ResNeXt-26 with cardinality 32, 64 pixels and batch 16; each table varies one of these. Times "
        "in ms, multiply-adds in G.\n\n"
    )
    text += "![Ledger, build and training step over depth, cardinality, image size and batch](growth.svg)\n"
    return text + "".join(f"\n### {part.capitalize()}\n\n{table(results, part)}" for part in parts)


def plot(results: Results) -> str:
    """Return a plot of ledger, build and step against each axis, as SVG, with logarithmic scales."""
    from matplotlib.figure import Figure

    axes_names = sorted({each["part"] for each in results if each["part"].startswith("growth")})
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    styles = {"ledger": ("#3f90da", "-", "o"), "build": ("#832db6", "--", "s"), "training step": ("#e76300", "-.", "^")}
    for axes, part in zip(figure.subplots(1, len(axes_names), sharey=True), axes_names, strict=True):
        for way, (color, dash, marker) in styles.items():
            its = [each for each in results if each["part"] == part and each["way"] == way]
            x, y = [int(each["case"]) for each in its], [each["median"] for each in its]
            axes.loglog(x, y, dash, color=color, marker=marker, label=way)
        axes.set(xlabel=part.removeprefix("growth with "), xticks=x, xticklabels=x)
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("ms")
    figure.axes[0].legend(frameon=False)
    return _svg(figure.savefig)


def _svg(save: Callable[..., object]) -> str:
    import matplotlib

    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "senet_lab"}):  # the same picture is the same file
        save(text, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def write(path: Path, text: str) -> None:
    """Write a file completely or not at all."""
    path.parent.mkdir(exist_ok=True)
    with written_whole(path, overwrite=True) as unfinished:
        unfinished.write_text(text)


def load(name: str) -> Any:
    """Return the last measurements of "cpu" or one of `SECTIONS`, or None."""
    path = HERE / "results" / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def stored_page() -> str:
    """Return the page from the stored measurements."""
    return page(load("cpu"), {name: load(name) for name in SECTIONS})


def publish() -> None:
    """Write the page and the plot from the stored measurements."""
    write(HERE.parent / "docs" / "performance.md", stored_page())
    write(HERE.parent / "docs" / "growth.svg", plot(load("cpu")["results"]))


if __name__ == "__main__":
    publish()
