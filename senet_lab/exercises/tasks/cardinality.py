"""Exercises on cardinality: grouped convolutions, equal cost, and the loop whose paths all read the same slice."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.exercises.task import Task, by_name, variants
from senet_lab.ledger.budget import at_constant_cost, template_cost
from senet_lab.nets.layers import Conv2D
from senet_lab.nets.sketch import Sketch


@variants((256, 32), product((512, 384, 768, 1024), (32, 16, 8)))
def paths_grouped_weights(channels: int, paths: int) -> Task:
    """Ask for the weights of a grouped convolution."""
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


@variants(
    (32, 4, 8),
    [(32, 4, 4), (32, 4, 2), (64, 4, 4), (64, 4, 8), (32, 8, 2), (32, 8, 4), (32, 8, 8), (32, 8, 16), (16, 4, 2)],
)
def paths_equal_cost(cardinality: int, base_width: int, paths: int) -> Task:
    """Ask for the base width at equal cost (Xie et al. 2017, table 2)."""
    start = Architecture("resnext", cardinality=cardinality, base_width=base_width)
    block = f"{cardinality}x{base_width}d"
    width = at_constant_cost(start, cardinality=paths).base_width
    neighbors = "; ".join(f"{d}: {paths * (512 * d + 9 * d * d):,}" for d in (width - 1, width, width + 1))
    return Task(
        question=(
            f"{block} is a block on 256 channels with {cardinality} paths, each {base_width} channels wide. How wide "
            f"must each path be if a block with {paths} paths is to cost nearly the same?"
        ),
        answer=width,
        unit="channels",
        hints=(
            "A path of width d has three convolutions: 1×1 from 256 to d, 3×3 from d to d, 1×1 from d to 256.",
            f"C paths have C · (256·d + 9·d·d + d·256) weights; for {block} that is {template_cost(start):,}.",
            f"Try several widths for C = {paths} and choose the one that comes nearest to {template_cost(start):,}.",
        ),
        solution=(
            f"C · (512·d + 9·d²) is {template_cost(start):,} for {block}. With C = {paths}, the widths d give: "
            f"{neighbors}."
        ),
        slips=(
            (
                cardinality * base_width // paths,
                "That keeps the total width, not the cost: the 3×3 of a path grows with d squared.",
            ),
        ),
    )


class Loop(NamedTuple):
    """A loop that builds paths, in Python, and what becomes of it.

    Attributes:
        code: the loop; in all texts, {paths} stands for the number of paths and {last} for the last index.
        slice: the slice that each path reads.
        hints: about this loop.
        reason: why each path reads this slice.
        slips: wrong slices, each with a sentence about the mistake.
    """

    code: str
    slice: str
    hints: tuple[str, str, str]
    reason: str
    slips: tuple[tuple[str, str], ...]


RUNS_LATE = "The lambda runs when the image passes through, not when it is written."
LOOKED_UP = "Where does the lambda get i from? It is not an argument."
INTENDED = "That is the intention, and what the code suggests. Run it to see what really happens."
LATE = Loop(
    "for i in range({paths}): Lambda(lambda z: z[:, :, :, i*f:(i+1)*f])(x)",
    "the last slice",
    (RUNS_LATE, LOOKED_UP, "When the image passes through, the loop is over. What is i then?"),
    "The lambda looks up i when it runs, and by then the loop has ended with i = {last}. So every path reads the "
    "last slice. The shapes and counts are right anyway, and there is no error.",
    (
        ("its own slice", INTENDED),
        ("the first slice", "The lambda does not keep i from the first iteration. Try a hint."),
    ),
)
DOWNWARD = Loop(
    "for i in reversed(range({paths})): Lambda(lambda z: z[:, :, :, i*f:(i+1)*f])(x)",
    "the first slice",
    (RUNS_LATE, LOOKED_UP, "When the image passes through, the loop is over. It has counted down; what is i then?"),
    "The lambda looks up i when it runs, and by then the loop, which counts down, has ended with i = 0. So every path "
    "reads the first slice.",
    (
        ("its own slice", INTENDED),
        ("the last slice", "So it would be if the loop counted up. Which value of i comes last here?"),
    ),
)
DEFAULT = Loop(
    "for i in range({paths}): Lambda(lambda z, i=i: z[:, :, :, i*f:(i+1)*f])(x)",
    "its own slice",
    (
        "The lambda runs when the image passes through. But here i is one of its arguments.",
        "When does Python evaluate the default value of an argument?",
        "The default value is evaluated when the lambda is written: a different i in each iteration.",
    ),
    "Python evaluates the default value i=i when the lambda is written, so each lambda keeps the i of its iteration, "
    "and each path reads its own slice.",
    (
        ("the last slice", "So it would be without i=i. What does this argument change?"),
        ("the first slice", "In the first iteration only. Try a hint."),
    ),
)
BEYOND = Loop(
    "i = 0; while i < {paths}: Lambda(lambda z: z[:, :, :, i*f:(i+1)*f])(x); i += 1",
    "none",
    (
        RUNS_LATE,
        LOOKED_UP,
        "The loop ends once i is no longer less than {paths}. What is i then? Where does its slice begin?",
    ),
    "The lambda looks up i when it runs, and the loop ends only when i = {paths}. That slice begins after the last "
    "channel, so it is empty.",
    (
        ("its own slice", INTENDED),
        ("the last slice", "So it would be with for and range. A while loop adds 1 once more before it ends."),
    ),
)


@variants((4, LATE), product((4, 8, 16, 32), (DOWNWARD, DEFAULT, BEYOND)))
def paths_late_loop(paths: int, loop: Loop) -> Task:
    """Ask which slice the paths of the loop read."""
    numbers = {"paths": paths, "last": paths - 1}
    return Task(
        question=(
            f"A loop builds the paths: {loop.code.format(**numbers)}. When an image passes through the finished model, "
            "which slice does each path read?"
        ),
        answer=loop.slice,
        choices=("its own slice", "the first slice", "the last slice", "none"),
        hints=tuple(hint.format(**numbers) for hint in loop.hints),
        solution=loop.reason.format(**numbers),
        slips=loop.slips,
    )


@variants((32, 128), [*product((4, 8, 16, 64), (128, 256, 512)), *product((5, 20), (160, 320))])
def paths_loop_share(paths: int, channels: int) -> Task:
    """Ask what share of the channels the loop still uses."""
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


@variants(
    (128, 24),
    [(128, 48), (128, 36), (160, 24), (160, 28), (192, 20), (192, 28), (192, 40), (256, 12), (256, 24), (256, 36),
     (320, 36), (320, 48), (384, 28), (512, 48)],
)  # fmt: skip
def paths_remainder(channels: int, paths: int) -> Task:
    """Ask how many channels an integer division drops."""
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


MAKERS = by_name(paths_grouped_weights, paths_equal_cost, paths_remainder, paths_late_loop, paths_loop_share)
