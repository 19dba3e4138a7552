"""Networks of timm that this package can build: their architectures and image preprocessing.

timm's `seresnet50` is `Architecture("resnet", 50, convention="timm")`; its `legacy_*` networks, which were ported from
Caffe, follow the paper's convention (timm 1.0.31, `timm/models/resnet.py`, `senet.py` and `regnet.py`). Of its networks
without squeeze-excite, those with the stems and the pooling of ResNet-D are included, from which comparisons start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.foreign_names import OF_TORCHVISION
from senet_lab.architecture.regnet import PUBLISHED as PUBLISHED_SIZES
from senet_lab.checks import first_few, one_of, quoted
from senet_lab.ledger.ledger import Ledger
from senet_lab.nets.sketch import Row
from senet_lab.weights.timm.preprocessing import Preprocessing

if TYPE_CHECKING:
    import keras

_SIZES: dict[str, dict[str, Any]] = {
    "seresnet18": {"depth": 18},
    "seresnet34": {"depth": 34},
    "seresnet50": {"depth": 50},
    "seresnet101": {"depth": 101},
    "seresnet152": {"depth": 152},
    "seresnext26_32x4d": {"family": "resnext", "depth": 26},
    "seresnext50_32x4d": {"family": "resnext", "depth": 50},
    "seresnext101_32x4d": {"family": "resnext", "depth": 101},
    "seresnext101_32x8d": {"family": "resnext", "depth": 101, "base_width": 8},
    "seresnext101_64x4d": {"family": "resnext", "depth": 101, "cardinality": 64},
    "senet154": {"family": "resnext", "depth": 154, "cardinality": 64},
}
# RegNetY by its cost in units of 0.1 G multiply-adds: `regnety_004` is RegNetY-400MF.
_COSTS = ("002", "004", "006", "008", "016", "032", "040", "064", "080", "120", "160", "320")
_Y: Mapping[str, Any] = {"family": "regnet", "ratio": 4}
_REGNETS: dict[str, dict[str, Any]] = {
    **{f"regnety_{cost}": {**_Y, **s._asdict()} for cost, s in zip(_COSTS, PUBLISHED_SIZES.values(), strict=True)},
    "regnety_008_tv": OF_TORCHVISION["regnety_800mf"],
    "regnety_080_tv": OF_TORCHVISION["regnety_8gf"],
}
# timm's letters: "d" of He et al. 2019, "t" with a tiered stem, "aa" with average pooling instead of strides; "blur".
_D: dict[str, Any] = {"stem": "deep", "stem_width": 32, "projection_pooling": True}
_T: dict[str, Any] = _D | {"stem": "tiered"}
_AA: dict[str, Any] = _D | {"downsampling": "average"}
_BLUR: dict[str, Any] = {"downsampling": "blur"}
_NO_SE: dict[str, Any] = {"ratio": None}
_ECA: dict[str, Any] = {"attention": "eca"}
_VARIANTS: dict[str, dict[str, Any]] = {
    "seresnet50t": {"depth": 50} | _T,
    "seresnet152d": {"depth": 152} | _D,
    "seresnetaa50d": {"depth": 50} | _AA,
    "seresnext26d_32x4d": {"family": "resnext", "depth": 26} | _D,
    "seresnext26t_32x4d": {"family": "resnext", "depth": 26} | _T,
    "seresnext101d_32x8d": {"family": "resnext", "depth": 101, "base_width": 8} | _D,
    "seresnextaa101d_32x8d": {"family": "resnext", "depth": 101, "base_width": 8} | _AA,
    "resnet18d": {"depth": 18} | _D | _NO_SE,
    "resnet26d": {"depth": 26} | _D | _NO_SE,
    "resnet26t": {"depth": 26} | _T | _NO_SE,
    "resnet34d": {"depth": 34} | _D | _NO_SE,
    "resnet50d": {"depth": 50} | _D | _NO_SE,
    "resnet50t": {"depth": 50} | _T | _NO_SE,
    "resnet101d": {"depth": 101} | _D | _NO_SE,
    "resnet152d": {"depth": 152} | _D | _NO_SE,
    "resnetaa34d": {"depth": 34} | _AA | _NO_SE,
    "resnetaa50d": {"depth": 50} | _AA | _NO_SE,
    "resnetaa101d": {"depth": 101} | _AA | _NO_SE,
    "resnetblur18": {"depth": 18} | _BLUR | _NO_SE,
    "resnetblur50": {"depth": 50} | _BLUR | _NO_SE,
    "resnetblur50d": {"depth": 50} | _D | _BLUR | _NO_SE,
    "resnetblur101d": {"depth": 101} | _D | _BLUR | _NO_SE,
    "resnext50d_32x4d": {"family": "resnext", "depth": 50} | _D | _NO_SE,
    "ecaresnet26t": {"depth": 26} | _T | _ECA,
    "ecaresnet50d": {"depth": 50} | _D | _ECA,
    "ecaresnet50t": {"depth": 50} | _T | _ECA,
    "ecaresnet101d": {"depth": 101} | _D | _ECA,
}
# seresnext26_32x4d exists only as a legacy network.
MODERN = (*(name for name in _SIZES if name != "seresnext26_32x4d"), *_VARIANTS, *_REGNETS)
LEGACY = tuple(f"legacy_{name}" for name in _SIZES if name not in ("seresnext101_32x8d", "seresnext101_64x4d"))
NAMES = (*MODERN, *LEGACY)
MAX_NAMED = 6  # layers in an error message
EARLIER = {"seresnext26tn_32x4d": "seresnext26t_32x4d"}  # names that timm replaced


class Published(NamedTuple):
    """Weights that timm's authors publish."""

    network: str  # one of `NAMES`
    preprocessing: Preprocessing


