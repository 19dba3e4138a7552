"""Conversion: write a Keras model in another format with Keras's exporters, and compare the file with the model."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from senet_lab import memory
from senet_lab.checks import Bare, InvalidValueError
from senet_lab.export.formats import FORMATS, Format
from senet_lab.export.inputs import examples, has_simple_structure, signature_of
from senet_lab.export.runtimes import import_openvino, open_exported
from senet_lab.extras import require
from senet_lab.memory import size_words

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    Arrays = Sequence[NDArray[Any]]

# How far the outputs of a file may be from those of the model, for each example: a share of the spread of its outputs,
# and of their size, where they hardly differ; at most of the size of their column, the last axis, since boxes in pixels
# may stand next to scores. Sums of float32 in another order usually differ by 1e-6 of the spread, bfloat16 by 5e-3. A
# network may amplify small differences: therefore also as much as the outputs of the model change if each number of its
# inputs changes by a random share of about `NUDGE`. Where that is more than `STABLE` of the spread, outputs depend on
# rounding, as in deep untrained networks, whose values grow with depth and saturate gates: such an example and all
# larger ones are not compared. Numbers that are not finite must be the same. Measured in docs/decisions/038-export.md.
OF_SPREAD, OF_SIZE, AT_LEAST = 1e-3, 1e-5, 1e-6
NUDGE, NUDGES, STABLE = 1e-3, 4, 0.02
MAX_REASON = 300  # characters of a converter's message
# As OpenVINO, ONNX Runtime, TFLite's converter and its interpreter name them.
UNKNOWN_OPERATIONS = re.compile(
    r"No conversion rule found for operations: ([\w, ]+)|No Op registered for (\w+)|Custom ops: ([\w, ]+)|\((Flex\w+)\)"
)
_CONVERTING = Lock()  # converters are adapted for one conversion at a time
KEEP = "save it as .keras, which holds any model"


def check_packages(suffix: str) -> None:
    """Check that the packages of a format are installed, without loading them.

    Raises:
        MissingExtraError: one is not.
    """
    form = FORMATS[suffix]
    require("keras", "numpy", "psutil", *form.modules, by=f"saving for {form.name}")


def check_format(suffix: str) -> None:
    """Check that this process can write a format.

    Raises:
        MissingExtraError: a package of the format is not installed.
        ValueError: Keras computes with another backend than TensorFlow.
    """
    check_packages(suffix)
    import keras

    if (backend := keras.config.backend()) != "tensorflow":
        rule = f"is written by Keras on TensorFlow only, and this process computes with {backend}"
        advice = f"save network.keras, then run in a shell: senet-lab save network.keras network{suffix}"
        raise InvalidValueError("path", Bare(suffix), rule, advice=advice)


def convert(model: keras.Model, path: Path) -> None:
    """Write a model to `path`, whose suffix gives the format, and check that the file computes what the model does.

    Raises:
        ValueError: the model has inputs or layers that the format cannot hold, it does not fit into memory, or the file
            computes something else.
        OSError: the file cannot be written.
    """
    import keras

    form = FORMATS[path.suffix]
    _check_precision(model)
    _check_memory(model, form)
    if not has_simple_structure(model):
        model = keras.Model(model.inputs, model.outputs, name=model.name)  # lists instead of nested structures
    signature = signature_of(model)
    inputs, expected, tolerances = _predict(model, signature)
    names = [spec.name for spec in keras.tree.flatten(signature)]
    arrays = dict(zip(names, keras.tree.flatten(inputs), strict=True))
    try:
        with _adapted_converters(form):
            model.export(os.fspath(path), format=form.keras_name, verbose=False, input_signature=[signature])
            outputs = open_exported(path)(arrays)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # converters raise errors of many types for what they cannot convert
        rule = f"cannot be saved for {form.name}: {_reason(error)}"
        raise InvalidValueError("model", Bare(model.name), rule, advice=KEEP) from error
    _compare(model, form, expected, outputs, tolerances)


def _check_precision(model: keras.Model) -> None:
    """Check that all layers compute in float32: what else a format can store, its runtimes often cannot compute."""
    for layer in _layers(model):
        if "16" in (dtype := str(getattr(layer, "compute_dtype", ""))):
            rule = f"must compute in float32, but its layer {layer.name} computes in {dtype}"
            advice = "build it under the policy float32 and copy the weights"
            raise InvalidValueError("model", Bare(model.name), rule, advice=advice)


def _layers(model: Any) -> Iterator[Any]:
    for layer in getattr(model, "layers", ()):
        yield layer
        yield from _layers(layer)


def _check_memory(model: keras.Model, form: Format) -> None:
    """Check that there is enough memory for the copies that converters make."""
    needed = form.memory * 4 * model.count_params() if model.built else 0
    if needed > (free := memory.available()):
        rule = (
            f"needs about {size_words(needed)} of memory to be saved for {form.name}, and {size_words(free)} are free"
        )
        raise InvalidValueError("model", Bare(model.name), rule, advice="close other programs")


def _predict(model: keras.Model, signature: Any) -> tuple[Any, Arrays, Arrays]:
    """Return random inputs that a model accepts, its outputs, and how far those of a file may be from them."""
    import numpy as np

    failure: Exception | None = None
    for inputs in examples(model, signature):
        try:
            expected = _call(model, inputs)
        except Exception as error:  # the size may not fit, or the model takes something else
            failure = failure or error
        else:
            _must_repeat(model, inputs, expected)
            nudged = [_call(model, _nudged(inputs, seed)) for seed in range(NUDGES)]
            tolerances = list(map(_tolerance, expected, *nudged))
            if not all(np.isfinite(each).any() for each in tolerances):
                rule = "amplifies rounding so much that its outputs cannot be compared with those of a file"
                raise InvalidValueError("model", Bare(model.name), rule, advice="train it first")
            return inputs, expected, tolerances
    assert failure is not None
    rule = f"must take one tensor, list or dict; a call with random numbers failed: {_reason(failure)}"
    raise InvalidValueError("model", Bare(model.name), rule, advice=KEEP) from failure


def _must_repeat(model: keras.Model, inputs: Any, expected: Arrays) -> None:
    """Check that a model returns the same outputs again: one that is random cannot be compared with its file."""
    repeated = _call(model, inputs)
    if max(map(_excess, expected, repeated, map(_tolerance, expected)), default=0) > 1:
        rule = "must return the same outputs for the same inputs; it has a layer that is random when it predicts"
        raise InvalidValueError("model", Bare(model.name), rule, advice=KEEP)


def _call(model: keras.Model, inputs: Any) -> Arrays:
    import keras
    import numpy as np

    return [np.asarray(each) for each in keras.tree.flatten(model(inputs, training=False))]


def _nudged(inputs: Any, seed: int) -> Any:
    """Return inputs with small random relative changes; integers stay."""
    import keras
    import numpy as np

    random = np.random.default_rng(seed)

    def nudge(array: Any) -> Any:
        changes = 1 + NUDGE * random.normal(size=array.shape)
        return (array * changes).astype(array.dtype) if array.dtype.kind == "f" else array

    return keras.tree.map_structure(nudge, inputs)


def _tolerance(expected: Any, *nudged: Any) -> Any:
    """Return the tolerance for each example and column of an output, of shape (examples, 1, columns).

    It is infinite for examples that are not stable.
    """
    import numpy as np

    numbers = _numbers(expected)
    spread, size = np.ma.ptp(numbers, axis=(1, 2), keepdims=True), abs(numbers).max((1, 2), keepdims=True)
    column = abs(numbers).max((0, 1), keepdims=True)  # a column may hold scores, the next one pixels
    changes = np.ma.stack([abs(numbers - _numbers(each)) for each in (expected, *nudged)]).max(0)
    change = changes.max(1, keepdims=True)
    tolerance = AT_LEAST + OF_SPREAD * np.ma.minimum(spread, column) + OF_SIZE * np.ma.minimum(size, column) + change
    is_stable = (change.max(2, keepdims=True) <= AT_LEAST + STABLE * spread + NUDGE * size).filled(True)
    return np.where(np.logical_and.accumulate(is_stable), tolerance.filled(AT_LEAST), np.inf)  # examples grow


def _numbers(array: Any) -> Any:
    """Return the finite numbers of an output in float64, as a masked array (examples, numbers, columns)."""
    import numpy as np

    rows, columns = (len(array) if array.ndim else 1, array.shape[-1] if array.ndim > 1 else 1)
    return np.ma.masked_invalid(array.astype("float64")).reshape(rows, -1, columns)


@contextmanager
def _adapted_converters(form: Format) -> Iterator[None]:
    """Make converters need less memory, report nothing to their makers, and leave the settings of the process alone.

    Other threads work meanwhile, so nothing is restored that they may have changed; only this thread converts.
    """
    # Keras's exporter asks NumPy for a name of the past.
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"keras\.src\.export")
    adapted = {"ONNX": _adapted_tf2onnx, "OpenVINO": _adapted_openvino}.get(form.name, nullcontext)
    with _CONVERTING, adapted():
        yield


@contextmanager
def _adapted_openvino() -> Iterator[None]:
    """Keep OpenVINO from changing level, filters and handlers of the root logger, and from its telemetry."""
    import_openvino()
    from unittest.mock import patch  # which Python in a browser does not have

    from openvino.tools.ovc import convert as outer
    from openvino.tools.ovc import convert_impl as inner

    with patch.object(inner, "init_logger"), patch.object(outer, "restore_logger_state"):
        yield


@contextmanager
def _adapted_tf2onnx() -> Iterator[None]:
    """Make tf2onnx need less memory."""
    from unittest.mock import patch

    from tf2onnx.graph import Node

    update = Node.update_proto

    def update_unless_constant(node: Any, *arguments: Any) -> None:
        """Skip constants, which are read elsewhere: each pass would leave a copy of all weights in memory."""
        if not node.is_const():
            update(node, *arguments)

    # With this variable, passes change the graph in place, and one that fails raises its error. Otherwise, each one
    # works on a copy of the whole graph.
    with _environment("TF2ONNX_CATCH_ERRORS", "FALSE"), patch.object(Node, "update_proto", update_unless_constant):
        yield


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """Set a variable of the environment, and no other, as `patch.dict` would when it restores them."""
    earlier = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if earlier is None:
            del os.environ[name]
        else:
            os.environ[name] = earlier


def _reason(error: Exception) -> str:
    """Return what a converter's message says: the operations that the format does not have, or else its first line."""
    text = str(error).strip()
    if unknown := UNKNOWN_OPERATIONS.search(text):
        return f"the format has no operation {next(filter(None, unknown.groups())).strip(' ,')}"
    line = (text.splitlines() or [type(error).__name__])[0]
    return line if len(line) <= MAX_REASON else f"{line[:MAX_REASON]}..."


