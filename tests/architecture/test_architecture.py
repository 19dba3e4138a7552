"""Architecture: presets, conventions, replacing, tokens; and what it says to bad input."""

import copy
import dataclasses
import pickle
from dataclasses import replace

import pytest

from senet_lab import Architecture
from senet_lab.architecture.presets import DEPTHS, PRESETS
from senet_lab.architecture.style import CONVENTIONS, STYLE_FIELDS, Style, squeezed_channels, style_of
from senet_lab.checks import InvalidTypeError, InvalidValueError


def test_every_field_of_a_style_is_a_field_of_an_architecture():
    assert set(STYLE_FIELDS) <= {field.name for field in dataclasses.fields(Architecture)}


def test_conventions_set_the_same_fields():
    assert {frozenset(bundle) for bundle in CONVENTIONS.values()} == {frozenset(CONVENTIONS["original"])}


def test_a_field_left_none_takes_the_conventions():
    architecture = Architecture("resnext", convention="timm", bn_epsilon=1e-3)
    assert (architecture.style.bn_epsilon, architecture.style.bn_momentum) == (1e-3, 0.9)
    assert replace(architecture, convention="original").style.bn_momentum == 0.99


def test_the_place_of_the_stride_depends_on_convention_and_family():
    places = {(c, f): style_of(c, f).stride_place for c in CONVENTIONS for f in ("resnet", "resnext")}
    assert [key for key, place in places.items() if place == "1x1"] == [("original", "resnet"), ("paper", "resnet")]


def test_the_issue_s_presets_are_there_each_with_and_without_se():
    plain = {f"resnet{n}" for n in (18, 34, 50, 101, 152)} | {f"resnext{n}_32x4d" for n in (26, 50, 101, 152)}
    plain |= {"resnext101_64x4d"}
    cifar = {f"resnet{n}" for n in (20, 56, 110)}
    expected = plain | {f"se_{n}" for n in plain} | {f"cifar_{n}" for n in cifar} | {f"cifar_se_{n}" for n in cifar}
    regnets = {name for name in PRESETS if name.startswith("regnety_")}  # see test_regnet.py
    assert set(Architecture.presets()) == expected | {"senet154"} | regnets == set(PRESETS)


@pytest.mark.parametrize("name", sorted(n for n in PRESETS if "se_" in n))
def test_a_preset_without_se_differs_from_its_twin_in_the_ratio_alone(name):
    assert replace(Architecture.preset(name), ratio=None) == Architecture.preset(name.replace("se_", ""))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_survive_their_token(name):
    architecture = Architecture.preset(name, "paper")
    assert Architecture.from_token(architecture.token()) == architecture


OTHERS = {
    "family": "resnext", "depth": 101, "groups": ((32, 2), (64, 2)), "cardinality": 8, "base_width": 14, "ratio": 4,
    "input_shape": (64, 96, 1), "classes": 7, "include_top": False, "convention": "timm", "squeeze": "max",
    "gate": "tanh", "place": "post", "block": "basic", "stem": "cifar", "projection_kernel": 3,
    "halve_reduction": True, "dropout": 0.1, "stride_place": "3x3", "padding": "symmetric", "pool_padding": "ceil",
    "conv_bias": True, "se_bias": True, "squeeze_divisor": 8, "bn_epsilon": 1e-4, "bn_momentum": 0.5,
    "zero_gamma": True, "branch_relu": True, "stem_width": 32, "projection_pooling": True, "downsampling": "average",
    "attention": "eca", "eca_kernel": "formula",
    "w0": 56, "wa": 30.5, "wm": 2.5, "group_width": 16,
    "squeeze_from": "input",
}  # fmt: skip


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Architecture)])
def test_each_field_can_be_replaced_survives_a_token_and_shows_in_the_repr(name):
    changed = replace(Architecture(), **{name: OTHERS[name]})
    assert getattr(changed, name) == OTHERS[name]
    assert changed != Architecture()
    assert Architecture.from_token(changed.token()) == changed
    assert f"{name}={OTHERS[name]!r}" in repr(changed)
    assert eval(repr(changed)) == changed


