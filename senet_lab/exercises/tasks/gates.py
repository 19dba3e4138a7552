"""Exercises on gates: how many there are, how much they depend on the class, and what happens when they are held."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from dataclasses import replace
from itertools import product

from senet_lab.architecture.architecture import Architecture
from senet_lab.exercises.task import Task, by_name, variants


def _cifar(n_blocks: int) -> Architecture:
    """Return the SE-ResNet for CIFAR-10 with three groups of `n_blocks` blocks (He et al. 2016, sec. 4.2)."""
    groups = tuple((n_filters, n_blocks) for n_filters in (16, 32, 64))
    return replace(Architecture.preset("cifar_se_resnet20"), groups=groups)


@variants((3,), [(5,), (7,), (9,), (12,), (15,), (18,)])
def gates_count(n_blocks: int) -> Task:
    """Ask for the number of gates of a network."""
    network = _cifar(n_blocks)
    gates = sum(group.n_blocks * group.filters_out for group in network.plan)
    widths = ", ".join(str(group.filters_out) for group in network.plan)
    product_of = f"{n_blocks} \u00b7 ({widths.replace(', ', ' + ')})"
    return Task(
        question=(
            f"{network.name} for CIFAR-10 has three groups of {n_blocks} blocks; their blocks have {widths} channels. "
            "How many gates does it compute per image?"
        ),
        answer=gates,
        unit="gates",
        hints=(
            "Each output channel of a block has one gate.",
            "Every block has its own squeeze-excite.",
            f"Compute {product_of}.",
        ),
        solution=f"{product_of} = {gates:,}. Their values differ from image to image.",
        slips=(
            (gates // n_blocks, "That is one block in each group; how many blocks does a group have?"),
            (n_blocks * len(network.plan), "That is the number of blocks; each has one gate per channel."),
        ),
    )


@variants(
    ((0.2, 0.4), (0.6, 0.8)),
    [((0.1, 0.3), (0.4, 0.6)), ((0.3, 0.5), (0.8, 1.0)), ((0.1, 0.3), (0.7, 0.9)), ((0.3, 0.7), (0.8, 1.0)),
     ((0.1, 0.5), (0.6, 0.8)), ((0.2, 0.6), (0.7, 0.9)), ((0.1, 0.5), (0.4, 0.8))],
)  # fmt: skip
def gates_f_ratio(a: tuple[float, float], b: tuple[float, float]) -> Task:
    """Ask for an F ratio by hand (Fisher 1925)."""
    means, middle = (sum(a) / 2, sum(b) / 2), sum((*a, *b)) / 4
    between, within = 4 * (means[0] - middle) ** 2, 2 * (a[0] - means[0]) ** 2 + 2 * (b[0] - means[1]) ** 2
    ratio = (between / 1) / (within / 2)  # the same as `gates.statistics.specificity`, which needs NumPy
    return Task(
        question=(
            f"A gate is {a[0]} and {a[1]} for two images of frogs, {b[0]} and {b[1]} for two of ships. What is its F "
            "ratio, the variance between the classes divided by the variance within them?"
        ),
        answer=ratio,
        tolerance=0.02,
        hints=(
            f"The means of the classes are {means[0]:.2g} and {means[1]:.2g}; the mean of all values is {middle:.3g}.",
            "Between: for each image, square the difference between its class mean and the overall mean; divide the "
            "sum by 2 classes \u2212 1. Within: for each image, square the difference between its value and its class "
            "mean; divide the sum by 4 images \u2212 2 classes.",
            f"The sums are {between:.3g} and {within:.3g}.",
        ),
        solution=f"({between:.3g} / 1) / ({within:.3g} / 2) = {ratio:.3g}. With shuffled labels it would be about 1.",
        slips=((between / within, "First divide the between-class sum by 1 and the within-class sum by 2."),),
    )


@variants((0.5,), [(0.4,), (0.25,), (0.2,), (0.8,), (0.625,), (0.3,), (0.6,), (0.1,)])
def gates_at_one(mean: float) -> Task:
    """Ask how much larger maps become when gates are held at 1."""
    return Task(
        question=(
            f"The gates of a block are {mean} on average. Held at 1, they pass everything. By what factor do the "
            "values in the scaled maps grow, on average?"
        ),
        answer=1 / mean,
        unit="times",
        tolerance=0.01,
        hints=(
            "A gate multiplies its map.",
            f"The maps were multiplied by {mean}; now they are multiplied by 1.",
            f"Compute 1 / {mean}.",
        ),
        solution=(
            f"1 / {mean} = {1 / mean:.4g}. The layers after them were trained on smaller values, and this alone can "
            "cost accuracy. So hold a gate at its mean to measure what it knew about the image."
        ),
        slips=((mean, "That is the factor by which the gates made them smaller; take the inverse."),),
    )


@variants((3, 3), product((3, 5, 7, 9, 18), (2, 3)))
def gates_cost(n_blocks: int, number: int) -> Task:
    """Ask for the parameters of squeeze-excite in a group."""
    network = _cifar(n_blocks)
    group = network.plan[number - 1]
    rows = [row for row in network.ledger().rows if row.group == f"group{number}" and row.in_se]
    channels, units = group.filters_out, next(row.output_shape[-1] for row in rows if row.role == "reduce")
    params = sum(row.params for row in rows)
    return Task(
        question=(
            f"Each block of group {number} in {network.name} has {channels} channels; its squeeze-excite has two dense "
            f"layers without biases, down to {units} and back to {channels}. How many parameters do the "
            f"{n_blocks} squeeze-excite blocks of the group have in total?"
        ),
        answer=params,
        unit="parameters",
        hints=(
            f"One layer goes from {channels} to {units}, the other from {units} to {channels}.",
            f"Each has {channels} × {units} weights.",
            f"Compute {n_blocks} \u00b7 2 \u00b7 {channels} \u00b7 {units}.",
        ),
        solution=(
            f"{n_blocks} \u00b7 2 \u00b7 {channels} \u00b7 {units} = {params:,}. The whole network has "
            f"{network.ledger().params:,}."
        ),
        slips=(
            (params // n_blocks, f"That is one block; there are {n_blocks}."),
            (params // 2, "That is one dense layer per block; there are two."),
        ),
    )


MAKERS = by_name(gates_count, gates_cost, gates_f_ratio, gates_at_one)
