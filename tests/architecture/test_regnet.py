"""RegNet's rule, against the numbers of timm 1.0.31 and torchvision 0.28, and what it refuses."""

import re
from dataclasses import replace
from itertools import chain

import pytest

from senet_lab import Architecture
from senet_lab.architecture.regnet import PUBLISHED, Sizes, block_widths
from senet_lab.checks import MAX_CHANNELS, MAX_GROUPS

# The quantized widths, the widths of the stages and their blocks; trainable parameters and state: all as timm has them.
TIMM = {
    "200MF": ((24, 56, 152, 368), (24, 56, 152, 368), (1, 1, 4, 7), 3_162_996, 20_848),
    "400MF": ((48, 104, 208, 440), (48, 104, 208, 440), (1, 3, 6, 6), 4_344_144, 27_152),
    "600MF": ((48, 112, 256, 600), (48, 112, 256, 608), (1, 3, 7, 4), 6_055_160, 29_760),
    "800MF": ((56, 136, 320, 776), (64, 128, 320, 768), (1, 3, 8, 2), 6_263_168, 29_888),
    "1.6GF": ((48, 128, 336, 896), (48, 120, 336, 888), (2, 6, 17, 2), 11_202_430, 52_672),
    "3.2GF": ((80, 216, 568, 1504), (72, 216, 576, 1512), (2, 5, 13, 1), 19_436_338, 66_160),
    "4GF": ((96, 216, 480, 1080), (128, 192, 512, 1088), (2, 6, 12, 2), 20_646_656, 62_272),
    "6.4GF": ((112, 256, 576, 1312), (144, 288, 576, 1296), (2, 7, 14, 2), 30_583_252, 82_432),
    "8GF": ((192, 424, 920, 2016), (168, 448, 896, 2016), (2, 4, 10, 1), 39_180_068, 85_744),
    "12GF": ((168, 400, 944, 2240), (224, 448, 896, 2240), (2, 5, 11, 1), 51_822_544, 96_384),
    "16GF": ((200, 496, 1232, 3048), (224, 448, 1232, 3024), (2, 4, 11, 1), 83_590_140, 122_816),
    "32GF": ((232, 584, 1488, 3760), (232, 696, 1392, 3712), (2, 5, 12, 1), 145_046_770, 158_288),
}
TORCHVISION = {
    "800MF": (((64, 1), (144, 3), (320, 8), (784, 2)), 16, 6_432_512),
    "8GF": (((224, 2), (448, 4), (896, 10), (2016, 1)), 56, 39_381_472),
}


def preset(cost, convention="timm"):
    return Architecture.preset(f"regnety_{cost.lower().replace('.', '_')}", convention)


@pytest.mark.parametrize("cost", TIMM)
def test_the_rule_gives_the_widths_and_blocks_of_timm(cost):
    quantized, widths, n_blocks, *_ = TIMM[cost]
    rule = block_widths(PUBLISHED[cost])
    assert rule.quantized == (*chain(*((width,) * times for width, times in zip(quantized, n_blocks, strict=True))),)
    assert rule.stages == tuple(zip(widths, n_blocks, strict=True))


@pytest.mark.parametrize("cost", TIMM)
def test_presets_have_the_parameters_of_timm_to_the_last_one(cost):
    ledger = preset(cost).ledger()
    assert (ledger.params, ledger.state) == TIMM[cost][3:]
    # The name states the multiply-adds; the authors chose networks near it.
    unit = {"MF": 1e6, "GF": 1e9}[cost[-2:]]
    assert ledger.macs == pytest.approx(float(cost[:-2]) * unit, rel=0.02)


@pytest.mark.parametrize("cost", TORCHVISION)
def test_torchvisions_variants_are_custom_groups_with_its_parameters(cost):
    groups, group_width, params = TORCHVISION[cost]
    theirs = Architecture("regnet", groups=groups, group_width=group_width, ratio=4, convention="timm")
    assert theirs.ledger().params == params
    assert theirs.table != preset(cost).table


def test_the_first_block_has_the_initial_width_and_the_linear_widths_have_one_slope():
    rule = block_widths(Sizes(16, 48, 27.89, 2.09, 8))
    assert rule.linear[0] == rule.quantized[0] == 48
    assert rule.linear[15] == pytest.approx(48 + 15 * 27.89)


def test_a_slope_of_zero_gives_one_stage():
    assert Architecture("regnet", 16, wa=0).table == ((48, 16),)


def test_the_written_out_groups_of_a_rule_are_the_same_network():
    rule = preset("3.2GF")
    custom = replace(rule, groups=rule.table)
    assert custom.plan == rule.plan
    assert custom.ledger().rows == rule.ledger().rows


def test_a_stage_narrower_than_the_group_width_is_one_path():
    plan = Architecture("regnet", 16, group_width=64).plan
    assert [(group.filters_in, group.cardinality) for group in plan] == [(48, 1), (128, 2), (192, 3), (448, 7)]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "RegNetY-400MF"),
        ({"ratio": None}, "RegNetX-16 8gw"),
        ({"ratio": (None, None, 4, 4)}, "RegNetY-16 8gw"),
        ({"ratio": 16}, "RegNetY-16 8gw"),
        ({"group_width": 16}, "RegNetY-16 16gw"),
        ({"groups": ((48, 1), (96, 2))}, "RegNetY-3 8gw"),
    ],
)
def test_the_name_is_that_of_the_paper_or_states_blocks_and_group_width(changes, name):
    assert replace(preset("400MF"), **changes).name == name


