"""Exercises on macro-architecture: stem, learner, groups, classifier; where parameters and multiply-adds are."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import percent, short, spaced
from senet_lab.exercises.task import Task, by_name, variants
from senet_lab.ledger.ledger import Total

PARTS = ("stem", "group 1", "group 2", "group 3", "group 4", "classifier")


class Measure(NamedTuple):
    """What may be most in a part of a network, and what to say about it.

    Attributes:
        words: its name in the question.
        of: its value in the sums of a part.
        reason: why it grows or shrinks from group to group.
    """

    words: str
    of: Callable[[Total], int]
    hints: tuple[str, str, str]
    reason: str
    slips: tuple[tuple[str, str], ...]


PARAMS = Measure(
    "parameters",
    lambda total: total.params,
    (
        "The number of weights of a convolution does not depend on the size of the map.",
        "From group to group, channels in and channels out both double. How does the number of weights change?",
        "A block of the next group has four times as many weights. Now compare this with the number of blocks.",
    ),
    "The number of weights is proportional to channels in times channels out, so a block of the next group has about "
    "four times as many.",
    (("stem", "The stem has only one convolution, with 3 input channels. Try a hint."),),
)
PARAMS_OF_MANY_CLASSES = PARAMS._replace(
    hints=(
        *PARAMS.hints[:2],
        "A dense layer has one weight for each of its inputs and classes: here 2048 inputs, and very many classes.",
    ),
    reason="A dense layer has one weight for each of its 2048 inputs and each class, and here there are many classes.",
    slips=tuple(
        (group, "So it would be with fewer classes. Which part grows with their number?") for group in PARTS[3:5]
    ),
)
MACS = Measure(
    "multiply-adds",
    lambda total: total.macs,
    (
        "A convolution uses each of its weights once at every position of its output map.",
        "From group to group a block has four times the weights, but a quarter of the positions.",
        "So a block costs about the same in every group. Now compare the numbers of blocks.",
    ),
    "A block of the next group has four times the weights and a quarter of the positions, so it costs about the same.",
    (
        ("group 4", "That is where most parameters are in a ResNet-50, but its maps are the smallest. Try a hint."),
        ("classifier", "Each of its weights is used only once per image. Try a hint."),
    ),
)
ACTIVATIONS = Measure(
    "activations (numbers in the outputs of its layers)",
    lambda total: total.activations,
    (
        "The output of a layer has side × side × channels numbers.",
        "From group to group the side of the map halves, and the channels double. How does the product change?",
        "A block of the next group has half as many numbers in its outputs. Now compare the numbers of blocks.",
    ),
    "From group to group there are a quarter of the positions and twice the channels: about half as many in a block.",
    (
        ("group 4", "Its maps are the smallest: 7 × 7. Try a hint."),
        ("stem", "Its maps are the largest, but it has few layers. Try a hint."),
    ),
)
MANY_CLASSES = 21_841  # of ImageNet-21k


@variants(
    (50, 1000, PARAMS),
    [(101, 1000, PARAMS), (152, 1000, PARAMS), (50, 1000, MACS), (34, 1000, MACS),
     *((depth, MANY_CLASSES, PARAMS_OF_MANY_CLASSES) for depth in (26, 50, 101)),
     *((depth, 1000, ACTIVATIONS) for depth in (26, 34, 50))],
)  # fmt: skip
def macro_heaviest_group(depth: int, classes: int, measure: Measure) -> Task:
    """Ask which part has the most parameters, multiply-adds or activations."""
    network = Architecture("resnet", depth, classes=classes)
    name = network.name if classes == 1000 else f"{network.name} for the {classes:,} classes of ImageNet-21k"
    parts = network.ledger().by_group()
    counts = "; ".join(f"{spaced(t.name)} {short(measure.of(t))}" for t in parts if measure.of(t))
    *_, third, last = network.plan
    return Task(
        question=f"Which part of {name} has the most {measure.words}?",
        answer=spaced(max(parts, key=measure.of).name),
        choices=PARTS,
        hints=measure.hints,
        solution=(
            f"{measure.reason} Group 4 has {last.n_blocks} blocks of {last.filters_out} channels, group 3 has "
            f"{third.n_blocks} of {third.filters_out}. Counted: {counts}."
        ),
        slips=measure.slips,
    )


@variants((50, 4), [(50, 2), (50, 3), (101, 1), (101, 2), (101, 3), (101, 4), (152, 1), (152, 2), (152, 4)])
def macro_group_macs(depth: int, number: int) -> Task:
    """Ask for a group's share of the multiply-adds, given its share of the parameters."""
    network = Architecture("resnet", depth)
    ledger = network.ledger()
    group: Total = next(t for t in ledger.by_group() if t.name == f"group{number}")
    macs_share, params_share = 100 * group.macs / ledger.macs, 100 * group.params / ledger.params
    return Task(
        question=(
            f"Group {number} of {network.name} has {percent(group.params, ledger.params)} of the parameters. What "
            "share of the multiply-adds does it have, in percent?"
        ),
        answer=macs_share,
        unit="%",
        tolerance=0.1,
        hints=(
            "Each weight is used once at every position of the output map.",
            "From group to group the side of the map halves, so there are a quarter as many positions.",
            "A block has four times the weights and a quarter of the positions, so it costs about the same in every "
            "group. Compare the numbers of blocks.",
        ),
        solution=(
            "A block costs about the same in every group: four times the weights, a quarter of the positions. "
            f"Group {number} has {network.plan[number - 1].n_blocks} of {sum(g.n_blocks for g in network.plan)} "
            f"blocks. Counted: {short(group.macs)} of {short(ledger.macs)} multiply-adds."
        ),
        slips=(
            (params_share, "That is its share of the parameters. Multiply-adds also depend on the size of the map."),
        ),
    )


