"""Exercises on squeeze-and-excitation: its parameters, its neck, its share, its place."""

# ruff: noqa: RUF001 - the sign for times is meant

from __future__ import annotations

from dataclasses import replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import as_percent, short
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.papers import ratios

NETWORKS = (("resnext", 50), ("resnet", 101), ("resnet", 152), ("resnext", 101))


def ratio_4_params(pick: Pick[tuple[str, int]]) -> Task:
    """Ask for the parameters of squeeze-excite at ratio 4 (Hu et al. 2018, sec. 4)."""
    network = Architecture(*pick(*NETWORKS), ratio=4)
    ledger = network.ledger()
    squares = " + ".join(f"{g.n_blocks}·{g.filters_out}²" for g in network.plan)
    return Task(
        question=(
            f"{network.name} at ratio 4 has a squeeze-excite in each of its {sum(g.n_blocks for g in network.plan)} "
            "blocks: two dense layers without biases. How many parameters do all squeeze-excite blocks have in total?"
        ),
        answer=ledger.se.params,
        unit="parameters",
        hints=(
            "One block has two dense layers: from C channels to C/r, and from C/r back to C.",
            "That is 2·C²/r. C is the number of channels that leave the residual block: 256, 512, 1024, 2048 in groups "
            "1 to 4.",
            f"Sum over all blocks: 2/4 · ({squares}).",
        ),
        solution=f"2/4 · ({squares}) = {ledger.se.params:,}. The whole network has {ledger.params:,}.",
        slips=(
            (ledger.se.params // 2, "That is one dense layer per block; there are two."),
            (ledger.se.params // 4, "That is ratio 16. The smaller the ratio, the wider the neck."),
            (ledger.params, "That is the whole network; count only its squeeze-excite blocks."),
        ),
    )


def se_neck(pick: Pick[int]) -> Task:
    """Ask how many channels are left in the neck."""
    ratio, group = pick(16, 8, 32), pick(3, 4, 2)
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
        slips=((filters // ratio, "You divided the channels of the 3×3; squeeze-excite sees four times as many."),
               (channels, "That is how many channels come in; divide by the ratio.")),
    )  # fmt: skip


def se_share(pick: Pick[int]) -> Task:
    """Ask for squeeze-excite's share of the multiply-adds."""
    network = Architecture("resnet", pick(50, 101, 152))
    ledger = network.ledger()
    macs_share, params_share = 100 * ledger.se.macs / ledger.macs, 100 * ledger.se_share
    return Task(
        question=(
            f"Squeeze-excite has {as_percent(ledger.se_share)} of the parameters of {network.name}. What share of the "
            "multiply-adds of convolutions and dense layers does it have, in percent?"
        ),
        answer=macs_share,
        unit="%",
        tolerance=0.15,
        hints=(
            "A convolution uses each weight at every position of the map. How often does a dense layer use a weight?",
            "The input of its dense layers is one number per channel, so each weight is used once per image.",
            f"It has {short(ledger.se.params)} weights; the network has {short(ledger.macs)} multiply-adds.",
        ),
        solution=(
            f"Each of its {ledger.se.params:,} weights is used once per image: {short(ledger.se.macs)} of "
            f"{short(ledger.macs)}. So people say it costs nothing, but pooling and scaling also take time."
        ),
        slips=((params_share, "That is its share of the parameters. How often is each of its weights used?"),),
    )


def se_cheapest_place(pick: Pick[int]) -> Task:
    """Ask for the place with the fewest parameters."""
    base = Architecture("resnet", pick(50, 101, 152))
    costs = {place: replace(base, place=place).ledger().se.params for place in ("standard", "pre", "3x3", "identity")}
    costs = {place.replace("x", "×"): cost for place, cost in costs.items()}
    counts = "; ".join(f"{place} {short(cost)}" for place, cost in costs.items())
    return Task(
        question=(
            f"In which of these places does squeeze-excite add the fewest parameters to {base.name}? (standard: after "
            "the last 1×1; pre: before the first 1×1; 3×3: after the 3×3; identity: on the shortcut)"
        ),
        answer=min(costs, key=lambda place: costs[place]),
        choices=tuple(costs),
        hints=(
            "Its parameters grow with the square of the number of channels that it scales.",
            "Where does a bottleneck have the fewest channels?",
            "A bottleneck is narrowest at its 3×3.",
        ),
        solution=(
            "After the 3×3 there are a quarter as many channels, so a 16th of the parameters. Counted in each place: "
            f"{counts}."
        ),
        slips=(
            ("pre", "That saves a little, because a group's first block has fewer input channels. Find a better one."),
            ("identity", "The shortcut has as many channels as the output of the branch. Try a hint."),
        ),
    )


def ratio_bought(pick: Pick[Any]) -> Task:
    """Ask how many parameters a smaller ratio adds, in the paper's own ablation."""
    one, other = pick((16, 4), (16, 2), (8, 2))
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


MAKERS = by_name(ratio_4_params, se_neck, se_share, se_cheapest_place, ratio_bought)
