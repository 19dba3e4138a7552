"""Roles: find squeeze-excite in a network that does not name it, by what its layers compute."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from senet_lab.nets.sketch import Row, Sketch


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
