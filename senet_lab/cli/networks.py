"""Networks that a command is given by name."""

from __future__ import annotations

import re

from senet_lab.architecture import foreign_names
from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import PRESETS

TOKEN = re.compile(r"senet\d+(~.*)?")


def named_architecture(name: str) -> Architecture | None:
    """Return the architecture that a preset or a token stands for; None for anything else, such as a file's path.

    Raises:
        ValueError: a token of another version, or with an invalid value.
    """
    if name in PRESETS:
        return Architecture.preset(name)
    return Architecture.from_token(name) if TOKEN.fullmatch(name) else None


def name_meant(name: str) -> str:
    """Return the preset or the token of a network that timm or torchvision calls by this name; "" if it is unknown."""
    fields = foreign_names.fields_of(name)
    return "" if fields is None else foreign_names.preset_of(fields) or Architecture(**fields).token()
