"""Exercises on micro-architecture: bottlenecks, shortcuts, strides, counts by hand."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from dataclasses import replace

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import short
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.nets.sketch import Row


def _block(network: Architecture, group: int, number: int) -> tuple[Row, ...]:
    return network.ledger().blocks()[f"group{group}", f"block{number}"]


def micro_identity_weights(pick: Pick[int]) -> Task:
    """Ask for the weights of the convolutions of an identity block."""
    network, group = Architecture("resnet", 50, ratio=None), pick(2, 1, 3)
    filters, out = network.plan[group - 1].filters_in, network.plan[group - 1].filters_out
    rows = _block(network, group, 2)
    weights = sum(row.params for row in rows if row.kind == "conv")
    norm = sum(row.params for row in rows if row.kind == "batch norm")
    return Task(
        question=(
            f"An identity block of group {group} in {network.name} has three convolutions without biases: 1×1 from "
            f"{out} to {filters} channels, 3×3 from {filters} to {filters}, 1×1 from {filters} to {out}. How many "
            "weights do they have in total?"
        ),
        answer=weights,
        unit="weights",
        hints=(
            "A convolution has kernel height x kernel width x channels in x channels out weights.",
            f"The first has 1 × 1 × {out} × {filters} = {out * filters:,}.",
            f"The second has 3 × 3 × {filters} × {filters} = {9 * filters**2:,}. The third has as many as the first.",
        ),
        solution=(
            f"{out}·{filters} + 9·{filters}·{filters} + {filters}·{out} = {out * filters:,} + "
            f"{9 * filters**2:,} + {out * filters:,}. Batch normalization adds {norm:,} parameters."
        ),
        slips=(
            (weights + norm, "That includes batch normalization's gamma and beta; count only the convolutions."),
            (weights + 2 * filters + out, "That includes biases, but there are none: batch normalization has a shift."),
        ),
    )


def micro_bottleneck(pick: Pick[int]) -> Task:
    """Ask how many weights a bottleneck saves."""
    channels = pick(256, 512, 1024)
    filters = channels // 4
    bottleneck, two = 2 * channels * filters + 9 * filters**2, 2 * 9 * channels**2
    return Task(
        question=(
            f"A bottleneck on {channels} channels has its 3×3 on {filters} channels. How many times as many weights "
            f"would two 3×3 convolutions on all {channels} channels have?"
        ),
        answer=two / bottleneck,
        unit="times",
        tolerance=0.02,
        hints=(
            f"Write down the weights of two 3×3 convolutions from {channels} to {channels} channels.",
            f"They have 2 × 9 × {channels} × {channels} weights. Now count the bottleneck: 1×1, 3×3, 1×1.",
            f"The bottleneck has {bottleneck:,} weights.",
        ),
        solution=(
            f"{two:,} / {bottleneck:,} = {two / bottleneck:.2f}. The weights grow with the square of the width, and a "
            "3×3 has nine times as many as a 1×1."
        ),
        slips=((two / bottleneck / 2, "That is one 3×3; the question is about two."),),
    )


def micro_shortcut(pick: Pick[int]) -> Task:
    """Ask for the weights of the projection on a shortcut."""
    network, group = Architecture("resnet", 50, ratio=None), pick(3, 2, 4)
    before, out = network.plan[group - 2].filters_out, network.plan[group - 1].filters_out
    weights = next(row.params for row in _block(network, group, 1) if row.role == "shortcut" and row.kind == "conv")
    return Task(
        question=(
            f"The first block of group {group} in {network.name} takes {before} channels and returns {out}. How many "
            "weights does the convolution on its shortcut have?"
        ),
        answer=weights,
        unit="weights",
        hints=(
            "Its kernel is 1×1. It changes the number of channels, and its stride halves the side of the map.",
            "Multiply kernel, channels in and channels out. The stride adds no weights.",
            f"Compute 1 × 1 × {before} × {out}.",
        ),
        solution=f"1 · 1 · {before} · {out} = {weights:,}. An identity shortcut has no weights.",
        slips=((9 * weights, "That is a 3×3; the projection is a 1×1."),),
    )


def micro_stride_place(pick: Pick[int]) -> Task:
    """Ask how many multiply-adds v1.5 has more than v1."""
    first = Architecture("resnet", pick(50, 101, 152), ratio=None, stride_place="1x1")
    third = replace(first, stride_place="3x3")
    extra = third.ledger().macs - first.ledger().macs
    return Task(
        question=(
            f"In {first.name}, the first block of groups 2 to 4 has its stride in the first 1×1 (v1) or in the 3×3 "
            "(v1.5). How many more multiply-adds does v1.5 have?"
        ),
        answer=extra,
        unit="multiply-adds",
        hints=(
            "The weights are the same. Which convolution has a larger output map in v1.5?",
            "Only the first 1×1 of these three blocks has a larger output map, with four times as many positions. The "
            "output map of the 3×3 is the same.",
            "In group 2 this 1×1 goes from 256 to 128 channels, at 56 × 56 positions instead of 28 × 28.",
        ),
        solution=(
            "Three extra positions for each one: (56² \u2212 28²)·256·128 + (28² \u2212 14²)·512·256 + "
            f"(14² \u2212 7²)·1024·512. In total, {short(first.ledger().macs)} become {short(third.ledger().macs)}."
        ),
        slips=((third.ledger().macs, "That is the total of v1.5; subtract that of v1."),),
    )


def micro_norm_state(pick: Pick[int]) -> Task:
    """Ask how many numbers batch normalization stores without training them."""
    network = Architecture("resnet", pick(101, 50, 152), ratio=None)
    ledger = network.ledger()
    return Task(
        question=(
            f"{network.name} has {ledger.params:,} trainable parameters. How many moving means and variances does "
            "batch normalization store in addition?"
        ),
        answer=ledger.state,
        unit="numbers",
        hints=(
            "For each channel, it stores a moving mean and a moving variance, and it trains gamma and beta.",
            "So it stores as many numbers as it has trainable parameters.",
            "network.ledger().by_kind() has a line for batch norm; look at its params.",
        ),
        solution=(
            "Two for each channel that is normalized, as many as gammas and betas. Keras calls them non-trainable and "
            f"includes them in count_params(), which returns {ledger.params + ledger.state:,}."
        ),
        slips=((ledger.params + ledger.state, "That is everything; count only the moving means and variances."),
               (2 * ledger.state, "That includes gamma and beta, which are trained; count only means and variances.")),
    )  # fmt: skip


MAKERS = by_name(micro_identity_weights, micro_bottleneck, micro_shortcut, micro_stride_place, micro_norm_state)
