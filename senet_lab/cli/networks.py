"""Networks that a command is given by name."""

from __future__ import annotations

import re
from pathlib import Path

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.foreign_names import fields_of
from senet_lab.architecture.presets import PRESETS
from senet_lab.checks import nearest
from senet_lab.weights.timm.networks import NAMES

TOKEN = re.compile(r"senet\d+(~.*)?")


def named_architecture(name: str) -> Architecture | None:
    """Return the architecture that a preset, a token or a name of timm or torchvision stands for.

    None stands for anything else, such as a file's path.

    Raises:
        ValueError: a token of another version, or with an invalid value.
    """
    if name.lower().endswith(".keras") or (name not in PRESETS and Path(name).exists()):
        return None  # a file or a run, even if it is named after a network
    if TOKEN.fullmatch(name):
        return Architecture.from_token(name)
    fields = fields_of(name)
    return None if fields is None else Architecture(**fields)


def nearest_name(name: str) -> str:
    """Return the preset, or the network of timm, whose name is most similar."""
    found: str = nearest(name.lower(), (*PRESETS, *NAMES))
    return found
