"""Roles: find squeeze-excite in a network that does not name it, and tell attention modules apart, by their layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from senet_lab.architecture.style import ATTENTIONS
from senet_lab.nets.sketch import Row, Sketch, in_order
from senet_lab.nets.wiring import KERNELS

# The attention modules in words.
ATTENTION_NAMES: Mapping[str, str] = {**ATTENTIONS, "se": "squeeze-excite"}


class Step(NamedTuple):
    """A layer between a map and its gate.

    Attributes:
        output: a sketch or a tensor of Keras.
        kind: of the layer, as in `Row`.
        kernels: how many layers with kernels lead from the squeeze up to here.
        is_squeezed: whether the output is computed from pooled numbers only, or is no map.
    """

    output: Any
    kind: str
    kernels: int
    is_squeezed: bool


class Excitation(NamedTuple):
    """A map, its gate, and the steps between them in order; all sketches, or all tensors of Keras."""

    map: Any
    gate: Any
    steps: Sequence[Step]


def find_excitation(
    factors: Sequence[Any], inputs_of: Callable[[Any], Sequence[Any]], kind_of: Callable[[Any], str]
) -> Excitation | None:
    """Return the squeeze-excite of which a product is the end; None if neither of two factors is the other's gate.

    A gate has one number per channel of a map and is computed from that map by at least one layer with a kernel, in any
    arrangement (Hu et al. 2018, eq. 2 to 4). All of these layers come after the squeeze: what is computed from later
    maps of a network is no gate of this one.

    Args:
        factors: what is multiplied; shapes have channels last.
        inputs_of: returns on what the layer with a given output was called.
        kind_of: returns the kind of the layer with a given output.
    """
    for x, gate in (factors, factors[::-1]) if len(factors) == 2 else ():
        if len(x.shape) == 4 and tuple(gate.shape[1:]) == (1, 1, x.shape[-1]):
            steps = _steps(x, gate, inputs_of, kind_of)
            is_squeezed = _is_map(x) or any(step.kind == "global pool" for step in steps)
            with_kernel = [step for step in steps if step.kind in KERNELS]
            if is_squeezed and with_kernel and all(step.is_squeezed for step in with_kernel):
                return Excitation(x, gate, steps)
    return None


def find_pixel_gate(
    factors: Sequence[Any], inputs_of: Callable[[Any], Sequence[Any]], kind_of: Callable[[Any], str]
) -> Excitation | None:
    """Return the gate per pixel of which a product is the end; None if neither of two factors is the other's gate.

    A gate has one number per pixel of a map, for all of its channels, and is computed from that map by at least one
    layer with a kernel, in any arrangement (Woo et al. 2018, eq. 3; Roy et al. 2018, sec. 2.2).

    Args:
        factors, inputs_of, kind_of: as in `find_excitation`.
    """
    for x, gate in (factors, factors[::-1]) if len(factors) == 2 else ():
        is_per_pixel = _is_map(x) and x.shape[-1] != 1 and tuple(gate.shape[1:]) == (*x.shape[1:3], 1)
        steps = _steps(x, gate, inputs_of, kind_of) if is_per_pixel else ()
        if any(step.kind in KERNELS for step in steps):
            return Excitation(x, gate, steps)
    return None


def _is_map(x: Any) -> bool:
    """Return whether a shape has several positions; a map of one pixel looks like its gate."""
    return len(x.shape) == 4 and tuple(x.shape[1:3]) != (1, 1)


def _steps(
    x: Any, gate: Any, inputs_of: Callable[[Any], Sequence[Any]], kind_of: Callable[[Any], str]
) -> Sequence[Step]:
    """Return the layers that depend on a map and lead to a gate; none if it does not depend on the map."""
    steps = {id(x): Step(x, "", 0, not _is_map(x))}
    for each in in_order(gate, lambda output: () if output is x else inputs_of(output)):
        before = [steps[id(source)] for source in inputs_of(each) if id(source) in steps]
        if each is not x and before:
            kind = kind_of(each)
            is_after_squeeze = all(step.is_squeezed for step in before)
            kernels = max(step.kernels for step in before) + (kind in KERNELS and is_after_squeeze)
            steps[id(each)] = Step(each, kind, kernels, is_after_squeeze or not _is_map(each))
    return [*steps.values()][1:]


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

    The last layer with a kernel computes the gate, those before it reduce, and all before these squeeze.
    """
    excitation = find_excitation(inputs, attrgetter("inputs"), attrgetter("kind"))
    if excitation is None:
        return ""
    for step in excitation.steps:
        is_last = step.kernels == excitation.steps[-1].kernels
        role = "gate" if is_last else "reduce" if step.kernels else "squeeze"
        step.output.written = tuple(row._replace(role=role) for row in step.output.written)
    return "scale"
