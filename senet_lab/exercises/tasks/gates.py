"""Exercises on gates: how many there are, what they know of the class, and what it means to hold them."""

from __future__ import annotations

from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.exercises.task import Pick, Task, by_name


def gates_count(pick: Pick[str]) -> Task:
    """The gates of a network."""
    network = Architecture.preset(pick("cifar_se_resnet20", "cifar_se_resnet56", "cifar_se_resnet110"))
    gates = sum(group.n_blocks * group.filters_out for group in network.plan)
    blocks = network.plan[0].n_blocks
    widths = ", ".join(str(group.filters_out) for group in network.plan)
    return Task(
        question=(
            f"{network.name} for CIFAR-10 has three groups of {blocks} blocks, with {widths} channels. How many gates "
            "does it compute for an image?"
        ),
        answer=gates,
        unit="gates",
        hints=(
            "One gate for each channel that a block gives.",
            "Every block has a squeeze-excite of its own.",
            f"{blocks} \u00b7 ({' + '.join(widths.split(', '))}).",
        ),
        solution=f"{blocks} \u00b7 ({' + '.join(widths.split(', '))}) = {gates:,}, other ones for every image.",
        slips=(
            (gates // blocks, "That is one block in each group; how many are there?"),
            (blocks * len(network.plan), "Those are the blocks; each has a gate for each of its channels."),
        ),
    )


def gates_f_ratio(pick: Pick[tuple[Any, ...]]) -> Task:
    """An F ratio by hand (Fisher 1925)."""
    a, b = pick(((0.2, 0.4), (0.6, 0.8)), ((0.1, 0.3), (0.4, 0.6)), ((0.3, 0.5), (0.8, 1.0)))
    means, middle = (sum(a) / 2, sum(b) / 2), sum((*a, *b)) / 4
    between, within = 4 * (means[0] - middle) ** 2, 2 * (a[0] - means[0]) ** 2 + 2 * (b[0] - means[1]) ** 2
    ratio = (between / 1) / (within / 2)  # as `gates.statistics.specificity`, which needs NumPy
    return Task(
        question=(
            f"One gate, two images of each class: {a[0]} and {a[1]} for frogs, {b[0]} and {b[1]} for ships. What is "
            "its F ratio, the variance between the classes over that within them?"
        ),
        answer=ratio,
        tolerance=0.02,
        hints=(
            f"The classes' means are {means[0]:.2g} and {means[1]:.2g}, that of all is {middle:.3g}.",
            "Between: for each image, its class's mean less the mean of all, squared; the sum, by 2 classes \u2212 1. "
            "Within: each value less its class's mean, squared; the sum, by 4 images \u2212 2 classes.",
            f"The sums are {between:.3g} and {within:.3g}.",
        ),
        solution=f"({between:.3g} / 1) / ({within:.3g} / 2) = {ratio:.3g}. With names shuffled it is about 1.",
        slips=((between / within, "Nearly there: each sum is divided first, one by 1, the other by 2."),),
    )


def gates_at_one(pick: Pick[float]) -> Task:
    """What holding gates at 1 does to the maps."""
    mean = pick(0.5, 0.4, 0.25)
    return Task(
        question=(
            f"The gates of a block are {mean} on average. Held at 1, they let everything through. How many times as "
            "large are the maps then, on average, for the layers behind?"
        ),
        answer=1 / mean,
        unit="times",
        tolerance=0.01,
        hints=(
            "A gate multiplies its map.",
            f"Maps were multiplied by {mean}, and are multiplied by 1 now.",
            f"1 / {mean}.",
        ),
        solution=(
            f"1 / {mean} = {1 / mean:g}. The layers behind were trained on smaller maps; that alone can cost accuracy. "
            "So hold a gate at its mean to learn what it knew of the image."
        ),
        slips=((mean, "That is how much smaller they were; the other way round."),),
    )


def gates_cost(pick: Pick[int]) -> Task:
    """What the gates of a group cost."""
    network, number = Architecture.preset("cifar_se_resnet20"), pick(3, 2)
    group = network.plan[number - 1]
    rows = [row for row in network.ledger().rows if row.group == f"group{number}" and row.in_se]
    channels, units = group.filters_out, next(row.output_shape[-1] for row in rows if row.role == "reduce")
    params = sum(row.params for row in rows)
    return Task(
        question=(
            f"A block of group {number} in {network.name} has {channels} channels; its squeeze-excite reduces them to "
            f"{units} and goes back, without biases. How many parameters have all {group.n_blocks} of the group?"
        ),
        answer=params,
        unit="parameters",
        hints=(
            f"Two dense layers: from {channels} to {units}, and from {units} to {channels}.",
            f"Each has {channels} x {units} weights.",
            f"{group.n_blocks} \u00b7 2 \u00b7 {channels} \u00b7 {units}.",
        ),
        solution=(
            f"{group.n_blocks} \u00b7 2 \u00b7 {channels} \u00b7 {units} = {params:,}, of {network.ledger().params:,} "
            "in the whole network."
        ),
        slips=(
            (params // group.n_blocks, f"That is one block; there are {group.n_blocks}."),
            (params // 2, "That is one dense layer a block; there are two."),
        ),
    )


MAKERS = by_name(gates_count, gates_f_ratio, gates_at_one, gates_cost)
