"""Exercises on squeeze-and-excitation: its parameters, its neck, its share, its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.drawing.units import short
from senet_lab.exercises.task import Pick, Task, by_name
from senet_lab.papers import ratios

NETWORKS = (("resnext", 50), ("resnet", 101), ("resnet", 152), ("resnext", 101))


def ratio_4_params(pick: Pick[tuple[str, int]]) -> Task:
    """Parameters of squeeze-excite at ratio 4 (Hu et al. 2018, sec. 4)."""
    network = Architecture(*pick(*NETWORKS), ratio=4)
    ledger = network.ledger()
    squares = " + ".join(f"{g.n_blocks}·{g.filters_out}²" for g in network.plan)
    return Task(
        question=(
            f"{network.name} at ratio 4, two dense layers without biases in each of its "
            f"{sum(g.n_blocks for g in network.plan)} blocks: how many parameters have all squeeze-excite blocks "
            "together?"
        ),
        answer=ledger.se.params,
        unit="parameters",
        hints=(
            "One block: from C channels to C/r, and from C/r back to C.",
            "That is 2·C²/r. C is what leaves the residual block: 256, 512, 1024, 2048 in groups 1 to 4.",
            f"Sum it over the blocks: 2/4 · ({squares}).",
        ),
        solution=f"2/4 · ({squares}) = {ledger.se.params:,}, of {ledger.params:,} in all.",
        slips=(
            (ledger.se.params // 2, "That is one dense layer a block; there are two."),
            (ledger.se.params // 4, "That is ratio 16. The smaller the ratio, the wider the neck."),
            (ledger.params, "That is the whole network; its squeeze-excite blocks were asked for."),
        ),
    )


def se_neck(pick: Pick[int]) -> Task:
    """How many channels the squeeze leaves."""
    ratio, group = pick(16, 8, 32), pick(3, 4, 2)
    network = Architecture("resnet", 50, ratio=ratio)
    channels = network.plan[group - 1].filters_out
    squeezed = network.ledger().blocks()[f"group{group}", "block1"]
    units = next(int(row.output_shape[-1]) for row in squeezed if row.role == "reduce")
    filters = network.plan[group - 1].filters_in
    return Task(
        question=f"{network.name} at ratio {ratio}: to how many numbers does a squeeze-excite of group {group} reduce?",
        answer=units,
        unit="channels",
        hints=(
            "Squeeze-excite stands behind the last 1x1 of the block. How many channels are there?",
            f"A bottleneck gives four times its filters: 4 x {filters}.",
            f"{channels} channels, ratio {ratio}.",
        ),
        solution=f"{channels} / {ratio} = {units}. The neck grows with the group, the ratio stays.",
        slips=((filters // ratio, "Those are the channels of the 3x3; squeeze-excite sees four times as many."),
               (channels, "That is what comes in, and what comes out again.")),
    )  # fmt: skip


def se_share(pick: Pick[int]) -> Task:
    """Squeeze-excite in the multiply-adds."""
    network = Architecture("resnet", pick(50, 101, 152))
    ledger = network.ledger()
    macs_share, params_share = 100 * ledger.se.macs / ledger.macs, 100 * ledger.se_share
    return Task(
        question=(
            f"Squeeze-excite has {params_share:.1f} % of the parameters of {network.name}. What share of the "
            "multiply-adds of convolutions and dense layers does it have, in percent?"
        ),
        answer=macs_share,
        unit="%",
        tolerance=0.15,
        hints=(
            "A weight of a convolution is used at each place of the map. And one of squeeze-excite's dense layers?",
            "Its input is one number a channel. So each of its weights is used once.",
            f"It has {short(ledger.se.params)} weights, and the network {short(ledger.macs)} multiply-adds.",
        ),
        solution=(
            f"Each of its {ledger.se.params:,} weights is used once for an image: {short(ledger.se.macs)} of "
            f"{short(ledger.macs)}. That is why it is said to cost nothing; pooling and scaling read the map, though."
        ),
        slips=((params_share, "That is its share of the parameters. How often is each of its weights used?"),),
    )


def se_cheapest_place(pick: Pick[int]) -> Task:
    """The place that costs the fewest parameters."""
    base = Architecture("resnet", pick(50, 101, 152))
    costs = {place: replace(base, place=place).ledger().se.params for place in ("standard", "pre", "3x3", "identity")}
    counts = "; ".join(f"{place} {short(cost)}" for place, cost in costs.items())
    return Task(
        question=f"At which of these places does squeeze-excite cost {base.name} the fewest parameters?",
        answer=min(costs, key=lambda place: costs[place]),
        choices=tuple(costs),
        hints=(
            "Its parameters go by the square of the channels that it scales.",
            "Where in a bottleneck are the channels fewest?",
            "The neck of the bottleneck is its 3x3.",
        ),
        solution=f"Behind the 3x3 there are a quarter of the channels, so a 16th of the parameters. Counted: {counts}.",
        slips=(
            ("pre", "It saves a little: a group's first block gets fewer channels than it gives. There is better."),
            ("identity", "The shortcut has as many channels as the branch. A hint helps."),
        ),
    )


def ratio_bought(pick: Pick[Any]) -> Task:
    """What a smaller ratio buys, in the paper's own ablation."""
    one, other = pick((16, 4), (16, 2), (8, 2))
    rows = {row.architecture.ratio: row for row in ratios().rows}
    a, b = rows[one], rows[other]
    extra = b.architecture.ledger().params - a.architecture.ledger().params
    return Task(
        question=(
            f"In the paper's ablation SE-ResNet-50 at ratio {one} has a top-1 error of {a.top1}\u00a0%, at ratio "
            f"{other} {b.top1}\u00a0%. How many parameters more does the second network have? (No biases in "
            "squeeze-excite.)"
        ),
        answer=extra,
        unit="parameters",
        hints=(
            "Everything but squeeze-excite stays.",
            f"Squeeze-excite at ratio {one} has {a.architecture.ledger().se.params:,}; parameters go by 1/ratio.",
            f"At ratio {other} it has {one // other} times as many.",
        ),
        solution=(
            f"{b.architecture.ledger().se.params:,} \u2212 {a.architecture.ledger().se.params:,} = {extra:,}, for "
            f"{abs(a.top1 - b.top1):.2f} points of error. The paper settles on 16."
        ),
        slips=(
            (b.architecture.ledger().se.params, f"That is squeeze-excite at ratio {other}; take away what {one} has."),
        ),
    )


MAKERS = by_name(ratio_4_params, se_neck, se_share, se_cheapest_place, ratio_bought)
