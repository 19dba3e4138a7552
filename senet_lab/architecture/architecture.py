"""Architecture: every meta-parameter of a network in one frozen object, checked on construction."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from math import gcd
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab import checks
from senet_lab.architecture import foreign_names, regnet, tokens
from senet_lab.architecture.aliases import current_name
from senet_lab.architecture.presets import DEPTHS, EXPANSION, PRESETS, depths
from senet_lab.architecture.style import (
    ATTENTIONS,
    CONVENTIONS,
    DEEP_STEMS,
    DOWNSAMPLINGS,
    FAMILIES,
    STYLE_FIELDS,
    USUAL_RATIOS,
    VARIANTS,
    Style,
    squeezed_channels,
    style_of,
    validate,
)
from senet_lab.extras import require

if TYPE_CHECKING:
    import keras

    from senet_lab.ledger.ledger import Ledger


class Group(NamedTuple):
    """One group of residual blocks, resolved: what the procedural `group` functions are called with."""

    filters_in: int
    filters_out: int
    n_blocks: int
    ratio: int | None
    cardinality: int


@lru_cache(maxsize=2**8)  # one slider move tries about thirty networks, most of the same style
def _known_style(convention: str, family: str, explicit: tuple[tuple[str, Any], ...]) -> Style:
    """Call `style_of`, cached; the fields are already checked."""
    return style_of(convention, family, **dict(explicit))


STATED = ("squeeze", "gate", "place", "attention")  # have values of their own, so None is none
EXAMPLE = "Architecture.preset('cifar_se_resnet20')"  # suggested by errors about a value that is no architecture


@dataclass(frozen=True, kw_only=True, repr=False)
class Architecture:
    """The meta-parameters of a squeeze-and-excitation network; `ledger()` counts it, `build()` makes the model.

    >>> Architecture("resnext", 50, ratio=8).name
    'SE-ResNeXt-50 32x4d'

    Attributes:
        family: "resnet" (one path), "resnext" (`cardinality` paths) or "regnet" (paths of `group_width` channels).
        depth: a published depth, see `architecture.presets`. With custom `groups` it only sets the style (the kind of
            block and stem); `layers` is the resulting depth. For "regnet": the number of blocks.
        groups: None for the groups of `depth`, or custom ones as `(n_filters, n_blocks)` each; for "resnext" also
            `(filters_in, filters_out, n_blocks)`, to which `base_width` does not apply.
        cardinality: the number of groups of the grouped convolution (Xie et al. 2017, sec. 3); "resnext" only.
        base_width: channels per path in a group with n_filters=64, the d of 32x4d; "resnext" only.
        stem_width: channels of the second convolution of a "deep" or "tiered" stem, which returns twice as many.
        w0, wa, wm: width of the first block, channels that each block adds, and factor between groups, before widths
            are rounded to whole paths; "regnet" only, where they set the groups (`architecture.regnet`; Radosavovic et
            al. 2020, sec. 3.3).
        group_width: channels per path; "regnet" only.
        ratio: reduction of the squeeze (Hu et al. 2018, sec. 3.2), None for no squeeze-excite or other attention; or
            one per group. With ECA, which reduces nothing, all numbers mean the same.
        input_shape: (height, width, channels) in pixels.
        classes: number of outputs of the classifier.
        include_top: False omits the classifier; the output is then the last feature map.
        convention: "original", "paper" or "timm"; sets each field below that is None.

    The fields from `squeeze` on are documented in `Style`. For "regnet", the standard place is after the 3x3.

    Raises:
        ValueError, TypeError: with the rule, the given value and the nearest valid one.
    """

    family: str = field(default="resnet", kw_only=False)
    depth: int = field(default=50, kw_only=False)
    groups: tuple[tuple[int, ...], ...] | None = None
    cardinality: int = 32
    base_width: int = 4
    stem_width: int = 64
    w0: int = 48
    wa: float = 27.89
    wm: float = 2.09
    group_width: int = 8
    ratio: int | tuple[int | None, ...] | None = 16
    input_shape: tuple[int, int, int] = (224, 224, 3)
    classes: int = 1000
    include_top: bool = True
    convention: str = "original"

    squeeze: str = "average"
    gate: str = "sigmoid"
    place: str = "standard"
    attention: str = "se"

    block: str | None = None
    stem: str | None = None
    projection_kernel: int | None = None
    projection_pooling: bool | None = None
    downsampling: str | None = None
    halve_reduction: bool | None = None
    dropout: float | None = None
    stride_place: str | None = None
    padding: str | None = None
    pool_padding: str | None = None
    conv_bias: bool | None = None
    se_bias: bool | None = None
    squeeze_divisor: int | None = None
    bn_epsilon: float | None = None
    bn_momentum: float | None = None
    zero_gamma: bool | None = None
    branch_relu: bool | None = None
    eca_kernel: str | None = None
    squeeze_from: str | None = None

    def __post_init__(self) -> None:
        checks.one_of("family", self.family, FAMILIES)
        checks.flag("include_top", self.include_top)
        depth = self.depth if self.family == "regnet" else checks.one_of("depth", self.depth, depths(self.family))
        sizes = regnet.check_sizes(self.sizes._replace(depth=depth))
        self._set(
            **sizes._asdict(),
            cardinality=checks.whole("cardinality", self.cardinality, 1, checks.MAX_CARDINALITY),
            base_width=checks.whole("base_width", self.base_width, 1, checks.MAX_BASE_WIDTH),
            stem_width=checks.whole("stem_width", self.stem_width, 1, checks.MAX_CHANNELS),
            classes=checks.whole("classes", self.classes, 2, checks.MAX_CLASSES),
            convention=checks.one_of("convention", current_name(self.convention), tuple(CONVENTIONS)),
            groups=None if self.groups is None else checks.own_groups(self.groups, self.family),
            **{name: validate(name, value) for name, value in self._explicit_style().items()},
        )
        self._check_stages()
        self._set(
            ratio=checks.per_group("ratio", self.ratio, len(self.table)),
            input_shape=checks.image_shape("input_shape", self.input_shape, self.stride),
        )
        self._check_stem()
        self.plan  # noqa: B018 - resolves, and so checks, what the groups are made of

    def __repr__(self) -> str:
        changed = (f for f in fields(self) if getattr(self, f.name) != f.default)
        return f"Architecture({', '.join(f'{f.name}={getattr(self, f.name)!r}' for f in changed)})"

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _explicit_style(self) -> dict[str, Any]:
        return {name: value for name in STYLE_FIELDS if (value := getattr(self, name)) is not None or name in STATED}

    @cached_property
    def style(self) -> Style:
        """How the blocks are built; explicit fields override those of the depth, which override the convention."""
        explicit = self._explicit_style()
        if self.place == "standard":  # the family decides which place that is
            del explicit["place"]
        of_depth = {} if self.family == "regnet" else DEPTHS[self.depth].style
        style = _known_style(self.convention, self.family, tuple((of_depth | explicit).items()))
        if self.family != "resnet" and style.block == "basic":
            reason = "two 3\u00d73 convolutions in a row gain nothing from paths (Xie et al. 2017, sec. 3.3)"
            rule = ("needs ", checks.Parameter("block", "basic"), f" to be 'bottleneck': {reason}")
            fit = (checks.Setting("block", "bottleneck"), " or ", checks.Setting("family", "resnet"))
            raise checks.InvalidValueError("family", self.family, rule, fit)
        return style

    @property
    def sizes(self) -> regnet.Sizes:
        """The numbers from which a RegNet's groups follow."""
        return regnet.Sizes(self.depth, self.w0, self.wa, self.wm, self.group_width)

    @cached_property
    def table(self) -> tuple[tuple[int, ...], ...]:
        """The groups in the form of `groups`: (n_filters, n_blocks) or (filters_in, filters_out, n_blocks) each."""
        if self.groups is not None:
            return self.groups
        return regnet.stages(self.sizes) if self.family == "regnet" else DEPTHS[self.depth].table

    @cached_property
    def plan(self) -> tuple[Group, ...]:
        """The groups, resolved: filters in and out, blocks, ratio, paths."""
        ratios = self.ratio if isinstance(self.ratio, tuple) else (self.ratio,) * len(self.table)
        plan = tuple(
            Group(*self._filters(row), row[-1], ratio, self._cardinality(row))
            for row, ratio in zip(self.table, ratios, strict=True)
        )
        for index, group in enumerate(plan):
            self._check_group(f"group {index + 1}", group, plan[index - 1].filters_out if index else self.stem_filters)
        return plan

    def _cardinality(self, row: tuple[int, ...]) -> int:
        if self.family == "regnet":
            return regnet.n_paths(row[0], self.group_width)
        return self.cardinality if self.family == "resnext" else 1

    def _filters(self, row: tuple[int, ...]) -> tuple[int, int]:
        """Filters of the 3x3 and of the block's output (Xie et al. 2017, table 1, scaled by base_width / 64)."""
        if len(row) == 3:
            return checks.divisible("filters_in", row[0], "cardinality", self.cardinality), row[1]
        n_filters = row[0]
        if self.family == "regnet":  # its blocks have no bottleneck: the 3x3 is as wide as the output
            return n_filters, n_filters
        filters_out = n_filters * EXPANSION[self.style.block]
        if self.family == "resnet":
            return n_filters, filters_out
        step = 64 // gcd(n_filters, 64)
        if self.base_width % step:
            base_width = checks.Parameter("base_width", self.base_width)
            rule = ("times ", base_width, " must be divisible by 64, so that each path has a whole number of channels")
            fit = checks.Setting("base_width", step * max(1, round(self.base_width / step)))
            raise checks.InvalidValueError("n_filters", n_filters, rule, fit)
        return n_filters * self.base_width // 64 * self.cardinality, filters_out

    def _check_stages(self) -> None:
        """Blame the depth of a RegNet, and not the image, if it has more stages than the image can be halved."""
        if self.family == "regnet" and self.groups is None:
            height, width, _ = checks.image_shape("input_shape", self.input_shape, 1)
            regnet.check_stages(self.sizes, min(height, width), self._stem_stride)

    def _check_stem(self) -> None:
        if self.style.stem == "tiered" and self.stem_width % 4:
            below = self.stem_width // 4 * 4
            rule = "must be divisible by 4 in a tiered stem, whose first convolution has 3/4 as many channels"
            fit = f"{below} or {below + 4}" if below else "4"
            raise checks.InvalidValueError("stem_width", self.stem_width, rule, fit)

    def _check_group(self, name: str, group: Group, channels: int) -> None:
        """Check one group, whose input has `channels` channels."""
        if self.style.halve_reduction:
            checks.divisible(f"filters_in of {name}", group.filters_in, "2 x cardinality", 2 * group.cardinality)
        if group.ratio is None or self.attention == "eca":
            return
        later = group.filters_out if group.n_blocks > 1 else channels
        narrowest = min(channels, later)  # of the inputs of the group's blocks
        gated = {"pre": narrowest, "3x3": group.filters_in}.get(self.style.place, group.filters_out)
        if self.style.squeeze_from == "input":
            gated = narrowest
        try:
            squeezed_channels(gated, group.ratio, self.style.squeeze_divisor)
        except checks.InvalidValueError as error:
            error.place = name
            raise

    @property
    def stem_filters(self) -> int:
        """Output channels of the stem: 64, or twice the `stem_width`; 32 in a RegNet; on CIFAR, those of group 1."""
        if self.style.stem == "cifar":
            row = self.table[0]
            return row[0] if len(row) == 2 else max(1, row[1] // 4)
        return {"imagenet": 64, "simple": 32}.get(self.style.stem, 2 * self.stem_width)

    @property
    def stride(self) -> int:
        """Pixels of the input per pixel of the last feature map."""
        return self._stem_stride << len(self.table) - (
            self.family != "regnet"
        )  # only a RegNet's first group has a stride

    @property
    def _stem_stride(self) -> int:
        return {"cifar": 1, "simple": 2}.get(self.style.stem, 4)

    @property
    def paths(self) -> int:
        """Groups of the 3x3 convolution: `cardinality`, or 1 in a ResNet; in a RegNet, those of the widest group."""
        return max(group.cardinality for group in self.plan)

    @property
    def has_se(self) -> bool:
        """Whether any block has squeeze-excite, or another `attention`."""
        return any(group.ratio for group in self.plan)

    @property
    def layers(self) -> int:
        """Depth as in the literature: layers with weights on the main path (no shortcuts, no attention)."""
        stem = 3 if self.style.stem in DEEP_STEMS else 1
        blocks = sum(group.n_blocks for group in self.plan)
        return stem + blocks * (2 if self.style.block == "basic" else 3) + 1

    @property
    def variant(self) -> str:
        """The letter behind the depth in the literature, such as the D of ResNet-50-D; "" without one."""
        style = self.style
        strides_in_1x1 = style.block == "bottleneck" and (style.stride_place, style.downsampling) == ("1x1", "stride")
        stem = (style.stem, self.stem_width, style.projection_pooling)
        return "" if strides_in_1x1 else VARIANTS.get(stem, "")

    @property
    def name(self) -> str:
        """The name in the literature, such as SE-ResNeXt-50 32x4d or SE-ResNet-50-D, which has 52 layers."""
        if self.family == "regnet":
            return self._regnet_name()
        se = f"{ATTENTIONS[self.attention]}-" if self.has_se else ""
        family = {"resnet": "ResNet", "resnext": "ResNeXt"}[self.family]
        kind = f"{se}{family}{DOWNSAMPLINGS[self.style.downsampling]}"
        depth = f"{self.layers - 2}-{self.variant}" if self.variant else f"{self.layers}"
        if self.family == "resnet":
            return f"{kind}-{depth}"
        paths = f"{self.cardinality}x{self.base_width}d" if len(self.table[0]) == 2 else f"{self.cardinality} paths"
        if (self.depth, self.groups, paths, se) == (154, None, "64x4d", "SE-"):
            return "SENet-154"
        return f"{kind}-{depth} {paths}"

    def _regnet_name(self) -> str:
        """RegNetY-400MF for published sizes and ratio 4; else X or Y, blocks, channels per path."""
        cost = next((cost for cost, sizes in regnet.PUBLISHED.items() if sizes == self.sizes), "")
        if cost and self.groups is None and self._is_plain_regnet():
            return f"RegNetY-{cost}"
        blocks = sum(group.n_blocks for group in self.plan)
        others = f"{ATTENTIONS[self.attention]}-RegNet"
        kind = "RegNetX" if not self.has_se else "RegNetY" if self.attention == "se" else others
        return f"{kind}-{blocks} {self.group_width}gw"

    def _is_plain_regnet(self) -> bool:
        """Return whether the blocks are those of the published RegNetY."""
        style = self.style
        parts = (self.attention, style.stem, style.downsampling, style.squeeze_from, style.halve_reduction)
        ratios = {group.ratio for group in self.plan}
        return parts == ("se", "simple", "stride", "input", False) and ratios == {USUAL_RATIOS["regnet"]}

    def ledger(self) -> Ledger:
        """Return every layer with its shape, parameters and cost, in about a millisecond and without Keras."""
        from senet_lab.ledger.ledger import counted

        return counted(self)

    def build(self, name: str | None = None) -> keras.Model:
        """Build the Keras model, with random weights and the layer names of the ledger; this takes seconds.

        Emits a `RuntimeWarning` if memory seems too short.

        Raises:
            MissingExtraError: Keras is not installed; the error says how to install it.
        """
        require("keras", by="building a network")
        from senet_lab.ledger.build_memory import warn_of_build
        from senet_lab.nets.network import build

        warn_of_build(self)
        return build(self, name)

    @classmethod
    def preset(cls, name: str, convention: str = "original") -> Architecture:
        """Return a published network by its name.

        >>> Architecture.preset("se_resnext50_32x4d").ledger().params
        27543848

        Raises:
            ValueError, TypeError: no such preset or convention; the error suggests the nearest, or the network that the
                name stands for in timm or torchvision.
        """
        if isinstance(name, str) and name not in PRESETS and (meant := foreign_names.fields_of(name)) is not None:
            fit = foreign_names.preset_of(meant)
            known = repr(fit) if fit else repr(cls(**meant))
            if fit and "convention" in meant:
                known += f" with convention={meant['convention']!r}"
            rule = f"must be one of {len(PRESETS)} names"
            raise checks.InvalidValueError("name", name, rule, known, advice="Architecture.presets() lists all")
        return cls(**PRESETS[checks.one_of("name", name, PRESETS, "Architecture.presets()")], convention=convention)

    @classmethod
    def presets(cls) -> dict[str, Architecture]:
        """Return all published networks by name, in the original convention."""
        return {name: cls.preset(name) for name in PRESETS}

    def token(self) -> str:
        """Return the architecture as one printable line, for a message or a file name; see `from_token`."""
        return tokens.write(self)

    @classmethod
    def from_token(cls, token: str) -> Architecture:
        """Return the architecture that a token stands for.

        >>> Architecture.from_token("senet1~family=resnext~ratio=8").cardinality
        32

        Raises:
            ValueError, TypeError: not a token, another version, or an invalid value; the error says which part.
        """
        return tokens.read(cls, token)