def test_old_tokens_keep_their_meaning():
    """A default that changes would change what these say: then the version of the format must go up."""
    assert Architecture.from_token("senet1") == Architecture(
        "resnet", 50, groups=None, cardinality=32, base_width=4, ratio=16, input_shape=(224, 224, 3), classes=1000,
        include_top=True, convention="original", squeeze="average", gate="sigmoid", place="standard",
    )  # fmt: skip
    assert Architecture().token() == "senet1"
    token = "senet1~family=resnext~groups=96x2,128x3~ratio=16xnone~input_shape=32x48x1~include_top=no~stem=cifar"
    assert Architecture.from_token(token) == Architecture(
        "resnext",
        groups=((96, 2), (128, 3)),
        ratio=(16, None),
        input_shape=(32, 48, 1),
        include_top=False,
        stem="cifar",
    )


def test_a_ratio_for_a_single_group_survives_its_token():
    architecture = Architecture(groups=((64, 2),), ratio=(8,))
    assert Architecture.from_token(architecture.token()) == architecture


def test_own_groups_keep_the_style_of_the_depth_they_replace():
    own = replace(Architecture.preset("cifar_se_resnet20"), groups=((16, 1), (32, 2)))
    assert (own.style.block, own.style.stem, own.layers, own.name) == ("basic", "cifar", 8, "SE-ResNet-8")
    assert replace(own, groups=None) == Architecture.preset("cifar_se_resnet20")


@pytest.mark.parametrize("name", [name for name in PRESETS if not name.startswith("regnety_")])
def test_layers_count_up_to_the_depth_in_the_name(name):
    architecture = Architecture.preset(name)
    assert architecture.layers == architecture.depth


def test_three_columns_state_the_width_of_the_grouped_convolution():
    architecture = Architecture("resnext", groups=((96, 256, 1),), base_width=64)
    assert architecture.plan[0][:3] == (96, 256, 1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("se_resnext101_64x4d", "SE-ResNeXt-101 64x4d"),
        ("resnet18", "ResNet-18"),
        ("senet154", "SENet-154"),
        ("cifar_se_resnet20", "SE-ResNet-20"),
        ("regnety_1_6gf", "RegNetY-1.6GF"),
    ],
)
def test_names_are_those_of_the_literature(name, expected):
    assert Architecture.preset(name).name == expected


def test_whole_numbers_of_numpy_and_lists_are_taken_for_what_they_are():
    import numpy as np

    architecture = Architecture("resnext", np.int64(50), cardinality=np.int32(8), input_shape=[224, 224, 3])
    assert architecture == Architecture("resnext", 50, cardinality=8)
    assert type(architecture.cardinality) is int


def test_timm_rounds_the_squeeze_to_multiples_of_8_and_the_seed_rounds_down():
    assert [squeezed_channels(c, 16, 8) for c in (64, 256, 320, 2048)] == [8, 16, 24, 128]
    assert [squeezed_channels(c, 16) for c in (64, 256, 300)] == [4, 16, 18]