_RA2 = Preprocessing(224, 0.875, "bicubic")
_CAFFE = Preprocessing(224, 0.875, "bilinear")
_A1, _A3 = Preprocessing(224, 0.95, "bicubic"), Preprocessing(160, 0.95, "bicubic")
_TV2, _AT_384 = Preprocessing(224, 0.965, "bicubic"), Preprocessing(384, 1.0, "bicubic")
_IN_TORCHVISION = ("004", "008_tv", "016", "032", "080_tv", "160", "320")
_BY_TIMM = (
    "032.ra_in1k", "040.ra3_in1k", "064.ra3_in1k", "080.ra3_in1k", "120.sw_in12k_ft_in1k", "160.deit_in1k",
    "160.lion_in12k_ft_in1k", "160.sw_in12k_ft_in1k",
)  # fmt: skip
_HALF = (0.5, 0.5, 0.5)
_RA2_256, _RA4 = _A1._replace(size=256), _A1._replace(mean=_HALF, deviation=_HALF)
# timm 1.0.31's default_cfgs: the weights on huggingface.co for ImageNet's 1,000 classes, and the preprocessing with
# which each was trained.
PUBLISHED: Mapping[str, Published] = {
    "seresnet50.ra2_in1k": Published("seresnet50", _RA2),
    "seresnet50.a1_in1k": Published("seresnet50", _A1),
    "seresnet50.a2_in1k": Published("seresnet50", _A1),
    "seresnet50.a3_in1k": Published("seresnet50", _A3),
    "seresnext50_32x4d.gluon_in1k": Published("seresnext50_32x4d", _RA2),
    "seresnext50_32x4d.racm_in1k": Published("seresnext50_32x4d", _RA2),
    "seresnext101_32x4d.gluon_in1k": Published("seresnext101_32x4d", _RA2),
    "seresnext101_32x8d.ah_in1k": Published("seresnext101_32x8d", _A1),
    "seresnext101_64x4d.gluon_in1k": Published("seresnext101_64x4d", _RA2),
    "senet154.gluon_in1k": Published("senet154", _RA2),
    "seresnet152d.ra2_in1k": Published("seresnet152d", _RA2_256),
    "seresnext26d_32x4d.bt_in1k": Published("seresnext26d_32x4d", _RA2),
    "seresnext26t_32x4d.bt_in1k": Published("seresnext26t_32x4d", _RA2),
    "seresnext101d_32x8d.ah_in1k": Published("seresnext101d_32x8d", _A1),
    "seresnextaa101d_32x8d.ah_in1k": Published("seresnextaa101d_32x8d", _A1),
    "seresnextaa101d_32x8d.sw_in12k_ft_in1k": Published("seresnextaa101d_32x8d", _RA2),
    "seresnextaa101d_32x8d.sw_in12k_ft_in1k_288": Published("seresnextaa101d_32x8d", _A1._replace(size=288)),
    "resnet18d.ra2_in1k": Published("resnet18d", _RA2),
    "resnet18d.ra4_e3600_r224_in1k": Published("resnet18d", _RA4._replace(crop=0.9)),
    "resnet26d.bt_in1k": Published("resnet26d", _RA2),
    "resnet26t.ra2_in1k": Published("resnet26t", Preprocessing(256, 0.94, "bicubic")),
    "resnet34d.ra2_in1k": Published("resnet34d", _RA2),
    "resnet50d.a1_in1k": Published("resnet50d", _A1),
    "resnet50d.a2_in1k": Published("resnet50d", _A1),
    "resnet50d.a3_in1k": Published("resnet50d", _A3),
    "resnet50d.gluon_in1k": Published("resnet50d", _RA2),
    "resnet50d.ra2_in1k": Published("resnet50d", _RA2),
    "resnet50d.ra4_e3600_r224_in1k": Published("resnet50d", _RA4),
    "resnet101d.gluon_in1k": Published("resnet101d", _RA2),
    "resnet101d.ra2_in1k": Published("resnet101d", _RA2_256),
    "resnet152d.gluon_in1k": Published("resnet152d", _RA2),
    "resnet152d.ra2_in1k": Published("resnet152d", _RA2_256),
    "resnetaa50d.sw_in12k_ft_in1k": Published("resnetaa50d", _A1),
    "resnetaa101d.sw_in12k_ft_in1k": Published("resnetaa101d", _A1),
    "resnetblur50.bt_in1k": Published("resnetblur50", _RA2),
    "resnext50d_32x4d.bt_in1k": Published("resnext50d_32x4d", _RA2),
    "ecaresnet26t.ra2_in1k": Published("ecaresnet26t", _RA2._replace(size=256)),
    "ecaresnet50d.miil_in1k": Published("ecaresnet50d", _RA2),
    "ecaresnet50t.a1_in1k": Published("ecaresnet50t", _A1),
    "ecaresnet50t.a2_in1k": Published("ecaresnet50t", _A1),
    "ecaresnet50t.a3_in1k": Published("ecaresnet50t", _A3),
    "ecaresnet50t.ra2_in1k": Published("ecaresnet50t", _RA2._replace(size=256)),
    "ecaresnet101d.miil_in1k": Published("ecaresnet101d", _RA2),
    **{f"regnety_{cost}.pycls_in1k": Published(f"regnety_{cost}", _RA2) for cost in _COSTS},
    **{f"regnety_{each}.tv2_in1k": Published(f"regnety_{each}", _TV2) for each in _IN_TORCHVISION},
    **{f"regnety_{each}": Published(f"regnety_{each}".partition(".")[0], _A1) for each in _BY_TIMM},
    "regnety_160.swag_ft_in1k": Published("regnety_160", _AT_384),
    "regnety_160.swag_lc_in1k": Published("regnety_160", _TV2),
    "regnety_320.swag_ft_in1k": Published("regnety_320", _AT_384),
    "regnety_320.swag_lc_in1k": Published("regnety_320", _TV2),
    "regnety_320.seer_ft_in1k": Published("regnety_320", _AT_384),
}
# Weights that are available elsewhere, as pickles: the legacy networks, converted from Caffe.
PICKLED: Mapping[str, Published] = {
    f"{name}.in1k": Published(name, _RA2 if name.endswith(("resnet18", "next26_32x4d")) else _CAFFE) for name in LEGACY
}


