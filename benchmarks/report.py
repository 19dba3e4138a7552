"""Write docs/performance.md from the stored measurements: tables, targets, and a plot. Run `python report.py`."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import panels_report
import sweep_report
import training_report
import turns_report
import ui_report
from tables import Results, figures, find, table

from senet_lab.files import written_whole

HERE = Path(__file__).parent

INTRODUCTION = """# Performance

{summary}

Seconds depend on the machine, so compare figures within a table. Implementations that are compared take turns: each
has a warm process of its own, computes for about a second, and waits for the others, in an order that changes from
round to round. Figures are medians over the rounds, with minimum and maximum in parentheses; ratios are taken round by
round. If other programs or virtual machines took more than 5% of the processors\u2019 time, a round is measured again;
if this happens too often, the last result stays, with its date. In all processes, glibc keeps the memory that a step
frees, which makes PyTorch faster as well. `make bench` measures everything above \u201cThe cost of a run\u201d anew; it
needs `make peers`.

The versions: {versions}.
"""
TABLE = """## From a slider to the table of layers, ms

The ledger counts in plain Python; the other tools build a model first. \u201cMoved\u201d: the ratio changes before
each call. \u201cCold\u201d: the first call in a new process. Measured on {date} on {processor}, {cores} cores, one
process after the other.
"""

# The summary: a sentence, part, case, our way and the fastest of the others; the numbers are their medians.
SUMMARY = (
    ("The table of all layers takes {ours} ms, torchinfo\u2019s {} ms, Keras\u2019s with the model {} ms.",
     "table", "SE-ResNeXt-152", "senet_lab ledger", ("torchinfo, meta device", "Keras build + summary")),
    ("A grouped convolution with both gradients takes {ours} ms, in PyTorch {} ms, in Keras {} ms.",
     "grouped gradients", "8x56x56x128", "senet_lab", ("torch, channels_last", "Keras Conv2D(groups=32)")),
    ("Training processes {ours} images per second, timm in PyTorch {}, unmodified Keras {}.",
     "training", "SE-ResNeXt-50, 64 px, batch 16", "senet_lab", ("timm, torch.compile", "Keras, unmodified")),
    ("In bfloat16, training processes {ours} images per second, timm in PyTorch {}.",
     "training", "SE-ResNeXt-50, 64 px, batch 16", "senet_lab, bfloat16", ("timm, torch.compile, bfloat16",)),
    ("In bfloat16, inference processes {ours} images per second, timm in PyTorch {}, exported to OpenVINO {}.",
     "inference", "SE-ResNeXt-50, 224 px, batch 8", "senet_lab, bfloat16",
     ("timm, torch.compile, bfloat16", "OpenVINO, bfloat16")),
)  # fmt: skip

# Based on the tables below and on oneDNN's own log of what it computes (ONEDNN_VERBOSE=1), see decision 7.
WHY = """According to oneDNN\u2019s log, TensorFlow and PyTorch use the same kernels for these convolutions. TensorFlow
takes longer to bring the weights of a grouped layer into oneDNN\u2019s order, in each call. It also computes both
gradients at the same time, so that they share the cores; one operation at a time, or one thread per operation, is no
faster (decision 7). Why the inference of SE-ResNeXt-50 is slower is not known.
"""


# The parts of the page that have their own measurements, in its order.
SECTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "training": training_report.section, "sweeps": sweep_report.section, "ui": ui_report.section,
    "panels": panels_report.section,
}  # fmt: skip


def page(measured: dict[str, Any], contests: turns_report.Contests, others: dict[str, Any]) -> str:
    """Return the page as Markdown from the measurements of "cpu", the contests and those of `SECTIONS`."""
    results = [*measured["results"], *turns_report.all_results(contests)]
    versions: dict[str, str] = dict(measured["machine"]["versions"])
    for contest in contests.values():
        versions |= contest["machine"]["versions"]
    where = {"date": measured["date"]} | measured["machine"]
    parts = [
        INTRODUCTION.format(summary=summary(results), versions=", ".join(map(" ".join, versions.items()))),
        f"## Targets\n\n{turns_report.targets(contests)}\n{WHY}",
        f"{TABLE.format(**where)}\n{table(measured['results'], 'table')}",
        *turns_report.sections(contests),
        arithmetic(results),
        growth(results, measured["date"]),
        *(section(its) for name, section in SECTIONS.items() if (its := others.get(name))),
    ]
    return "\n".join(parts).rstrip() + "\n"


def summary(results: Results) -> str:
    """Return the main results, one per line, as far as they were measured."""
    lines = []
    for words, part, case, ours, others in SUMMARY:
        its = [found for way in (ours, *others) if (found := find(results, part, case, way))]
        if len(its) > len(others):
            mine, *theirs = (figures(each["median"]) for each in its)
            said = words.format(*theirs, ours=mine)
            lines.append(f"- {case}: {said[0].lower()}{said[1:]}")
    return "\n".join(lines)


def arithmetic(results: Results) -> str:
    """Return the arithmetic of whole networks per second, as a share of that of large matrix products."""
    limits = [each["median"] for each in results if each["part"] == "limit"]
    rates = [(each, its) for each in results if _is_of_limit(each) and (its := _speed(results, each))]
    if not (limits and rates):
        return ""
    lines = [
        "## Share of the machine's arithmetic",
        "",
        f"The fastest matrix product in float32 ran at {max(limits):.0f} GFLOP/s. A multiply-add counts as two "
        "operations, a training step as three forward passes.",
        "",
        "| | | GFLOP/s | share |",
        "| --- | --- | ---: | ---: |",
    ]
    for each, speed in rates:
        lines.append(f"| {each['case']} | {each['way']} | {speed:.0f} | {100 * speed / max(limits):.0f}% |")
    return "\n".join([*lines, ""])


def _is_of_limit(each: dict[str, Any]) -> bool:
    """Return whether a result is the number of operations of a network in float32, as the limit is."""
    return each["part"] == "operations" and "bfloat16" not in each["way"]


def _speed(results: Results, operations: dict[str, Any]) -> float:
    """Return the operations per second of a network, in GFLOP/s; 0 if it was not measured."""
    part, _, case = operations["case"].partition(", ")
    measured = find(results, part, case, operations["way"])
    batch = int(case.rpartition(" ")[2])
    return measured["median"] / batch * operations["median"] if measured else 0.0


def growth(results: Results, date: str) -> str:
    """Return one table per axis, and the plot."""
    parts = sorted({each["part"] for each in results if each["part"].startswith("growth")})
    if not parts:
        return ""
    text = (
        "## Growth\n\nSE-ResNeXt-26 with cardinality 32, 64 pixels and batch 16; each table varies one of these. Times "
        f"in ms, multiply-adds in G. Measured on {date}, each table in a process of its own; ten steps each."
        "\n\n"
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
    """Return the last measurements of "cpu", "turns" or one of `SECTIONS`; empty if there are none."""
    path = HERE / "results" / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def stored_page() -> str:
    """Return the page from the stored measurements."""
    return page(load("cpu"), load("turns"), {name: load(name) for name in SECTIONS})


def publish() -> None:
    """Write the page and the plot from the stored measurements."""
    write(HERE.parent / "docs" / "performance.md", stored_page())
    write(HERE.parent / "docs" / "growth.svg", plot(load("cpu")["results"]))


if __name__ == "__main__":
    publish()
