"""Listing: the networks that a GateLens offers, and the one that it shows first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import one_of, quoted
from senet_lab.gatelens.sources.source import Source, bundled_sources, source_of_model
from senet_lab.gatelens.sources.timm import source_of_tag, timm_sources
from senet_lab.training.runs.run import Run
from senet_lab.weights import pretrained

if TYPE_CHECKING:
    import keras

    from senet_lab.array_checks import Array


def list_sources(
    model: keras.Model | str | None = None,
    images: Array | None = None,
    labels: Array | None = None,
    classes: Sequence[str] | None = None,
    prepare: Callable[[Array], Array] | None = None,
) -> tuple[dict[str, Source], str]:
    """Return the sources of a GateLens, by name, and the one to show first: the given or named model, or a bundled one.

    Bundled networks come first, then timm's, which need a download.

    Raises:
        ValueError, TypeError: there is no network of that name, or the arguments are inconsistent.
    """
    check_model(model)
    if prepare is not None and not callable(prepare):
        raise TypeError(f"`prepare` must be a function of pictures, or None, not {quoted(prepare)}; try None.")
    if images is not None and (model is None or model in pretrained.names()):
        name = model or "cifar_se_resnet20"
        raise ValueError(
            f"`images` must come with a Keras model or one of timm's networks, but `model` is {model!r}; "
            f"try GateLens(pretrained.load({name!r}), images)."
        )
    sources = {source.name: source for source in (*bundled_sources(), *timm_sources())}
    arguments = (images, labels, classes, prepare)
    if isinstance(model, str) and model.startswith("timm/"):
        named = source_of_tag(model.removeprefix("timm/"), *(arguments if images is not None else ()))
        return {**sources, named.name: named}, named.name
    if isinstance(model, str):
        return sources, _bundled_name(model, sources)
    if model is None:
        return sources, next((source.name for source in bundled_sources()), "")
    own = source_of_model(model, *arguments)
    return {own.name: own, **sources}, own.name


def check_model(model: Any) -> None:
    """Check that a GateLens can inspect a model.

    Raises:
        TypeError: it is not a Keras model, a name or None; the message says what is accepted.
        ValueError: the model does not take images.
    """
    if model is None or isinstance(model, str):
        return
    kind = getattr(sys.modules.get("keras"), "Model", None)  # a model exists only if Keras is imported
    if kind is None or not isinstance(model, kind):
        raise TypeError(
            "`model` must be a functional Keras model with squeeze-excite, the name of one such as "
            f"'cifar_se_resnet20' or 'timm/seresnet50.ra2_in1k', or None for the first bundled network, "
            f"not {quoted(model)}; try {_suggestion(model)}."
        )
    shape = getattr(model, "input_shape", None) if model.built else None
    if not isinstance(shape, tuple) or len(shape) != 4 or not isinstance(getattr(model, "output_shape", None), tuple):
        takes = "is not built" if shape is None else f"takes {shape}"
        raise ValueError(
            f"`model` (={model.name!r}) must have one image input, (images, height, width, channels), and one output, "
            f"but it {takes}; try keras.Model(inputs, outputs) with one of each."
        )


def _suggestion(model: Any) -> str:
    """Suggest the correct call for objects that are easily mistaken for a network."""
    if isinstance(model, Architecture):
        return "GateLens(architecture.build())"
    return "GateLens.of_run(run)" if isinstance(model, (Run, os.PathLike)) else "GateLens()"


def _bundled_name(name: str, sources: Mapping[str, Source]) -> str:
    """Return the name if it is offered; for a bundled network without gates, the error names its twin."""
    if name in pretrained.names() and name not in sources:
        twin = pretrained.twin(pretrained.card(name))
        look = f"; try its twin, {twin.name!r}" if twin else ""
        raise ValueError(f"`model` (={quoted(name)}) must have squeeze-excite gates{look}.")
    return str(one_of("model", name, tuple(sources)))