TYPES, VALUES = TypeError, ValueError
BAD = [
    (dict(family="resnxt"), VALUES, "`family` (='resnxt') must be one of 'resnet', 'resnext' or 'regnet'; try 'resnext'."),
    (dict(family=None), TYPES, "`family` must be one of 'resnet', 'resnext' or 'regnet', not None; try 'resnet'."),
    (dict(family="RESNET"), VALUES, "try 'resnet'."),
    (dict(depth=49), VALUES, "`depth` (=49) must be one of 18, 26, 34, 50, 101, 152, 20, 56 or 110; try 50."),
    (dict(depth=154), VALUES, "try 152."),
    (dict(depth=-50), VALUES, "`depth` (=-50) must be one of 18, 26, 34, 50, 101, 152, 20, 56 or 110; try 18."),
    (dict(depth=50.0), TYPES, "`depth` must be one of 18, 26, 34, 50, 101, 152, 20, 56 or 110, not 50.0; try 50."),
    (dict(depth="50"), TYPES, "`depth` must be one of 18, 26, 34, 50, 101, 152, 20, 56 or 110, not '50'; try 50."),
    (dict(depth=True), TYPES, "`depth` must be one of 18, 26, 34, 50, 101, 152, 20, 56 or 110, not True; try 18."),
    (dict(depth=None), TYPES, "`depth` must be one of 18, 26, 34, 50, 101, 152, 20, 56 or 110, not None; try 18."),
    (dict(family="resnext", depth=18), VALUES, "`depth` (=18) must be one of 26, 50, 101, 152 or 154; try 26."),
    (dict(family="resnext", depth=110), VALUES, "try 101."),
    (dict(cardinality=0), VALUES, "`cardinality` (=0) must be at least 1; try 1."),
    (dict(cardinality=-32), VALUES, "`cardinality` (=-32) must be at least 1; try 1."),
    (dict(cardinality=24.5), TYPES, "`cardinality` must be a whole number, not 24.5; try 24."),
    (dict(cardinality="many"), TYPES, "`cardinality` must be a whole number, not 'many'; try 1."),
    (dict(cardinality=10**9), VALUES, "`cardinality` (=1000000000) must be at most 16,384; try 16384."),
    (dict(cardinality=float("nan")), TYPES, "not nan; try 1."),
    (dict(cardinality=None), TYPES, "`cardinality` must be a whole number, not None"),
    (
        dict(family="resnext", groups=((100, 256, 3),)),
        VALUES,
        "`filters_in` (=100) must be divisible by `cardinality` (=32); try 96 or 128.",
    ),
    (dict(family="resnext", groups=((16, 64, 1),)), VALUES, "`filters_in` (=16) must be divisible by `cardinality` (=32); try 32."),
    (dict(base_width=0), VALUES, "`base_width` (=0) must be at least 1; try 1."),
    (dict(base_width=4.5), TYPES, "`base_width` must be a whole number, not 4.5; try 4."),
    (dict(family="resnext", base_width=3, groups=((30, 2),)), VALUES, "`n_filters` (=30) times `base_width` (=3) must be divisible by 64, so that each path has a whole number of channels; try base_width=32."),
    (dict(ratio=0), VALUES, "`ratio` (=0) must be at least 1; try 1."),
    (dict(ratio=-16), VALUES, "`ratio` (=-16) must be at least 1; try 1."),
    (dict(ratio=16.0), TYPES, "`ratio` must be a whole number, not 16.0; try 16."),
    (dict(ratio="none"), TYPES, "`ratio` must be a whole number, not 'none'"),
    (dict(ratio=257), VALUES, "group 1: `ratio` (=257) leaves no channel of 256 to squeeze into; try 256 or less."),
    (dict(ratio=65, place="3x3"), VALUES, "group 1: `ratio` (=65) leaves no channel of 64"),
    (dict(ratio=65, place="pre"), VALUES, "group 1: `ratio` (=65) leaves no channel of 64"),
    (dict(depth=20, ratio=17, input_shape=(32, 32, 3)), VALUES, "try 16 or less."),
    (dict(ratio=(16, 8)), VALUES, "`ratio` (=(16, 8)) must have one entry per group (=4); try (16, 8, 8, 8)."),
    (dict(ratio=()), VALUES, "`ratio` (=()) must have one entry per group (=4); try (16, 16, 16, 16)."),
    (dict(ratio=(16, 16, 16, "x")), TYPES, "`ratio[3]` must be a whole number, not 'x'"),
    (dict(ratio=(16, 16, 16, 4096)), VALUES, "group 4: `ratio` (=4096) leaves no channel of 2048"),
    (dict(input_shape=(31, 224, 3)), VALUES, "must be at least 32 pixels high and wide, the product of the strides; try (32, 224, 3)."),
    (dict(input_shape=(224, 8, 3)), VALUES, "try (224, 32, 3)."),
    (dict(depth=20, input_shape=(3, 3, 3)), VALUES, "must be at least 4 pixels high and wide"),
    (dict(input_shape=(224, 224)), TYPES, "`input_shape` must be (height, width, channels), not (224, 224); try (224, 224, 3)."),
    (dict(input_shape=224), TYPES, "not 224; try (224, 224, 3)."),
    (dict(input_shape=(224, 224, 0)), VALUES, "`input_shape[2]` (=0) must be at least 1; try 1."),
    (dict(input_shape=(None, None, 3)), TYPES, "`input_shape[0]` must be a whole number, not None"),
    (dict(input_shape=("abc", 224, 3)), TYPES, "`input_shape[0]` must be a whole number, not 'abc'; try 32."),
    (dict(input_shape=(0, 224, 3)), VALUES, "try (32, 224, 3)."),
    (dict(input_shape=(224.0, 224, 3)), TYPES, "`input_shape[0]` must be a whole number, not 224.0; try 224."),
    (dict(input_shape=(10**6, 224, 3)), VALUES, "`input_shape[0]` (=1000000) must be at most 65,536; try 65536."),
    (dict(classes=1), VALUES, "`classes` (=1) must be at least 2; try 2."),
    (dict(classes=-10), VALUES, "`classes` (=-10) must be at least 2; try 2."),
    (dict(classes=10.0), TYPES, "`classes` must be a whole number, not 10.0; try 10."),
    (dict(include_top=1), TYPES, "`include_top` must be True or False, not 1; try True."),
    (dict(convention="tim"), VALUES, "`convention` (='tim') must be one of 'original', 'paper' or 'timm'; try 'timm'."),
    (dict(convention=None), TYPES, "`convention` must be one of 'original', 'paper' or 'timm', not None; try 'original'."),
    (dict(squeeze="mean"), VALUES, "`squeeze` (='mean') must be 'average' or 'max'"),
    (dict(gate="sigmoyd"), VALUES, "`gate` (='sigmoyd') must be one of 'sigmoid', 'tanh' or 'relu'; try 'sigmoid'."),
    (dict(place="before"), VALUES, "`place` (='before') must be one of"),
    (dict(place=3), TYPES, "`place` must be one of"),
    (dict(block="bottelneck"), VALUES, "try 'bottleneck'."),
    (dict(stem="cifar10"), VALUES, "try 'cifar'."),
    (dict(family="resnext", block="basic"), VALUES, "`family` (='resnext') needs `block` (='basic') to be 'bottleneck'"),
    (dict(stride_place="2x2"), VALUES, "`stride_place` (='2x2') must be '1x1' or '3x3'"),
    (dict(padding="valid"), VALUES, "`padding` (='valid') must be 'same' or 'symmetric'"),
    (dict(pool_padding="same"), VALUES, "`pool_padding` (='same') must be 'symmetric' or 'ceil'"),
    (dict(projection_kernel=2), VALUES, "`projection_kernel` (=2) must be 1 or 3; try 1."),
    (dict(projection_kernel=True), TYPES, "`projection_kernel` must be 1 or 3, not True; try 1."),
    (dict(stem_width=0), VALUES, "`stem_width` (=0) must be at least 1; try 1."),
    (dict(stem_width="32"), TYPES, "`stem_width` must be a whole number, not '32'; try 32."),
    (dict(stem="tiered", stem_width=30), VALUES, "`stem_width` (=30) must be divisible by 4 in a tiered stem, whose first convolution has 3/4 as many channels; try 28 or 32."),
    (dict(stem="tiered", stem_width=2), VALUES, "has 3/4 as many channels; try 4."),
    (dict(downsampling="blurred"), VALUES, "`downsampling` (='blurred') must be one of 'stride', 'average' or 'blur'; try 'blur'."),
    (dict(projection_pooling=1), TYPES, "`projection_pooling` must be True or False, not 1; try True."),
    (
        dict(family="resnext", depth=154, projection_pooling=True),
        VALUES,
        "`projection_pooling` (=True) needs `projection_kernel` (=3) to be 1: pooling already shows a 1\u00d71 every "
        "position (He et al. 2019, fig. 2); try projection_kernel=1 or projection_pooling=False.",
    ),
    (dict(halve_reduction="yes"), TYPES, "`halve_reduction` must be True or False, not 'yes'; try True."),
    (dict(halve_reduction=True, groups=((33, 1),)), VALUES, "`filters_in of group 1` (=33) must be divisible"),
    (
        dict(family="resnext", halve_reduction=True, base_width=1),
        VALUES,
        "`filters_in of group 1` (=32) must be divisible by `2 x cardinality` (=64); try 64.",
    ),
    (dict(dropout=1.0), VALUES, "`dropout` (=1.0) must be at least 0 and below 1; try 0.99."),
    (dict(dropout="half"), TYPES, "`dropout` must be a number, not 'half'; try 0."),
    (dict(bn_epsilon=0), VALUES, "`bn_epsilon` (=0) must be at least 1e-12 and below 1; try 1e-12."),
    (dict(bn_momentum=-0.1), VALUES, "`bn_momentum` (=-0.1) must be at least 0 and below 1; try 0."),
    (dict(bn_momentum=float("nan")), VALUES, "`bn_momentum` (=nan) must be at least 0 and below 1; try 0."),
    (dict(conv_bias=0), TYPES, "`conv_bias` must be True or False, not 0; try False."),
    (dict(se_bias="no"), TYPES, "`se_bias` must be True or False, not 'no'; try True."),
    (dict(squeeze_divisor=0), VALUES, "`squeeze_divisor` (=0) must be at least 1; try 1."),
    (dict(groups=()), TYPES, "`groups` must be a tuple of 1 to 12 rows"),
    (dict(groups="64x3"), TYPES, "`groups` must be a tuple of 1 to 12 rows"),
    (dict(groups=((64, 256, 3),)), TYPES, "`groups` must have rows (n_filters, n_blocks), all of the same length"),
    (dict(groups=((64, 3), 128)), TYPES, "not 128; try ((64, 3), (128, 4))."),
    (dict(family="resnext", groups=((64, 3), (128, 256, 3))), TYPES, "all of the same length"),
    (dict(groups=((64, 0),)), VALUES, "`groups[0][1]` (=0) must be at least 1; try 1."),
    (dict(groups=((64, 10**8),)), VALUES, "`groups[0][1]` (=100000000) must be at most 1,000; try 1000."),
    (dict(groups=((64.5, 1),)), TYPES, "`groups[0][0]` must be a whole number, not 64.5; try 64."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "error", "words"), BAD, ids=[str(given) for given, *_ in BAD])
