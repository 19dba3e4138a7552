"""Networks of timm as sources of the GateLens: by name, fetched only when somebody says so."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from senet_lab.drawing.units import short
from senet_lab.gatelens.sources.source import Loaded, Source, check_images, source_of_model
from senet_lab.ledger.build_memory import check_build
from senet_lab.weights.timm import hub
from senet_lab.weights.timm.networks import PUBLISHED, architecture_of
from senet_lab.weights.timm.results import RESULTS, source

if TYPE_CHECKING:
    pass

WEIGHT_BYTES = 4


def timm_sources() -> tuple[Source, ...]:
    """Return a source for each network that timm publishes weights of, on the images of the sample, enlarged."""
    return tuple(source_of_tag(tag) for tag in PUBLISHED)


def source_of_tag(tag: str, *arguments: Any) -> Source:
    """Return a network of timm; `arguments` are images, labels, classes and `prepare`, as `source_of_model` takes them.

    Raises:
        ValueError, TypeError: nobody published weights of that name, or the images do not fit it.
    """
    architecture = architecture_of(hub.check_tag(tag))
    if arguments:  # before anything is fetched
        images, labels, classes, _ = arguments
        check_images(images, labels, classes, architecture.input_shape, architecture.classes, f"timm/{tag}")
    load, cost, check = partial(_load, tag, *arguments), partial(_cost, tag), partial(check_build, architecture)
    return Source(f"timm/{tag}", load, not arguments, architecture.ledger, cost, check=check)


def _cost(tag: str) -> str:
    """Say what loading it for the first time takes; "" where it is in the cache."""
    if hub.weights_path(tag).is_file():
        return ""
    weights = architecture_of(tag).ledger().total
    size = short(WEIGHT_BYTES * (weights.params + weights.state))
    return (
        f"The weights of timm/{tag} are not here yet: {size}B, from huggingface.co, by huggingface_hub. They are "
        "kept, so that it happens once, and converting them takes some seconds more."
    )


def _load(tag: str, images: Any = None, labels: Any = None, classes: Any = None, prepare: Any = None) -> Loaded:
    """Load the network; by default on the sample, which has other classes than it was trained on."""
    ready = prepare or PUBLISHED[tag].preprocessing.standardised
    return source_of_model(hub.load(tag), images, labels, classes, ready, about=about(tag)).load()


def about(tag: str) -> str:
    """Say how accurate it is, and who measured it; "" where nobody did."""
    if (result := RESULTS.get(tag)) is None:
        return ""
    return f"{result.top1:.2f}\u00a0% of ImageNet\u2019s validation images at {result.size} pixels ({source()})"