def test_the_standard_place_of_squeeze_excite_in_a_regnet_is_after_the_3x3():
    style = Architecture("regnet", 16).style
    assert (style.place, style.squeeze_from, style.stem) == ("3x3", "input", "simple")
    assert Architecture("regnet", 16, place="post").style.place == "post"


def test_squeezed_channels_derive_from_the_input_of_the_block():
    rows = [row for row in preset("400MF").ledger().rows if row.role == "reduce" and row.block in ("block1", "block2")]
    assert [row.output_shape[-1] for row in rows] == [8, 12, 26, 26, 52, 52, 110]


def test_squeezed_channels_are_rounded_to_the_nearest_and_halves_to_even_as_in_timm():
    architecture = Architecture("regnet", groups=((40, 2), (56, 2)), group_width=8, ratio=16)
    rows = [row.output_shape[-1] for row in architecture.ledger().rows if row.role == "reduce"]
    assert rows == [2, 2, 2, 4]  # of 32, 40, 40 and 56 channels: 2, 2.5, 2.5 and 3.5


@pytest.mark.parametrize("side", [64, 224])
def test_the_depth_that_is_suggested_for_too_many_stages_is_the_largest_that_is_possible(side):
    fields = {"family": "regnet", "wa": 60, "wm": 1.3, "ratio": 4, "input_shape": (side, side, 3)}
    with pytest.raises(ValueError, match="halves the image") as refused:
        Architecture(depth=40, **fields)
    fit = int(re.search(r"try depth=(\d+)\.", str(refused.value))[1])
    assert Architecture(depth=fit, **fields).plan
    with pytest.raises(ValueError, match="halves the image"):
        Architecture(depth=fit + 1, **fields)


def test_each_stage_halves_the_map_and_none_but_the_stem_does_besides():
    architecture = preset("400MF")
    sides = [row.output_shape[1] for row in architecture.ledger().rows if row.role == "output"]
    assert sorted(set(sides), reverse=True) == [56, 28, 14, 7]
    assert architecture.stride == 32


def test_the_sizes_of_a_regnet_change_no_other_family():
    before = Architecture("resnext")
    after = replace(before, w0=80, wa=40, wm=2.5, group_width=16, squeeze_from="map")
    assert after.ledger().rows == before.ledger().rows


REFUSED = [
    ({"w0": 50}, "`w0` (=50) must be a multiple of 8; try 48 or 56."),
    ({"w0": 0}, "`w0` (=0) must be at least 8; try 8."),
    ({"wa": -1}, "`wa` (=-1) must be at least 0 and below 1024; try 0."),
    ({"wm": 1}, "`wm` (=1) must be at least 1.1 and below 16.0; try 1.1."),
    ({"group_width": 0}, "`group_width` (=0) must be at least 1; try 1."),
    ({"depth": 0}, "`depth` (=0) must be at least 1; try 1."),
    ({"block": "basic"}, "`family` (='regnet') needs `block` (='basic') to be 'bottleneck'"),
    ({"groups": ((20, 2),)}, "`n_filters` (=20) must be divisible by `group_width` (=8); try 16 or 24."),
    ({"ratio": 64}, "group 1: `ratio` (=64) leaves no channel of 32 to squeeze into; try 32 or less."),
    ({"ratio": (4, 4)}, "`ratio` (=(4, 4)) must have one entry per group (=4); try (4, 4, 4, 4)."),
    (
        {"wm": 1.2, "depth": 80, "input_shape": (2**16, 2**16, 3)},
        "`depth` (=80) gives 19 groups, the last 2,208 channels wide; possible are up to 12 groups",
    ),
    (
        {"wa": 60, "wm": 1.3, "depth": 40, "input_shape": (96, 64, 3)},
        "groups, each of which halves the image; an image of 64 pixels allows up to 5; try depth=",
    ),
    (
        {"input_shape": (16, 16, 3)},
        "`input_shape` (=(16, 16, 3)) must be at least 32 pixels high and wide, the product of the strides",
    ),
]


@pytest.mark.parametrize(("changes", "words"), REFUSED, ids=[str(changes) for changes, _ in REFUSED])
def test_sizes_that_no_regnet_can_have_are_refused_with_what_would_do(changes, words):
    with pytest.raises(ValueError, match=re.escape(words)) as refused:
        Architecture(**{"family": "regnet", "depth": 16, "ratio": 4} | changes)
    assert "; try " in str(refused.value)


@pytest.mark.parametrize("sizes", [{"depth": 1000, "wm": 1.1}, {"depth": 1000, "wa": 1000, "wm": 15}])
def test_the_suggested_depth_is_the_largest_that_is_possible(sizes):
    with pytest.raises(ValueError, match="try depth=") as refused:
        Architecture("regnet", input_shape=(2**16, 2**16, 3), **sizes)
    depth = int(re.search(r"try depth=(\d+)", str(refused.value))[1])
    for more, is_possible in ((0, True), (1, False)):
        table = block_widths(Sizes(depth + more, 48, sizes.get("wa", 27.89), sizes["wm"], 8)).stages
        assert (len(table) <= MAX_GROUPS and table[-1][0] <= MAX_CHANNELS) is is_possible
