"""Open a network of any origin for the Explorer: a Keras model, a `.keras` file or a ledger."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import InvalidTypeError
from senet_lab.ledger.ledger import Ledger

RULE = "must be an Architecture, a Keras model, a Ledger, or the path of a .keras file"


@dataclass(frozen=True, eq=False)
class Model:
    """A network that has no meta-parameters, so that it can be shown but not changed.

    Attributes:
        name: shown in headings; may contain any characters.
        ledger: its layers.
    """

    name: str
    ledger: Ledger


def open_model(thing: Any) -> Model:
    """Return a network to show. Nothing is computed; custom layers are called on shapes. No code in a file is executed.

    Raises:
        TypeError, ValueError: it is none of these, has no graph, or leaves the size of its input open.
        FileNotFoundError: there is no such file.
        MissingExtraError: it is a file, and Keras is not installed.
    """
    if isinstance(thing, Ledger):
        return Model("Network", thing)
    if isinstance(thing, os.PathLike) or (isinstance(thing, str) and thing.lower().endswith(".keras")):
        from senet_lab.nets.on_keras.loading import load

        thing = load(thing)
    if not hasattr(thing, "layers"):
        raise InvalidTypeError("architecture", thing, RULE, "Architecture()")
    return Model(str(thing.name), Ledger.of(thing))


def counterpart(model: Model) -> Architecture:
    """Return what to compare a model with at first: SE-ResNeXt-50, if possible for the same images and classes."""
    first = Architecture("resnext", 50)
    image, outputs = model.ledger.rows[0].output_shape[1:], model.ledger.rows[-1].output_shape[1:]
    for changes in ({"input_shape": image}, {"classes": outputs[0]} if len(outputs) == 1 else {}):
        try:
            first = replace(first, **changes)
        except (TypeError, ValueError):
            continue  # text, or an image that is too small
    return first
