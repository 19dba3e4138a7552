"""Exercises on squeeze-and-excitation: its parameters, its neck, its share, its place."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import as_percent, short
from senet_lab.exercises.task import Task, by_name, variants
from senet_lab.papers import ratios


@variants(
    ("resnext", 50, 4),
    [("resnet", 50, 32), ("resnext", 50, 2), *product(("resnet", "resnext"), (101, 152), (2, 4, 32))],
)
def ratio_4_params(family: str, depth: int, ratio: int) -> Task:
    """Ask for the parameters of squeeze-excite at a ratio such as 4 (Hu et al. 2018, sec. 4)."""
    network = Architecture(family, depth, ratio=ratio)
    ledger, at_16 = network.ledger(), replace(network, ratio=16).ledger()
    n_blocks = sum(group.n_blocks for group in network.plan)
    squares = " + ".join(f"{g.n_blocks}·{g.filters_out}²" for g in network.plan)
    return Task(
        question=(
            f"{network.name} at ratio {ratio} has a squeeze-excite in each of its {n_blocks} "
            "blocks: two dense layers without biases. How many parameters do all squeeze-excite blocks have in total?"
        ),
        answer=ledger.se.params,
        unit="parameters",
        hints=(
            "One block has two dense layers: from C channels to C/r, and from C/r back to C.",
            "That is 2·C²/r. C is the number of channels that leave the residual block: 256, 512, 1024, 2048 in groups "
            "1 to 4.",
            f"Sum over all blocks: 2/{ratio} · ({squares}).",
        ),
        solution=f"2/{ratio} · ({squares}) = {ledger.se.params:,}. The whole network has {ledger.params:,}.",
        slips=(
            (
                ledger.se.params // 2,
                "That is half of them: one dense layer per block, or twice the ratio. There are two layers, and the "
                f"ratio is {ratio}.",
            ),
            (at_16.se.params, "That is ratio 16. The smaller the ratio, the wider the neck."),
            (ledger.params, "That is the whole network; count only its squeeze-excite blocks."),
        ),
    )


@variants((16, 3), [(8, 1), (8, 3), (8, 4), (16, 2), (16, 4), (32, 1), (32, 2), (2, 1), (2, 2), (2, 3)])
def se_neck(ratio: int, group: int) -> Task:
    """Ask how many channels are left in the neck."""
    network = Architecture("resnet", 50, ratio=ratio)
    channels = network.plan[group - 1].filters_out
    squeezed = network.ledger().blocks()[f"group{group}", "block1"]
    units = next(int(row.output_shape[-1]) for row in squeezed if row.role == "reduce")
    filters = network.plan[group - 1].filters_in
    return Task(
        question=(
            f"In {network.name} at ratio {ratio}, to how many channels does a squeeze-excite block of group {group} "
            "reduce its input?"
        ),
        answer=units,
        unit="channels",
        hints=(
            "Squeeze-excite comes after the last 1×1 of the block. How many channels are there?",
            f"The last 1×1 of a bottleneck returns four times as many channels as its 3×3: 4 × {filters}.",
            f"Divide {channels} channels by the ratio, {ratio}.",
        ),
        solution=f"{channels} / {ratio} = {units}. In later groups the neck is wider, but the ratio is the same.",
        slips=((filters // ratio, "That is the 3×3's channels over the ratio; squeeze-excite gets four times as many."),
               (channels, "That is how many channels come in; divide by the ratio.")),
    )  # fmt: skip


@variants((50, 16), product((50, 101, 152), (2, 4, 8, 32)))
def se_share(depth: int, ratio: int) -> Task:
    """Ask for squeeze-excite's share of the multiply-adds."""
    network = Architecture("resnet", depth, ratio=ratio)
    name = network.name if ratio == 16 else f"{network.name} at ratio {ratio}"
    ledger = network.ledger()
    macs_share, params_share = 100 * ledger.se.macs / ledger.macs, 100 * ledger.se_share
    return Task(
        question=(
            f"{name} has {short(ledger.params)} parameters, and {short(ledger.macs)} multiply-adds in convolutions and "
            f"dense layers. Squeeze-excite has {as_percent(ledger.se_share)} of the parameters. What share of the "
            "multiply-adds does it have, in percent?"
        ),
        answer=macs_share,
        unit="%",
        tolerance=0.15,
        hints=(
            "A convolution uses each weight at every position of the map. How often does a dense layer use a weight?",
            "The input of its dense layers is one number per channel, so each weight is used once per image.",
            f"So it has as many multiply-adds as weights: {short(ledger.se.params)} of {short(ledger.macs)}.",
        ),
        solution=(
            f"Each of its {ledger.se.params:,} weights is used once per image: {short(ledger.se.macs)} of "
            f"{short(ledger.macs)}. So people say it costs nothing, but pooling and scaling also take time."
        ),
        slips=((params_share, "That is its share of the parameters. How often is each of its weights used?"),),
    )


PLACES = {
    "standard": "standard: after the last 1×1",
    "pre": "pre: before the first 1×1",
    "3×3": "3×3: after the 3×3",
    "identity": "identity: on the shortcut",
}


