"""Figures for reports: the SE paper's pictures of its gates, with Matplotlib; PNG, SVG or PDF."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from senet_lab import array_checks
from senet_lab.checks import flag, instance, one_of, path_of, quoted
from senet_lab.drawing.sheet import parse_sheet, style_sheet
from senet_lab.drawing.units import spaced
from senet_lab.extras import require
from senet_lab.files import written_whole
from senet_lab.gatelens.views.classes import class_styles, gates_sheet
from senet_lab.gates.statistics import class_deviations, class_means

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from senet_lab.array_checks import Array

MARKERS = "os^Dvp*XP<"
HATCHES = ("", "////", "....", "xxxx")
MEAN_STYLE = {"color": "#1f2430", "linewidth": 2.2, "linestyle": "-", "label": "all classes"}
SUFFIXES = (".png", ".svg", ".pdf")
_DRAWING = threading.Lock()  # Matplotlib is not thread-safe, and widget callbacks run on several threads


def activation_figure(
    gates: Mapping[str, Array],
    labels: Array,
    classes: Sequence[str],
    *,
    shown: Sequence[str] | None = None,
    blocks: Sequence[str] | None = None,
) -> Figure:
    """Plot the mean gate of each channel by class, for each block (Hu et al. 2018, fig. 5; of 2019, fig. 6).

    Args:
        gates: the gates of each block by its path, (images, channels), see `senet_lab.gates.observe.gates`.
        labels: the class number of each image, (images,).
        classes: the names of the classes, by number.
        shown: the classes to draw; None for all that occur.
        blocks: the blocks to draw; None for the last block of each group, as in the paper.

    Raises:
        ValueError, TypeError: a block or class does not exist.
    """
    gates, labels, classes = _check(gates, labels, classes)
    figure, plots = _grid(gates, blocks)
    numbers = _class_numbers(shown, labels, classes)
    rows, styles = _classes_present(labels), class_styles(numbers)
    for path, plot in plots:
        means = class_means(gates[path], labels)
        for number in numbers:
            plot.plot(means[rows.index(number)], label=classes[number], **_style(styles[number], means.shape[1]))
        plot.plot(gates[path].mean(0), zorder=0, **MEAN_STYLE)
    _add_legend(figure, plot)
    return figure


def spread_figure(
    gates: Mapping[str, Array],
    labels: Array,
    classes: Sequence[str],
    *,
    shown: Sequence[str] | None = None,
    blocks: Sequence[str] | None = None,
) -> Figure:
    """Plot the mean gate and one standard deviation around it, by class (Hu et al. 2019, fig. 7).

    Arguments and errors are those of `activation_figure`; without `shown`, the first two classes that occur are drawn.
    """
    gates, labels, classes = _check(gates, labels, classes)
    figure, plots = _grid(gates, blocks)
    numbers = _class_numbers(shown, labels, classes)[: None if shown else 2]
    rows, styles = _classes_present(labels), class_styles(numbers)
    for path, plot in plots:
        means, deviations = class_means(gates[path], labels), class_deviations(gates[path], labels)
        for index, number in enumerate(numbers):
            mean, deviation = means[rows.index(number)], deviations[rows.index(number)]
            style = _style(styles[number], len(mean))
            plot.plot(mean, label=f"{classes[number]}, mean and standard deviation", **style)
            plot.fill_between(
                range(len(mean)), mean - deviation, mean + deviation, alpha=0.3, linewidth=0,
                facecolor=style["color"], edgecolor=style["color"], hatch=HATCHES[index % len(HATCHES)],
            )  # fmt: skip
    _add_legend(figure, plot)
    return figure


def save_figure(figure: Figure, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
    """Save a figure as .png, .svg or .pdf, depending on the suffix: whole or not at all, reproducible byte by byte.

    Raises:
        ValueError: the suffix is none of these.
        FileExistsError: the file already exists.
        FileNotFoundError: its folder does not exist.
        OSError: the file cannot be written.
    """
    require("matplotlib", by="a figure")
    import matplotlib as mpl
    from matplotlib.figure import Figure

    instance("figure", figure, Figure, "activation_figure(gates, labels, classes)")
    flag("overwrite", overwrite)
    path = path_of("path", path, "'gates.png'")
    suffix = one_of("suffix", path.suffix.lower(), SUFFIXES)
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}, ".png": {}}[suffix]
    same: Any = {"svg.hashsalt": "senet_lab", "pdf.fonttype": 42}  # text in a PDF stays text, which journals ask for
    with written_whole(path, overwrite=overwrite) as unfinished, _DRAWING, mpl.rc_context(same):
        figure.savefig(unfinished, format=suffix[1:], dpi=200, metadata=undated)
    return path


def last_blocks(paths: Sequence[str]) -> tuple[str, ...]:
    """Return the last block of each group, in order: those that the paper shows.

    >>> last_blocks(["group1/block1", "group1/block2", "group2/block1"])
    ('group1/block2', 'group2/block1')
    """
    return tuple({path.partition("/")[0]: path for path in paths}.values())


def _check(
    gates: Mapping[str, Array], labels: Array, classes: Sequence[str]
) -> tuple[Mapping[str, Array], Array, Sequence[str]]:
    """Return gates, labels and class names if they are valid and every class has a name."""
    instance("gates", gates, Mapping, "gates(model, images)")
    if not gates:
        raise ValueError("`gates` must have at least one block, not none; try gates(model, images).")
    labels = array_checks.numbers("labels", labels, "an array with the number of each image's class", rank=1)
    classes = tuple(array_checks.names("classes", classes, "senet_lab.data.datasets.CIFAR10"))
    if not len(labels) or labels.min() < 0 or labels.max() >= len(classes):
        raise ValueError(
            f"`classes` (={quoted(classes)}) must name each class of the labels, which go from "
            f"{min(labels, default=0)} to {max(labels, default=0)}; try as many names, or other labels."
        )
    return gates, labels, classes


def _grid(gates: Mapping[str, Array], blocks: Sequence[str] | None) -> tuple[Figure, list[tuple[str, Any]]]:
    """Return a figure, and the plot of each block by path, three per row with a common scale."""
    require("matplotlib", by="a figure")
    from matplotlib.figure import Figure

    first = next(iter(gates))
    paths = last_blocks(tuple(gates)) if blocks is None else tuple(array_checks.names("blocks", blocks, repr(first)))
    for path in paths:
        one_of("block", path, tuple(gates))
    if not paths:
        raise ValueError(f"`blocks` (={quoted(blocks)}) must be at least one; try {first!r}.")
    columns = min(3, len(paths))
    rows = -(-len(paths) // columns)
    figure = Figure(figsize=(4.2 * columns, 2.9 * rows + 0.6), layout="constrained")
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    for unused in axes[len(paths) :]:
        unused.remove()
    for leftmost in axes[: len(paths) : columns]:
        leftmost.set_ylabel("mean gate")
    for plot, path in zip(axes, paths, strict=False):
        plot.set_title(", ".join(map(spaced, path.split("/"))), fontsize="medium")
        plot.set_xlabel("channel")
        plot.xaxis.get_major_locator().set_params(integer=True)
        plot.margins(x=0.01)
        plot.grid(alpha=0.3)
    return figure, list(zip(paths, axes, strict=False))


def _class_numbers(shown: Sequence[str] | None, labels: Array, classes: Sequence[str]) -> list[int]:
    present = _classes_present(labels)
    if shown is None:
        return present
    numbers = {classes[number]: number for number in present}
    names = array_checks.names("shown", shown, repr(next(iter(numbers))))
    return [numbers[one_of("class", name, tuple(numbers))] for name in names]


def _classes_present(labels: Array) -> list[int]:
    """Return the numbers of the classes that have images, in the order of `class_means`."""
    return sorted({int(label) for label in labels})


def _style(style: int, channels: int) -> dict[str, Any]:
    """Return the color and dash of a class, as on the page, and a marker; markers of classes do not overlap."""
    every = max(1, channels // 8)
    look = parse_sheet(style_sheet() + gates_sheet()).style("path", {"sn-curve", f"sn-class-{style}"})
    dash = tuple(map(float, look.get("stroke-dasharray", "").split()))
    return {
        "color": look["stroke"],
        "linestyle": (0, dash) if dash else "-",
        "marker": MARKERS[style],
        "markevery": (style * every // len(MARKERS), every),
        "markersize": 4,
        "linewidth": 1.1,
    }


def _add_legend(figure: Figure, plot: Any) -> None:
    handles, labels = plot.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(6, len(labels)), fontsize="small", frameon=False
    )
