"""Replay a functional Keras model, layer by layer, on a sketch."""

from __future__ import annotations

import inspect
from typing import Any

from senet_lab.checks import listed, quoted
from senet_lab.nets import layers
from senet_lab.nets.sketch import Sketch, role_of


def replay(model: Any) -> Sketch:
    """Return the sketch at the output of a model's last layer; its rows are the ledger of the model.

    Args:
        model: a functional `keras.Model` with one input, whose layers are all in the vocabulary and are called once.

    Raises:
        TypeError: the vocabulary lacks the class of a layer.
        ValueError: the model has several inputs or one of unknown size, a layer is shared, or Keras counts a layer
            differently.
    """
    inputs: list[Any] = list(getattr(model, "inputs", None) or [])
    if not inputs:
        raise ValueError(f"A ledger needs a functional model, or a Sequential one that is built, not {quoted(model)}.")
    if len(inputs) > 1:
        raise ValueError(f"A ledger needs a model with one input, not {len(inputs)}; split the model.")
    if None in inputs[0].shape[1:]:
        raise ValueError(
            f"A ledger needs an input of known size, not {inputs[0].shape}; try keras.Input((224, 224, 3))."
        )
    x = Sketch(inputs[0].shape[1:], inputs[0].name)
    sketches = {id(inputs[0]): x}  # keyed by the Keras tensor that each represents
    for layer in model.layers:
        if type(layer).__name__ == "InputLayer":
            continue
        tensors = layer.input  # for a layer that is called twice, Keras itself raises a ValueError
        has_several = isinstance(tensors, (list, tuple))
        if any(id(each) not in sketches for each in (tensors if has_several else [tensors])):
            raise ValueError(
                f"`{layer.name}` takes what no counted layer gives: the output of a nested model, or of an operation "
                "such as x + y; use layers, such as keras.layers.Add, and models that are not nested."
            )
        x = _replay_layer(layer, [sketches[id(each)] for each in tensors] if has_several else sketches[id(tensors)])
        sketches[id(layer.output)] = x
    return sketches[id(model.outputs[0])]


def _replay_layer(layer: Any, x: Any) -> Sketch:
    """Call one layer on the sketches of its inputs, and compare its row with the counts of Keras."""
    kind = type(layer).__name__
    if kind not in layers.__all__:
        raise TypeError(f"`{layer.name}` is a {kind}, which no ledger counts; it counts {listed(layers.__all__)}.")
    make, config = getattr(layers, kind), layer.get_config()
    names = inspect.signature(make).parameters.keys() & config.keys() - {"name"}
    arguments = {name: config[name] for name in names}
    y: Sketch = make(name=layer.name, role=role_of(layer.name), **arguments)(x)
    row = y.written[0]
    if (row.output_shape, row.params + row.state) != (layer.output.shape, layer.count_params()):
        replayed = type(layer).from_config(arguments).get_config()
        others = [name for name in config if name != "name" and config[name] != replayed[name]]
        raise ValueError(
            f"`{layer.name}` has arguments that no ledger counts: {listed(others)}; leave them as they come."
        )
    return y
