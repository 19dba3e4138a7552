"""List published results: errors on ImageNet as printed in the papers, with the networks that they belong to.

Errors depend on the training recipe: compare only errors of the same table. Section and table numbers of Hu et al. 2018
refer to arXiv:1709.01507v4, which has ablations that the conference paper lacks; those of Xie et al. 2017 refer to
arXiv:1611.05431v2, of Wang et al. 2020 to arXiv:1910.03151, and of Radosavovic et al. 2020 to arXiv:2003.13678. All
figures are taken from these versions; where a table is that of the authors' repository, its source says so.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache, lru_cache
from typing import Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import depths
from senet_lab.architecture.regnet import PUBLISHED
from senet_lab.architecture.style import CONVENTIONS, DEEP_STEMS, FAMILY_FIELDS, USUAL_RATIOS


class Result(NamedTuple):
    """One network of a table.

    Attributes:
        architecture: the network in its paper's convention; its cost is counted, not copied.
        top1, top5: error in %, single crop of 224 pixels; None if the table has none.
        gmacs: 10^9 multiply-adds as printed, called FLOPs there.
        mparams: parameters as printed, in the unit of its table.
        mactivations: 10^6 values in the outputs of convolutions and of squeeze-excite's dense layers, as printed.
        what: the difference from the others in its table, if the name does not state it.
        quoted: the paper from which its table takes the errors, and with them the recipe; "" for its own.
    """

    architecture: Architecture
    top1: float
    top5: float | None = None
    gmacs: float | None = None
    mparams: float | None = None
    mactivations: float | None = None
    what: str = ""
    quoted: str = ""


class ParamsFormat(NamedTuple):
    """How a table prints numbers of parameters.

    Attributes:
        unit: what it divides them by; some print 2^20 as "M".
        decimals: the digits after the point.
        with_state: whether they include the state of batch normalization.
    """

    unit: int = 10**6
    decimals: int = 1
    with_state: bool = True


class Results(NamedTuple):
    """A table of a paper: networks trained with one recipe.

    Attributes:
        title: the subject of the comparison.
        source: paper, section and table.
        recipe: how the networks were trained, in a few words; rows that are `quoted` are of other recipes.
        rows: the networks, in the order of the table.
        params_format: how it prints parameters.
    """

    title: str
    source: str
    recipe: str
    rows: tuple[Result, ...]
    params_format: ParamsFormat = ParamsFormat()


_DEFAULTS = {each.name: each.default for each in fields(Architecture)}


def _network(family: str = "resnet", depth: int = 50, **fields: Any) -> Architecture:
    return Architecture(family, depth, convention="paper", **fields)


# Without and with squeeze-excite: top-1, top-5 and GMACs of each.
_MAIN = (
    ("resnet", 50, (24.80, 7.48, 3.86), (23.29, 6.62, 3.87)),
    ("resnet", 101, (23.17, 6.52, 7.58), (22.38, 6.07, 7.60)),
    ("resnet", 152, (22.42, 6.34, 11.30), (21.57, 5.73, 11.32)),
    ("resnext", 50, (22.11, 5.90, 4.24), (21.10, 5.49, 4.25)),
    ("resnext", 101, (21.18, 5.57, 7.99), (20.70, 5.01, 8.00)),
)
_RATIO = (
    (2, 22.29, 6.00, 45.7),
    (4, 22.25, 6.09, 35.7),
    (8, 22.26, 5.99, 30.7),
    (16, 22.28, 6.03, 28.1),
    (32, 22.72, 6.20, 26.9),
    (None, 23.30, 6.55, 25.6),
)
_Varied = tuple[tuple[str, dict[str, Any], float, float], ...]
# SE-ResNet-50: the change in words and as fields, top-1, top-5. The paper numbers stages like
# ResNet: the first group is stage 2.
_PLACES: _Varied = (
    ("standard: after the last 1\u00d71", {}, 22.28, 6.03),
    ("pre: before the branch", {"place": "pre"}, 22.23, 6.00),
    ("post: after the sum", {"place": "post"}, 22.78, 6.35),
    ("identity: on the shortcut", {"place": "identity"}, 22.20, 6.15),
    ("after the 3\u00d73", {"place": "3x3"}, 22.48, 6.02),
)
_STAGES: _Varied = (
    ("in no group", {"ratio": None}, 23.30, 6.55),
    ("in group 1, stage 2", {"ratio": (16, None, None, None)}, 23.03, 6.48),
    ("in group 2, stage 3", {"ratio": (None, 16, None, None)}, 23.04, 6.32),
    ("in group 3, stage 4", {"ratio": (None, None, 16, None)}, 22.68, 6.22),
    ("in all groups", {}, 22.28, 6.03),
)
_PARTS: _Varied = (
    ("average pooling, sigmoid", {}, 22.28, 6.03),
    ("max pooling", {"squeeze": "max"}, 22.57, 6.09),
    ("tanh", {"gate": "tanh"}, 23.00, 6.38),
    ("ReLU", {"gate": "relu"}, 23.47, 6.98),
)
# The attention module, depth, parameters in 2^20, top-1 and top-5 accuracy; MobileNetV2 and the modules that we do not
# have (A2-Nets, GCNet, GSoP-Net, AA-Net) are left out.
_HU, _WOO = "Hu et al. 2018", "Woo et al. 2018"
_ECA = (
    (None, 50, 24.37, 75.20, 92.52, _HU),
    ("se", 50, 26.77, 76.71, 93.38, _HU),
    ("cbam", 50, 26.77, 77.34, 93.69, _WOO),
    ("eca", 50, 24.37, 77.48, 93.68, ""),
    (None, 101, 42.49, 76.83, 93.48, _HU),
    ("se", 101, 47.01, 77.62, 93.93, _HU),
    ("cbam", 101, 47.01, 78.49, 94.31, _WOO),
    ("eca", 101, 42.49, 78.65, 94.34, ""),
    (None, 152, 57.40, 77.58, 93.66, _HU),
    ("se", 152, 63.68, 78.43, 94.27, _HU),
    ("eca", 152, 57.40, 78.92, 94.55, ""),
)
# RegNetY: GMACs, 10^6 parameters, 10^6 activations, top-1.
_REGNETY = {
    "200MF": (0.2, 3.2, 2.2, 29.6),
    "400MF": (0.4, 4.3, 3.9, 25.9),
    "600MF": (0.6, 6.1, 4.3, 24.5),
    "800MF": (0.8, 6.3, 5.2, 23.7),
    "1.6GF": (1.6, 11.2, 8.0, 22.0),
    "3.2GF": (3.2, 19.4, 11.3, 21.0),
    "4GF": (4.0, 20.6, 12.3, 20.6),
    "6.4GF": (6.4, 30.6, 16.4, 20.1),
    "8GF": (8.0, 39.2, 18.0, 20.1),
    "12GF": (12.1, 51.8, 21.4, 19.7),
    "16GF": (15.9, 83.6, 23.0, 19.6),
    "32GF": (32.3, 145.0, 30.3, 19.0),
}
# Cardinality, base width, top-1 with 50 and with 101 layers.
_PATHS = ((1, 64, 23.9, 22.0), (2, 40, 23.0, 21.7), (4, 24, 22.6, 21.4), (8, 14, 22.3, 21.3), (32, 4, 22.2, 21.2))


@cache
def main() -> Results:
    """Return ResNet and ResNeXt, each with and without squeeze-excite."""
    rows = (
        Result(_network(family, depth, ratio=ratio), *figures)
        for family, depth, *both in _MAIN
        for ratio, figures in zip((None, 16), both, strict=True)
    )
    return Results("Squeeze-excite in five networks", "Hu et al. 2018, table 2", "main recipe, 100 epochs", tuple(rows))


@cache
def ratios() -> Results:
    """Return SE-ResNet-50 at five ratios, and without squeeze-excite."""
    rows = (
        Result(_network(ratio=ratio, se_bias=False), top1, top5, mparams=mparams)
        for ratio, top1, top5, mparams in _RATIO
    )
    recipe = "ablation recipe: label smoothing, about 300 epochs"
    return Results("SE-ResNet-50 by ratio", "Hu et al. 2018, sec. 6.1, table 10", recipe, tuple(rows))


@cache
def ablations() -> tuple[Results, ...]:
    """Return SE-ResNet-50 with squeeze-excite in another place, in a single group, or with another pooling or gate."""
    recipe = ratios().recipe
    varied = (("place", "6.5", _PLACES), ("group", "6.4", _STAGES), ("squeeze and gate", "6.2 and 6.3", _PARTS))
    return tuple(
        Results(
            f"SE-ResNet-50 by {moved}",
            f"Hu et al. 2018, sec. {section}",
            recipe,
            tuple(
                Result(_network(se_bias=False, **fields), top1, top5, what=what) for what, fields, top1, top5 in rows
            ),
        )
        for moved, section, rows in varied
    )


@cache
def paths() -> Results:
    """Return ResNeXt-50 and -101 with blocks of equal cost, from one path to 32."""
    rows = (
        Result(_network("resnext", depth, cardinality=cardinality, base_width=width, ratio=None), error)
        for index, depth in enumerate((50, 101))
        for cardinality, width, *errors in _PATHS
        for error in errors[index : index + 1]
    )
    source = "Xie et al. 2017, tables 2 and 3"
    return Results("Cardinality against width at equal cost", source, "recipe of fb.resnet.torch", tuple(rows))


@cache
def eca() -> Results:
    """Return ResNet alone and with squeeze-excite, CBAM and ECA, as the paper of ECA compares them.

    Only the rows with ECA were trained for it; the others are quoted, so that no chart draws this table.
    """
    rows = (
        Result(
            _network(depth=depth, se_bias=False, **({"attention": attention} if attention else {"ratio": None})),
            round(100 - top1, 2), round(100 - top5, 2), mparams=mparams, quoted=quoted,
        )
        for attention, depth, mparams, top1, top5, quoted in _ECA
    )  # fmt: skip
    source = "Wang et al. 2020, table 3, which prints accuracies"
    return Results("ECA compared with SE and CBAM", source, "100 epochs", tuple(rows), ParamsFormat(2**20, 2, False))


@cache
def cbam() -> Results:
    """Return the network with CBAM whose weights its authors released."""
    rows = (Result(_network(attention="cbam"), round(100 - 77.622, 2), round(100 - 93.948, 2)),)
    source = "Woo et al. 2018, the authors\u2019 repository Jongchan/attention-module, which prints accuracies"
    return Results("CBAM, released weights", source, "100 epochs", rows)


@cache
def regnety() -> Results:
    """Return the twelve RegNetY, the best of 25 random networks each."""
    rows = (
        Result(
            _network("regnet", ratio=USUAL_RATIOS["regnet"], **PUBLISHED[cost]._asdict()),
            top1, gmacs=gmacs, mparams=mparams, mactivations=mactivations,
        )
        for cost, (gmacs, mparams, mactivations, top1) in _REGNETY.items()
    )  # fmt: skip
    recipe = "100 epochs without enhancements, mean of 5 runs"
    params_format = ParamsFormat(with_state=False)
    return Results("RegNetY", "Radosavovic et al. 2020, fig. 16", recipe, tuple(rows), params_format)


@lru_cache(maxsize=2**10)
def canonical_form(architecture: Architecture) -> Architecture:
    """Return the network in the paper's convention with unused fields reset, the same form for all its variants.

    One path of 64 channels is a ResNet; without squeeze-excite there is no gate, and ECA has no ratio. If a network is
    not possible in the paper's convention because its squeeze would leave no channel, it is its own canonical form.

    >>> canonical_form(Architecture(convention="timm")) == canonical_form(Architecture(cardinality=8, se_bias=True))
    True
    """
    free: dict[str, Any] = dict.fromkeys(CONVENTIONS["paper"]) | {"conv_bias": architecture.conv_bias or None}
    ratios = [16 if group.ratio and architecture.attention == "eca" else group.ratio for group in architecture.plan]
    free |= {"ratio": ratios[0] if len(set(ratios)) == 1 else tuple(ratios)}
    free |= {name: _DEFAULTS[name] for family, names in FAMILY_FIELDS.items() if family != architecture.family
             for name in names}  # fmt: skip
    one_path = architecture.groups is None and (architecture.paths, architecture.base_width) == (1, 64)
    if architecture.family == "resnet" or (one_path and architecture.depth in depths("resnet")):
        free |= {"family": "resnet"} | {name: _DEFAULTS[name] for name in FAMILY_FIELDS["resnext"]}
    if architecture.style.stem not in DEEP_STEMS:
        free |= {"stem_width": 64}
    if not architecture.has_se:
        free |= {"ratio": None, "squeeze": "average", "gate": "sigmoid", "place": "standard", "attention": "se"}
    try:
        return replace(architecture, convention="paper", **free)
    except ValueError:
        return architecture


@cache
def networks_in(results: Results) -> frozenset[Architecture]:
    """Return the networks of a table, each in its `canonical_form`."""
    return frozenset(canonical_form(row.architecture) for row in results.rows)


def tables() -> tuple[Results, ...]:
    """Return all tables."""
    return main(), ratios(), paths(), eca(), cbam(), regnety()


def find_published(architecture: Architecture) -> Architecture | None:
    """Return the `canonical_form` of a network if it is in one of the tables, else None."""
    network = canonical_form(architecture)
    return network if any(network in networks_in(results) for results in tables()) else None
