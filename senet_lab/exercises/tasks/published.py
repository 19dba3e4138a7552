"""Exercises on published networks: conventions, printed figures and counts, a network for a budget."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.style import eca_kernel_size
from senet_lab.drawing.units import short
from senet_lab.exercises.task import Task, by_name, variants
from senet_lab.papers import Result, main

STRIDE, BIASES, TWICE = "where the stride is", "biases", "FLOPs are counted twice"


class Difference(NamedTuple):
    """Two figures of one network, and what causes the difference."""

    figures: str
    cause: str
    hints: tuple[str, str, str]
    solution: str
    slips: tuple[tuple[str, str], ...]


def _of_stride(depth: int) -> Difference:
    first = Architecture("resnet", depth, ratio=None, stride_place="1x1")
    one, two = (f"{net.ledger().macs / 1e9:.2f}" for net in (first, replace(first, stride_place="3x3")))
    return Difference(
        f"{first.name} is quoted at {one} G multiply-adds in some places and at {two} G in others",
        STRIDE,
        (
            "Both have the same number of parameters. What can you change without adding or removing a weight?",
            "One figure is not twice the other.",
            "Compare the first block of group 2 in both: which of its maps is larger?",
        ),
        f"With the stride in the first 1×1 it is {one} G, with the stride in the 3×3 {two} G. Both have "
        f"{first.ledger().params:,} parameters, and weights of one load into the other.",
        (
            (BIASES, "A bias is a parameter, and both have the same number of parameters."),
            (TWICE, "Then one figure would be twice the other."),
        ),
    )


def _of_counting(depth: int) -> Difference:
    network = Architecture("resnet", depth, ratio=None, stride_place="3x3")
    macs = network.ledger().macs
    one, two = (f"{number / 1e9:.2f}" for number in (macs, 2 * macs))
    return Difference(
        f"{network.name} is quoted at {one} G FLOPs in some places and at {two} G FLOPs in others",
        TWICE,
        (
            "Divide the larger figure by the smaller.",
            "A multiply-add is one multiplication and one addition.",
            "Some tools print multiply-adds as FLOPs; others count each operation.",
        ),
        f"{two} is 2 · {one}: some count a multiply-add as one operation, others as a multiplication and an addition.",
        (
            (STRIDE, "That changes the figure by a few percent. How many times as large is the second one?"),
            (BIASES, "Biases hardly change the number of operations. How many times as large is the second one?"),
        ),
    )


def _of_biases(depth: int) -> Difference:
    network = Architecture("resnet", depth, convention="paper")
    counts = (network.ledger().params, replace(network, se_bias=False).ledger().params)
    two, one = (f"{number / 1e6:.2f}" for number in counts)
    return Difference(
        f"{network.name} is quoted with {one} M parameters in some places and with {two} M in others",
        BIASES,
        (
            "These are parameters. Which changes of a network change their number?",
            "One figure is not twice the other, and it does not matter where a convolution has its stride.",
            "Each squeeze-excite has two dense layers. What may a dense layer have besides its weights?",
        ),
        f"The dense layers of squeeze-excite have biases in the released networks: {counts[0]:,} parameters. Without "
        f"them there are {counts[1]:,}.",
        (
            (STRIDE, "A stride is not a parameter: the number of weights stays the same."),
            (TWICE, "Then one figure would be twice the other, and these are parameters."),
        ),
    )


@variants((50, _of_stride), product((50, 101, 152), (_of_counting, _of_biases)))
def published_two_figures(depth: int, difference: Callable[[int], Difference]) -> Task:
    """Ask why two figures, such as 3.86 and 4.1, are of the same network."""
    its = difference(depth)
    return Task(
        question=f"{its.figures}. What causes the difference?",
        answer=its.cause,
        choices=(STRIDE, BIASES, TWICE),
        hints=its.hints,
        solution=its.solution,
        slips=its.slips,
    )


@variants(
    ("se_resnext50_32x4d",),
    [("se_resnet50",), ("se_resnet101",), ("se_resnet152",), ("se_resnext101_32x4d",), ("senet154",), ("se_resnet18",),
     ("se_resnet34",)],
)  # fmt: skip
def published_flops(preset: str) -> Task:
    """Ask what a FLOP counter prints."""
    network = Architecture.preset(preset, "paper")
    macs = network.ledger().macs
    return Task(
        question=(
            f"In the paper's convention, {network.name} has {short(macs)} multiply-adds in convolutions and dense "
            "layers. A tool counts multiplications and additions separately. How many FLOPs does it print?"
        ),
        answer=2 * macs,
        unit="FLOPs",
        tolerance=0.01,
        hints=(
            "A multiply-add is one multiplication and one addition.",
            "So the tool prints twice as many.",
            f"Compute 2 × {short(macs)}.",
        ),
        solution=f"2 · {macs:,} = {2 * macs:,}. The papers call multiply-adds FLOPs; we call them MACs.",
        slips=((macs, "Those are multiply-adds; each is two operations."),),
    )


@variants((50, 16), product((50, 101, 152), (16, 8, 4)))
def published_se_biases(depth: int, ratio: int) -> Task:
    """Ask how many parameters the biases in squeeze-excite add."""
    network = Architecture("resnet", depth, ratio=ratio, convention="paper")
    name = f"The released {network.name}" if ratio == 16 else f"{network.name} at ratio {ratio}"
    without = replace(network, se_bias=False)
    extra = network.ledger().params - without.ledger().params
    gates = sum(g.n_blocks * g.filters_out for g in network.plan)
    return Task(
        question=(
            f"{name} has biases in both dense layers of each squeeze-excite. How many parameters do these biases add?"
        ),
        answer=extra,
        unit="parameters",
        hints=(
            "A dense layer has one bias per output.",
            f"The first layer has C/{ratio} outputs, the second has C.",
            f"All second layers together have {gates:,} outputs. Now add the first layers.",
        ),
        solution=(
            f"{gates:,} + {gates:,} / {ratio} = {extra:,}. The total grows from {without.ledger().params:,} to "
            f"{network.ledger().params:,}."
        ),
        slips=((gates, "The first dense layer also has biases."),),
    )


ANY, RESNETS, PLAIN, PLAIN_RESNETS = (
    "network",
    "ResNet, with or without squeeze-excite,",
    "network without squeeze-excite",
    "ResNet without squeeze-excite",
)


def _is_one(network: Architecture, kind: str) -> bool:
    return (kind not in (RESNETS, PLAIN_RESNETS) or network.family == "resnet") and (
        kind not in (PLAIN, PLAIN_RESNETS) or not network.has_se
    )


@variants(
    (4.3, ANY),
    [(8.2, ANY), (4.0, ANY), (4.4, PLAIN), (8.2, PLAIN), (7.7, RESNETS), (12.0, RESNETS), (12.0, PLAIN_RESNETS),
     (7.7, PLAIN_RESNETS)],
)  # fmt: skip
def published_budget(limit: float, kind: str) -> Task:
    """Ask for the best published network within a budget."""
    rows = [row for row in main().rows if _is_one(row.architecture, kind)]
    candidates = {row.architecture.name: row for row in rows if row.architecture.ledger().macs <= limit * 1e9}
    best = min(candidates.values(), key=lambda row: row.top1)
    return Task(
        question=(
            f"Your budget is {limit:g} G multiply-adds per image. Which {kind} of the paper's main table has the "
            "lowest top-1 error within this budget?"
        ),
        answer=best.architecture.name,
        choices=tuple(sorted(row.architecture.name for row in main().rows)),
        hints=(
            "main().rows, from senet_lab.papers, lists the networks and errors; ledgers give the multiply-adds.",
            f"{len(candidates)} of {'the networks' if kind == ANY else 'these'} have {limit:g} G or less.",
            f"The lowest error among these is {best.top1}%.",
        ),
        solution="Within the budget: " + "; ".join(map(_describe, candidates.values())) + ".",
    )


def _describe(row: Result) -> str:
    return f"{row.architecture.name} {short(row.architecture.ledger().macs)}, {row.top1:.2f}%"


@variants((50, "released"), product((50, 101, 152, 18, 34), ("released", "formula")))
def published_eca(depth: int, rule: str) -> Task:
    """Ask how many parameters ECA has in a ResNet."""
    network = Architecture("resnet", depth, attention="eca", eca_kernel=rule)
    parts = [(group.n_blocks, eca_kernel_size(group.filters_out, rule)) for group in network.plan]
    *most, last = (str(kernel) for _, kernel in parts)
    terms = " + ".join(f"{blocks} · {kernel}" for blocks, kernel in parts)
    total = sum(blocks * kernel for blocks, kernel in parts)
    excited = replace(network, attention="se").ledger().se.params
    blocks = sum(group.n_blocks for group in network.plan)
    return Task(
        question=(
            "In ECA, one convolution over the pooled channels takes the place of the two dense layers. Its weights are "
            "the same for all channels, and it has no bias. Suppose that in "
            f"{replace(network, ratio=None).name} it has {', '.join(most)} and {last} weights in each block "
            "of groups 1, 2, 3 and 4. How many parameters does ECA have in the whole network?"
        ),
        answer=total,
        unit="parameters",
        hints=(
            "The number of channels does not matter, since all channels share the weights.",
            "Multiply the weights by the blocks of each group.",
            f"Compute {terms}.",
        ),
        solution=f"{terms} = {total}. Squeeze-excite at ratio 16, without biases, has {excited:,} in the same blocks.",
        slips=(
            (sum(kernel for _, kernel in parts), f"Each of the {blocks} blocks has a convolution of its own."),
            (excited, "Those are the parameters of squeeze-excite at ratio 16."),
        ),
    )


MAKERS = by_name(published_flops, published_two_figures, published_se_biases, published_budget, published_eca)
