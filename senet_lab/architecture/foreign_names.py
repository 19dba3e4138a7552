"""Read the names that timm and torchvision give to networks that this package has under other names, or without one."""

from __future__ import annotations

import re
from typing import Any

from senet_lab.architecture.presets import DEPTHS, PRESETS, depths

_SOURCE = re.compile("(timm|torchvision)/")
_RESNET = re.compile(
    r"(?P<attention>se|eca|cbam)?_?(?P<family>resnet|resnext)(?P<pooling>aa|blur)?_?(?P<depth>\d+)(?P<variant>[cdt])?"
    r"(?:_?(?P<cardinality>[1-9]\d{0,2})x(?P<base_width>[1-9]\d{0,2})d)?"
)
_OF_TIMM = re.compile(r"regnety_(?P<cost>\d{3})(?P<suffix>_tv)?")  # in units of 0.1 G multiply-adds
_REGNET = re.compile(r"regnet(?P<separator>_?)y_?(?P<number>\d+)(?:[._](?P<digit>\d))?(?P<unit>[mg]f)")
# torchvision rounds some widths to other multiples of the group width: halves up, and never down by more than 10%.
OF_TORCHVISION: dict[str, dict[str, Any]] = {
    "regnety_800mf": {
        "family": "regnet", "ratio": 4, "groups": ((64, 1), (144, 3), (320, 8), (784, 2)), "group_width": 16,
    },
    "regnety_8gf": {
        "family": "regnet", "ratio": 4, "groups": ((224, 2), (448, 4), (896, 10), (2016, 1)), "group_width": 56,
    },
}  # fmt: skip
# The stems of He et al. 2019 and of timm; only D and T pool in the projection shortcut.
_VARIANTS: dict[str, dict[str, Any]] = {
    "c": {"stem": "deep", "stem_width": 32},
    "d": {"stem": "deep", "stem_width": 32, "projection_pooling": True},
    "t": {"stem": "tiered", "stem_width": 32, "projection_pooling": True},
}
MAX_LENGTH = 64  # characters of a name


def fields_of(name: str) -> dict[str, Any] | None:
    """Return the meta-parameters of a network by its name elsewhere; None if it is unknown. Case is ignored.

    The convention is timm's, which torchvision's networks share, or the paper's for those that timm calls legacy. A
    preset has none, unless timm/ or torchvision/ stands before its name.

    >>> fields_of("ecaresnet26")
    {'depth': 26, 'attention': 'eca', 'convention': 'timm'}
    >>> preset_of(fields_of("regnety_004")), preset_of(fields_of("seresnet50.a1_in1k"))
    ('regnety_400mf', 'se_resnet50')
    """
    own = name[:MAX_LENGTH].lower().replace("-", "_")
    stated = _SOURCE.sub("", own)
    stated = re.sub(r"\.[a-z].*", "", stated)  # timm's tag for the recipe
    plain = stated.removeprefix("legacy_")
    if own in PRESETS:
        return dict(PRESETS[own])
    fields = dict(PRESETS[plain]) if plain in PRESETS else _published(plain, is_legacy=plain != stated)
    return None if fields is None else fields | {"convention": "timm" if plain == stated else "paper"}


def preset_of(fields: dict[str, Any]) -> str:
    """Return the preset with these meta-parameters, in any convention; "" if there is none."""
    plain = {name: value for name, value in fields.items() if name != "convention"}
    return next((name for name, preset in PRESETS.items() if preset == plain), "")


def _published(plain: str, *, is_legacy: bool) -> dict[str, Any] | None:
    """Return the meta-parameters of a network of timm or torchvision, without its convention."""
    if found := _OF_TIMM.fullmatch(plain):
        cost = int(found["cost"])
        number = f"{cost}00mf" if cost < 10 else f"{cost / 10:g}gf"
        return _regnet(number, OF_TORCHVISION if found["suffix"] else {})
    if found := _REGNET.fullmatch(plain):
        number = "_".join(filter(None, (found["number"], found["digit"]))) + found["unit"]
        return _regnet(number, OF_TORCHVISION if found["separator"] else {})
    if found := _RESNET.fullmatch(plain):
        return _resnet(found, is_legacy=is_legacy)
    return None


def _regnet(cost: str, others: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """Return the fields of a RegNetY by its cost; `others` differ from the paper's."""
    name = f"regnety_{cost.replace('.', '_')}"
    return others.get(name) or PRESETS.get(name)


def _resnet(found: re.Match[str], *, is_legacy: bool) -> dict[str, Any] | None:
    family, depth = found["family"], int(found["depth"])
    if depth not in depths(family):
        return None
    fields: dict[str, Any] = {"depth": depth}
    if family == "resnext":
        paths = {name: int(found[name] or usual) for name, usual in (("cardinality", 32), ("base_width", 4))}
        fields = {"family": family} | fields | paths
    elif found["cardinality"]:
        return None
    if found["attention"] is None:
        fields["ratio"] = None
    elif found["attention"] != "se":
        fields["attention"] = found["attention"]
    if found["pooling"]:
        fields["downsampling"] = {"aa": "average", "blur": "blur"}[found["pooling"]]
    if is_legacy and DEPTHS[depth].style["block"] == "basic":
        fields["branch_relu"] = True
    return fields | _VARIANTS.get(found["variant"] or "", {})