def test_bad_input_is_answered_with_the_rule_the_value_and_what_would_do(given, error, words):
    with pytest.raises(error) as caught:
        Architecture(**given)
    assert type(caught.value) is {ValueError: InvalidValueError, TypeError: InvalidTypeError}[error]
    assert words in str(caught.value)
    assert "; try " in str(caught.value)


BAD_TOKENS = [
    (16, TypeError, "`token` must be a string such as 'senet1~ratio=8', not 16; try 'senet1'."),
    (
        "",
        ValueError,
        "`token` (='') must begin with 'senet1'; try 'senet1~ratio=8', or the result of `.token()`.",
    ),
    ("senet2~ratio=8", ValueError, "must begin with 'senet1'"),
    ("senet1~ration=8", ValueError, "`field of a token` (='ration') must be one of"),
    ("senet1~ratio=8~ratio=16", ValueError, "`ratio` must appear only once in a token"),
    ("senet1~ratio=eight", ValueError, "`ratio` (='eight') cannot be read from a token"),
    ("senet1~ratio", ValueError, "`ratio` (='') cannot be read from a token"),
    ("senet1~include_top=maybe", ValueError, "`include_top` (='maybe') cannot be read from a token; try yes."),
    ("senet1~input_shape=224", TypeError, "`input_shape` must be (height, width, channels)"),
    ("senet1~groups=64x", TypeError, "`groups` must have rows"),
    ("senet1~dropout=lots", ValueError, "`dropout` (='lots') cannot be read from a token; try 0.2."),
    ("senet1~depth=49", ValueError, "try 50."),
    ("senet1~depth=50.0", ValueError, "`depth` (='50.0') cannot be read from a token; try 50."),
    ("senet1~ratio=abc", ValueError, "`ratio` (='abc') cannot be read from a token; try 16."),
    ("senet1~depth= 50", ValueError, "`depth` (=' 50') cannot be read from a token"),
    ("senet1~classes=1_0", ValueError, "`classes` (='1_0') cannot be read from a token"),
    ("senet1~ratio=16x8x", ValueError, "`ratio` (='16x8x') cannot be read from a token"),
]


