"""Style: how blocks are built, apart from their sizes; and the conventions that bundle it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any

from senet_lab.architecture.aliases import AliasDict, current_name
from senet_lab.checks import (
    MAX_CHANNELS,
    InvalidTypeError,
    InvalidValueError,
    Parameter,
    Setting,
    flag,
    one_of,
    real,
    whole,
)

FAMILIES = ("resnet", "resnext", "regnet")

# The ratio that a family's paper uses: Hu et al. 2018, sec. 6.1; Radosavovic et al. 2020, sec. 4.
USUAL_RATIOS: Mapping[str, int] = {"resnet": 16, "resnext": 16, "regnet": 4}

# The meta-parameters that apply to one family only.
FAMILY_FIELDS: Mapping[str, tuple[str, ...]] = {
    "resnet": (),
    "resnext": ("cardinality", "base_width"),
    "regnet": ("w0", "wa", "wm", "group_width"),
}

# What each source does where the papers leave a choice; three values stand for `FAMILIES`.
# "original": the lesson this project grew from. "paper": Hu et al. 2018 as released for Caffe; it states no BN
# momentum, so that of its ports is used; for a RegNet, that is pycls. "timm": `seresnet50`, `seresnext50_32x4d` and
# `regnety_004` in timm 1.0.
_FIELDS: Mapping[str, tuple[Any, Any, Any]] = {  # original, paper, timm
    "stride_place": (("1x1", "3x3", "3x3"), ("1x1", "3x3", "3x3"), "3x3"),
    "padding": ("same", "symmetric", "symmetric"),
    "pool_padding": ("symmetric", "ceil", "symmetric"),
    "conv_bias": (False, False, False),
    "se_bias": (False, True, True),
    "squeeze_divisor": (1, 1, (8, 8, 1)),
    "bn_epsilon": (1e-3, 1e-5, 1e-5),
    "bn_momentum": (0.99, 0.9, 0.9),
    "zero_gamma": (False, False, True),
    "eca_kernel": ("released", "released", "formula"),
}
_ROWS = (dict(zip(_FIELDS, values, strict=True)) for values in zip(*_FIELDS.values(), strict=True))
CONVENTIONS: Mapping[str, Mapping[str, Any]] = AliasDict(zip(("original", "paper", "timm"), _ROWS, strict=True))

# What a family has in every convention (for a RegNet: Radosavovic et al. 2020, sec. 3 and 4).
_OF_FAMILY: Mapping[str, Mapping[str, Any]] = {"regnet": {"stem": "simple", "place": "3x3", "squeeze_from": "input"}}

# The attention modules, and how a network's name abbreviates each.
ATTENTIONS: Mapping[str, str] = {"se": "SE", "eca": "ECA", "cbam": "CBAM", "scse": "scSE"}

# What makes maps smaller, and what timm adds to a network's name for it.
DOWNSAMPLINGS: Mapping[str, str] = {"stride": "", "average": "AA", "blur": "Blur"}

CHOICES: Mapping[str, tuple[Any, ...]] = {
    "block": ("bottleneck", "basic"),
    "stem": ("imagenet", "cifar", "deep", "tiered", "simple"),
    "projection_kernel": (1, 3),
    "downsampling": tuple(DOWNSAMPLINGS),
    "stride_place": ("1x1", "3x3"),
    "padding": ("same", "symmetric"),
    "pool_padding": ("symmetric", "ceil"),
    "squeeze": ("average", "max"),
    "gate": ("sigmoid", "tanh", "relu"),
    "place": ("standard", "pre", "post", "identity", "3x3"),
    "attention": tuple(ATTENTIONS),
    "eca_kernel": ("released", "formula"),
    "squeeze_from": ("map", "input"),
}
DEEP_STEMS = ("deep", "tiered")  # of three 3x3 convolutions
# The names of variants with three convolutions in the stem, by the `stem`, its `stem_width` and `projection_pooling`:
# C and D of He et al. 2019, sec. 4; T of timm. They keep the depth of the network with a stem of one convolution.
VARIANTS: Mapping[tuple[str, int, bool], str] = {
    ("deep", 32, False): "C", ("deep", 32, True): "D", ("tiered", 32, True): "T",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Style:
    """How a block is built, apart from its sizes. Every field has a value; `style_of` takes them from a convention.

    Attributes:
        block: "bottleneck" (1x1, 3x3, 1x1; He et al. 2016, fig. 5 right) or "basic" (3x3, 3x3; fig. 5 left).
        stem: "imagenet" (7x7 stride 2, max pool), "cifar" (one 3x3), "deep" (three 3x3, max pool: SENet-154 and
            ResNet-D), "tiered" (the same with 3/4 of the channels in the first: ResNet-T) or "simple" (one 3x3 stride
            2: RegNet).
        projection_kernel: side of a strided projection shortcut's kernel; 3 in SENet-154.
        projection_pooling: a strided projection shortcut pools, and its 1x1 has no stride (ResNet-D; He et al. 2019).
        downsampling: "stride" of a convolution and of max pooling, or pooling after the 3x3 of a block and in the stem,
            so that no sample of a map is skipped: "average" of 2x2, or "blur", a binomial filter of 3x3 with mirrored
            edges (Zhang 2019).
        halve_reduction: the first 1x1 of a bottleneck has half as many channels as its 3x3, as in SENet-154.
        dropout: rate before the classifier; 0.2 in SENet-154.
        stride_place: which convolution of a bottleneck carries the stride ("1x1" is v1, "3x3" is v1.5).
        padding: of strided 3x3 convolutions: Keras's "same" (more on the right) or "symmetric".
        pool_padding: of the stem's max pool: "symmetric", or "ceil" (only on the right, because Caffe rounds up).
        conv_bias: biases in the residual blocks' convolutions, before BN (without effect, but counted).
        se_bias: biases in the two dense layers of squeeze-excite, CBAM and scSE, and in scSE's convolution.
        squeeze_divisor: 1 rounds channels/ratio down; d > 1 to the nearest multiple of d, at least d.
        bn_epsilon, bn_momentum: of every batch normalization, in Keras's sense.
        zero_gamma: the last BN of each residual branch starts at 0 (Goyal et al. 2017, sec. 5.1).
        branch_relu: a ReLU after the last BN of a basic block's branch, as in timm's `legacy_seresnet18` and 34.
        squeeze: "average" or "max" pooling over the map (Hu et al. 2018, sec. 6.2).
        gate: "sigmoid", "tanh" or "relu" (sec. 6.3).
        place: of squeeze-excite: "standard", "pre", "post", "identity" or after the "3x3" (sec. 6.5).
        attention: the module that computes the gates: "se" (Hu et al. 2018), "eca" (Wang et al. 2020), "cbam" (Woo et
            al. 2018) or "scse" (Roy et al. 2018). `gate` and `place` apply to all of them, and `squeeze` to all but
            CBAM, which pools in both ways.
        eca_kernel: how ECA's kernel depends on the channels, see `eca_kernel_size`.
        squeeze_from: what the ratio divides: the channels of the gated "map", or of the block's "input" as in RegNetY.
    """

    block: str = "bottleneck"
    stem: str = "imagenet"
    projection_kernel: int = 1
    projection_pooling: bool = False
    downsampling: str = "stride"
    halve_reduction: bool = False
    branch_relu: bool = False
    dropout: float = 0.0
    stride_place: str
    padding: str
    pool_padding: str
    conv_bias: bool
    se_bias: bool
    squeeze_divisor: int
    bn_epsilon: float
    bn_momentum: float
    zero_gamma: bool
    eca_kernel: str
    squeeze: str = "average"
    gate: str = "sigmoid"
    place: str = "standard"
    attention: str = "se"
    squeeze_from: str = "map"

    def __post_init__(self) -> None:
        for name in STYLE_FIELDS:
            object.__setattr__(self, name, validate(name, getattr(self, name)))
        if self.projection_pooling and self.projection_kernel > 1:
            reason = "pooling already shows a 1\u00d71 every position (He et al. 2019, fig. 2)"
            rule = ("needs ", Parameter("projection_kernel", self.projection_kernel), f" to be 1: {reason}")
            fit = (Setting("projection_kernel", 1), " or ", Setting("projection_pooling", False))
            raise InvalidValueError("projection_pooling", True, rule, fit)

    def __repr__(self) -> str:
        usual = {**CONVENTIONS["original"], **{f.name: f.default for f in fields(self) if f.default is not MISSING}}
        changed = {n: v for n in STYLE_FIELDS if (v := getattr(self, n)) != usual[n] and n != "stride_place"}
        others = "".join(f", {name}={value!r}" for name, value in changed.items())
        return f"<Style: original, stride in the {self.stride_place}{others}>"


STYLE_FIELDS = tuple(field.name for field in fields(Style))


def validate(name: str, value: Any) -> Any:
    """Return the value of one style field if it is valid; else raise an error that suggests a valid one."""
    if name == "attention" and (value is None or (isinstance(value, str) and value == "none")):
        error = InvalidTypeError if value is None else InvalidValueError
        raise error(name, value, "must name a module; without any, the ratio is None", "ratio=None")
    if name in CHOICES:
        return one_of(name, value, CHOICES[name])
    if name == "squeeze_divisor":
        return whole(name, value, 1, MAX_CHANNELS)
    if name in ("dropout", "bn_momentum"):
        return real(name, value, 0, 1)
    if name == "bn_epsilon":
        return real(name, value, 1e-12, 1)
    return flag(name, value)


def style_of(convention: str = "original", family: str = "resnet", **explicit: Any) -> Style:
    """Return the style of a family in a convention, with other values for the `explicit` fields.

    >>> style_of("timm").squeeze_divisor, style_of("original", "resnext", gate="tanh").gate
    (8, 'tanh')

    Raises:
        ValueError, TypeError: an unknown convention or family, or an invalid value of a field.
    """
    index = FAMILIES.index(one_of("family", family, FAMILIES))
    bundle = CONVENTIONS[one_of("convention", current_name(convention), tuple(CONVENTIONS))]
    for name in explicit:
        one_of("field of a style", name, STYLE_FIELDS)
    of_convention = {name: v[index] if isinstance(v, tuple) else v for name, v in bundle.items()}
    return Style(**of_convention | dict(_OF_FAMILY.get(family, {})) | explicit)


def squeezed_channels(channels: int, ratio: int, divisor: int = 1, *, to_nearest: bool = False) -> int:
    """Return how many of `channels` remain after the squeeze.

    Args:
        to_nearest: instead of down, round to the nearest whole number, halves to even, as pycls and timm do for RegNet.

    Raises:
        ValueError: none would be left (Hu et al. 2018 give no rule; a gate would be constant, sigmoid(0)).
    """
    if divisor > 1:
        return max(divisor, int(channels / ratio + divisor / 2) // divisor * divisor)
    if ratio > channels:
        rule = f"leaves no channel of {channels} to squeeze into"
        raise InvalidValueError("ratio", ratio, rule, f"{channels} or less")
    return round(channels / ratio) if to_nearest else channels // ratio


def eca_kernel_size(channels: int, rule: str) -> int:
    """Return the number of neighboring channels from which ECA computes a gate; it is odd.

    "formula" is that of Wang et al. 2020, sec. 3.2, as timm rounds it: (log2(channels) + 1) / 2, down, then up to an
    odd number, at least 3. "released" are the kernels of the authors' weights for ResNet-50: 3, 5, 5 and 7 in its
    groups, which do not follow the formula. Those for ResNet-101 and 152 have 3 instead of 5 in group 2.

    >>> [eca_kernel_size(channels, "released") for channels in (256, 512, 1024, 2048)]
    [3, 5, 5, 7]
    >>> [eca_kernel_size(channels, "formula") for channels in (256, 512, 1024, 2048)]
    [5, 5, 5, 7]
    """
    if rule == "formula":
        return max(3, channels.bit_length() // 2 | 1)
    return 3 if channels < 512 else 5 if channels < 2048 else 7
