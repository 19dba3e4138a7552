"""Inputs: what a Keras model takes, as a signature for Keras's exporters, and random examples of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from senet_lab.checks import Bare, InvalidValueError

if TYPE_CHECKING:
    import keras

# Magnitudes of the examples, in ascending order: networks differ in what they expect, and large values saturate gates
# and a softmax, which hides differences. A model that states a smaller batch size gets the middle ones.
MAGNITUDES = (1e-4, 0.01, 1.0, 100.0)
OPEN_SIDES = (64, 256)  # tried in turn for dimensions that a model leaves open
CALL_IT = "call it on a batch first, as in model(images)"


def signature_of(model: keras.Model) -> Any:
    """Return what a model takes as a structure of `keras.InputSpec`: one of them, or a list or a dict of them.

    Their names consist of letters, digits and underscores, and differ.

    Raises:
        ValueError: the model was never called, so its shapes are unknown.
    """
    import keras

    if not model.built:
        raise never_called(model)
    if isinstance(model, keras.Sequential):
        return _spec(model.inputs[0])
    if _is_functional(model):
        inputs = model.input
        if isinstance(inputs, Mapping):
            return {name: _spec(tensor, name) for name, tensor in inputs.items()}
        if isinstance(inputs, (list, tuple)):
            names = _distinct([each.name for each in inputs])
            return [_spec(tensor, name) for tensor, name in zip(inputs, names, strict=True)]
        return _spec(inputs)
    return _recorded_signature(model)


def _recorded_signature(model: keras.Model) -> Any:
    """Return the signature of a subclassed model, from the shapes of its first call."""
    shape = (model.get_build_config() or {}).get("input_shape")
    if shape is None:
        raise never_called(model)
    return _recorded_spec(shape, "inputs", model.input_dtype)


def _recorded_spec(shape: Any, name: str, dtype: str) -> Any:
    import keras

    if isinstance(shape, Mapping):
        return {key: _recorded_spec(each, key, dtype) for key, each in shape.items()}
    if any(isinstance(each, (list, tuple)) for each in shape):
        return [_recorded_spec(each, f"{name}_{number}", dtype) for number, each in enumerate(shape)]
    return keras.InputSpec(shape=(None, *shape[1:]), dtype=dtype, name=_plain(name))


def never_called(model: keras.Model) -> InvalidValueError:
    """Return the error for a model whose input shapes are unknown."""
    rule = "must have been called once, since its input shapes are unknown before"
    return InvalidValueError("model", Bare(model.name), rule, advice=CALL_IT)


def has_simple_structure(model: keras.Model) -> bool:
    """Return whether a model takes and returns a tensor, a list, or a dict with plain names as keys.

    Of models without a graph, this is not known, and assumed.
    """
    return not _is_functional(model) or all(map(_is_simple, (model.input, model.output)))


def _is_functional(model: keras.Model) -> bool:
    """Return whether a model has a graph between its inputs and outputs; a Sequential one keeps its graph inside."""
    import keras

    return bool(getattr(model, "inputs", None)) and not isinstance(model, keras.Sequential)


def _is_simple(structure: Any) -> bool:
    values = structure.values() if isinstance(structure, Mapping) else structure
    keys = structure if isinstance(structure, Mapping) else ()
    if not isinstance(values, (list, tuple)) and not isinstance(structure, Mapping):
        return True
    return all(map(_is_plain, keys)) and not any(isinstance(each, (list, tuple, Mapping)) for each in values)


def _spec(tensor: Any, name: str = "") -> Any:
    import keras

    return keras.InputSpec(shape=tuple(tensor.shape), dtype=tensor.dtype, name=name or _plain(tensor.name))


def _plain(name: str) -> str:
    """Return a name that TensorFlow accepts for an input."""
    return re.sub(r"^(?=\d)|[^A-Za-z0-9_]", "_", name).lstrip("_") or "inputs"


def _is_plain(name: Any) -> bool:
    return isinstance(name, str) and _plain(name) == name


def _distinct(names: Sequence[str]) -> list[str]:
    """Return plain names, with numbers where they would be equal."""
    plain = [_plain(name) for name in names]
    if len({*plain}) == len(plain):
        return plain
    return [f"{name}_{number}" for number, name in enumerate(plain)]


def examples(model: keras.Model, signature: Any) -> Iterator[Any]:
    """Yield random inputs of a model, in the structure of its signature, for one size of the open dimensions each.

    Raises:
        ValueError: the model takes text.
    """
    import keras

    specs = keras.tree.flatten(signature)
    if text := [spec.name for spec in specs if spec.dtype == "string"]:
        rule = f"takes text ({text[0]}), and exported models take numbers"
        raise InvalidValueError("model", Bare(model.name), rule, advice="export the part behind its text layers")
    has_open_side = any(None in spec.shape[1:] for spec in specs)
    for side in OPEN_SIDES if has_open_side else OPEN_SIDES[:1]:
        arrays = [_example(spec, side) for spec in specs]
        yield keras.tree.pack_sequence_as(signature, arrays)


def _example(spec: Any, side: int) -> Any:
    """Return random numbers: normal ones of several magnitudes; for integers 0 and 1, which every table has."""
    import numpy as np

    random = np.random.default_rng(0)
    batch = spec.shape[0] or len(MAGNITUDES)
    shape = (batch, *(side if each is None else each for each in spec.shape[1:]))
    if "float" not in spec.dtype:
        return random.integers(0, 2, shape).astype(spec.dtype)
    chosen = MAGNITUDES[2:3] if batch == 1 else MAGNITUDES[1:3] if batch < len(MAGNITUDES) else MAGNITUDES
    magnitudes = np.sort(np.resize(chosen, batch)).reshape(batch, *[1] * (len(shape) - 1))
    return (magnitudes * random.normal(size=shape)).astype(spec.dtype)
