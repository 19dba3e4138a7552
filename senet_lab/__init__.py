"""senet_lab: squeeze-and-excitation networks, written once, counted exactly and explored live in JupyterLab."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from senet_lab.architecture import Architecture
    from senet_lab.ledger import Ledger
    from senet_lab.nets import se_resnet, se_resnext
    from senet_lab.nets.se_resnet_c import SEResNet
    from senet_lab.nets.se_resnext_c import SEResNeXt
    from senet_lab.nets.sketch import Sketch
    from senet_lab.panels.exercise import Exercise
    from senet_lab.panels.explorer import Explorer
    from senet_lab.panels.lens import GateLens
    from senet_lab.panels.trainer import Trainer

__version__ = "0.1.0"

# How TensorFlow computes on a CPU. It looks here when it is loaded, or makes its first tensor; what is set already is
# left as it is. It keeps the memory of tensors that are gone for the next ones, as on a GPU: by itself it gives it back
# to the system and has it anew in each step. By itself it would also take no more than 64 GiB, and oneDNN's kernels
# only where a processor has instructions for neural networks, though they are the faster ones without, too.
os.environ.setdefault("TF_CPU_ALLOCATOR_USE_BFC", "true")
os.environ.setdefault("TF_CPU_BFC_MEM_LIMIT_IN_MB", str(2**30))
if hasattr(os, "uname") and os.uname().machine == "x86_64":
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

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
    "se_resnet": "senet_lab.nets",
    "se_resnext": "senet_lab.nets",
}
__all__ = [
    "Architecture", "Exercise", "Explorer", "GateLens", "Ledger", "SEResNeXt", "SEResNet", "Sketch", "Trainer",
    "se_resnet", "se_resnext",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'senet_lab' has no attribute {name!r}")
    home = importlib.import_module(_HOMES[name])
    return getattr(home, name) if hasattr(home, name) else importlib.import_module(f"{_HOMES[name]}.{name}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
