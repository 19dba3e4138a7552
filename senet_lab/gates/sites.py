"""Sites: the squeeze-excite gates of a Keras model, found by what its layers compute, not by their names."""

from __future__ import annotations

from typing import Any, NamedTuple

from senet_lab.checks import quoted
from senet_lab.nets.sketch import place


class Site(NamedTuple):
    """One squeeze-excite block in a model, by the layers around its gate.

    Attributes:
        path: of its residual block, such as "group1/block2", see `drawing.network.paths`; the name of the scaling
            layer if that does not contain a group.
        map: the layer whose feature maps are scaled, (batch, height, width, channels).
        gate: the layer that computes the gate's values, (batch, 1, 1, channels).
        scale: the layer that multiplies the two.
    """

    path: str
    map: str
    gate: str
    scale: str


def sites(model: Any) -> tuple[Site, ...]:
    """Return the squeeze-excite blocks of a functional model, in the order in which they are computed.

    A gate multiplies feature maps channel by channel and is computed from those same maps (Hu et al. 2018, eq. 2 to
    4). This definition covers every position, squeeze and gate function, and blocks that this package did not build.

    Raises:
        ValueError: the model is not functional, or has no gates; the message says which.
    """
    if not getattr(model, "inputs", None) or not hasattr(model, "operations"):
        raise ValueError(
            f"Gates are found in the graph of a functional model, which {quoted(model)} has not; make one by "
            "keras.Model(inputs, outputs), or call a Sequential one first."
        )
    by_path: dict[str, Site] = {}
    for operation in model.operations:
        if type(operation).__name__ == "Multiply" and (pair := _map_and_gate(operation)):
            path = "/".join(filter(None, place(operation.name))) or operation.name
            path = operation.name if path in by_path else path
            x, gate = (_source(each).name for each in pair)
            by_path[path] = Site(path, x, gate, operation.name)
    if not by_path:
        raise ValueError(
            f"`{model.name}` has no squeeze-excite gate: no layer multiplies feature maps by one number a channel "
            "that was computed from them; try a network with a ratio, and one that is not nested in another."
        )
    return tuple(by_path.values())


def tensor(model: Any, name: str) -> Any:
    """Return the output of the layer or operation with that name."""
    return next(operation.output for operation in model.operations if operation.name == name)


def _source(tensor: Any) -> Any:
    return tensor._keras_history.operation


def _map_and_gate(multiply: Any) -> tuple[Any, Any] | None:
    """Return the map, then its gate, in whichever order they are multiplied; None if neither is the other's gate."""
    inputs = multiply.input
    if not isinstance(inputs, (list, tuple)) or len(inputs) != 2:
        return None
    return next(((x, gate) for x, gate in (inputs, inputs[::-1]) if _is_gate(gate, x)), None)


def _is_gate(gate: Any, x: Any) -> bool:
    """Return whether `gate` has one number per channel of `x` and is computed from `x`."""
    if len(x.shape) != 4 or tuple(gate.shape[1:]) != (1, 1, x.shape[-1]):
        return False
    is_pooled = tuple(x.shape[1:3]) != (1, 1)  # a map of one pixel needs no pooling
    queue, visited = [gate], {id(gate)}
    while queue:
        tensor = queue.pop()
        if tensor is x:
            return is_pooled
        source = _source(tensor)
        is_pooled |= type(source).__name__.startswith("Global")
        inputs = source.input if type(source).__name__ != "InputLayer" else ()
        for each in inputs if isinstance(inputs, (list, tuple)) else (inputs,):
            if id(each) not in visited:
                visited.add(id(each))
                queue.append(each)
    return False
