"""Architectures for comparisons: each meta-parameter varied by itself, and random combinations."""

from dataclasses import replace

import hypothesis.strategies as st

from senet_lab import Architecture

SMALL = {"groups": ((16, 1), (32, 2)), "input_shape": (32, 32, 3), "classes": 10, "ratio": 4}
RESNET = Architecture("resnet", **SMALL)
BASIC = Architecture("resnet", **SMALL, block="basic", stem="cifar")
RESNEXT = Architecture("resnext", **SMALL, cardinality=8)
REGNET = Architecture("regnet", 3, **SMALL | {"groups": None}, w0=16, wa=12, wm=2)

# Every meta-parameter varied by itself, on a small network of each family to which it applies.
MOVES = [
    {"cardinality": 2}, {"cardinality": 1}, {"base_width": 8}, {"groups": ((16, 64, 1), (24, 96, 2))}, {"ratio": None},
    {"ratio": (4, None)}, {"ratio": (None, 8)}, {"input_shape": (33, 47, 1)}, {"classes": 3}, {"include_top": False},
    {"squeeze": "max"}, {"gate": "tanh"}, {"gate": "relu"}, {"place": "pre"}, {"place": "post"}, {"place": "identity"},
    {"place": "3x3"}, {"stem": "cifar"}, {"stem": "deep"}, {"projection_kernel": 3}, {"halve_reduction": True},
    {"stem": "deep", "stem_width": 12}, {"stem": "tiered"}, {"projection_pooling": True}, {"downsampling": "average"},
    {"downsampling": "blur"},
    {"dropout": 0.2}, {"stride_place": "1x1"}, {"stride_place": "3x3"}, {"padding": "symmetric"},
    {"pool_padding": "ceil"}, {"conv_bias": True}, {"se_bias": True}, {"squeeze_divisor": 8}, {"bn_epsilon": 1e-5},
    {"bn_momentum": 0.9}, {"zero_gamma": True}, {"branch_relu": True}, {"convention": "paper"}, {"convention": "timm"},
    {"attention": "eca"}, {"attention": "eca", "squeeze": "max", "gate": "tanh", "place": "3x3", "eca_kernel": "formula"},
    {"attention": "cbam"}, {"attention": "cbam", "place": "post", "convention": "timm", "include_top": False},
    {"attention": "scse"}, {"attention": "scse", "place": "identity", "gate": "tanh", "convention": "paper"},
    {"stem": "simple"}, {"squeeze_from": "input"}, {"w0": 24}, {"wa": 30.5}, {"wm": 1.5}, {"group_width": 16},
]  # fmt: skip
RESNEXT_ALONE, REGNET_ALONE = ("cardinality", "base_width"), ("w0", "wa", "wm", "group_width")
UNUSED_BY_BASIC = (*RESNEXT_ALONE, *REGNET_ALONE, "groups", "stem", "halve_reduction")
HALVED = {"halve_reduction": True}
D = {"stem": "tiered", "stem_width": 32, "projection_pooling": True, "convention": "timm"}
GRID = [
    *(replace(RESNEXT, **m) for m in MOVES if m != HALVED and not set(m) & {*REGNET_ALONE}),
    replace(RESNEXT, **HALVED, base_width=16),
    *(replace(RESNET, **m) for m in MOVES if not set(m) & {*RESNEXT_ALONE, *REGNET_ALONE, "groups"}),
    *(replace(BASIC, **m) for m in MOVES if not set(m) & {*UNUSED_BY_BASIC}),
    *(replace(REGNET, **m) for m in MOVES if not set(m) & {*RESNEXT_ALONE, "groups"}),
    replace(REGNET, groups=((8, 1), (24, 2)), input_shape=(33, 47, 1)),
    *(replace(BASIC, **D, downsampling=each, input_shape=(61, 97, 3)) for each in ("stride", "average", "blur")),
    *(replace(RESNEXT, **D, downsampling=each, place="3x3", input_shape=(61, 97, 3)) for each in ("average", "blur")),
    replace(RESNEXT, place="pre", convention="timm", input_shape=(61, 97, 3), stem="deep", projection_kernel=3),
]


@st.composite
def architectures(draw):
    family = draw(st.sampled_from(["resnet", "resnext", "regnet"]))
    block = "bottleneck" if family != "resnet" else draw(st.sampled_from(["bottleneck", "basic"]))
    n_groups = draw(st.integers(1, 3))
    sizes = st.tuples(st.sampled_from([16, 32, 48]), st.integers(1, 2))
    side = st.integers(32 if family == "regnet" else 16, 40)
    return Architecture(
        family,
        groups=tuple(draw(sizes) for _ in range(n_groups)),
        cardinality=draw(st.sampled_from([1, 2, 3, 8])),
        base_width=draw(st.sampled_from([4, 8, 16])),
        ratio=tuple(draw(st.sampled_from([None, 1, 2, 3, 4])) for _ in range(n_groups)),
        input_shape=(draw(side), draw(side), draw(st.integers(1, 4))),
        classes=draw(st.integers(2, 20)),
        include_top=draw(st.booleans()),
        convention=draw(st.sampled_from(["original", "paper", "timm"])),
        squeeze=draw(st.sampled_from(["average", "max"])),
        gate=draw(st.sampled_from(["sigmoid", "tanh", "relu"])),
        attention=draw(st.sampled_from(["se", "eca", "cbam", "scse"])),
        place=draw(st.sampled_from(["standard", "pre", "post", "identity", "3x3"])),
        block=block,
        stem=draw(st.sampled_from(["imagenet", "cifar", "deep", "tiered", "simple"])),
        stem_width=4 * draw(st.integers(1, 4)),
        group_width=draw(st.sampled_from([4, 16])),
        squeeze_from=draw(st.sampled_from([None, "map", "input"])),
        **draw(st.sampled_from([{"projection_kernel": 3}, {"projection_pooling": True}, {}])),
        downsampling=draw(st.sampled_from(["stride", "average", "blur"])),
        conv_bias=draw(st.booleans()),
    )
