"""senet_lab: squeeze-and-excitation networks, written once, counted exactly and explored live in JupyterLab."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from senet_lab.architecture import Architecture
    from senet_lab.ledger import Ledger
    from senet_lab.nets import se_resnet, se_resnext
    from senet_lab.nets.acceleration import accelerate, accelerations
    from senet_lab.nets.backend import tune_tensorflow
    from senet_lab.nets.loading import load
    from senet_lab.nets.se_resnet_c import SEResNet
    from senet_lab.nets.se_resnext_c import SEResNeXt
    from senet_lab.nets.sketch import Sketch
    from senet_lab.panels.exercise import Exercise
    from senet_lab.panels.explorer import Explorer
    from senet_lab.panels.lens import GateLens
    from senet_lab.panels.trainer import Trainer

__version__ = "0.1.0"

# Loaded when first asked for (PEP 562): importing the package costs milliseconds, and never Keras.
_HOMES = {
    "Architecture": "senet_lab.architecture",
    "Exercise": "senet_lab.panels.exercise",
    "Explorer": "senet_lab.panels.explorer",
    "GateLens": "senet_lab.panels.lens",
    "Ledger": "senet_lab.ledger",
    "SEResNeXt": "senet_lab.nets.se_resnext_c",
    "SEResNet": "senet_lab.nets.se_resnet_c",
    "Sketch": "senet_lab.nets.sketch",
    "Trainer": "senet_lab.panels.trainer",
    "accelerate": "senet_lab.nets.acceleration",
    "accelerations": "senet_lab.nets.acceleration",
    "load": "senet_lab.nets.loading",
    "se_resnet": "senet_lab.nets",
    "se_resnext": "senet_lab.nets",
    "tune_tensorflow": "senet_lab.nets.backend",
}
__all__ = [
    "Architecture", "Exercise", "Explorer", "GateLens", "Ledger", "SEResNeXt", "SEResNet", "Sketch", "Trainer",
    "accelerate", "accelerations", "load", "se_resnet", "se_resnext", "tune_tensorflow",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'senet_lab' has no attribute {name!r}")
    home = importlib.import_module(_HOMES[name])
    return getattr(home, name) if hasattr(home, name) else importlib.import_module(f"{_HOMES[name]}.{name}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
