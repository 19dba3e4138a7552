"""Roles: find squeeze-excite in a network that does not name it, and tell attention modules apart, by their layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod

from senet_lab.architecture.style import ATTENTIONS
from senet_lab.nets.sketch import Row, Sketch

# The attention modules in words.
ATTENTION_NAMES: Mapping[str, str] = {**ATTENTIONS, "se": "squeeze-excite"}


def attention_of(rows: Iterable[Row]) -> str:
    """Return which attention module the first in some rows is, one of `ATTENTIONS`; "" without one.

    Squeeze-excite reduces the channels; ECA convolves over them; CBAM adds a gate per pixel, scSE the sum of both.

    >>> from senet_lab.architecture.architecture import Architecture
    >>> attention_of(Architecture(attention="eca").ledger().rows)
    'eca'
    """
    roles: dict[str, Row] = {}
    for row in rows:
        if row.in_se:
            if row.role not in roles or row.macs:
                roles[row.role] = row
        elif "scale" in roles:
            break
    if "spatial gate" in roles:
        return "scse" if "sum" in roles else "cbam"
    is_sequence = "gate" in roles and roles["gate"].kind == "conv" and len(roles["gate"].output_shape) == 3
    return "se" if "reduce" in roles else "eca" if is_sequence else ""


def role_of_product(inputs: Sequence[Sketch]) -> str:
    """Return the role of a product: "scale" if one factor is the gate of the other, whose layers then get theirs.

    A gate has one number per channel of a map, and is computed from that map by pooling and at least one layer with
    weights (Hu et al. 2018, eq. 2 to 4).
    """
    for x, gate in (inputs, inputs[::-1]) if len(inputs) == 2 else ():
        layers = _layers_between(x, gate)
        rows = [row for layer in layers for row in layer.written]
        has_one_number_per_channel = len(gate.shape) == 4 and prod(gate.shape[1:]) in (gate.shape[1], gate.shape[-1])
        if has_one_number_per_channel and rows and rows[0].kind == "global pool" and any(row.macs for row in rows):
            for layer, role in zip(layers, _roles(rows), strict=True):
                layer.written = (layer.written[0]._replace(role=role),)
            return "scale"
    return ""


def _layers_between(start: Sketch, end: Sketch) -> list[Sketch]:
    """Return the outputs of the layers from one sketch to another, if they are a chain; otherwise, none."""
    layers = [end]
    while len(layers[-1].inputs) == 1 and layers[-1].inputs[0] is not start:
        layers.append(layers[-1].inputs[0])
    return layers[::-1] if layers[-1].inputs[:1] == (start,) and end is not start else []


def _roles(rows: Sequence[Row]) -> list[str]:
    """Return the role of each layer from pooling to gate, which the last dense layer or convolution computes."""
    weighted = [at for at, row in enumerate(rows) if row.macs]
    return ["squeeze" if at < weighted[0] else "reduce" if at < weighted[-1] else "gate" for at in range(len(rows))]
