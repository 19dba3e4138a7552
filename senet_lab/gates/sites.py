"""Sites: the gates of a Keras model, per channel and per pixel, found by what layers compute, not by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from senet_lab.checks import quoted
from senet_lab.nets.on_keras.entries import KINDS, UNKNOWN
from senet_lab.nets.roles import Excitation, find_excitation, find_pixel_gate
from senet_lab.nets.sketch import place


class Site(NamedTuple):
    """One squeeze-excite block in a model, or the part of an attention module that scales pixels, by its layers.

    Attributes:
        path: of its residual block, such as "group1/block2", see `drawing.network.paths`; the name of the scaling
            layer if that does not contain a group.
        map: the layer whose feature maps are scaled, (batch, height, width, channels).
        gate: the layer that computes the gate's values, (batch, 1, 1, channels); (batch, height, width, 1) per pixel.
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
        ValueError: the model is not functional, or has no gates, or has them per pixel only; the message says which.
    """
    found = _channel_sites(model)
    if not found:
        rule = "no layer multiplies feature maps by one number per channel that was computed from them"
        fit = "try a network with a ratio, and one that is not nested in another"
        if pixels := len(pixel_sites(model)):
            rule += f"; {pixels} {'layer does' if pixels == 1 else 'layers do'} so by one number per pixel"
            fit = "try gates.pixel_gates(model, images), which returns these"
        raise ValueError(f"`{model.name}` has no squeeze-excite gate: {rule}; {fit}.")
    return found


def pixel_sites(model: Any) -> tuple[Site, ...]:
    """Return the gates per pixel of a functional model, in the order in which they are computed; () if it has none.

    The rule is `nets.roles.find_pixel_gate`. A gate that is next to one per channel has its path: it scales the maps
    which that one has scaled (CBAM), or the same maps (scSE), or those that the other one scales next.

    Raises:
        ValueError: the model is not functional.
    """
    neighbors = _channel_sites(model)
    paths = {**{each.map: each.path for each in neighbors}, **{each.scale: each.path for each in neighbors}}
    by_path: dict[str, Site] = {}
    for site in _found(model, find_pixel_gate):
        path = paths.get(site.map) or paths.get(site.scale) or site.path
        path = site.scale if path in by_path else path
        by_path[path] = site._replace(path=path)
    return tuple(by_path.values())


def _channel_sites(model: Any) -> tuple[Site, ...]:
    by_path: dict[str, Site] = {}
    for site in _found(model, find_excitation):
        path = site.scale if site.path in by_path else site.path
        by_path[path] = site._replace(path=path)
    return tuple(by_path.values())


def _found(model: Any, find: Callable[..., Excitation | None]) -> Iterator[Site]:
    """Return a site for each product in the graph of a model that is the end of what `find` looks for."""
    if not getattr(model, "inputs", None):
        raise ValueError(
            f"Gates are found in the graph of a functional model, which {quoted(model)} has not; make one by "
            "keras.Model(inputs, outputs), or call a Sequential one first."
        )
    for operation in getattr(model, "operations", ()):  # a Sequential model has none, nor gates
        factors = operation.input if type(operation).__name__ == "Multiply" else None
        if isinstance(factors, (list, tuple)) and (excitation := find(factors, _inputs, _kind)):
            path = "/".join(filter(None, place(operation.name))) or operation.name
            yield Site(path, _source(excitation.map).name, _source(excitation.gate).name, operation.name)


def tensor(model: Any, name: str) -> Any:
    """Return the output of the layer or operation with that name."""
    return next(operation.output for operation in model.operations if operation.name == name)


def _source(tensor: Any) -> Any:
    return tensor._keras_history.operation


def _inputs(tensor: Any) -> list[Any]:
    """Return the tensors on which a layer was called in the call that returned this one."""
    operation, call, _ = tensor._keras_history
    return list(operation._inbound_nodes[call].input_tensors)


def _kind(tensor: Any) -> str:
    return KINDS.get(type(_source(tensor)).__name__, UNKNOWN)
