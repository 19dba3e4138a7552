"""Exercises on macro-architecture: stem, learner, groups, classifier; where parameters and multiply-adds are."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from dataclasses import replace
from itertools import product

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import percent, short, spaced
from senet_lab.exercises.task import Task, by_name, variants
from senet_lab.exercises.tasks.resnets import BLOCKS, blocks_in_words, resnet, resnet_code
from senet_lab.ledger.ledger import Total
from senet_lab.nets.sketch import Row

PARTS = ("stem", "group 1", "group 2", "group 3", "group 4", "classifier")
FEW_CLASSES = 1000  # of ImageNet


@variants((50, 1000), [(101, 1000), (152, 1000), (50, 10_000), (50, 21_841), (50, 100_000)])
def macro_heaviest_group(depth: int, classes: int) -> Task:
    """Ask which part has the most parameters."""
    network = replace(resnet(depth), classes=classes)
    parts = network.ledger().by_group()
    counts = "; ".join(f"{spaced(t.name)} {short(t.params)}" for t in parts if t.params)
    *_, third, last = network.plan
    has_many_classes = classes > FEW_CLASSES
    if has_many_classes:
        subject = f"A {network.name} is to distinguish {classes:,} classes instead of {FEW_CLASSES:,}. Which part of it"
        hint = (
            "A dense layer has one weight for each of its inputs and classes: here 2048 inputs, and very many classes."
        )
        reason = (
            "A dense layer has one weight for each of its 2048 inputs and each class, and here there are many classes."
        )
    else:
        known = "" if depth == 50 else f"{network.name} has {blocks_in_words(depth)} blocks in its four groups. "
        subject = f"{known}Which part of {network.name}"
        hint = "A block of the next group has four times as many weights. Now compare this with the number of blocks."
        reason = (
            "The number of weights is proportional to channels in times channels out, so a block of the next group has "
            "about four times as many."
        )
    return Task(
        question=f"{subject} has the most parameters?",
        answer=_heaviest(network),
        choices=PARTS,
        hints=(
            "The number of weights of a convolution does not depend on the size of the map.",
            "From group to group, channels in and channels out both double. How does the number of weights change?",
            hint,
        ),
        solution=(
            f"{reason} Group 4 has {last.n_blocks} blocks of {last.filters_out} channels, group 3 has "
            f"{third.n_blocks} of {third.filters_out}. Counted: {counts}."
        ),
        slips=_slips_of_many_classes(network) if has_many_classes else _slips_of_few_classes(network),
    )


def _heaviest(network: Architecture) -> str:
    return spaced(max(network.ledger().by_group(), key=lambda total: total.params).name)


def _slips_of_many_classes(network: Architecture) -> tuple[tuple[str, str], ...]:
    usual = _heaviest(replace(network, classes=FEW_CLASSES))
    return ((usual, f"So it would be with {FEW_CLASSES:,} classes. Which part grows with their number?"),)


def _slips_of_few_classes(network: Architecture) -> tuple[tuple[str, str], ...]:
    slips = (
        ("stem", "The stem has only one convolution, with 3 input channels. Try a hint."),
        ("classifier", "It is one layer from 2048 channels to 1,000 classes. A block of group 4 has more weights."),
        ("group 3", "It has more blocks than group 4. But how many weights has a block of each?"),
        ("group 4", "Its blocks have the most weights. But how many blocks does each group have?"),
    )
    return tuple(slip for slip in slips if slip[0] != _heaviest(network))


@variants((50, 4), [(50, 2), (50, 3), (101, 1), (101, 2), (101, 3), (101, 4), (152, 1), (152, 2), (152, 4)])
def macro_group_macs(depth: int, number: int) -> Task:
    """Ask for a group's share of the multiply-adds, given its share of the parameters."""
    network = resnet(depth)
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


@variants((50, 101), [(50, 152), (101, 152), (50, 200), (101, 200), (152, 200)])
def macro_deeper(depth: int, deeper: int) -> Task:
    """Ask how many parameters the extra blocks of a deeper network add."""
    small, large = resnet(depth), resnet(deeper)
    extra = large.ledger().params - small.ledger().params
    n_extra = {
        number: more - fewer
        for number, (fewer, more) in enumerate(zip(BLOCKS[depth], BLOCKS[deeper], strict=True), 1)
        if more > fewer
    }
    weights = {number: sum(row.params for row in _identity_block(small, number)) for number in n_extra}
    *_, group = n_extra
    each = "; ".join(f"{count} of {weights[number]:,} in group {number}" for number, count in n_extra.items())
    return Task(
        question=(
            f"{small.name} has {', '.join(map(str, BLOCKS[depth]))} blocks in its four groups, {large.name} has "
            f"{', '.join(map(str, BLOCKS[deeper]))}. How many more parameters does {large.name} have?"
        ),
        answer=extra,
        unit="parameters",
        hints=(
            "The extra blocks are all identity blocks; nothing else changes.",
            f"Count one of them: {resnet_code(depth)}.ledger().blocks()['group{group}', 'block2'] lists its layers.",
            " ".join(
                f"An identity block of group {number} has {count:,} parameters." for number, count in weights.items()
            ),
        ),
        solution=f"The extra identity blocks: {each}. In total, {' + '.join(_terms(n_extra, weights))} = {extra:,}.",
        slips=((large.ledger().params, f"That is the total of {large.name}; subtract that of {small.name}."),),
    )


def _identity_block(network: Architecture, group: int) -> tuple[Row, ...]:
    return network.ledger().blocks()[f"group{group}", "block2"]


def _terms(counts: dict[int, int], weights: dict[int, int]) -> list[str]:
    return [f"{count} \u00b7 {weights[number]:,}" for number, count in counts.items()]


@variants((50, 448), product((50, 101, 152), (128, 160, 192, 256, 320, 384, 512, 672)))
def macro_larger_images(depth: int, side: int) -> Task:
    """Ask how the multiply-adds grow with the size of the image."""
    network = resnet(depth)
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
