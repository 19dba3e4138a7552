"""Exercises on cardinality: grouped convolutions, equal cost, and the loop whose paths all read the same slice."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from senet_lab.architecture.architecture import Architecture
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.ledger.budget import at_constant_cost, template_cost
from senet_lab.nets.layers import Conv2D
from senet_lab.nets.sketch import Sketch


def paths_grouped_weights(pick: Pick[int]) -> Task:
    """Ask for the weights of a grouped convolution."""
    channels, paths = pick(256, 512, 128), pick(32, 16, 8)
    dense, grouped = (
        Conv2D(channels, 3, padding="same", groups=groups, use_bias=False)(Sketch((28, 28, channels))).rows[-1].params
        for groups in (1, paths)
    )
    each = channels // paths
    return Task(
        question=(
            f"A 3×3 convolution from {channels} to {channels} channels is split into {paths} paths. How many weights "
            "does it have?"
        ),
        answer=grouped,
        unit="weights",
        hints=(
            f"Each path sees only its own {channels} / {paths} channels.",
            f"One path is a 3×3 from {each} to {each} channels. How many weights does it have?",
            f"There are {paths} paths with 9 × {each} × {each} weights each.",
        ),
        solution=(
            f"{paths} · 9 · {each} · {each} = {grouped:,}. Without paths it would have {dense:,}: the cardinality "
            "divides the number of weights."
        ),
        slips=(
            (dense, "That is a convolution that sees all channels; each path sees only its own."),
            (9 * each * each, f"That is one path; there are {paths}."),
        ),
    )


def paths_equal_cost(pick: Pick[int]) -> Task:
    """Ask for the base width at equal cost (Xie et al. 2017, table 2)."""
    paths = pick(8, 4, 2)
    start = Architecture("resnext", cardinality=32, base_width=4)
    width = at_constant_cost(start, cardinality=paths).base_width
    neighbors = "; ".join(f"{d}: {paths * (512 * d + 9 * d * d):,}" for d in (width - 1, width, width + 1))
    return Task(
        question=(
            "32x4d is a block on 256 channels with 32 paths, each 4 channels wide. How wide must each path be if a "
            f"block with {paths} paths is to cost nearly the same?"
        ),
        answer=width,
        unit="channels",
        hints=(
            "A path of width d has three convolutions: 1×1 from 256 to d, 3×3 from d to d, 1×1 from d to 256.",
            f"C paths have C · (256·d + 9·d·d + d·256) weights; for 32x4d that is {template_cost(start):,}.",
            f"Try several widths for C = {paths} and choose the one that comes nearest to {template_cost(start):,}.",
        ),
        solution=(
            f"C · (512·d + 9·d²) is {template_cost(start):,} for 32x4d. With C = {paths}, the widths d give: "
            f"{neighbors}."
        ),
        slips=((32 * 4 // paths, "That keeps the total width, not the cost: the 3×3 of a path grows with d squared."),),
    )


def paths_late_loop(pick: Pick[int]) -> Task:
    """Ask which slice the paths of the loop read."""
    paths = pick(4, 8, 32)
    return Task(
        question=(
            f"A loop builds the paths: for i in range({paths}): Lambda(lambda z: z[:, :, :, i*f:(i+1)*f])(x). When an "
            "image passes through the finished model, which slice does each path read?"
        ),
        answer="the last slice",
        choices=("its own slice", "the first slice", "the last slice", "none"),
        hints=(
            "The lambda runs when the image passes through, not when it is written.",
            "Where does the lambda get i from? It is not an argument.",
            "When the image passes through, the loop is over. What is i then?",
        ),
        solution=(
            f"The lambda looks up i when it runs, and by then the loop has ended with i = {paths - 1}. So every path "
            "reads the last slice. The shapes and counts are right anyway, and there is no error."
        ),
        slips=(
            ("its own slice", "That is the intention, and what the code suggests. Run it to see what really happens."),
            ("the first slice", "The lambda does not keep i from the first iteration. Try a hint."),
        ),
    )


def paths_loop_share(pick: Pick[int]) -> Task:
    """Ask what share of the channels the loop still uses."""
    paths, channels = pick(32, 16, 8), pick(128, 256)
    return Task(
        question=(
            f"With this loop, {paths} paths over {channels} channels all read the same slice. What share of the "
            "channels still influences the output of the 3×3, in percent?"
        ),
        answer=100 / paths,
        unit="%",
        tolerance=0.01,
        hints=(
            f"A slice has {channels} / {paths} channels.",
            "Only the channels of this slice have an influence.",
            f"These are {channels // paths} of {channels} channels.",
        ),
        solution=f"{channels // paths} of {channels}, or 1 in {paths}. The 1×1 before it wastes the rest.",
        slips=((100 - 100 / paths, "That is the share that is lost; what share still has an influence?"),),
    )


def paths_remainder(pick: Pick[int]) -> Task:
    """Ask how many channels an integer division drops."""
    channels, paths = 128, pick(24, 48, 12)
    rest = channels % paths
    return Task(
        question=(
            f"A loop takes {paths} slices of filters_card channels each, where filters_card = {channels} // {paths}. "
            f"How many of the {channels} channels are in no slice?"
        ),
        answer=rest,
        unit="channels",
        hints=(
            f"{channels} // {paths} rounds down.",
            f"How many channels are in {paths} slices of {channels // paths} channels?",
            f"Compute {channels} \u2212 {paths} · {channels // paths}.",
        ),
        solution=(
            f"{channels} \u2212 {paths}·{channels // paths} = {rest}. Nothing fails; the map just has fewer channels. "
            "This library raises an error that names both numbers and the nearest one that works."
        ),
        slips=((channels // paths, "That is the number of channels in one slice; how many are in no slice?"),),
    )


MAKERS = by_name(paths_grouped_weights, paths_equal_cost, paths_late_loop, paths_loop_share, paths_remainder)
