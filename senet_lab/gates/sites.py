"""Sites: the squeeze-excite gates of a Keras model, found by what its layers compute, not by their names."""

from __future__ import annotations

from typing import Any, NamedTuple

from senet_lab.checks import quoted
from senet_lab.nets.on_keras.entries import KINDS, UNKNOWN
from senet_lab.nets.roles import Excitation, find_excitation
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

    The rule is that of the ledger, `nets.roles.find_excitation`. It covers every position, squeeze and gate function,
    and blocks that this package did not build. Maps have channels last.

    Raises:
        ValueError: the model is not functional, or has no gates; the message says which.
    """
    if not getattr(model, "inputs", None):
        raise ValueError(
            f"Gates are found in the graph of a functional model, which {quoted(model)} has not; make one by "
            "keras.Model(inputs, outputs), or call a Sequential one first."
        )
    by_path: dict[str, Site] = {}
    for operation in getattr(model, "operations", ()):  # a Sequential model has none, nor gates
        if type(operation).__name__ == "Multiply" and (excitation := _find_excitation(operation)):
            path = "/".join(filter(None, place(operation.name))) or operation.name
            path = operation.name if path in by_path else path
            x, gate = excitation.map, excitation.gate
            by_path[path] = Site(path, _source(x).name, _source(gate).name, operation.name)
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


def _find_excitation(multiply: Any) -> Excitation | None:
    factors = multiply.input
    return find_excitation(factors, _inputs, _kind) if isinstance(factors, (list, tuple)) else None


def _inputs(tensor: Any) -> list[Any]:
    """Return the tensors on which a layer was called in the call that returned this one."""
    operation, call, _ = tensor._keras_history
    return list(operation._inbound_nodes[call].input_tensors)


def _kind(tensor: Any) -> str:
    return KINDS.get(type(_source(tensor)).__name__, UNKNOWN)