def _compare(model: keras.Model, form: Format, expected: Arrays, outputs: Arrays, tolerances: Arrays) -> None:
    """Check that the outputs of a file are those of the model.

    Raises:
        ValueError: they differ.
    """
    if [each.shape for each in expected] != [each.shape for each in outputs]:
        difference = f"has outputs of shape {_shapes(outputs)} instead of {_shapes(expected)}"
    elif (excess := max(map(_excess, expected, outputs, tolerances), default=0)) > 1:
        difference = f"computes something else: its outputs differ by {excess:.3g} times the tolerance"
    else:
        return
    rule = f"cannot be saved for {form.name}, since the file {difference}"
    raise InvalidValueError("model", Bare(model.name), rule, advice=KEEP)


def _shapes(arrays: Arrays) -> str:
    return ", ".join("x".join(map(str, each.shape)) for each in arrays)


def _excess(expected: Any, output: Any, tolerance: Any) -> float:
    """Return the largest difference of two arrays as a multiple of the tolerance; more than 1 is too much."""
    import numpy as np

    infinite, other = (np.where(np.isfinite(each), 0, each) for each in (expected, output))
    if not np.array_equal(infinite, other, equal_nan=True):
        return np.inf
    return float((abs(_numbers(expected) - _numbers(output)) / tolerance).filled(0).max(initial=0))
