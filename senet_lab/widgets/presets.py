"""List the networks that a panel offers by name: published ones, timm's, and those bundled with this package."""

from __future__ import annotations

from functools import cache, lru_cache

from senet_lab.architecture.architecture import Architecture
from senet_lab.architecture.presets import PRESETS
from senet_lab.weights import pretrained
from senet_lab.weights.timm.networks import NAMES, architecture_of
from senet_lab.widgets.labels import OWN

TIMM_NAMES = {architecture_of(name): name for name in NAMES}
_PAPER_PRESETS = {Architecture.preset(name, "paper") for name in PRESETS}
TIMM_NETWORKS = {f"timm/{name}": network for network, name in TIMM_NAMES.items() if network not in _PAPER_PRESETS}


@cache
def bundled_networks() -> dict[str, Architecture]:
    """Return the bundled, unpublished networks with gates, by "ours/" and their name in `pretrained`."""
    published = {Architecture.preset(name) for name in PRESETS}
    bundled = _bundled_names().items()
    return {f"ours/{name}": network for network, name in bundled if network.has_se and network not in published}


@cache
def _bundled_names() -> dict[Architecture, str]:
    """Return the names of the bundled networks; read once, since a slider must not wait for files."""
    return {pretrained.card(name).architecture: name for name in pretrained.names()}


def bundled_name(architecture: Architecture) -> str | None:
    """Return the name for which `pretrained.load` returns this network trained; None if it is not bundled."""
    return _bundled_names().get(architecture)


def find_network(name: str, convention: str = "original") -> Architecture:
    """Return the network of a choice: a preset in a convention, one of timm's, or a bundled one.

    Raises:
        ValueError, TypeError: there is no network of that name; the error suggests the nearest.
    """
    network = (TIMM_NETWORKS | bundled_networks()).get(name) if isinstance(name, str) else None
    return network or Architecture.preset(name, convention)


def preset_name(architecture: Architecture) -> str | None:
    """Return the choice for a network: published, in its convention; timm's; bundled; None for any other network."""
    return _preset_names(architecture.convention).get(architecture)


@cache
def _preset_names(convention: str) -> dict[Architecture, str]:
    presets = {Architecture.preset(name, convention): name for name in PRESETS}
    return presets | {network: name for name, network in (TIMM_NETWORKS | bundled_networks()).items()}


def timm_name(architecture: Architecture) -> str | None:
    """Return timm's name for a network; None if timm does not have it."""
    return TIMM_NAMES.get(architecture)


@lru_cache(maxsize=4)
def preset_labels(names: tuple[str | None, ...]) -> tuple[str, ...]:
    """Return names as in the literature, with a mark on those for CIFAR, from timm or bundled."""
    return tuple(_preset_label(name) if name else OWN for name in names)


def _preset_label(name: str) -> str:
    if name in TIMM_NETWORKS:
        return f"timm: {name.removeprefix('timm/')}"
    if name in bundled_networks():
        return f"{find_network(name).name} (bundled)"
    return f"{'CIFAR ' if name.startswith('cifar') else ''}{find_network(name).name}"
