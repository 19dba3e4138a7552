"""Insertion: add squeeze-excite to a Keras model that has none, without changing what it computes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

from senet_lab.architecture.style import squeezed_channels, style_of
from senet_lab.checks import MAX_RATIO, InvalidTypeError, flag, quoted, whole
from senet_lab.extras import require
from senet_lab.nets.attention import squeeze_excite_block
from senet_lab.nets.branches import block_ends
from senet_lab.nets.on_keras.acceleration import accelerate
from senet_lab.nets.on_keras.copying import copy_weights
from senet_lab.nets.on_keras.graph import Graph, functional, has_channels_first, read_graph
from senet_lab.nets.sketch import Sketch

STYLE = style_of("paper")  # biases in both dense layers
OPEN_SIDE = 224  # of an input whose size the model leaves open, to find its blocks


def add_se(
    model: Any,
    ratio: int = 16,
    after: Collection[str] | Callable[[Any], bool] | None = None,
    *,
    exact: bool = True,
) -> Any:
    """Return a copy of a model with its weights and with squeeze-excite (Hu et al. 2018). The model stays as it is.

    A vocabulary to which a layer was adapted is not copied, since Keras keeps it outside its weights.

    Args:
        model: a functional `keras.Model`, or a Sequential one that is built, of any origin.
        ratio: of the channels of a map to those of the squeeze; at most the number of channels.
        after: the names of the layers whose output is scaled, or a function that returns for a layer whether its is.
            They must be called once, and not belong to a nested model. None scales the end of each block: of each
            branch that is added to a shortcut or concatenated with it; without these, the result of each concatenation;
            without these, each map that is pooled or flattened.
        exact: whether the new model computes the same as before until it is trained: new gates are 0.5 for every image,
            and are followed by a factor of 2. Otherwise, gates start at random, as in a new network.

    Returns:
        A functional model, not compiled. The new layers are named after the layer that they follow: `conv_se_squeeze`,
        `conv_se_reduce`, `conv_se_gate`, `conv_se_scale` and, if `exact`, `conv_se_double`.

    Raises:
        TypeError, ValueError: the model has no graph or no blocks, or its channels come first, a named layer does not
            exist or has no feature maps, or `ratio` leaves no channel.
        MissingExtraError: Keras is not installed.
    """
    require("keras", by="adding squeeze-excite to a model")
    import keras

    ratio, exact = whole("ratio", ratio, 1, MAX_RATIO), flag("exact", exact)
    source = functional(model)
    graph = source if source is model else keras.Model(source.input, source.output, name=model.name)
    names = _places(graph, after, ratio)

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        outputs = layer(*args, **kwargs)
        return _scaled(outputs, ratio, layer.name, exact=exact) if layer.name in names else outputs

    copied = keras.models.clone_model(graph, call_function=call)
    for layer in graph.layers:
        if layer.weights:
            copy_weights(layer, copied.get_layer(layer.name))
    for name in names if exact else ():
        kernel = copied.get_layer(f"{name}_se_gate").kernel
        kernel.assign(keras.ops.zeros(kernel.shape, kernel.dtype))  # its bias is 0, so the gate is sigmoid(0) = 0.5
    return accelerate(copied)


def _scaled(x: Any, ratio: int, name: str, *, exact: bool) -> Any:
    """Return feature maps after squeeze-excite, multiplied by 2 if the gates start at 0.5."""
    import keras

    with _policy_of(x):
        scaled = squeeze_excite_block(x, ratio, style=STYLE, name=name)
        return keras.layers.Rescaling(2.0, name=f"{name}_se_double")(scaled) if exact else scaled


@contextmanager
def _policy_of(x: Any) -> Iterator[None]:
    """Make new layers of this thread compute in the dtype of a tensor, with weights of at least 32 bits."""
    import keras

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(f"mixed_{x.dtype}" if "16" in x.dtype else x.dtype)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)


def _places(model: Any, after: Collection[str] | Callable[[Any], bool] | None, ratio: int) -> set[str]:
    """Return the names of the layers whose output is scaled."""
    shapes = [tuple(side or OPEN_SIDE for side in each.shape[1:]) for each in model.inputs]
    graph = read_graph(model, shapes)
    _must_have_channels_last(model, graph)
    once = _called_once(graph)
    if not once:
        raise ValueError(f"Model {quoted(model.name)} has no layer of its own that is called once.")
    if after is None:
        names = [name for end in block_ends(graph.sketch) if (name := end.written[-1].name) in once]
        rule = "has no block that squeeze-excite could be added to: none at all, or each has it already, "
        rule += "is in a nested model or ends with a layer that is called twice"
    elif isinstance(after, str) or not (callable(after) or isinstance(after, Collection)):
        raise InvalidTypeError(
            "after", after, "must be names of layers, or a function of a layer", f"[{quoted(after)}]"
        )
    elif callable(after):
        names = [layer.name for layer in model.layers if layer.name in once and after(layer)]
        rule = "has no layer for which `after` returns true"
    else:
        names, rule = [*after], "was given no layers"
    if not names:
        fit = [name for name, output in once.items() if len(output.shape) == 4] or [*once]
        raise ValueError(f"Model {quoted(model.name)} {rule}; name layers, such as after=[{quoted(fit[-1])}].")
    for name in names:
        _must_be_scalable(name, once, ratio)
    return set(names)


def _must_have_channels_last(model: Any, graph: Graph) -> None:
    """Raise a ValueError if a layer of a model has its channels first, or a new one would."""
    import keras

    is_first = any(has_channels_first(call.operation) for call in graph.calls)
    if is_first or keras.config.image_data_format() == "channels_first":
        raise ValueError(
            f"Model {quoted(model.name)} must have its channels last, and so must Keras; try "
            "keras.config.set_image_data_format('channels_last') before you build it."
        )


def _called_once(graph: Graph) -> dict[str, Sketch]:
    """Return the output of each layer that is called once, by its name, without the layers of nested models.

    A layer that is called twice would get two gates of one name.
    """
    calls = Counter(call.operation for call in graph.calls)
    names = {call.name for call in graph.calls if calls[call.operation] == 1 and "/" not in call.name}
    return {
        each.written[-1].name: each
        for each in graph.sketch.ordered()
        if each.written and each.written[-1].name in names
    }


def _must_be_scalable(name: str, once: Mapping[str, Sketch], ratio: int) -> None:
    """Raise a ValueError unless a layer returns feature maps that squeeze-excite can scale."""
    if name not in once:
        fit = get_close_matches(str(name), once, n=1, cutoff=0) or [*once][-1:]
        raise ValueError(
            f"`after` (={quoted(name)}) must name layers of the model itself, called once; try {quoted(fit[0])}."
        )
    shape = once[name].shape
    if len(shape) != 4:
        raise ValueError(
            f"`after` (={quoted(name)}) must name layers that return feature maps, (height, width, channels), "
            f"not {shape[1:]}."
        )
    if f"{name}_se_scale" in once:
        raise ValueError(f"`after` (={quoted(name)}) must name layers without squeeze-excite; this one has it already.")
    squeezed_channels(shape[-1], ratio)
