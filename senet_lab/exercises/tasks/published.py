"""Exercises on published networks: conventions, printed figures and counts, a network for a budget."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from dataclasses import replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import short
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.papers import Result, main


def published_two_figures(pick: Pick[Any]) -> Task:
    """Ask why 3.86 and 4.1 are the same network."""
    depth = pick(50, 101, 152)
    first = Architecture("resnet", depth, ratio=None, stride_place="1x1")
    third = replace(first, stride_place="3x3")
    one, two = (f"{net.ledger().macs / 1e9:.2f}" for net in (first, third))
    stride, bias, twice = "where the stride is", "biases", "FLOPs are counted twice"
    return Task(
        question=(
            f"{first.name} is quoted at {one} G multiply-adds in some places and at {two} G in others. What causes the "
            "difference?"
        ),
        answer=stride,
        choices=(stride, bias, twice),
        hints=(
            "Both have the same number of parameters. What can you change without adding or removing a weight?",
            "One figure is not twice the other.",
            "Compare the first block of group 2 in both: which of its maps is larger?",
        ),
        solution=(
            f"With the stride in the first 1×1 it is {one} G, with the stride in the 3×3 {two} G. Both have "
            f"{first.ledger().params:,} parameters, and weights of one load into the other."
        ),
        slips=((bias, "A bias is a parameter, and both have the same number of parameters."),
               (twice, "Then one figure would be twice the other.")),
    )  # fmt: skip


def published_flops(pick: Pick[Any]) -> Task:
    """Ask what a FLOP counter prints."""
    network = Architecture.preset(pick("se_resnext50_32x4d", "se_resnet50", "se_resnet101"), "paper")
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


def published_se_biases(pick: Pick[Any]) -> Task:
    """Ask how many parameters the biases in squeeze-excite add."""
    network = Architecture(*pick(("resnet", 50), ("resnet", 101), ("resnet", 152)), convention="paper")
    without = replace(network, se_bias=False)
    extra = network.ledger().params - without.ledger().params
    gates = sum(g.n_blocks * g.filters_out for g in network.plan)
    return Task(
        question=(
            f"The released {network.name} has biases in both dense layers of each squeeze-excite. How many parameters "
            "do these biases add?"
        ),
        answer=extra,
        unit="parameters",
        hints=(
            "A dense layer has one bias per output.",
            "The first layer has C/16 outputs, the second has C.",
            f"All second layers together have {gates:,} outputs. Now add the first layers.",
        ),
        solution=(
            f"{gates:,} + {gates:,} / 16 = {extra:,}. The total grows from {without.ledger().params:,} to "
            f"{network.ledger().params:,}."
        ),
        slips=((gates, "The first dense layer also has biases."),),
    )


def published_budget(pick: Pick[Any]) -> Task:
    """Ask for the best published network within a budget."""
    limit = pick(4.3, 8.2, 4.0)
    candidates = {row.architecture.name: row for row in main().rows if row.architecture.ledger().macs <= limit * 1e9}
    best = min(candidates.values(), key=lambda row: row.top1)
    return Task(
        question=(
            f"Your budget is {limit} G multiply-adds per image. Which network of the paper's main table has the lowest "
            "top-1 error within this budget?"
        ),
        answer=best.architecture.name,
        choices=tuple(sorted(row.architecture.name for row in main().rows)),
        hints=(
            "papers.main().rows lists the networks with their errors; their ledgers give the multiply-adds.",
            f"{len(candidates)} of the networks have {limit} G or less.",
            f"The lowest error among these is {best.top1}%.",
        ),
        solution="Within the budget: " + "; ".join(map(_describe, candidates.values())) + ".",
    )


def _describe(row: Result) -> str:
    return f"{row.architecture.name} {short(row.architecture.ledger().macs)}, {row.top1:.2f}%"


MAKERS = by_name(published_two_figures, published_flops, published_se_biases, published_budget)