@pytest.mark.parametrize(("token", "error", "words"), BAD_TOKENS, ids=[str(token) for token, *_ in BAD_TOKENS])
def test_a_bad_token_says_which_part_is_bad(token, error, words):
    with pytest.raises(error) as caught:
        Architecture.from_token(token)
    assert words in str(caught.value)


def test_an_unknown_preset_names_the_nearest():
    with pytest.raises(
        ValueError, match=f"one of {len(Architecture.presets())} names; try 'se_resnet50', .* lists all"
    ):
        Architecture.preset("se_resnet51")


def test_a_style_refuses_what_an_architecture_refuses():
    with pytest.raises(ValueError, match="must be one of"):
        style_of("original", gate="softmax")
    with pytest.raises(ValueError, match="field of a style"):
        style_of("original", gates="tanh")
    assert isinstance(style_of("paper", gate="relu"), Style)


def test_architectures_are_frozen_and_hashable():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Architecture().ratio = 8
    assert len({Architecture(), Architecture(), Architecture(ratio=8)}) == 2


def test_published_tables_cannot_be_eaten():
    before = dict(DEPTHS)
    Architecture.preset("se_resnext50_32x4d").ledger()
    assert before == DEPTHS
    assert all(isinstance(skeleton.n_blocks, tuple) for skeleton in DEPTHS.values())


