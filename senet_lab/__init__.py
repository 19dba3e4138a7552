"""senet_lab: squeeze-and-excitation networks, written once, counted exactly and explored live in JupyterLab."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from senet_lab.moved import forward_old_names

if TYPE_CHECKING:
    from senet_lab.architecture.architecture import Architecture
    from senet_lab.exercises.widget import Exercise
    from senet_lab.explorer.widget import Explorer
    from senet_lab.gatelens.widget import GateLens
    from senet_lab.ledger.ledger import Ledger
    from senet_lab.ledger.profile import profile
    from senet_lab.nets import regnet, se_resnet, se_resnext
    from senet_lab.nets.on_keras.acceleration import accelerate, accelerations
    from senet_lab.nets.on_keras.backend import tune_tensorflow
    from senet_lab.nets.on_keras.insertion import add_se
    from senet_lab.nets.on_keras.loading import load
    from senet_lab.nets.regnet_composable import RegNet
    from senet_lab.nets.se_resnet_composable import SEResNet
    from senet_lab.nets.se_resnext_composable import SEResNeXt
    from senet_lab.nets.sketch import Sketch
    from senet_lab.sweepboard.widget import SweepBoard
    from senet_lab.sweeps.sweep import Sweep
    from senet_lab.trainer.widget import Trainer

__version__ = "0.1.0"

forward_old_names()

# Loaded when first asked for (PEP 562): importing the package costs milliseconds, and never Keras.
_HOMES = {
    "Architecture": "senet_lab.architecture",
    "Exercise": "senet_lab.exercises.widget",
    "Explorer": "senet_lab.explorer.widget",
    "GateLens": "senet_lab.gatelens.widget",
    "Ledger": "senet_lab.ledger",
    "RegNet": "senet_lab.nets.regnet_composable",
    "SEResNeXt": "senet_lab.nets.se_resnext_composable",
    "SEResNet": "senet_lab.nets.se_resnet_composable",
    "Sketch": "senet_lab.nets.sketch",
    "Sweep": "senet_lab.sweeps.sweep",
    "SweepBoard": "senet_lab.sweepboard.widget",
    "Trainer": "senet_lab.trainer.widget",
    "accelerate": "senet_lab.nets.on_keras.acceleration",
    "accelerations": "senet_lab.nets.on_keras.acceleration",
    "add_se": "senet_lab.nets.on_keras.insertion",
    "load": "senet_lab.nets.on_keras.loading",
    "pictures": "senet_lab.data",
    "pretrained": "senet_lab.weights",
    "profile": "senet_lab.ledger.profile",
    "regnet": "senet_lab.nets",
    "se_resnet": "senet_lab.nets",
    "se_resnext": "senet_lab.nets",
    "tune_tensorflow": "senet_lab.nets.on_keras.backend",
}
__all__ = [
    "Architecture",
    "Exercise",
    "Explorer",
    "GateLens",
    "Ledger",
    "RegNet",
    "SEResNeXt",
    "SEResNet",
    "Sketch",
    "Sweep",
    "SweepBoard",
    "Trainer",
    "accelerate",
    "accelerations",
    "add_se",
    "load",
    "profile",
    "regnet",
    "se_resnet",
    "se_resnext",
    "tune_tensorflow",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'senet_lab' has no attribute {name!r}")
    home = importlib.import_module(_HOMES[name])
    return getattr(home, name) if hasattr(home, name) else importlib.import_module(f"{_HOMES[name]}.{name}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
