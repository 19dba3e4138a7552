"""Budget: cardinality and base width at constant cost, sweeps, and counts for curves."""

from dataclasses import replace

import pytest

from senet_lab import Architecture
from senet_lab.architecture.presets import PRESETS
from senet_lab.ledger.budget import MAX_COST_CHANGE, at_constant_cost, cost, sweep, template_cost
from senet_lab.ledger.differences import Difference, merged
from senet_lab.ledger.ledger import SUMMED

RESNEXT = Architecture("resnext")
# Xie et al. 2017, table 2.
TABLE = {1: 64, 2: 40, 4: 24, 8: 14, 32: 4}


@pytest.mark.parametrize("ratio", [16, None])
@pytest.mark.parametrize("depth", [50, 101])
@pytest.mark.parametrize(("cardinality", "width"), TABLE.items())
def test_the_papers_table_comes_out_by_cardinality(depth, ratio, cardinality, width):
    moved = at_constant_cost(Architecture("resnext", depth, ratio=ratio), cardinality=cardinality)
    assert (moved.cardinality, moved.base_width) == (cardinality, width)
    assert moved.ledger().macs == pytest.approx(Architecture("resnext", depth, ratio=ratio).ledger().macs, rel=0.04)


@pytest.mark.parametrize(("cardinality", "width"), [(1, 64), (2, 40), (4, 24), (8, 14), (32, 4)])
def test_base_width_finds_the_cardinality_that_costs_least_otherwise(cardinality, width):
    narrow = replace(RESNEXT, cardinality=cardinality, base_width=width)
    moved = at_constant_cost(RESNEXT, base_width=width)
    off = abs(template_cost(moved) - template_cost(RESNEXT))
    assert off <= abs(template_cost(narrow) - template_cost(RESNEXT))


@pytest.mark.parametrize(
    "own", [RESNEXT, Architecture.preset("senet154"), Architecture("resnext", groups=((16, 2), (32, 2)))]
)
def test_what_is_held_is_the_cost_of_an_identity_block_as_the_ledger_counts_it(own):
    filters = own.groups[0][0] if own.groups else 64
    rows = own.ledger().blocks()["group1", "block2"]
    assert sum(row.params for row in rows if "conv" in row.kind) * 64**2 == template_cost(own) * filters**2


@pytest.mark.parametrize("cardinality", [*range(1, 79, 7), 113, 127])
def test_no_other_width_is_nearer(cardinality):
    target = template_cost(RESNEXT)
    off = {
        w: abs(template_cost(replace(RESNEXT, cardinality=cardinality, base_width=w)) - target) for w in range(1, 80)
    }
    assert at_constant_cost(RESNEXT, cardinality=cardinality).base_width == min(off, key=off.get)


def test_what_does_not_move_stays_as_it_is():
    odd = replace(RESNEXT, cardinality=64)
    assert at_constant_cost(odd, cardinality=64) is odd
    assert at_constant_cost(odd, cardinality=32).ratio == 16


def test_widths_follow_the_groups_and_halved_reductions():
    own = Architecture("resnext", groups=((16, 2), (32, 2)))
    assert at_constant_cost(own, cardinality=8).base_width % 4 == 0
    senet = Architecture.preset("senet154")
    for cardinality in (1, 2, 8, 32, 128):
        assert at_constant_cost(senet, cardinality=cardinality).base_width % 2 == 0


def test_bad_moves_are_answered_with_rule_value_and_what_would_do():
    with pytest.raises(ValueError, match=r"`cardinality` \(=256\) leaves no `base_width`.*25%.*try cardinality=168"):
        at_constant_cost(RESNEXT, cardinality=256)
    with pytest.raises(ValueError, match=r"`base_width` \(=48\) leaves no `cardinality`.*try base_width=46"):
        at_constant_cost(RESNEXT, base_width=48)
    with pytest.raises(ValueError, match="has one path"):
        at_constant_cost(Architecture(), cardinality=8)
    with pytest.raises(ValueError, match="state their width"):
        at_constant_cost(Architecture("resnext", groups=((128, 256, 3),)), cardinality=8)
    with pytest.raises(TypeError, match="one of `cardinality` and `base_width`, not 2"):
        at_constant_cost(RESNEXT, cardinality=8, base_width=14)
    with pytest.raises(TypeError, match="not 0"):
        at_constant_cost(RESNEXT)
    with pytest.raises(ValueError, match="at least 1"):
        at_constant_cost(RESNEXT, cardinality=0)


