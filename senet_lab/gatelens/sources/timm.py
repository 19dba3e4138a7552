"""Networks of timm as sources of the GateLens: by name, fetched only when somebody says so."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from senet_lab.drawing.units import short
from senet_lab.gatelens.sources.source import Loaded, Source, checked_given, given
from senet_lab.ledger.build_memory import check_build
from senet_lab.weights.timm import hub
from senet_lab.weights.timm.networks import PUBLISHED, architecture_of
from senet_lab.weights.timm.results import RESULTS, source

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

BYTES = 4  # of a weight


def published() -> tuple[Source, ...]:
    """A source for each network that timm publishes weights of, on the sample's images made larger."""
    return tuple(of_tag(tag) for tag in PUBLISHED)


def of_tag(tag: str, *its: Any) -> Source:
    """A network of timm; `its` are images, labels, classes and what makes them ready, as `given` takes them.

    Raises:
        ValueError, TypeError: nobody published weights of that name, or the images do not fit it.
    """
    architecture = architecture_of(hub.check_tag(tag))
    if its:  # before anything is fetched
        images, labels, classes, _ = its
        checked_given(images, labels, classes, architecture.input_shape, architecture.classes, f"timm/{tag}")
    check = partial(check_build, architecture)
    return Source(
        f"timm/{tag}", partial(_load, tag, *its), not its, architecture.ledger, partial(_cost, tag), check=check
    )


def _cost(tag: str) -> str:
    """What loading it for the first time takes, in words; nothing where it is here."""
    if hub.weights_path(tag).is_file():
        return ""
    weights = architecture_of(tag).ledger().total
    size = short(BYTES * (weights.params + weights.state))
    return (
        f"The weights of timm/{tag} are not here yet: {size}B, from huggingface.co, by huggingface_hub. They are "
        "kept, so that it happens once, and converting them takes some seconds more."
    )


def _load(tag: str, *its: Any) -> Loaded:
    """The network; of its own accord it looks at the sample, which has other classes than it was trained on."""
    images, labels, classes, prepare = (*its, None, None, None, None)[:4]
    ready = prepare or PUBLISHED[tag].preprocessing.standardised
    return given(hub.load(tag), images, labels, classes, ready, about=about(tag)).load()


def about(tag: str) -> str:
    """What is known of its accuracy, and from where."""
    if (result := RESULTS.get(tag)) is None:
        return ""
    return f"{result.top1:.2f}\u00a0% of ImageNet\u2019s validation images at {result.size} pixels ({source()})"