class Choice(NamedTuple):
    """The places to choose from, whether the fewest or the most parameters are asked for, and what to say about it."""

    extreme: str
    places: tuple[str, ...]
    hints: tuple[str, str, str]
    reason: str
    slips: tuple[tuple[str, str], ...]


GROW = "Its parameters grow with the square of the number of channels that it scales."
AS_MANY = "The shortcut has as many channels as the output of the branch. Try a hint."
EXCEPT_FIRST = "In an identity block it is; but a group's first block has fewer channels at its input."
NARROW = "A bottleneck is narrowest there, so that is the place with the fewest."
OTHERS = "The other two differ only in a group's first block: how many channels come in, and how many leave it?"
FIRST = "The places differ only in a group's first block: how many channels come in, and how many leave it?"
FEWEST = Choice(
    "fewest",
    ("standard", "pre", "3×3", "identity"),
    (
        GROW,
        "Where does a bottleneck have the fewest channels?",
        "The first 1×1 of a bottleneck narrows the map, and the last 1×1 widens it again. What is between them?",
    ),
    "After the 3×3 there are a quarter as many channels, so a 16th of the parameters.",
    (
        ("pre", "That saves a little, because a group's first block has fewer input channels. Find a better one."),
        ("identity", AS_MANY),
    ),
)
FEWEST_OF_WIDE = Choice(
    "fewest",
    ("standard", "pre", "identity"),
    (GROW, FIRST, "A group's first block has fewer channels at its input than at its output."),
    "In an identity block all three places have the same number of channels. A group's first block has fewer at its "
    "input, so squeeze-excite is smaller there.",
    (("identity", AS_MANY), ("standard", "There the channels have already increased, in a group's first block.")),
)
MOST_OF_BRANCH = Choice(
    "most",
    ("standard", "pre", "3×3"),
    (GROW, "A bottleneck is narrowest at its 3×3. Where is it widest?", OTHERS),
    "After the last 1×1 all blocks have the full number of channels. A group's first block has fewer at its input, and "
    "every block has a quarter as many at its 3×3.",
    (
        ("3×3", NARROW),
        ("pre", EXCEPT_FIRST),
    ),
)
MOST_BUT_STANDARD = Choice(
    "most",
    ("pre", "3×3", "identity"),
    (GROW, "The shortcut is added to the output of the branch. How many channels must it have?", OTHERS),
    "The shortcut is added to the output of the branch, so it has as many channels. A group's first block has fewer at "
    "its input, and every block has a quarter as many at its 3×3.",
    (
        ("3×3", NARROW),
        ("pre", EXCEPT_FIRST),
    ),
)


@variants((50, FEWEST), product((50, 101, 152), (FEWEST_OF_WIDE, MOST_OF_BRANCH, MOST_BUT_STANDARD)))
def se_cheapest_place(depth: int, choice: Choice) -> Task:
    """Ask for the place with the fewest parameters, or the most."""
    base = Architecture("resnet", depth)
    costs = {place: replace(base, place=place.replace("×", "x")).ledger().se.params for place in choice.places}
    find = min if choice.extreme == "fewest" else max
    counts = "; ".join(f"{place} {short(cost)}" for place, cost in costs.items())
    return Task(
        question=(
            f"In which of these places does squeeze-excite add the {choice.extreme} parameters to {base.name}? "
            f"({'; '.join(PLACES[place] for place in choice.places)})"
        ),
        answer=find(costs, key=lambda place: costs[place]),
        choices=choice.places,
        hints=choice.hints,
        solution=f"{choice.reason} Counted in each place: {counts}.",
        slips=choice.slips,
    )


@variants((16, 4), [(16, 2), (8, 2), (32, 8), (32, 4), (32, 2)])  # a ratio of half the other's would have the hint tell
def ratio_bought(one: int, other: int) -> Task:
    """Ask how many parameters a smaller ratio adds, in the paper's own ablation."""
    rows = {row.architecture.ratio: row for row in ratios().rows}
    a, b = rows[one], rows[other]
    extra = b.architecture.ledger().params - a.architecture.ledger().params
    return Task(
        question=(
            f"In the paper, SE-ResNet-50 has a top-1 error of {a.top1}% at ratio {one} and {b.top1}% at "
            f"ratio {other}. How many more parameters does the second network have? (Squeeze-excite has no biases.)"
        ),
        answer=extra,
        unit="parameters",
        hints=(
            "Only squeeze-excite changes.",
            f"At ratio {one} squeeze-excite has {a.architecture.ledger().se.params:,} parameters. They are "
            "proportional to 1/ratio.",
            f"At ratio {other} it has {one // other} times as many. Subtract.",
        ),
        solution=(
            f"{b.architecture.ledger().se.params:,} \u2212 {a.architecture.ledger().se.params:,} = {extra:,}. They "
            f"change the error by {abs(a.top1 - b.top1):.2f} percentage points. The paper chooses ratio 16."
        ),
        slips=((b.architecture.ledger().se.params, f"That is ratio {other}; subtract the parameters at ratio {one}."),),
    )


MAKERS = by_name(se_neck, ratio_4_params, se_share, ratio_bought, se_cheapest_place)
