"""Exercises on the two idioms: blocks put together by hand, and the riddle of the printed 2,926,298."""

from __future__ import annotations

from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.layers import Conv2D, Dense, Flatten
from senet_lab.nets.se_resnet_composable import SEResNet
from senet_lab.nets.sketch import Sketch

FILTERS, BLOCKS = 128, 2  # of the mini network's group


def mini(filters: int = FILTERS, n_blocks: int = BLOCKS, ratio: int | None = 16, last: int = 256) -> Ledger:
    """The original lesson's mini SE-ResNet for CIFAR-10, counted: a convolution, a group, two blocks, a dense layer."""
    x = Conv2D(32, (3, 3), padding="same", activation="relu")(Sketch((32, 32, 3)))
    x = SEResNet.group(x, n_blocks=n_blocks, n_filters=filters, ratio=ratio)
    x = SEResNet.projection_block(x, n_filters=last)
    x = SEResNet.identity_block(x, n_filters=last)
    return Ledger.of(Dense(10, activation="softmax")(Flatten()(x)))


def idioms_output_shape(pick: Pick[int]) -> Task:
    """Channels behind a group."""
    filters = pick(128, 64, 96)
    out = SEResNet.group(Sketch((32, 32, 32)), n_blocks=2, n_filters=filters, ratio=16).shape[-1]
    return Task(
        question=(
            "x has shape (32, 32, 32). How many channels come out of SEResNet.group(x, n_blocks=2, "
            f"n_filters={filters}, ratio=16)?"
        ),
        answer=int(out),
        unit="channels",
        hints=(
            "n_filters are the filters of the 3x3 in the middle.",
            "The last 1x1 of a bottleneck restores.",
            "It gives four times as many.",
        ),
        solution=f"4 · {filters} = {out}; the side goes from 32 to 16, since a group is strided by default.",
        slips=((filters, "Those leave the 3x3; the last 1x1 gives more."),),
    )


def idioms_flatten(pick: Pick[int]) -> Task:
    """The dense layer behind Flatten."""
    last = pick(256, 128, 64)
    row = mini(last=last).rows[-1]
    side, channels = 8, 4 * last
    return Task(
        question=(
            f"The mini network ends in maps of 8 x 8 with {channels} channels, Flatten and Dense(10). How many "
            "parameters has the dense layer, biases included?"
        ),
        answer=row.params,
        unit="parameters",
        hints=(
            "Flatten puts all numbers of the map in a row.",
            f"That is {side} x {side} x {channels} numbers.",
            "Each of the 10 outputs has a weight for each of them, and one bias.",
        ),
        solution=(
            f"{side}·{side}·{channels} = {side * side * channels:,} numbers, 10 weights each, and 10 biases: "
            f"{row.params:,}. With global average pooling it would be {channels * 10 + 10:,}."
        ),
        slips=((row.params - 10, "Ten biases are missing."),
               (channels * 10 + 10, "That would be global average pooling; Flatten keeps all places.")),
    )  # fmt: skip


def idioms_mini_total(pick: Pick[int]) -> Task:
    """What the original lesson's mini network really has."""
    filters = pick(128, 64, 96)
    ledger = mini(filters)
    total = ledger.params + ledger.state
    return Task(
        question=(
            f"The mini network of this lesson with n_filters={filters} in its group: what total does Keras print, "
            "trainable and non-trainable parameters together?"
        ),
        answer=total,
        unit="parameters",
        hints=(
            "Put it together on a Sketch, and take its ledger.",
            "Ledger.of(x) has params, the trainable ones, and state, the moving statistics.",
            "Keras' total is the sum of both.",
        ),
        solution=f"{ledger.params:,} trainable and {ledger.state:,} not: {total:,}.",
        slips=((ledger.params, "Those are the trainable ones; the total has the moving statistics as well."),),
    )


def idioms_riddle(pick: Pick[int]) -> Task:
    """How many filters the printed network's blocks had."""
    network = mini(2, 128, None)
    total, channels, ratio = network.params + network.state, 4 * 2, pick(16, 32, 64)
    return Task(
        question=(
            f"The total that was printed is {total:,}. Swap the arguments: group(x, n_filters=2, n_blocks=128). To how "
            f"many numbers does its squeeze-excite reduce, with ratio {ratio} and a whole division?"
        ),
        answer=0,
        unit="channels",
        hints=(
            "How many channels leave a block of 2 filters?",
            f"{channels} channels. Divide by the ratio, and round down.",
            "Nothing is left over; then what does the gate see?",
        ),
        solution=(
            f"{channels} // {ratio} = 0. A dense layer of no units has no parameters and fails nowhere: the gate is "
            "sigmoid(0) = 0.5 for every channel and image. Counted with ratio=None, which has as many parameters: "
            f"{total:,}. Here such a ratio is an error."
        ),
        slips=(
            (1, "A whole division rounds down, it does not save the last one."),
            (channels / ratio, "And rounded down?"),
        ),
    )


MAKERS = by_name(idioms_output_shape, idioms_flatten, idioms_mini_total, idioms_riddle)