def architecture_of(name: str) -> Architecture:
    """Return the architecture of a network of timm, by its name with or without the tag of its weights.

    >>> architecture_of("seresnext50_32x4d.racm_in1k")
    Architecture(family='resnext', convention='timm')

    Raises:
        ValueError, TypeError: the network is not available here; the message says why, or names the nearest.
    """
    network = str(name).partition(".")[0]
    if network in EARLIER:
        raise ValueError(f"`name` (={quoted(name)}) is an earlier name of timm; try {EARLIER[network]!r}.")
    plain = one_of("name", network, NAMES, "senet_lab.weights.timm.networks.NAMES").removeprefix("legacy_")
    legacy = network != plain
    late: dict[str, Any] = {"branch_relu": True} if legacy and plain in ("seresnet18", "seresnet34") else {}
    return Architecture(**(_SIZES | _VARIANTS | _REGNETS)[plain], **late, convention="paper" if legacy else "timm")


def name_of(network: Architecture | keras.Model) -> str:
    """Return timm's name for a network with any number of classes and image size.

    Args:
        network: its architecture; or the model itself, even if it was not built by this package.

    Raises:
        ValueError: timm has no such network; the message names the nearest, and where it differs.
        TypeError: the model has a layer that the ledger cannot count.
    """
    parts = _computation(network)
    differing = {name: _differing_parts(parts, name) for name in NAMES}
    name = min(NAMES, key=lambda name: len(differing[name]))
    if not differing[name]:
        return name
    words = repr(network) if isinstance(network, Architecture) else f"the model `{network.name}`"
    raise ValueError(
        f"timm has no network like {words}; its {name!r} has other {first_few(differing[name], MAX_NAMED)}."
    )


