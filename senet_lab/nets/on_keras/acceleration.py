"""Acceleration: faster operations for the layers of any Keras model, installed on each instance.

The layers stay `keras.layers.Conv2D` and `keras.layers.BatchNormalization`. So what is saved, cloned, pickled or
exported is plain Keras, nothing is registered, and no other model is affected. What is made from a saved file, a
config or a clone is plain again until it is accelerated.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from senet_lab.checks import one_of, quoted
from senet_lab.extras import require
from senet_lab.nets.on_keras.backend import on_tensorflow_cpu
from senet_lab.nets.on_keras.grouped import PATHS, GroupedConvolution, fastest_path
from senet_lab.nets.on_keras.normalization import FusedNormalization

FUNCTIONS = ("train_function", "test_function", "predict_function")  # what Keras has traced of a model


class Speedup(NamedTuple):
    """How the instances of a Keras layer are made faster.

    Attributes:
        attribute: of the instance, which the operation replaces.
        methods: of the class, which must be Keras' own for the operation to give the same numbers.
        operation: made with the layer; what is called instead.
    """

    attribute: str
    methods: tuple[str, ...]
    operation: type


@cache
def _speedups() -> dict[type, Speedup]:
    """Return the speedup for each layer of Keras that has one."""
    import keras

    return {
        keras.layers.Conv2D: Speedup("convolution_op", ("convolution_op",), GroupedConvolution),
        keras.layers.BatchNormalization: Speedup("call", ("call", "_moments"), FusedNormalization),
    }


def accelerate(model: Any, *, path: str | None = None) -> Any:
    """Speed up the grouped convolutions and batch normalizations of a model on this machine, whoever built it.

    Weights, config and numbers stay those of Keras, up to rounding; see `accelerations` for what was changed. Layers
    that compute in another way than Keras' own are left alone: subclasses that override what would be replaced.

    Args:
        model: a `keras.Model`, or a single layer.
        path: one of `grouped.PATHS` for grouped convolutions, or None for the fastest here. "direct" needs TensorFlow.

    Returns:
        `model` itself.

    Raises:
        TypeError, ValueError: neither a model nor a layer, or no such path.
        MissingExtraError: Keras is not installed.
    """
    require("keras", by="accelerating a model")
    if path is not None:
        path = one_of("path", path, PATHS)
    layers = _layers(model)
    faster_layers = [layer for layer in layers if _install(layer, path)]
    for layer in layers if faster_layers else ():
        _forget_traces(layer)
    return model


def accelerations(model: Any) -> dict[str, str]:
    """Return what `accelerate` changed, and what it could not: an entry for each layer that it is made for.

    Returns:
        By the path of each layer with grouped convolution or batch normalization: how it computes, or why it is plain.
    """
    require("keras", by="looking at the layers of a model")
    return {  # a layer has no path before it is built
        layer.path or layer.name: _description(layer, speedup)
        for layer in _layers(model)
        if (speedup := _speedup(layer))
    }


def _layers(model: Any) -> list[Any]:
    """Return the model or layer itself, and all layers in it, those of nested models and of wrappers included."""
    import keras

    if not isinstance(model, keras.layers.Layer):
        fit = "try Architecture().build()"
        raise TypeError(f"`model` must be a keras.Model or a keras.layers.Layer, not {quoted(model)}; {fit}.")
    return list(model._flatten_layers())  # Keras' own walk, as of its check for XLA; `model.layers` sees one level


def _speedup(layer: Any) -> Speedup | None:
    """Return how a layer could be made faster; None for a layer that this module is not about."""
    speedup = next((each for kind, each in _speedups().items() if isinstance(layer, kind)), None)
    return None if speedup and getattr(layer, "groups", 2) == 1 else speedup


def _obstacle(layer: Any, speedup: Speedup, path: str | None = None) -> str:
    """Return why a layer stays plain; "" if nothing is in the way, or if a path is forced on a grouped convolution."""
    base = next(kind for kind, each in _speedups().items() if each is speedup)
    if any(getattr(type(layer), name) is not getattr(base, name) for name in speedup.methods):
        return f"{type(layer).__name__} computes in its own way"
    current = vars(layer).get(speedup.attribute)
    if current is not None and not isinstance(current, speedup.operation):
        return f"its `{speedup.attribute}` has been replaced"
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        return f"data_format is {layer.data_format!r}"
    is_grouped = speedup.operation is GroupedConvolution
    has_faster = on_tensorflow_cpu() or (is_grouped and (path or fastest_path(layer.compute_dtype)) != "native")
    return "" if has_faster else "Keras' own is the fastest on this backend and device"


def _install(layer: Any, path: str | None) -> bool:
    """Install the faster operation, if there is one; return whether anything changed."""
    speedup = _speedup(layer)
    if speedup is None or _obstacle(layer, speedup, path):
        return False
    is_grouped = speedup.operation is GroupedConvolution
    operation = GroupedConvolution(layer, path) if is_grouped else FusedNormalization(layer)
    if vars(layer).get(speedup.attribute) == operation:
        return False
    setattr(layer, speedup.attribute, operation)
    if is_grouped and on_tensorflow_cpu():  # Keras then warns where XLA is asked for: its gradient takes seconds
        layer.supports_jit = False
    return True


def _description(layer: Any, speedup: Speedup) -> str:
    operation = vars(layer).get(speedup.attribute)
    if isinstance(operation, GroupedConvolution):
        return f"grouped convolution: {operation.path}"
    if isinstance(operation, FusedNormalization):
        return "batch normalization: one operation"
    return f"plain: {_obstacle(layer, speedup) or 'not accelerated yet'}"


def _forget_traces(layer: Any) -> None:
    """Have a model traced anew at its next step, since a traced function keeps the operations it was traced with."""
    for name in FUNCTIONS:
        if getattr(layer, name, None) is not None:
            setattr(layer, name, None)
    if getattr(layer, "compiled", False) and layer.jit_compile:
        layer.jit_compile = False  # assigning the value that it has would do nothing
        layer.jit_compile = True  # Keras asks the layers again, and warns if one declines XLA
