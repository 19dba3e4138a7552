"""Timing: call each layer of a model separately, compiled, on the device that Keras uses."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from math import ceil, prod
from time import perf_counter
from typing import Any, TypeAlias

from senet_lab import memory
from senet_lab.memory import size_words
from senet_lab.nets.on_keras.graph import Call, Graph

_Arrays: TypeAlias = Mapping[Any, Any]  # by type and shape, see `_described`

MODEL, NOTHING = "model", "nothing"
TURN, MAX_CALLS = 2.0, 100  # milliseconds of a turn; calls in it


def time_calls(model: Any, graph: Graph, batch: int, repeats: int) -> tuple[dict[str, float], float]:
    """Return the milliseconds per batch of each call of a layer, by the name of its row, and those of the whole model.

    Layers of one shape and configuration are called once for all. All take turns, so that what else the machine does
    affects them alike. What an empty call takes is subtracted.

    Args:
        graph: of the model, from `read_graph`.
        batch: images per call, of random numbers.
        repeats: turns of each, of which the fastest counts, since what else the machine does only adds to it. A layer
            that takes less than `TURN` is called several times in a turn, since one call is too short to measure.

    Raises:
        ValueError: there is not enough memory for the inputs of the layers.
    """
    tensors = [each for call in graph.calls for each in _tensors((call.args, call.kwargs))]
    arrays = _arrays([*_tensors(graph.inputs), *tensors], batch)
    distinct = {_key(call): call for call in graph.calls}
    timers = {key: _timer(call.operation, call.args, call.kwargs, arrays) for key, call in distinct.items()}
    timers |= {MODEL: _timer(model, (graph.inputs,), {}, arrays), NOTHING: _timer(_same, (graph.inputs,), {}, arrays)}
    times = _fastest(timers, repeats)
    return {call.name: max(times[_key(call)] - times[NOTHING], 0.0) for call in graph.calls}, times[MODEL]


def _same(x: Any) -> Any:
    return x


def _tensors(structure: Any) -> list[Any]:
    """Return the symbolic tensors in a structure, in order."""
    import keras

    return [each for each in keras.tree.flatten(structure) if isinstance(each, keras.KerasTensor)]


def _key(call: Call) -> Hashable:
    """Return what calls have in common that take the same time: class, configuration, shapes and other arguments."""
    import keras

    arguments = repr(keras.tree.map_structure(_described, (call.args, call.kwargs)))
    try:
        config = {name: value for name, value in call.operation.get_config().items() if name != "name"}
        return type(call.operation), json.dumps(config, default=str, sort_keys=True), arguments
    except (AttributeError, NotImplementedError, TypeError):  # an operation, or a custom layer
        return id(call.operation), arguments


def _described(argument: Any) -> Any:
    """Return shape and type of a tensor or array, without the name that each tensor has; any other argument itself."""
    return f"{argument.dtype}{tuple(argument.shape)}" if hasattr(argument, "shape") else argument


def _timer(operation: Callable[..., Any], args: Any, kwargs: Any, arrays: _Arrays) -> Callable[[int], float]:
    """Return a function that calls an operation, compiled, so many times, and returns the milliseconds per call."""
    import keras

    given = keras.tree.flatten((args, kwargs))
    inputs = [arrays[_described(each)] for each in _tensors(given)]

    def call(*tensors: Any) -> Any:
        rest = iter(tensors)
        values = [next(rest) if isinstance(each, keras.KerasTensor) else each for each in given]
        new_args, new_kwargs = keras.tree.pack_sequence_as((args, kwargs), values)
        with keras.StatelessScope():  # or a traced value would stay in the model: in the seed of a random layer
            return operation(*new_args, **new_kwargs)

    function, wait = _compiled(call, inputs)

    def time(calls: int) -> float:
        start = perf_counter()
        for _ in range(calls):
            result = function(*inputs)
        wait(result)
        return 1000 * (perf_counter() - start) / calls

    return time


def _arrays(tensors: Sequence[Any], batch: int) -> _Arrays:
    """Return an array for each shape and type of symbolic tensors, with which all layers are called.

    Raises:
        ValueError: there is not enough memory for them.
    """
    distinct = {_described(each): each for each in tensors}
    size = 4 * sum(prod(each.shape[1:]) for each in distinct.values())  # bytes per image: most are float32
    if batch * size > (free := memory.available()):
        raise ValueError(
            f"`batch` (={batch}) needs more than {size_words(batch * size)} of memory, for the inputs of the layers, "
            f"and {size_words(free)} are free; try {max(1, free // (2 * size))}."
        )
    return {key: _array(each, batch) for key, each in distinct.items()}


def _array(tensor: Any, batch: int) -> Any:
    """Return random numbers in the shape of a symbolic tensor; zeros for whole numbers, which may be indices."""
    import keras
    import numpy as np

    shape = (batch, *tensor.shape[1:])
    is_float = "float" in tensor.dtype
    values = np.random.default_rng(0).random(shape, np.float32) if is_float else np.zeros(shape)
    return keras.ops.convert_to_tensor(values, tensor.dtype)


def _compiled(function: Callable[..., Any], arrays: Sequence[Any]) -> tuple[Callable[..., Any], Callable[[Any], Any]]:
    """Return a function compiled by the backend for arrays of these shapes, and what waits for its result."""
    import keras

    backend = keras.config.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        # Traced here, since many functions that are traced in a call make TensorFlow warn of retracing.
        return tf.function(function).get_concrete_function(*arrays), lambda _: tf.test.experimental.sync_devices()
    if backend == "jax":
        import jax

        return jax.jit(function), jax.block_until_ready
    return function, lambda result: result


def _fastest(timers: Mapping[Hashable, Callable[[int], float]], repeats: int) -> dict[Hashable, float]:
    """Let each timer have its turn, as often as stated, and return the least of each."""
    for time in timers.values():
        time(1)  # the first call allocates memory
    calls = {key: ceil(TURN / max(time(1), TURN / MAX_CALLS)) for key, time in timers.items()}
    times: dict[Hashable, list[float]] = {key: [] for key in timers}
    for _ in range(repeats):
        for key, time in timers.items():
            times[key].append(time(calls[key]))
    return {key: min(each) for key, each in times.items()}
