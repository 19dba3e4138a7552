"""timm's networks as sources of the GateLens, by name; weights are downloaded only on request."""

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
    """Return a source for each network with gates and weights published by timm, on enlarged images of the sample."""
    return tuple(source_of_tag(tag) for tag in PUBLISHED if architecture_of(tag).has_se)


def source_of_tag(tag: str, *arguments: Any) -> Source:
    """Return a source for one of timm's networks; `arguments` are images, labels, classes and `prepare`.

    Raises:
        ValueError, TypeError: there are no published weights of that name, or the images do not fit the network.
    """
    architecture = architecture_of(hub.check_tag(tag))
    if arguments:  # before anything is downloaded
        images, labels, classes, _ = arguments
        check_images(images, labels, classes, architecture.input_shape, architecture.classes, f"timm/{tag}")
    load, cost, check = partial(_load, tag, *arguments), partial(_cost, tag), partial(check_build, architecture)
    return Source(f"timm/{tag}", load, not arguments, architecture.ledger, cost, check=check)


def _cost(tag: str) -> str:
    """Describe the download that loading needs; "" if the weights are in the cache."""
    if hub.weights_path(tag).is_file():
        return ""
    weights = architecture_of(tag).ledger().total
    size = short(WEIGHT_BYTES * (weights.params + weights.state))
    return (
        f"The weights of timm/{tag} have not been downloaded yet ({size}B, from huggingface.co). They are cached, so "
        "this happens only once; converting them takes a few seconds more."
    )


def _load(tag: str, images: Any = None, labels: Any = None, classes: Any = None, prepare: Any = None) -> Loaded:
    """Load the network; by default with sample images, whose classes are not those it was trained on."""
    ready = prepare or PUBLISHED[tag].preprocessing.standardised
    return source_of_model(hub.load(tag), images, labels, classes, ready, about=about(tag)).load()


def about(tag: str) -> str:
    """Describe its published accuracy, with the source; "" if there is none."""
    if (result := RESULTS.get(tag)) is None:
        return ""
    return f"{result.top1:.2f}% of ImageNet\u2019s validation images at {result.size} pixels ({source()})"
