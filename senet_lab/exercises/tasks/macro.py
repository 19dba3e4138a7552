"""Exercises on macro-architecture: stem, learner, groups, classifier; where parameters and multiply-adds are."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from dataclasses import replace

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import percent, short, spaced
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.ledger.ledger import Total

PARTS = ("stem", "group 1", "group 2", "group 3", "group 4", "classifier")


def macro_heaviest_group(pick: Pick[int]) -> Task:
    """Ask which part has the most parameters."""
    network = Architecture("resnet", pick(50, 101, 152))
    heaviest = max(network.ledger().by_group(), key=lambda total: total.params)
    counts = "; ".join(f"{spaced(t.name)} {short(t.params)}" for t in network.ledger().by_group() if t.params)
    last = network.plan[-1]
    return Task(
        question=f"Which part of {network.name} has the most parameters?",
        answer=spaced(heaviest.name),
        choices=PARTS,
        hints=(
            "The number of weights of a convolution does not depend on the size of the map.",
            "From group to group, channels in and channels out both double. How does the number of weights change?",
            "A block of the next group has four times as many weights. Now compare this with the number of blocks.",
        ),
        solution=(
            "The number of weights is proportional to channels in times channels out, so a block of the next group "
            f"has about four times as many. Group 4 has {last.n_blocks} blocks of {last.filters_out} channels, group 3 "
            f"has {network.plan[-2].n_blocks} of {network.plan[-2].filters_out}. Counted: {counts}."
        ),
        slips=(("stem", "The stem has only one convolution, with 3 input channels. Try a hint."),),
    )


def macro_group_macs(pick: Pick[int]) -> Task:
    """Ask for a group's share of the multiply-adds, given its share of the parameters."""
    network, number = Architecture("resnet", 50), pick(4, 3, 2)
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


def macro_deeper(pick: Pick[int]) -> Task:
    """Ask how many parameters the extra blocks of a deeper network add."""
    small, large = Architecture("resnet", 50), Architecture("resnet", pick(101, 152))
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


def macro_larger_images(pick: Pick[int]) -> Task:
    """Ask how the multiply-adds grow with the size of the image."""
    network, side = Architecture("resnet", 50), pick(448, 112, 672)
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
            f"The side of every map changes by a factor of {side / 224:g}. By what factor does its area change?",
            "The cost of every part is proportional to the area, except the classifier's: it sees one number per "
            "channel.",
        ),
        solution=(
            f"({side} / 224)² = {(side / 224) ** 2:g}. Counted: {short(other.ledger().macs)} instead of "
            f"{short(network.ledger().macs)}. The number of parameters is still {network.ledger().params:,}."
        ),
        slips=((side / 224, "That is right for the side, but the cost grows with the area."),),
    )


MAKERS = by_name(macro_heaviest_group, macro_group_macs, macro_deeper, macro_larger_images)