def test_a_numpy_number_in_a_style_field_becomes_a_plain_one():
    import numpy as np

    architecture = Architecture(squeeze_divisor=np.int64(8))
    assert repr(architecture) == "Architecture(squeeze_divisor=8)"


def test_copies_and_pickles_are_equal_and_work():
    architecture = Architecture("resnext", ratio=(16, None, 8, 4))
    for twin in (copy.copy(architecture), copy.deepcopy(architecture), pickle.loads(pickle.dumps(architecture))):
        assert twin == architecture
        assert twin.plan == architecture.plan


def test_names_keep_to_what_is_published():
    assert Architecture("resnext", 154).name == "SE-ResNeXt-154 32x4d"
    assert Architecture("resnext", groups=((64, 50),), stem="deep").name == "SE-ResNeXt-154 32x4d"
    assert Architecture("resnext", groups=((96, 256, 1),)).name == "SE-ResNeXt-5 32 paths"


D = {"stem": "deep", "stem_width": 32, "projection_pooling": True, "stride_place": "3x3"}


@pytest.mark.parametrize(
    ("fields", "name", "layers"),
    [
        (D, "SE-ResNet-50-D", 52),
        (D | {"depth": 18, "stride_place": None}, "SE-ResNet-18-D", 20),
        (D | {"stem": "tiered", "ratio": None}, "ResNet-50-T", 52),
        (D | {"projection_pooling": False}, "SE-ResNet-50-C", 52),
        (D | {"downsampling": "average", "stride_place": None}, "SE-ResNetAA-50-D", 52),
        ({"downsampling": "average", "ratio": None}, "ResNetAA-50", 50),
        ({"downsampling": "blur", "ratio": None}, "ResNetBlur-50", 50),
        (D | {"downsampling": "blur", "stride_place": None}, "SE-ResNetBlur-50-D", 52),
        (D | {"family": "resnext", "depth": 26}, "SE-ResNeXt-26-D 32x4d", 28),
        (D | {"stride_place": "1x1"}, "SE-ResNet-52", 52),
        (D | {"stem_width": 64}, "SE-ResNet-52", 52),
        (D | {"stem": "imagenet"}, "SE-ResNet-50", 50),
    ],
)
def test_a_variant_keeps_the_depth_in_its_name_and_counts_its_layers(fields, name, layers):
    """As timm says of its seresnext26d_32x4d: "technically a 28 layer ResNet"."""
    architecture = Architecture(**fields)
    assert (architecture.name, architecture.layers) == (name, layers)


def test_pre_looks_at_the_channels_that_each_block_is_given():
    """Group 2 here is one block on 2048 channels, whatever it gives back."""
    groups = ((512, 1), (16, 1))
    assert Architecture(groups=groups, place="pre", ratio=(64, 100)).plan[1].ratio == 100
    with pytest.raises(ValueError, match="group 1: `ratio` \\(=100\\) leaves no channel of 64"):
        Architecture(groups=groups, place="pre", ratio=100)
