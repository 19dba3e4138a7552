"""Panels: widgets over the views. They hold controls, one state and one render; all they show, Python gives too."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from senet_lab.panels.explorer import Explorer
    from senet_lab.panels.lens import GateLens
    from senet_lab.panels.trainer import Trainer

_HOMES = {"Explorer": "explorer", "GateLens": "lens", "Trainer": "trainer"}
__all__ = ["Explorer", "GateLens", "Trainer"]


def __getattr__(name: str) -> Any:
    """Loaded when first asked for (PEP 562): who wants one panel need not wait for all."""
    if name not in _HOMES:
        raise AttributeError(f"module 'senet_lab.panels' has no attribute {name!r}")
    return getattr(importlib.import_module(f"senet_lab.panels.{_HOMES[name]}"), name)
