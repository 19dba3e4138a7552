"""Exercises on micro-architecture: bottlenecks, shortcuts, strides, counts by hand."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from dataclasses import replace
from itertools import product

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import short
from senet_lab.exercises.task import Task, by_name, variants
from senet_lab.exercises.tasks.resnets import blocks_in_words, resnet, resnet_code
from senet_lab.nets.sketch import Row


def _block(network: Architecture, group: int, number: int) -> tuple[Row, ...]:
    return network.ledger().blocks()[f"group{group}", f"block{number}"]


def _resnet50(width: int) -> tuple[Architecture, str]:
    """Return a ResNet-50 whose groups start at `width` filters, and its name in a question."""
    groups = tuple((width << index, n_blocks) for index, n_blocks in enumerate((3, 4, 6, 3)))
    network = Architecture("resnet", 50, groups=groups, ratio=None)
    return network, network.name if width == 64 else f"a {network.name} that starts with {width} filters instead of 64"


@variants((64, 2), [(64, 1), (64, 3), (32, 1), (32, 2), *product((48, 96, 80), (1, 2, 3))])
def micro_identity_weights(width: int, group: int) -> Task:
    """Ask for the weights of the convolutions of an identity block."""
    network, name = _resnet50(width)
    filters, out = network.plan[group - 1].filters_in, network.plan[group - 1].filters_out
    rows = _block(network, group, 2)
    weights = sum(row.params for row in rows if row.kind == "conv")
    norm = sum(row.params for row in rows if row.kind == "batch norm")
    return Task(
        question=(
            f"An identity block of group {group} in {name} has three convolutions without biases: 1×1 from "
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


@variants((256, 64), [(256, 128), (256, 32), (512, 64), (512, 256), (384, 128), (1024, 64), (192, 96), (480, 80)])
def micro_bottleneck(channels: int, filters: int) -> Task:
    """Ask how many weights a bottleneck saves."""
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


@variants((64, 3), [(64, 2), (64, 4), (32, 2), (32, 3), *product((48, 96, 80), (2, 3, 4))])
def micro_shortcut(width: int, group: int) -> Task:
    """Ask for the weights of the projection on a shortcut."""
    network, name = _resnet50(width)
    before, out = network.plan[group - 2].filters_out, network.plan[group - 1].filters_out
    weights = next(row.params for row in _block(network, group, 1) if row.role == "shortcut" and row.kind == "conv")
    return Task(
        question=(
            f"The first block of group {group} in {name} takes {before} channels and returns {out}. How many "
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


@variants((50, 224), product((50, 101, 152), (160, 192, 256, 288, 320, 384)))
def micro_stride_place(depth: int, side: int) -> Task:
    """Ask how many multiply-adds v1.5 has more than v1."""
    first = Architecture("resnet", depth, input_shape=(side, side, 3), ratio=None, stride_place="1x1")
    third = replace(first, stride_place="3x3")
    name = first.name if side == 224 else f"{first.name} for images of {side} × {side} pixels"
    a, b, c, d = (side >> halvings for halvings in (2, 3, 4, 5))  # the sides of the maps of the four groups
    extra = third.ledger().macs - first.ledger().macs
    return Task(
        question=(
            f"In {name}, the first block of groups 2 to 4 has its stride in the first 1×1 (v1) or in the 3×3 "
            "(v1.5). How many more multiply-adds does v1.5 have?"
        ),
        answer=extra,
        unit="multiply-adds",
        hints=(
            "The weights are the same. Which convolution has a larger output map in v1.5?",
            "Only the first 1×1 of these three blocks has a larger output map, with four times as many positions. The "
            "output map of the 3×3 is the same.",
            f"In group 2 this 1×1 goes from 256 to 128 channels, at {a} × {a} positions instead of {b} × {b}.",
        ),
        solution=(
            f"Three extra positions for each one: ({a}² \u2212 {b}²)·256·128 + ({b}² \u2212 {c}²)·512·256 + "
            f"({c}² \u2212 {d}²)·1024·512. In total, {short(first.ledger().macs)} become {short(third.ledger().macs)}."
        ),
        slips=((third.ledger().macs, "That is the total of v1.5; subtract that of v1."),),
    )


@variants((101,), [(26,), (50,), (152,), (200,), (269,)])
def micro_norm_state(depth: int) -> Task:
    """Ask how many numbers batch normalization stores without training them."""
    network = resnet(depth)
    ledger = network.ledger()
    return Task(
        question=(
            f"{network.name} has a stem of 64 channels, {blocks_in_words(depth)} blocks in its four groups, and "
            f"{ledger.params:,} trainable parameters. How many moving means and variances does batch normalization "
            "store in addition?"
        ),
        answer=ledger.state,
        unit="numbers",
        hints=(
            "For each channel, it stores a moving mean and a moving variance, and it trains gamma and beta.",
            "So it stores as many numbers as it has trainable parameters.",
            f"{resnet_code(depth)}.ledger().by_kind() has a line for batch norm; look at its params.",
        ),
        solution=(
            "Two for each channel that is normalized, as many as gammas and betas. Keras calls them non-trainable and "
            f"includes them in count_params(), which returns {ledger.params + ledger.state:,}."
        ),
        slips=((ledger.params + ledger.state, "That is everything; count only the moving means and variances."),
               (2 * ledger.state, "That includes gamma and beta, which are trained; count only means and variances."),
               (ledger.state // 2, "That is one number for each channel; it stores a mean and a variance.")),
    )  # fmt: skip


MAKERS = by_name(micro_identity_weights, micro_bottleneck, micro_shortcut, micro_stride_place, micro_norm_state)
