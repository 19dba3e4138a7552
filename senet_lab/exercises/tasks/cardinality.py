"""Exercises on cardinality: grouped convolution, equal cost, and the loop whose paths all read one slice."""

from __future__ import annotations

from senet_lab.architecture.architecture import Architecture
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.ledger.budget import at_constant_cost, template_cost
from senet_lab.nets.layers import Conv2D
from senet_lab.nets.sketch import Sketch


def paths_grouped_weights(pick: Pick[int]) -> Task:
    """Weights of a grouped convolution."""
    channels, paths = pick(256, 512, 128), pick(32, 16, 8)
    dense, grouped = (
        Conv2D(channels, 3, padding="same", groups=groups, use_bias=False)(Sketch((28, 28, channels))).rows[-1].params
        for groups in (1, paths)
    )
    each = channels // paths
    return Task(
        question=f"A 3x3 convolution from {channels} to {channels} channels in {paths} paths: how many weights?",
        answer=grouped,
        unit="weights",
        hints=(
            f"Each path sees its own {channels} / {paths} channels and nothing else.",
            f"One path is a 3x3 from {each} to {each} channels. How many weights is that?",
            f"{paths} paths of 9 x {each} x {each} weights.",
        ),
        solution=f"{paths} · 9 · {each} · {each} = {grouped:,}, {dense:,} / {paths}: cardinality divides.",
        slips=(
            (dense, "That is one path that sees all channels; paths see only their own."),
            (9 * each * each, f"That is one path; there are {paths}."),
        ),
    )


def paths_equal_cost(pick: Pick[int]) -> Task:
    """Base width at equal cost (Xie et al. 2017, table 2)."""
    paths = pick(8, 4, 2)
    start = Architecture("resnext", cardinality=32, base_width=4)
    width = at_constant_cost(start, cardinality=paths).base_width
    neighbors = "; ".join(f"{d}: {paths * (512 * d + 9 * d * d):,}" for d in (width - 1, width, width + 1))
    return Task(
        question=(
            f"32x4d: a block of 32 paths, each 4 channels wide, on 256 channels. With {paths} paths, how wide must "
            "each be for a block to cost nearly the same?"
        ),
        answer=width,
        unit="channels",
        hints=(
            "A path of width d has three convolutions: 1x1 from 256 to d, 3x3 from d to d, 1x1 from d to 256.",
            f"C paths weigh C · (256·d + 9·d·d + d·256), and 32x4d has {template_cost(start):,}.",
            f"Try widths for C = {paths}, and take the one that comes nearest to {template_cost(start):,}.",
        ),
        solution=f"C · (512·d + 9·d²) is {template_cost(start):,} for 32x4d. For C = {paths} and d = {neighbors}.",
        slips=(
            (32 * 4 // paths, "Equal total width; but wider paths mix more channels: their 3x3 goes by d squared."),
        ),
    )


def paths_late_loop(pick: Pick[int]) -> Task:
    """Which slice the paths of the loop read."""
    paths = pick(4, 8, 32)
    return Task(
        question=(
            f"for i in range({paths}): Lambda(lambda z: z[:, :, :, i*f:(i+1)*f])(x). The model is built, then an image "
            "goes through it. Which slice does each path read?"
        ),
        answer="all the last",
        choices=("its own", "all the first", "all the last", "none"),
        hints=(
            "The lambda is run when the image goes through, not when it is written.",
            "Where does the lambda take i from? Not from an argument.",
            "When the image goes through, the loop is over. What is i then?",
        ),
        solution=(
            f"The lambda looks i up when it runs, and by then the loop has left it at {paths - 1}. So every path reads "
            "the last slice; shapes and counts are right all the same, and no error says anything."
        ),
        slips=(
            ("its own", "So it was meant, and so it reads. Run it: change one channel, and see what changes."),
            ("all the first", "i is not kept from the first turn either. A hint helps."),
        ),
    )


def paths_loop_share(pick: Pick[int]) -> Task:
    """How much of the map the loop still sees."""
    paths, channels = pick(32, 16, 8), pick(128, 256)
    return Task(
        question=(
            f"With that loop, {paths} paths over {channels} channels all read one slice. What share of the channels "
            "still has an influence on the output of the 3x3, in percent?"
        ),
        answer=100 / paths,
        unit="%",
        tolerance=0.01,
        hints=(
            f"A slice has {channels} / {paths} channels.",
            "Only the channels of the slice that is read have an influence.",
            f"{channels // paths} of {channels} channels.",
        ),
        solution=f"{channels // paths} of {channels}, 1 in {paths}. The 1x1 in front computes the rest for nothing.",
        slips=((100 - 100 / paths, "That is what is lost; how much still counts?"),),
    )


def paths_remainder(pick: Pick[int]) -> Task:
    """Channels that a whole division drops."""
    channels, paths = 128, pick(24, 48, 12)
    rest = channels % paths
    return Task(
        question=(
            f"filters_card = {channels} // {paths}, then {paths} slices of that many channels. How many of the "
            f"{channels} channels are in no slice?"
        ),
        answer=rest,
        unit="channels",
        hints=(
            f"{channels} // {paths} rounds down.",
            f"{paths} slices of {channels // paths} channels are how many?",
            f"{channels} \u2212 {paths} · {channels // paths}.",
        ),
        solution=(
            f"{channels} \u2212 {paths}·{channels // paths} = {rest}. Nothing fails, the map is only narrower. "
            "Here it is an error that names both numbers and the nearest that would do."
        ),
        slips=((channels // paths, "That is how many channels a slice has; how many do all slices leave over?"),),
    )


MAKERS = by_name(paths_grouped_weights, paths_equal_cost, paths_late_loop, paths_loop_share, paths_remainder)
