"""Runtimes: open an exported model with ONNX Runtime, OpenVINO or TFLite, and compute its outputs on the processor."""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]  # inputs by name
    Outputs = list[NDArray[Any]]
    Runner = Callable[[Arrays], Outputs]


def open_exported(path: str | os.PathLike[str], *, precision: str = "f32") -> Runner:
    """Return a function that computes the outputs of a file, in the order of the model, from its inputs by name.

    Args:
        path: an `.onnx`, `.tflite` or `.xml` file.
        precision: how OpenVINO computes, "f32" or "bf16". By itself, it would use bfloat16 if the processor has it.
    """
    path = Path(path)
    if path.suffix == ".xml":
        return _open_openvino(path, precision)
    return {".onnx": _open_onnx, ".tflite": _open_tflite}[path.suffix](path)


def import_openvino() -> Any:
    """Import OpenVINO without its telemetry, which by default reports imports and conversions to Intel."""
    hides = "openvino" not in sys.modules and "openvino_telemetry" not in sys.modules
    if hides:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # OpenVINO then uses a stub
    try:
        import openvino
    finally:
        if hides:
            del sys.modules["openvino_telemetry"]
    return openvino


def _open_onnx(path: Path) -> Runner:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors only
    session = onnxruntime.InferenceSession(os.fspath(path), options, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]
    return lambda inputs: session.run(None, {name: inputs[name] for name in names})


def _open_openvino(path: Path, precision: str) -> Runner:
    core = import_openvino().Core()
    compiled = core.compile_model(os.fspath(path), "CPU", {"INFERENCE_PRECISION_HINT": precision})

    def run(inputs: Arrays) -> Outputs:
        outputs = compiled(dict(inputs))
        return [outputs[index] for index in range(len(compiled.outputs))]

    return run


def _open_tflite(path: Path) -> Runner:
    import tensorflow as tf

    # It still comes with TensorFlow. The filter stays: to restore filters would undo those that other threads have set.
    warnings.filterwarnings("ignore", "(?s).*tf.lite.Interpreter is deprecated")
    interpreter = tf.lite.Interpreter(os.fspath(path), num_threads=os.cpu_count())
    signature = interpreter.get_signature_runner()

    def run(inputs: Arrays) -> Outputs:
        outputs = signature(**inputs)
        return [outputs[name] for name in sorted(outputs, key=_place)]

    return run


def _place(name: str) -> tuple[int, str]:
    """Return the sort key of an output: output_2 before output_10; names given by the user in Keras's order."""
    number = re.fullmatch(r"output_(\d+)", name)
    return (int(number[1]), "") if number else (-1, name)
