"""Exercises on micro-architecture: bottlenecks, shortcuts, strides, counts by hand."""

from __future__ import annotations

from dataclasses import replace

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import short
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.nets.sketch import Row


def _block(network: Architecture, group: int, number: int) -> tuple[Row, ...]:
    return network.ledger().blocks()[f"group{group}", f"block{number}"]


def micro_identity_weights(pick: Pick[int]) -> Task:
    """The convolutions of an identity block, by hand."""
    network, group = Architecture("resnet", 50, ratio=None), pick(2, 1, 3)
    filters, out = network.plan[group - 1].filters_in, network.plan[group - 1].filters_out
    rows = _block(network, group, 2)
    weights = sum(row.params for row in rows if row.kind == "conv")
    norm = sum(row.params for row in rows if row.kind == "batch norm")
    return Task(
        question=(
            f"An identity block of group {group} in {network.name}: 1x1 from {out} to {filters} channels, 3x3 from "
            f"{filters} to {filters}, 1x1 back to {out}, no biases. How many weights do the three convolutions have?"
        ),
        answer=weights,
        unit="weights",
        hints=(
            "A convolution has kernel height x kernel width x channels in x filters weights.",
            f"The first: 1 x 1 x {out} x {filters} = {out * filters:,}.",
            f"The second: 3 x 3 x {filters} x {filters} = {9 * filters**2:,}. The third is as large as the first.",
        ),
        solution=(
            f"{out}·{filters} + 9·{filters}·{filters} + {filters}·{out} = {out * filters:,} + "
            f"{9 * filters**2:,} + {out * filters:,}. Batch normalization has {norm:,} more."
        ),
        slips=(
            (weights + norm, "Batch normalization's gamma and beta are in it; the convolutions alone were asked for."),
            (weights + 2 * filters + out, "There are no biases in front of batch normalization: it has its own shift."),
        ),
    )


def micro_bottleneck(pick: Pick[int]) -> Task:
    """Two 3x3 at full width, which a bottleneck avoids."""
    channels = pick(256, 512, 1024)
    filters = channels // 4
    bottleneck, two = 2 * channels * filters + 9 * filters**2, 2 * 9 * channels**2
    return Task(
        question=(
            f"A bottleneck on {channels} channels takes its 3x3 on {filters}. Two 3x3 on all {channels} channels would "
            "have how many times the weights?"
        ),
        answer=two / bottleneck,
        unit="times",
        tolerance=0.02,
        hints=(
            f"Two 3x3 from {channels} to {channels} channels: write down both products.",
            f"They have 2 x 9 x {channels} x {channels} weights; the bottleneck has 1x1, 3x3, 1x1.",
            f"The bottleneck has {bottleneck:,} weights.",
        ),
        solution=f"{two:,} / {bottleneck:,} = {two / bottleneck:.2f}: the width counts squared, a 3x3 nine times.",
        slips=((two / bottleneck / 2, "That is one 3x3; a basic block has two."),),
    )


def micro_shortcut(pick: Pick[int]) -> Task:
    """What the projection of a shortcut costs."""
    network, group = Architecture("resnet", 50, ratio=None), pick(3, 2, 4)
    before, out = network.plan[group - 2].filters_out, network.plan[group - 1].filters_out
    weights = next(row.params for row in _block(network, group, 1) if row.role == "shortcut" and row.kind == "conv")
    return Task(
        question=(
            f"The first block of group {group} in {network.name} gets {before} channels and gives {out}. How many "
            "weights does the convolution on its shortcut have?"
        ),
        answer=weights,
        unit="weights",
        hints=(
            "Its kernel is 1x1: it changes channels, and with its stride the side of the map.",
            "Kernel x channels in x filters. The stride costs no weights.",
            f"1 x 1 x {before} x {out}.",
        ),
        solution=f"1 · 1 · {before} · {out} = {weights:,}. An identity shortcut has none at all.",
        slips=((9 * weights, "That is a 3x3; the projection is a 1x1."),),
    )


def micro_stride_place(pick: Pick[int]) -> Task:
    """v1 against v1.5."""
    first = Architecture("resnet", pick(50, 101, 152), ratio=None, stride_place="1x1")
    third = replace(first, stride_place="3x3")
    extra = third.ledger().macs - first.ledger().macs
    return Task(
        question=(
            f"{first.name}: the first block of groups 2 to 4 has its stride in the first 1x1 (v1) or in the 3x3 "
            "(v1.5). How many multiply-adds more has v1.5?"
        ),
        answer=extra,
        unit="multiply-adds",
        hints=(
            "Same weights. Which convolution sees a larger map in v1.5?",
            "Only the first 1x1 of three blocks gives a larger map: four times the places. The 3x3 gives the same map "
            "either way.",
            "In group 2 that 1x1 goes from 256 to 128 channels, on 56 x 56 places instead of 28 x 28.",
        ),
        solution=(
            "3 places more for each one: (56² \u2212 28²)·256·128 + (28² \u2212 14²)·512·256 + (14² \u2212 7²)·1024·512"
            f"; {short(first.ledger().macs)} become {short(third.ledger().macs)}."
        ),
        slips=((third.ledger().macs, "That is all of v1.5; how many more than v1?"),),
    )


def micro_norm_state(pick: Pick[int]) -> Task:
    """What batch normalization stores without training it."""
    network = Architecture("resnet", pick(101, 50, 152), ratio=None)
    ledger = network.ledger()
    return Task(
        question=(
            f"{network.name} has {ledger.params:,} trainable parameters. How many numbers does batch normalization "
            "store beside them, its moving means and variances?"
        ),
        answer=ledger.state,
        unit="numbers",
        hints=(
            "A moving mean and a moving variance for each channel; gamma and beta are trainable.",
            "So there are as many as its trainable parameters, gamma and beta.",
            "network.ledger().by_kind() has a line for batch norm; look at its params.",
        ),
        solution=(
            "Two for each channel that is normalized, as many as gamma and beta. Keras calls them non-trainable: "
            f"count_params() says {ledger.params + ledger.state:,}."
        ),
        slips=((ledger.params + ledger.state, "That is everything; the stored statistics alone were asked for."),
               (2 * ledger.state, "Gamma and beta are trained; count mean and variance alone.")),
    )  # fmt: skip


MAKERS = by_name(micro_identity_weights, micro_bottleneck, micro_shortcut, micro_stride_place, micro_norm_state)
