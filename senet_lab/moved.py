"""Forward, for one version, the names that modules had before they were sorted by subject."""

from __future__ import annotations

import importlib
import sys
import warnings
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

HOMES = {
    "ablation": "gates.ablation",
    "budget": "ledger.budget",
    "differences": "ledger.differences",
    "gate_statistics": "gates.statistics",
    "gate_watch": "gates.watch",
    "kernels": "training.kernels",
    "moments": "gates.moments",
    "nets.grouped": "nets.on_keras.grouped",
    "nets.quiet": "nets.on_keras.quiet",
    "nets.se_resnet_c": "nets.se_resnet_composable",
    "nets.se_resnext_c": "nets.se_resnext_composable",
    "panels": "",
    "panels.exercise": "exercises.widget",
    "panels.explorer": "explorer.widget",
    "panels.lens": "gatelens.widget",
    "panels.trainer": "trainer.widget",
    "pictures": "data.pictures",
    "ported": "",
    "ported.classes": "weights.timm.classes",
    "ported.hub": "weights.timm.hub",
    "ported.networks": "weights.timm.networks",
    "ported.preprocessing": "weights.timm.preprocessing",
    "ported.results": "weights.timm.results",
    "ported.weights": "weights.timm.weights",
    "pretrained": "weights.pretrained",
    "published": "architecture.presets",
    "published_results": "papers",
    "style": "architecture.style",
    "tokens": "architecture.tokens",
    "trainer.courses": "trainer.history",
    "training.run": "training.runs.run",
    "training.runs.trained": "training.runs.trained_model",
    "training.runs.warm": "training.runs.spare_process",
    "training.status": "training.runs.status",
    "training.trained": "training.runs.trained_model",
    "training.warm": "training.runs.spare_process",
    "views": "",
    "views.courses": "trainer.history",
    "views.curves": "trainer.curves",
    "views.drawn": "drawing.network.notebook",
    "views.figures": "gatelens.views.figures",
}
PACKAGES = ("panels", "ported", "views")


class _Forward(Loader):
    """A loader that fills a module of an old name with the content of the module of its new name."""

    def exec_module(self, module: ModuleType) -> None:
        """Forward all names; a package that no longer exists gets the names of `senet_lab`, such as GateLens."""
        old = module.__name__.removeprefix("senet_lab.")
        home = importlib.import_module(f"senet_lab.{HOMES[old]}".rstrip("."))

        def warn() -> None:
            warnings.warn(f"senet_lab.{old} is now {home.__name__}; import that.", DeprecationWarning, stacklevel=3)

        def forward(name: str) -> Any:
            if old in PACKAGES:
                warn()
            return getattr(home, name)

        if old not in PACKAGES:  # importing a module of a package also imports the package, and the module warns
            warn()
        module.__getattr__ = forward  # type: ignore[method-assign]  # PEP 562


class _Finder(MetaPathFinder):
    """A finder for modules of old names only."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """Return the spec of a module of an old name; None for all other modules, which other finders handle."""
        package, _, old = fullname.partition(".")
        if package != "senet_lab" or old not in HOMES:
            return None
        return ModuleSpec(fullname, _Forward(), is_package=old in PACKAGES)


def forward_old_names() -> None:
    """Make Python find modules by their old names, after all other finders."""
    sys.meta_path.append(_Finder())