@variants(("resnet", 16, 101), product(("resnet", "resnext"), (16, None), (101, 152)))
def macro_deeper(family: str, ratio: int | None, deeper: int) -> Task:
    """Ask how many parameters the extra blocks of a deeper network add."""
    small, large = (Architecture(family, each, ratio=ratio) for each in (50, deeper))
    blocks = tuple(g.n_blocks for g in large.plan)
    extra = large.ledger().params - small.ledger().params
    block = sum(row.params for row in small.ledger().blocks()["group3", "block2"])
    extra_blocks = blocks[2] - small.plan[2].n_blocks
    return Task(
        question=(
            f"{small.name} has {', '.join(str(g.n_blocks) for g in small.plan)} blocks in its four groups, "
            f"{large.name} has {', '.join(map(str, blocks))}. How many more parameters does {large.name} have?"
        ),
        answer=extra,
        unit="parameters",
        hints=(
            "The extra blocks are all identity blocks; nothing else changes.",
            "Count one of them: network.ledger().blocks()['group3', 'block2'] lists its layers.",
            f"An identity block of group 3 has {block:,} parameters."
            + (" Group 2 also has more blocks." if blocks[1] > 4 else ""),
        ),
        solution=f"{extra_blocks} more identity blocks of {block:,} parameters in group 3 make {extra_blocks * block:,}"
        + (f"; the extra blocks in group 2 add {extra - extra_blocks * block:,}." if blocks[1] > 4 else "."),
        slips=((large.ledger().params, f"That is the total of {large.name}; subtract that of {small.name}."),),
    )


@variants((50, 448), product((50, 101, 152), (128, 160, 192, 256, 320, 384, 512, 672)))
def macro_larger_images(depth: int, side: int) -> Task:
    """Ask how the multiply-adds grow with the size of the image."""
    network = Architecture("resnet", depth)
    other = replace(network, input_shape=(side, side, 3))
    factor = other.ledger().macs / network.ledger().macs
    return Task(
        question=(
            f"{network.name} usually takes images of 224 × 224 pixels. How many times as many multiply-adds does it "
            f"need for images of {side} × {side}?"
        ),
        answer=factor,
        unit="times",
        tolerance=0.02,
        hints=(
            "A convolution uses each weight once at every position of its output map.",
            f"The side of every map changes by a factor of {side / 224:.4g}. By what factor does its area change?",
            "The cost of every part is proportional to the area, except the classifier's: it sees one number per "
            "channel.",
        ),
        solution=(
            f"({side} / 224)² = {(side / 224) ** 2:.4g}. Counted: {short(other.ledger().macs)} instead of "
            f"{short(network.ledger().macs)}. The number of parameters is still {network.ledger().params:,}."
        ),
        slips=((side / 224, "That is right for the side, but the cost grows with the area."),),
    )


MAKERS = by_name(macro_heaviest_group, macro_group_macs, macro_deeper, macro_larger_images)
