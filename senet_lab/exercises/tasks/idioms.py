"""Exercises on the two idioms: a network composed by hand, and the riddle of the printed 2,926,298."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from senet_lab.exercises.task import Task, by_name, variants
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.layers import Conv2D, Dense, Flatten
from senet_lab.nets.se_resnet_composable import SEResNet
from senet_lab.nets.sketch import Sketch

FILTERS, BLOCKS, LAST = 128, 2, 256  # of the mini network: filters and blocks of its group, and filters after it


def mini(filters: int = FILTERS, n_blocks: int = BLOCKS, ratio: int | None = 16, last: int = LAST) -> Ledger:
    """Count the original lesson's mini SE-ResNet for CIFAR-10: a convolution, a group, two blocks, a dense layer."""
    x = Conv2D(32, (3, 3), padding="same", activation="relu")(Sketch((32, 32, 3)))
    x = SEResNet.group(x, n_blocks=n_blocks, n_filters=filters, ratio=ratio)
    x = SEResNet.projection_block(x, n_filters=last)
    x = SEResNet.identity_block(x, n_filters=last)
    return Ledger.of(Dense(10, activation="softmax")(Flatten()(x)))


@variants((128,), [(64,), (96,), (32,), (48,), (160,), (192,), (256,)])
def idioms_output_shape(filters: int) -> Task:
    """Ask how many channels a group returns."""
    out = SEResNet.group(Sketch((32, 32, 32)), n_blocks=2, n_filters=filters, ratio=16).shape[-1]
    return Task(
        question=(
            "x has shape (32, 32, 32). How many channels come out of SEResNet.group(x, n_blocks=2, "
            f"n_filters={filters}, ratio=16)?"
        ),
        answer=int(out),
        unit="channels",
        hints=(
            "n_filters is the number of channels of the 3×3 in the middle.",
            "The last 1×1 of a bottleneck restores the number of channels.",
            "It returns four times as many channels as the 3×3.",
        ),
        solution=f"4 · {filters} = {out}. The side shrinks from 32 to 16, because a group has stride 2 by default.",
        slips=((filters, "That is the 3×3; the last 1×1 returns more."),),
    )


@variants((256,), [(128,), (64,), (96,), (32,), (160,), (192,), (512,)])
def idioms_flatten(last: int) -> Task:
    """Ask for the parameters of the dense layer after Flatten."""
    row = mini(last=last).rows[-1]
    side, channels = 8, 4 * last
    maps = f"maps of {side} × {side} with {channels} channels, then Flatten and Dense(10)"
    asked = "How many parameters does the dense layer have, including biases?"
    return Task(
        question=f"The mini network ends in {maps}. {asked}" if last == LAST else f"A network ends in {maps}. {asked}",
        answer=row.params,
        unit="parameters",
        hints=(
            "Flatten puts all numbers of the map in one row.",
            f"The row has {side} × {side} × {channels} numbers.",
            "Each of the 10 outputs has one weight for each number, and one bias.",
        ),
        solution=(
            f"{side}·{side}·{channels} = {side * side * channels:,} numbers with 10 weights each, and 10 biases, make "
            f"{row.params:,}. With global average pooling it would be {channels * 10 + 10:,}."
        ),
        slips=((row.params - 10, "The ten biases are missing."),
               (channels * 10 + 10, "That would be right for global average pooling; Flatten keeps all positions.")),
    )  # fmt: skip


@variants((128,), [(64,), (96,), (32,), (48,), (112,), (160,), (192,)])
def idioms_mini_total(filters: int) -> Task:
    """Ask for the total that Keras prints for the original lesson's mini network."""
    ledger = mini(filters)
    total = ledger.params + ledger.state
    if filters == FILTERS:
        group = f"The group of this lesson's mini network has n_filters={filters}"
    else:
        group = f"Change the group of this lesson's mini network from n_filters={FILTERS} to {filters}"
    return Task(
        question=(
            f"{group}. What total does Keras print for the network, trainable and non-trainable parameters together?"
        ),
        answer=total,
        unit="parameters",
        hints=(
            "Call mini on a Sketch, with this n_filters, and make its ledger.",
            f"Ledger.of(mini(Sketch((32, 32, 3)), n_filters={filters})) has params, the trainable parameters, and "
            "state, the moving statistics.",
            "Keras's total is the sum of both.",
        ),
        solution=f"{ledger.params:,} trainable and {ledger.state:,} non-trainable parameters make {total:,}.",
        slips=((ledger.params, "Those are the trainable parameters; the total includes the moving statistics."),),
    )


@variants((2, 16), [(9, 16), (10, 16), (14, 16), (5, 8), (7, 8), (9, 8), (11, 8), (13, 8)])
def idioms_riddle(filters: int, ratio: int) -> Task:
    """Ask what squeeze-excite reduces to if filters and blocks are swapped."""
    network, channels = mini(filters, 128, None), 4 * filters
    total, units = network.params + network.state, channels // ratio
    printed = f"The printed total is {total:,}. " if units == 0 else ""  # by the original lesson
    without_units = (
        "A dense layer of zero units has no parameters and raises no error: every gate is sigmoid(0) = 0.5 for every "
        f"image. So the network has as many parameters as with ratio=None: {total:,}. In this library such a ratio is "
        "an error."
    )
    with_units = f"All {channels} gates of a block are computed from so few numbers, and nothing raises an error."
    return Task(
        question=(
            f"{printed}Swap the arguments: group(x, n_filters={filters}, n_blocks=128). To how many channels does its "
            f"squeeze-excite reduce its input, with ratio {ratio} and integer division (//)?"
        ),
        answer=units,
        unit="channels",
        hints=(
            f"How many channels leave a block of {filters} filters?",
            f"{channels} channels leave it. Divide by the ratio and round down.",
            f"{channels} / {ratio} is {channels / ratio:g}. The operator // drops what is after the point."
            if units
            else "No channel is left, so the gate sees nothing of the image.",
        ),
        solution=f"{channels} // {ratio} = {units}. {with_units if units else without_units}",
        slips=(
            (units + 1, f"Integer division rounds down{'' if units else ', even below 1'}."),
            (channels / ratio, "Now round down."),
        ),
    )


MAKERS = by_name(idioms_output_shape, idioms_flatten, idioms_mini_total, idioms_riddle)
