"""Offered: the networks that a GateLens has in its list, and the one that it begins with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from senet_lab import pretrained
from senet_lab.checks import one_of, quoted
from senet_lab.panels.lens_sources import Source, given, shipped
from senet_lab.panels.lens_timm import of_tag, published

if TYPE_CHECKING:
    import keras
    import numpy as np

    Array = np.ndarray[Any, Any]


def offered(
    model: keras.Model | str | None = None,
    images: Array | None = None,
    labels: Array | None = None,
    classes: Sequence[str] | None = None,
    prepare: Callable[[Array], Array] | None = None,
) -> tuple[dict[str, Source], str]:
    """What a GateLens offers, by name, and which is shown first: the model that is given, or named; else what ships.

    What ships comes first, then timm's, which are fetched.

    Raises:
        ValueError, TypeError: there is no network of that name, or what is given does not belong together.
    """
    sources = {source.name: source for source in (*shipped(), *published())}
    its = (images, labels, classes, prepare)
    if isinstance(model, str) and model.startswith("timm/"):
        named = of_tag(model.removeprefix("timm/"), *(its if images is not None else ()))
        return {**sources, named.name: named}, named.name
    if isinstance(model, str):
        return sources, _shipped_name(model, sources)
    if model is None:
        return sources, next((source.name for source in shipped()), "")
    mine = given(model, *its)
    return {mine.name: mine, **sources}, mine.name


def _shipped_name(name: str, sources: Mapping[str, Source]) -> str:
    """A name that is offered; of a network that ships without gates, its twin is named."""
    if name in pretrained.names() and name not in sources:
        twin = pretrained.twin(pretrained.card(name))
        look = f"; look at its twin, {twin.name!r}" if twin else ""
        raise ValueError(f"`model` (={quoted(name)}) must have squeeze-excite, whose gates are looked at{look}.")
    return str(one_of("model", name, tuple(sources)))
