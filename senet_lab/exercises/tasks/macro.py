"""Exercises on macro-architecture: stem, learner, groups, classifier; where parameters and multiply-adds sit."""

from __future__ import annotations

from dataclasses import replace

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import percent, short, spaced
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.ledger.ledger import Total

PARTS = ("stem", "group 1", "group 2", "group 3", "group 4", "classifier")


def macro_heaviest_group(pick: Pick[int]) -> Task:
    """Which part holds the most parameters."""
    network = Architecture("resnet", pick(50, 101, 152))
    heaviest = max(network.ledger().by_group(), key=lambda total: total.params)
    counts = "; ".join(f"{spaced(t.name)} {short(t.params)}" for t in network.ledger().by_group() if t.params)
    last = network.plan[-1]
    return Task(
        question=f"Which part of {network.name} holds the most parameters?",
        answer=spaced(heaviest.name),
        choices=PARTS,
        hints=(
            "The weights of a convolution do not depend on the size of the map.",
            "From group to group, filters in and filters out both double. What happens to the weights of a block?",
            "A block of the next group has four times the weights. Now weigh that against the number of blocks.",
        ),
        solution=(
            f"Weights go by filters in times filters out, so a block of the next group has about four times as many; "
            f"group 4 has {last.n_blocks} blocks of {last.filters_out} channels, group 3 has "
            f"{network.plan[-2].n_blocks} of {network.plan[-2].filters_out}. Counted: {counts}."
        ),
        slips=(("stem", "It has one convolution of 3 channels. A hint helps."),),
    )


def macro_group_macs(pick: Pick[int]) -> Task:
    """The share of a group in the multiply-adds, next to its share in the parameters."""
    network, number = Architecture("resnet", 50), pick(4, 3, 2)
    ledger = network.ledger()
    group: Total = next(t for t in ledger.by_group() if t.name == f"group{number}")
    macs_share, params_share = 100 * group.macs / ledger.macs, 100 * group.params / ledger.params
    return Task(
        question=(
            f"Group {number} of {network.name} holds {percent(group.params, ledger.params)} of the parameters. What "
            "share of the multiply-adds does it have, in percent?"
        ),
        answer=macs_share,
        unit="%",
        tolerance=0.1,
        hints=(
            "A weight is used once for each place of the output map.",
            "From group to group the side of the map halves, so there are a quarter of the places.",
            "Four times the weights in a block, a quarter of the places: a block costs about the same in every group. "
            "So compare numbers of blocks.",
        ),
        solution=(
            f"Blocks cost about the same in every group: four times the weights, a quarter of the places. "
            f"Group {number} has {network.plan[number - 1].n_blocks} of {sum(g.n_blocks for g in network.plan)} "
            f"blocks; counted, {short(group.macs)} of {short(ledger.macs)} multiply-adds."
        ),
        slips=(
            (params_share, "That is its share of the parameters. Multiply-adds go by the size of the map as well."),
        ),
    )


def macro_deeper(pick: Pick[int]) -> Task:
    """What more blocks in group 3 cost."""
    small, large = Architecture("resnet", 50), Architecture("resnet", pick(101, 152))
    blocks = tuple(g.n_blocks for g in large.plan)
    extra = large.ledger().params - small.ledger().params
    block = sum(row.params for row in small.ledger().blocks()["group3", "block2"])
    extra_blocks = blocks[2] - small.plan[2].n_blocks
    return Task(
        question=(
            f"{small.name} has {', '.join(str(g.n_blocks) for g in small.plan)} blocks in its groups, {large.name} "
            f"{', '.join(map(str, blocks))}. How many parameters more has {large.name}?"
        ),
        answer=extra,
        unit="parameters",
        hints=(
            "Only identity blocks are added; nothing else changes.",
            "Count one of them: network.ledger().blocks()['group3', 'block2'] has its rows.",
            f"An identity block of group 3 has {block:,} parameters."
            + (" Group 2 gains blocks as well." if blocks[1] > 4 else ""),
        ),
        solution=f"{extra_blocks} more identity blocks of {block:,} parameters in group 3 are {extra_blocks * block:,}"
        + (f"; {extra - extra_blocks * block:,} more come from those in group 2." if blocks[1] > 4 else "."),
        slips=((large.ledger().params, f"That is all of {large.name}; how many more than {small.name}?"),),
    )


def macro_larger_images(pick: Pick[int]) -> Task:
    """Multiply-adds grow with the area, parameters do not."""
    network, side = Architecture("resnet", 50), pick(448, 112, 672)
    other = replace(network, input_shape=(side, side, 3))
    factor = other.ledger().macs / network.ledger().macs
    return Task(
        question=(
            f"{network.name} takes images of 224 x 224. With {side} x {side}, how many times as many multiply-adds "
            "does it need?"
        ),
        answer=factor,
        unit="times",
        tolerance=0.02,
        hints=(
            "Each weight of a convolution is used once for each place of its output map.",
            f"The side of every map changes by a factor of {side / 224:g}. What does its area do?",
            "All but the classifier, which sees one number a channel, goes by the area.",
        ),
        solution=(
            f"({side} / 224)² = {(side / 224) ** 2:g}; counted {short(other.ledger().macs)} against "
            f"{short(network.ledger().macs)}. The parameters stay {network.ledger().params:,}."
        ),
        slips=((side / 224, "So much for the side; places go by the area."),),
    )


MAKERS = by_name(macro_heaviest_group, macro_group_macs, macro_deeper, macro_larger_images)
