"""Trade-offs: curves through the ledger's counts, with the published networks that belong on them."""

from dataclasses import replace

import pytest
from drawn_ledgers import ALL, ODD, RESNEXT, cells, number, parsed, within

from senet_lab import Architecture
from senet_lab.drawing.network.sources import bundled_sources
from senet_lab.drawing.network.tradeoffs import cardinality_curves, ratio_curves, tradeoffs
from senet_lab.papers import canonical_form, find_published


@pytest.mark.parametrize("name", ALL)
def test_trade_offs_are_well_formed_and_stay_in_their_frames(name):
    page = parsed(tradeoffs(ALL[name]))
    drawings = [mark for mark in page.iter() if mark.tag.endswith("}svg")]
    sections = ("ratio", "cardinality") if ALL[name].family == "resnext" else ("ratio",)
    sections = sections[1:] if ALL[name].attention == "eca" else sections  # it has no ratio
    bundled = sum(source.parameter in sections for source in bundled_sources())
    over_group_width = 2 * (ALL[name].family == "regnet")  # two costs
    # Two costs and the paper's accuracy; the main table.
    assert len(drawings) == 3 * len(sections) + bundled + over_group_width + 1
    for drawing in drawings:
        width, height = map(float, drawing.get("viewBox").split()[2:])
        assert within(drawing, width)
        for circle in (mark for mark in drawing.iter() if mark.tag.endswith("circle")):
            assert 0 < float(circle.get("cx")) < width
            assert 0 < float(circle.get("cy")) < height


def test_the_curve_over_the_ratio_has_the_counts_of_the_published_ones():
    rows = cells(parsed(ratio_curves(Architecture())).find(".//table"))
    assert {row[0]: number(row[1]) for row in rows} == {
        "2": 45_676_584, "4": 35_616_808, "8": 30_586_920, "16": 28_071_976, "32": 26_814_504,
        "64": Architecture(ratio=64).ledger().params, "none": 25_557_032,
    }  # fmt: skip


def test_the_curve_at_constant_cost_has_the_papers_rows():
    rows = cells(parsed(cardinality_curves(replace(RESNEXT, ratio=None))).find(".//table"))
    at_constant_cost = {row[0]: (row[3], number(row[4])) for row in rows}
    assert [at_constant_cost[c][0] for c in ("1", "2", "4", "8", "32")] == ["64", "40", "24", "14", "4"]
    assert [at_constant_cost[c][1] for c in ("1", "2", "4", "8", "32")] == [
        25_557_032, 25_425_000, 25_292_968, 25_603_016, 25_028_904,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["regnety_400mf", "regnety_12gf"])
def test_a_regnet_has_a_curve_over_its_group_width_with_the_counts_of_the_ledger(name):
    net = Architecture.preset(name)
    page = parsed(cardinality_curves(net))
    rows = {row[0]: (number(row[1]), number(row[2])) for row in cells(page.find(".//table"))}
    ledgers = {str(width): replace(net, group_width=width).ledger() for width in (1, 8, 64, net.group_width)}
    assert {width: rows[width] for width in ledgers} == {w: (each.params, each.macs) for w, each in ledgers.items()}
    assert [row[0].text for row in page.iter("tr") if row.get("class") == "sn-present"] == [str(net.group_width)]


@pytest.mark.parametrize(("net", "here"), [(RESNEXT, "16"), (replace(RESNEXT, ratio=12), "12"),
                                           (replace(RESNEXT, ratio=None), "none"), (ODD["own ratios"], "custom")])  # fmt: skip
def test_the_present_network_is_marked_on_its_stop(net, here):
    page = parsed(ratio_curves(net))
    assert [row[0].text for row in page.iter("tr") if row.get("class") == "sn-present"] == [here]
    assert len([mark for mark in page.iter() if mark.get("class") == "sn-here"]) == 2


def rings(page):
    return sum(mark.get("class") == "sn-ring" for mark in parsed(page).iter())


def test_published_points_are_those_whose_other_meta_parameters_agree():
    assert rings(ratio_curves(Architecture())) == 2 * 6
    assert rings(ratio_curves(Architecture(convention="timm"))) == 2 * 6
    assert rings(ratio_curves(Architecture(gate="tanh"))) == 2 * 1  # without squeeze-excite there is no gate
    assert rings(ratio_curves(RESNEXT)) == 0
    assert rings(cardinality_curves(RESNEXT)) == 0
    assert rings(cardinality_curves(replace(RESNEXT, ratio=None))) == 2 * (5 + 1)  # 32x4d is on both curves


def test_a_network_that_the_papers_convention_refuses_has_trade_offs_but_no_published_form():
    """Of 48 channels a ratio of 64 leaves 1 where squeezes are multiples of 3, and 0 in the paper's convention."""
    lone = Architecture("resnext", cardinality=4, base_width=12, place="3x3", squeeze_divisor=3)
    narrowest = replace(lone, ratio=64)
    assert canonical_form(narrowest) == narrowest
    assert find_published(narrowest) is None
    assert "none" in tradeoffs(lone)
    assert not find_published(Architecture(input_shape=(256, 256, 3)))
    assert not find_published(Architecture(place="pre"))
