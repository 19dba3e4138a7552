"""Accelerate the layers of any Keras model by installing faster operations on each instance.

The layers remain `keras.layers.Conv2D` and `keras.layers.BatchNormalization`. A model that is saved, cloned, pickled or
exported is therefore plain Keras, nothing is registered, and no other model is affected. A model that is created from a
file, a config or a clone is plain until it is accelerated.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from senet_lab.checks import one_of, quoted
from senet_lab.extras import require
from senet_lab.nets.on_keras.backend import on_tensorflow_cpu
from senet_lab.nets.on_keras.grouped import PATHS, GroupedConvolution, fastest_path
from senet_lab.nets.on_keras.normalization import FusedNormalization
from senet_lab.nets.on_keras.strided import SAFE_CHANNELS, StridedConvolution

FUNCTIONS = ("train_function", "test_function", "predict_function")  # the functions that Keras traces for a model


class Speedup(NamedTuple):
    """How to accelerate the instances of a Keras layer.

    Attributes:
        attribute: the attribute of the instance that the operation replaces.
        methods: the methods of the class that must be Keras's for the operation to return the same numbers.
        operation: the class of the operation that is called instead; it is constructed with the layer.
    """

    attribute: str
    methods: tuple[str, ...]
    operation: type


GROUPED = Speedup("convolution_op", ("convolution_op",), GroupedConvolution)
STRIDED = Speedup("convolution_op", ("convolution_op",), StridedConvolution)
FUSED = Speedup("call", ("call", "_moments"), FusedNormalization)


def accelerate(model: Any, *, path: str | None = None) -> Any:
    """Speed up the grouped convolutions and batch normalizations of any Keras model on this machine.

    Strided 1x1 convolutions avoid a fault of TensorFlow's that ends the process. Weights, config and, up to rounding,
    outputs stay the same; `accelerations` lists the changes. Layers that compute
    differently from Keras's own, such as subclasses that override the replaced methods, are left unchanged.

    Args:
        model: a `keras.Model`, or a single layer.
        path: one of `grouped.PATHS` for grouped convolutions, or None for the fastest here. "direct" needs TensorFlow.

    Returns:
        `model` itself.

    Raises:
        TypeError, ValueError: `model` is neither a model nor a layer, or `path` is unknown.
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
    """Return which layers `accelerate` changed, and why it left others unchanged.

    Returns:
        For each grouped convolution and batch normalization, by the layer's path: how it computes, or why it is plain.
        Also for strided 1x1 convolutions of few channels, which avoid a fault of TensorFlow's.
    """
    require("keras", by="looking at the layers of a model")
    return {  # before it is built, a layer has no path
        layer.path or layer.name: _description(layer, speedup)
        for layer in _layers(model)
        if (speedup := _speedup(layer)) and (speedup is not STRIDED or _has_few_channels(layer))
    }


def _layers(model: Any) -> list[Any]:
    """Return the model or layer itself and all layers in it, including those of nested models and wrappers."""
    import keras

    if not isinstance(model, keras.layers.Layer):
        fit = "try Architecture().build()"
        raise TypeError(f"`model` must be a keras.Model or a keras.layers.Layer, not {quoted(model)}; {fit}.")
    return list(model._flatten_layers())  # Keras uses this to check for XLA; `model.layers` lists only one level


def _speedup(layer: Any) -> Speedup | None:
    """Return the speedup for a layer; None if it needs none."""
    import keras

    if isinstance(layer, keras.layers.BatchNormalization):
        return FUSED
    if isinstance(layer, keras.layers.Conv2D):
        is_strided = layer.kernel_size == (1, 1) and max(layer.strides) > 1
        return GROUPED if layer.groups > 1 else STRIDED if is_strided else None
    return None


def _has_few_channels(layer: Any) -> bool:
    return bool(layer.built and layer.kernel.shape[2] < SAFE_CHANNELS)


def _obstacle(layer: Any, speedup: Speedup, path: str | None = None) -> str:
    """Return why a layer stays plain; "" if it can be accelerated, or if a grouped convolution has a forced path."""
    import keras

    base = keras.layers.BatchNormalization if speedup is FUSED else keras.layers.Conv2D
    if any(getattr(type(layer), name) is not getattr(base, name) for name in speedup.methods):
        return f"{type(layer).__name__} computes in its own way"
    for name in dict.fromkeys((speedup.attribute, *speedup.methods)):
        if not isinstance(vars(layer).get(name), (speedup.operation, type(None))):
            return f"its `{name}` has been replaced"
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        return f"data_format is {layer.data_format!r}"
    has_faster = on_tensorflow_cpu() or (speedup is GROUPED and (path or fastest_path(layer.compute_dtype)) != "native")
    return "" if has_faster else "Keras's own is the fastest on this backend and device"


def _install(layer: Any, path: str | None) -> bool:
    """Install the faster operation if there is one, and return whether anything changed."""
    speedup = _speedup(layer)
    if speedup is None or _obstacle(layer, speedup, path):
        return False
    operation = GroupedConvolution(layer, path) if speedup is GROUPED else speedup.operation(layer)
    if vars(layer).get(speedup.attribute) == operation:
        return False
    setattr(layer, speedup.attribute, operation)
    if (
        speedup is GROUPED and on_tensorflow_cpu()
    ):  # so that Keras warns if XLA is requested: its gradient takes seconds
        layer.supports_jit = False
    return True


def _description(layer: Any, speedup: Speedup) -> str:
    operation = vars(layer).get(speedup.attribute)
    if isinstance(operation, GroupedConvolution):
        return f"grouped convolution: {operation.path}"
    if isinstance(operation, FusedNormalization):
        return "batch normalization: one operation"
    if isinstance(operation, StridedConvolution):
        return "strided 1x1 convolution: avoids a fault of TensorFlow's"
    return f"plain: {_obstacle(layer, speedup) or 'not accelerated yet'}"


def _forget_traces(layer: Any) -> None:
    """Make Keras retrace a model at its next step, since a traced function keeps the operations it was traced with."""
    for name in FUNCTIONS:
        if getattr(layer, name, None) is not None:
            setattr(layer, name, None)
    if getattr(layer, "compiled", False) and layer.jit_compile:
        layer.jit_compile = False  # assigning the current value would have no effect
        layer.jit_compile = True  # Keras checks the layers again, and warns if one does not support XLA