@pytest.mark.parametrize(("named", "tried"), [("cardinality", 168), ("base_width", 46)])
def test_what_an_error_suggests_can_be_had(named, tried):
    moved = at_constant_cost(RESNEXT, **{named: tried})
    assert abs(template_cost(moved) - template_cost(RESNEXT)) <= MAX_COST_CHANGE * template_cost(RESNEXT)


def test_a_sweep_leaves_out_what_is_not_legal():
    assert [stop for stop, _ in sweep(Architecture(), "ratio", (2, 256, 257, None))] == [2, 256, None]
    assert [net.base_width for _, net in sweep(RESNEXT, "cardinality", (8, 4096), keep_cost=True)] == [14]
    with pytest.raises(ValueError, match="try 'cardinality'"):
        sweep(RESNEXT, "cardinalty", (8,))
    with pytest.raises(ValueError, match="must be 'cardinality' or 'base_width'"):
        sweep(RESNEXT, "ratio", (8,), keep_cost=True)


@pytest.mark.parametrize(
    "net",
    [
        *(Architecture.preset(name) for name in PRESETS if "154" in name or "x" in name),
        Architecture("resnext", groups=((16, 2), (32, 2)), conv_bias=True),
        Architecture("resnext", groups=((128, 256, 3), (256, 512, 1))),
        Architecture("resnext", place="3x3", cardinality=5, ratio=12),
        Architecture("resnext", place="pre", ratio=(None, 4, None, 8)),
        Architecture("resnext", 26, include_top=False, input_shape=(65, 97, 3)),
        *(Architecture.preset(name) for name in ("se_resnet18", "cifar_se_resnet20", "se_resnet152")),
        Architecture(groups=((64, 1), (64, 5), (128, 2)), ratio=(None, 4, 16), place="post"),
    ],
)
def test_counts_for_curves_are_those_of_the_ledger(net):
    wider = [moved for _, moved in sweep(net, "base_width", [by * net.base_width for by in (1, 2, 8)])]
    for moved in (*(n for each in wider for _, n in sweep(each, "cardinality", (1, 3, 8, 32, 64))), net):
        ledger = moved.ledger()
        assert cost(moved) == (ledger.params, ledger.macs)


@pytest.mark.parametrize("after", [Architecture("resnext", 101, ratio=8), Architecture.preset("cifar_resnet20"),
                                   Architecture(include_top=False), Architecture()])  # fmt: skip
@pytest.mark.parametrize("measure", ["layers", *SUMMED])
def test_the_parts_of_a_difference_add_up_exactly(after, measure):
    difference = Difference(Architecture().ledger(), after.ledger())
    whole = getattr(difference.after.total, measure) - getattr(difference.before.total, measure)
    assert getattr(difference.total, measure) == whole
    assert sum(getattr(part, measure) for part in difference.by_group) == whole
    assert sum(getattr(part, measure) for part in difference.by_kind) == whole
    assert getattr(difference.se, measure) == getattr(after.ledger().se, measure) - getattr(
        Architecture().ledger().se, measure
    )


def test_groups_that_only_one_has_keep_their_place():
    assert merged(("stem", "group1", "classifier"), ("stem", "group1", "group2", "group3")) == (
        "stem", "group1", "group2", "group3", "classifier",
    )  # fmt: skip
    assert merged((), ("a", "b")) == ("a", "b")
    assert merged(("b",), ("a", "b")) == ("a", "b")