def differences(network: Architecture | keras.Model, name: str) -> list[str]:
    """Return the layers in which a network differs from timm's of that name, for the same image size and classes.

    >>> differences(Architecture("resnet", 50, convention="timm", gate="tanh"), "seresnet50")
    ['gates']
    """
    return _differing_parts(_computation(network), name)


def _differing_parts(ours: Mapping[str, Any], name: str) -> list[str]:
    head = ours.get("classifier_dense")
    options = {"classes": head.output_shape[-1]} if head else {"include_top": False}
    theirs = _computation(replace(architecture_of(name), input_shape=ours["image"], **options))
    return [part for part in {**ours, **theirs} if ours.get(part) != theirs.get(part)]


def _computation(network: Architecture | keras.Model) -> dict[str, Any]:
    """Return a description of a network's computation, without weights: ledger rows, and what these leave out."""
    first, *rows = (row for row in Ledger.of(network).rows if row.kind != "dropout")  # only acts in training
    modes = _padding_modes(network, rows)
    edges = [(row.output_shape, modes[row.name]) for row in rows if row.name in modes]
    rows = [row for row in rows if row.name not in modes]  # Keras may have named them
    # The functions are compared as a whole below, so that a message names one thing instead of each layer.
    parts: dict[str, Any] = {row.name: row._replace(function="") for row in rows}
    parts |= {"image": first.output_shape[1:], "order of layers": list(parts), "edges of blurred maps": edges}
    pools = [row.name for row in rows if row.kind == "pool"]
    if isinstance(network, Architecture):
        style = network.style
        squeeze = {"average": "GlobalAveragePooling2D", "max": "GlobalMaxPooling2D"}[style.squeeze]
        stem_pool = "AveragePooling2D" if style.downsampling == "average" else "MaxPooling2D"
        return parts | {
            "epsilon": {style.bn_epsilon},
            "gates": {style.gate} if network.has_se else set(),
            "squeezes": {squeeze} if network.has_se else set(),
            "pooling": {name: stem_pool if name == "stem_pool" else "AveragePooling2D" for name in pools},
        }
    layers = {layer.name: layer for layer in network.layers}
    rows = [row for row in rows if row.kind != "reshape"]
    return parts | {
        "epsilon": {layer.epsilon for layer in layers.values() if hasattr(layer, "epsilon")},
        "gates": {
            layers[row.name].activation.__name__
            for row in rows
            if row.role == "gate" and hasattr(layers[row.name], "activation")
        },
        "squeezes": {type(layers[row.name]).__name__ for row in rows if row.role == "squeeze"},
        "pooling": {name: type(layers[name]).__name__ for name in pools},
    }


def _padding_modes(network: Architecture | keras.Model, rows: Sequence[Row]) -> dict[str, str]:
    """Return what operations pad maps with, which no ledger tells, by their names."""
    if isinstance(network, Architecture):
        return {row.name: "reflect" for row in rows if row.name.endswith("_blur_pad")}
    operations = getattr(network, "operations", ())
    return {each.name: each.mode for each in operations if type(each).__name__ == "Pad"}
