"""From what was measured to a page: tables, what was aimed at, and a plot. `python report.py` writes it anew."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import training_report
import ui_report
from tables import Results, figures, find, table

from senet_lab.files import written_whole

HERE = Path(__file__).parent

INTRODUCTION = """# Performance

`make bench`, {date}, {seconds} s, one process after the other. Medians, with least and most in brackets, after a
warm-up. Compare within a table: seconds are of this machine, ratios carry over.

{processor}, {cores} cores, {system}; {versions}.
{missing}"""

TABLES = {
    "From a slider to the table of layers, ms": (
        "table",
        "The ledger counts in plain Python; the others make a model first. \u201cMoved\u201d changes the ratio before "
        "each call; \u201ccold\u201d is the first call of a fresh process.",
    ),
    "One grouped convolution, 3x3, 32 groups, forward, ms": ("grouped forward", "batch x height x width x channels."),
    "One grouped convolution, forward and both gradients, ms": (
        "grouped forward + backward",
        "Keras compiles the layer with XLA, whose gradient of a grouped convolution is slow on a CPU.",
    ),
    "Building the network, s": ("build", "The layers and their initial values; no compiling."),
    "First training step, s": (
        "first step",
        "With tracing and compiling. Here, Adam is one operation a variable, and its variables exist before the first "
        "step (`senet_lab.training.optimizers`).",
    ),
    "Training, images/s": ("training", "Adam, float32."),
    "Peak memory of the training process, MiB": ("memory", "With all that it has imported."),
    "Inference, images/s": ("inference", "float32."),
}

# What was aimed at: what it says, ours, theirs, and by how much ours has to win; times count downwards.
KERAS_CONV, KERAS, TORCH, TIMM = (
    "Keras Conv2D(groups=32)", "Keras as it comes", "torch, channels_last", "timm, torch eager, channels_last",
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
# What was aimed at in seconds, which depends on the machine.
SECONDS = (
    ("first step", "SE-ResNeXt-50, 64 px, batch 16", 10),
    ("first step", "mini SE-ResNet, 32 px, batch 32", 4),
    ("build", "SE-ResNet-50, 224 px, batch 8", 1.2),
)

# Read off the tables below; a cause that was not traced is called a guess.
WHY = (
    "Where the grouped layer loses to torch, it loses in the forward pass, and our guess is that TensorFlow brings "
    "input and kernel into oneDNN\u2019s layout at each call; the backward pass makes up for it on the larger maps. "
    "SE-ResNet-50 has no grouped convolution: its inference is what Keras makes of it."
)


def page(measured: dict[str, Any], ui: dict[str, Any] | None = None, training: dict[str, Any] | None = None) -> str:
    """The whole page as Markdown; the others are what `make bench-ui` and `make bench-training` measured, if any."""
    results, where = measured["results"], measured["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in where["versions"].items())
    missing = "".join(f"\n- left out: {what}" for what in measured["missing"])
    parts = [
        INTRODUCTION.format(
            date=measured["date"], processor=where["processor"], cores=where["cores"], system=where["system"],
            versions=versions, seconds=measured["seconds"], missing=missing and f"{missing}\n",
        ),
        aims(results),
    ]  # fmt: skip
    measured_parts = {each["part"] for each in results}
    tables = [(title, *rest) for title, rest in TABLES.items() if rest[0] in measured_parts]
    parts += [f"## {title}\n\n{note}\n\n{table(results, part)}" for title, part, note in tables]
    parts += [training_report.section(training)] if training else []
    parts += [ui_report.section(ui)] if ui else []
    return "\n".join([*parts, arithmetic(results), growth(results)]).rstrip() + "\n"


def aims(results: Results) -> str:
    """Each target with what came out, as a ratio of medians above 1 where ours is the faster."""
    lines = ["## Targets", "", "| what | against | times as fast | target | |", "| --- | --- | ---: | ---: | --- |"]
    for part, case, ours, theirs, least in TARGETS:
        mine, other = find(results, part, case, ours), find(results, part, case, theirs)
        if not (mine and other):
            continue
        ratio = mine["median"] / other["median"] if mine["unit"] == "images/s" else other["median"] / mine["median"]
        verdict = "reached" if ratio >= least else f"missed by {100 * (1 - ratio / least):.2g} %"
        lines.append(f"| {part}, {case} | {theirs} | {figures(ratio)} | {figures(least)} | {verdict} |")
    lines += ["", "| what | s | at most | |", "| --- | ---: | ---: | --- |"]
    for part, case, most in SECONDS:
        mine = find(results, part, case, "senet_lab")
        if mine:
            verdict = "reached" if mine["median"] <= most else f"missed by {100 * (mine['median'] / most - 1):.2g} %"
            lines.append(f"| {part}, {case} | {figures(mine['median'])} | {most:g} | {verdict} |")
    return "\n".join([*lines, "", WHY, ""])


def arithmetic(results: Results) -> str:
    """Arithmetic per second of whole networks as a share of the largest matrix products on this machine."""
    limits = [each["median"] for each in results if each["part"] == "limit"]
    rates = [each for each in results if each["part"].endswith(" rate") and each["way"] == "senet_lab"]
    if not (limits and rates):
        return ""
    lines = [
        "## Share of the machine's arithmetic",
        "",
        f"The largest matrix products ran at {max(limits):.0f} GFLOP/s. A multiply-add is two operations, a training "
        "step three times a forward pass.",
        "",
        "| | GFLOP/s | share |",
        "| --- | ---: | ---: |",
    ]
    for each in rates:
        share = 100 * each["median"] / max(limits)
        lines.append(f"| {each['part'].removesuffix(' rate')}, {each['case']} | {each['median']:.0f} | {share:.0f} % |")
    return "\n".join([*lines, ""])


def growth(results: Results) -> str:
    """One table for each axis, and the plot."""
    parts = sorted({each["part"] for each in results if each["part"].startswith("growth")})
    if not parts:
        return ""
    text = "## Growth\n\nSE-ResNeXt-26, cardinality 32, 64 pixels, batch 16, and one of them moved. ms; G.\n\n"
    text += "![Ledger, build and training step over depth, cardinality, image size and batch](growth.svg)\n"
    return text + "".join(f"\n### {part.capitalize()}\n\n{table(results, part)}" for part in parts)


def plot(results: Results) -> str:
    """Ledger, build and step over each axis, as SVG, both axes logarithmic."""
    from matplotlib.figure import Figure

    axes_names = sorted({each["part"] for each in results if each["part"].startswith("growth")})
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    styles = {"ledger": ("#3f90da", "-", "o"), "build": ("#832db6", "--", "s"), "training step": ("#e76300", "-.", "^")}
    for axes, part in zip(figure.subplots(1, len(axes_names), sharey=True), axes_names, strict=True):
        for way, (colour, dash, marker) in styles.items():
            its = [each for each in results if each["part"] == part and each["way"] == way]
            x, y = [int(each["case"]) for each in its], [each["median"] for each in its]
            axes.loglog(x, y, dash, color=colour, marker=marker, label=way)
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
    """Write a file, whole or not at all."""
    path.parent.mkdir(exist_ok=True)
    with written_whole(path, overwrite=True) as unfinished:
        unfinished.write_text(text)


def load(name: str) -> Any:
    """What was measured last, or None: "cpu", "ui" or "training"."""
    path = HERE / "results" / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else None


def publish() -> None:
    """Write page and plot from what is stored."""
    measured = load("cpu")
    write(HERE.parent / "docs" / "performance.md", page(measured, load("ui"), load("training")))
    write(HERE.parent / "docs" / "growth.svg", plot(measured["results"]))


if __name__ == "__main__":
    publish()
