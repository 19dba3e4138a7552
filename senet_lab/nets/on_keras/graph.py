"""Graph: read the layers of a functional Keras model, in the order in which they are called, as rows of a ledger."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from senet_lab.architecture.architecture import Architecture
from senet_lab.checks import MAX_UNITS, InvalidTypeError, quoted, whole
from senet_lab.nets.on_keras.entries import entry_of, is_of_keras
from senet_lab.nets.roles import role_of_product
from senet_lab.nets.sketch import Shape, Sketch, role_of, write_row


class Call(NamedTuple):
    """One call of a layer or an operation: the name of its row, and its arguments, with symbolic tensors in them."""

    name: str
    operation: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Graph(NamedTuple):
    """What is known of a model when shapes have passed through it.

    Attributes:
        sketch: at its output; its rows are the ledger of the model.
        calls: of its layers, in an order in which they can be made.
        inputs: symbolic tensors of known size, in the structure that the model takes.
    """

    sketch: Sketch
    calls: tuple[Call, ...]
    inputs: Any


def sketch_of(model: Any, input_shape: Sequence[Any] | None = None) -> Sketch:
    """Return the sketch at the output of a model. The model stays as it is: only shapes pass through its graph.

    It has one row per call of a layer; the layers of nested models are listed as "model/layer", also those whose output
    nothing uses, since Keras calls them.

    Args:
        model: a functional `keras.Model`, or a Sequential one that is built.
        input_shape: (height, width, channels) for sizes that the model leaves open; a list of such shapes for a model
            with several inputs.

    Raises:
        ValueError: the model has no graph, or a size is unknown, or its layers do not accept `input_shape`.
    """
    return read_graph(model, input_shape).sketch


def read_graph(model: Any, input_shape: Sequence[Any] | None = None) -> Graph:
    """Return what is known of a model when shapes have passed through it; arguments and errors as in `sketch_of`."""
    import keras

    graph = functional(model)
    reading = _Reading(_ranks_of_channels_first(graph))
    inputs = list(map(_fill, graph.inputs, _given_shapes(graph.inputs, input_shape)))
    for given, each in zip(graph.inputs, inputs, strict=True):
        layer = given._keras_history.operation
        reading.remember(each, Sketch(reading.row_shape(layer, each.shape)[1:], layer.name))
    try:
        outputs = graph._run_through_graph(inputs, operation_fn=reading.visit)
    except (ValueError, TypeError) as error:
        if input_shape is None:
            raise
        raise ValueError(f"`input_shape` (={quoted(input_shape)}) does not fit `{model.name}`: {error}") from error
    ends = [reading.sketch(each) for each in _tensors(outputs)]
    reached = {id(each) for each in _join(ends).ordered()}
    unused = [each for each in reading.written if id(each) not in reached]  # in a nested model, but Keras calls them
    return Graph(_join([*unused, *ends]), tuple(reading.calls), keras.tree.pack_sequence_as(graph.input, inputs))


def functional(model: Any) -> Any:
    """Return the functional model of a model: itself, or that of a Sequential one.

    Raises:
        TypeError: it is no Keras model.
        ValueError: it has no graph, or a `call` of its own, which need not follow the graph.
    """
    is_plan = isinstance(model, Architecture)
    if is_plan or not hasattr(model, "layers"):
        fit = "model.build()" if is_plan else "keras.Model(inputs, outputs)"
        raise InvalidTypeError("model", model, "must be a Keras model", fit)
    graph = _graph(model)
    if graph is None:
        raise ValueError(
            f"`model` (={quoted(model)}) must be functional, or Sequential and built, with Keras's own `call`; try "
            "keras.Model(inputs, outputs), or call the Sequential one first."
        )
    return graph


def _graph(operation: Any) -> Any:
    """Return the functional model by which Keras calls a model; None if there is none, or users define the call."""
    graph = operation if hasattr(operation, "_run_through_graph") else getattr(operation, "_functional", None)
    return graph if graph is not None and is_of_keras(type(operation).call) else None


def _given_shapes(inputs: Sequence[Any], given: Sequence[Any] | None) -> list[Any]:
    """Return the shape given for each input, None where there is none."""
    if given is None:
        return [None] * len(inputs)
    several = [given] if not given or not isinstance(given[0], (tuple, list)) else list(given)
    if len(several) != len(inputs):
        raise ValueError(
            f"`input_shape` (={quoted(given)}) must have a shape per input, {len(inputs)} in all; try "
            f"{[each.shape[1:] for each in inputs] if len(inputs) > 1 else inputs[0].shape[1:]}."
        )
    return several


def _fill(tensor: Any, shape: Sequence[Any] | None) -> Any:
    """Return an input of known size."""
    import keras

    open_shape = tensor.shape[1:]
    known = tuple(shape) if shape is not None else open_shape
    fit = tuple(side or (224 if at < len(open_shape) - 1 else 3) for at, side in enumerate(open_shape))
    if None in known:
        raise ValueError(
            f"The model has an input of open size, {tensor.shape}; try Ledger.of(model, input_shape={fit}), which all "
            "views accept instead of the model."
        )
    if len(known) != len(fit) or any(side not in (None, new) for side, new in zip(open_shape, known, strict=True)):
        raise ValueError(f"`input_shape` (={quoted(shape)}) must fit {open_shape}, as the model has it; try {fit}.")
    known = tuple(whole("input_shape", side, 1, MAX_UNITS) for side in known)
    return keras.KerasTensor((None, *known), dtype=tensor.dtype)


def _tensors(structure: Any) -> list[Any]:
    """Return the symbolic tensors in arguments or outputs, in order."""
    import keras

    return [each for each in keras.tree.flatten(structure) if isinstance(each, keras.KerasTensor)]


def _ranks_of_channels_first(model: Any) -> set[int]:
    """Return the numbers of axes of maps whose channels come first: as many as inputs have, if a layer has any."""
    ranks = {len(each.shape) for each in model.inputs if len(each.shape) > 2}
    layers = list(model._flatten_layers())
    if any(map(has_channels_first, layers)):
        return ranks
    # Global pooling says nothing of its model: CBAM takes pixels for channels to pool over the channels of each.
    names = [type(each).__name__ for each in layers if getattr(each, "data_format", None) == "channels_first"]
    return ranks & {3} if any(not name.startswith("Global") for name in names) else set()


def has_channels_first(layer: Any) -> bool:
    """Return whether a layer takes maps, and not sequences, whose channels come first."""
    is_of_sequences = "1D" in type(layer).__name__
    return getattr(layer, "data_format", None) == "channels_first" and not is_of_sequences


def _in_order(operation: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[Any, Any]:
    """Return the arguments of a call by position or name, in the order of the signature, in which costs are stated."""
    names = inspect.signature(operation.call).parameters
    return {**dict(enumerate(args)), **dict.fromkeys(names), **kwargs}


def _shapes(arguments: Mapping[Any, Any]) -> list[Shape]:
    """Return the shapes of all arrays in arguments, also of constants; without masks, which change no cost."""
    import keras

    given = [value for name, value in arguments.items() if not str(name).endswith("mask")]
    return [tuple(each.shape) for each in keras.tree.flatten(given) if hasattr(each, "shape")]


def _join(ends: Sequence[Sketch]) -> Sketch:
    """Return one sketch to which all of several lead; the last is that of an output."""
    if len(ends) == 1:
        return ends[0]
    joined = ends[-1].onward(ends[-1].shape, 1, 1)
    joined.inputs = tuple(ends)
    return joined


class _Reading:
    """What is known of a model while shapes pass through its graph: a sketch for each tensor.

    Args:
        channels_first: the numbers of axes of maps whose channels come first.
    """

    def __init__(self, channels_first: Collection[int]) -> None:
        self._channels_first = channels_first
        self._known: dict[int, tuple[Any, Sketch]] = {}  # with its tensor, without which its id would be used again
        self._counted: set[int] = set()  # the ids of weights, which layers may share
        self.calls: list[Call] = []
        self.written: list[Sketch] = []  # one per call
        self._names: Counter[str] = Counter()

    def remember(self, tensor: Any, sketch: Sketch) -> None:
        self._known[id(tensor)] = (tensor, sketch)

    def sketch(self, tensor: Any) -> Sketch:
        return self._known[id(tensor)][1]

    def row_shape(self, operation: Any, shape: Shape) -> Shape:
        """Return the shape of an output as rows state it: with channels last, and a single number as one feature."""
        if len(shape) < 2:
            return None, 1
        is_last = len(shape) not in self._channels_first or getattr(operation, "data_format", "") == "channels_last"
        return shape if is_last else (shape[0], *shape[2:], shape[1])

    def _pools_channels(self, operation: Any, kind: str) -> bool:
        """Return whether a layer pools the channels of each step, since its model does not have them first."""
        is_first = getattr(operation, "data_format", "") == "channels_first"
        return kind == "global pool" and is_first and not self._channels_first

    def visit(self, operation: Any, prefix: str = "") -> Callable[..., Any]:
        """Return what is called instead of a layer or operation: it returns the shapes of its outputs."""

        def call(*args: Any, **kwargs: Any) -> Any:
            if (graph := _graph(operation)) is not None:
                path = f"{prefix}{operation.name}/"
                tensors = _tensors((args, kwargs))
                return graph._run_through_graph(tensors, lambda each: self.visit(each, path))
            outputs = operation.compute_output_spec(*args, **kwargs)
            given = _in_order(operation, args, kwargs)
            inputs = [self.sketch(each) for each in _tensors([*given.values()])]
            name = self._write(operation, prefix, inputs, _shapes(given), _tensors(outputs))
            self.calls.append(Call(name, operation, args, kwargs))
            return outputs

        return call

    def _write(
        self, operation: Any, prefix: str, inputs: Sequence[Sketch], shapes: Sequence[Shape], outputs: Sequence[Any]
    ) -> str:
        """Write the row of one call, remember its outputs, and return its name."""
        name = prefix + operation.name
        self._names[name] += 1
        times = self._names[name]
        if any(None in each.shape[1:] for each in outputs):
            raise ValueError(
                f"`{name}` has an output of unknown size, {outputs[0].shape}, which no ledger counts; give it a shape "
                "without None."
            )
        entry = entry_of(operation, shapes, outputs[0].shape, self._counted)
        entry = entry._replace(
            output_shape=self.row_shape(operation, entry.output_shape),
            kernel=1 if self._pools_channels(operation, entry.kind) else entry.kernel,
        )
        role = role_of(name) or (entry.kind == "scale" and role_of_product(inputs)) or ""
        first = write_row(inputs, name if times == 1 else f"{name} (call {times})", entry, role)
        self.written.append(first)
        self.remember(outputs[0], first)
        for other in outputs[1:]:
            self.remember(other, first.onward(self.row_shape(operation, other.shape), first.field, first.jump))
        return first.written[0].name
