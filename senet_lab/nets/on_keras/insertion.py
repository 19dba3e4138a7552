"""Insertion: add squeeze-excite to a Keras model that has none, without changing what it computes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any

from senet_lab.architecture.style import squeezed_channels, style_of
from senet_lab.checks import MAX_RATIO, flag, quoted, whole
from senet_lab.extras import require
from senet_lab.nets.blocks import squeeze_excite_block
from senet_lab.nets.branches import block_ends
from senet_lab.nets.on_keras.acceleration import accelerate
from senet_lab.nets.on_keras.graph import functional, sketch_of
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

    Args:
        model: a functional `keras.Model`, or a Sequential one that is built, of any origin.
        ratio: of the channels of a map to those of the squeeze; at most the number of channels.
        after: the names of the layers whose output is scaled, or a function that returns for a layer whether its is.
            None scales the end of each block: of each branch that is added to a shortcut; without these, the result of
            each concatenation; without these, each map that is pooled.
        exact: whether the new model computes the same as before until it is trained: new gates are 0.5 for every image,
            and are followed by a factor of 2. Otherwise, gates start at random, as in a new network.

    Returns:
        A functional model, not compiled. The new layers are named after the layer that they follow: `conv_se_squeeze`,
        `conv_se_reduce`, `conv_se_gate`, `conv_se_scale` and, if `exact`, `conv_se_double`.

    Raises:
        TypeError, ValueError: the model has no graph or no blocks, a named layer does not exist or has no feature maps
            with channels last, or `ratio` leaves no channel.
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
            copied.get_layer(layer.name).set_weights(layer.get_weights())
    for name in names if exact else ():
        kernel = copied.get_layer(f"{name}_se_gate").kernel
        kernel.assign(keras.ops.zeros(kernel.shape, kernel.dtype))  # its bias is 0, so the gate is sigmoid(0) = 0.5
    return accelerate(copied)


def _scaled(x: Any, ratio: int, name: str, *, exact: bool) -> Any:
    """Return feature maps after squeeze-excite, multiplied by 2 if the gates start at 0.5."""
    import keras

    scaled = squeeze_excite_block(x, ratio, style=STYLE, name=name)
    return keras.layers.Rescaling(2.0, name=f"{name}_se_double")(scaled) if exact else scaled


def _places(model: Any, after: Collection[str] | Callable[[Any], bool] | None, ratio: int) -> set[str]:
    """Return the names of the layers whose output is scaled."""
    shapes = [tuple(side or OPEN_SIDE for side in each.shape[1:]) for each in model.inputs]
    network = sketch_of(model, shapes)
    calls = {each.written[-1].name: each for each in network.ordered() if each.inputs and each.written}
    # Layers of nested models belong to these, and a layer that is called twice would get two gates.
    once = {name: each for name, each in calls.items() if "/" not in name and f"{name} (call 2)" not in calls}
    if after is None:
        names = [name for end in block_ends(network) if (name := end.written[-1].name) in once]
        rule = "has no block that squeeze-excite could be added to: none at all, or each has it or is in a nested model"
    elif callable(after):
        names = [layer.name for layer in model.layers if layer.name in once and after(layer)]
        rule = "has no layer for which `after` returns true"
    else:
        names, rule = [*after], "was given no layers"
    if not names:
        raise ValueError(f"Model {quoted(model.name)} {rule}; name layers, such as after=[{quoted([*once][-1])}].")
    for name in names:
        _must_be_scalable(name, once, ratio)
    return set(names)


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
