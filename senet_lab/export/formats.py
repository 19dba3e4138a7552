"""Formats: the files that hold a model, and the packages that write and open them. Imports nothing that they need."""

from __future__ import annotations

from typing import NamedTuple


class Format(NamedTuple):
    """A format that Keras exports to, besides its own."""

    name: str  # of the format, for messages
    keras_name: str  # as `keras.Model.export` calls it
    modules: tuple[str, ...]  # that write the file and open it, as `extras.require` calls them
    companions: tuple[str, ...] = ()  # suffixes of the files that belong to it
    memory: float = 0  # bytes at the peak of a conversion, per byte of weights


# `memory` was measured with SE-ResNet-50 and SE-ResNeXt-50, see docs/decisions/038-export.md.
FORMATS = {
    ".onnx": Format("ONNX", "onnx", ("tensorflow", "onnx", "onnxruntime", "tf2onnx"), memory=24),
    ".tflite": Format("TFLite", "litert", ("tensorflow",), memory=8),
    ".xml": Format("OpenVINO", "openvino", ("tensorflow", "openvino"), (".bin",), memory=5),
}
MODEL_SUFFIXES = (".keras", *FORMATS)
