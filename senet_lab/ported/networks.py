"""Networks of timm that are networks of this package: which architecture each is, and what its images have to be.

What timm calls `seresnet50` is `Architecture("resnet", 50, convention="timm")`; its `legacy_*`, which were ported from
Caffe, are those of the paper's convention (read from timm 1.0.31, `timm/models/resnet.py` and `senet.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from senet_lab.architecture import Architecture
from senet_lab.checks import nearest, one_of
from senet_lab.ported.preprocessing import Preprocessing

_SIZES: Mapping[str, dict[str, Any]] = {
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
MODERN = tuple(name for name in _SIZES if name != "seresnext26_32x4d")  # that one is a legacy network alone
LEGACY = tuple(f"legacy_{name}" for name in _SIZES if name not in ("seresnext101_32x8d", "seresnext101_64x4d"))
NAMES = (*MODERN, *LEGACY)
# Near in name, but other networks: why they cannot be had.
OTHERS = {
    "seresnext26d_32x4d": "its stem is three convolutions of 32, 32 and 64, and its shortcuts pool before they project",
    "seresnext26t_32x4d": "its stem is three convolutions of 24, 32 and 64, and its shortcuts pool before they project",
    "seresnet50t": "its stem is three convolutions of 24, 32 and 64, and its shortcuts pool before they project",
    "seresnet152d": "its stem is three convolutions of 32, 32 and 64, and its shortcuts pool before they project",
}


class Published(NamedTuple):
    """Weights that timm's authors publish.

    Attributes:
        network: one of `NAMES`.
        preprocessing: what images have to be.
    """

    network: str
    preprocessing: Preprocessing


_RA2 = Preprocessing(224, 0.875, "bicubic")
_A1, _A3 = Preprocessing(224, 0.95, "bicubic"), Preprocessing(160, 0.95, "bicubic")
# timm's default_cfgs: the images that each was validated on.
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
}


def architecture_of(name: str) -> Architecture:
    """The architecture that timm calls by a name, with or without the tag of its weights.

    >>> architecture_of("seresnext50_32x4d.racm_in1k")
    Architecture(family='resnext', convention='timm')

    Raises:
        ValueError, TypeError: there is no such network here; says why, or names the nearest.
    """
    network = str(name).partition(".")[0]
    if network in OTHERS:
        fit = nearest(network, NAMES)
        raise ValueError(f"`name` (={name!r}) is no network of this package: {OTHERS[network]}; try {fit!r}.")
    network = one_of("name", network, NAMES)
    plain = network.removeprefix("legacy_")
    legacy = network != plain
    late: dict[str, Any] = {"branch_relu": True} if legacy and plain in ("seresnet18", "seresnet34") else {}
    return Architecture(**_SIZES[plain], **late, convention="paper" if legacy else "timm")


def name_of(architecture: Architecture) -> str:
    """What timm calls an architecture; for any number of classes and size of image.

    Raises:
        ValueError: timm has no such network.
    """
    ledger = architecture.ledger()
    for name in NAMES:
        like = _like(architecture_of(name), architecture)
        if like is not None and like.ledger() == ledger:
            return name
    raise ValueError(f"timm has no network like {architecture!r}; it has {', '.join(NAMES)}.")


def _like(theirs: Architecture, ours: Architecture) -> Architecture | None:
    if (theirs.family, theirs.depth) != (ours.family, ours.depth):
        return None
    return replace(theirs, input_shape=ours.input_shape, classes=ours.classes, include_top=ours.include_top)
