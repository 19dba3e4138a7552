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


RUNTIMES = {".onnx": "ONNX Runtime", ".tflite": "TFLite", ".xml": "OpenVINO"}
# `memory` was measured with SE-ResNet-50 and SE-ResNeXt-50, see docs/decisions/038-export.md.
FORMATS = {
    ".onnx": Format("ONNX", "onnx", ("tensorflow", "onnx", "onnxruntime", "tf2onnx"), memory=24),
    ".tflite": Format("TFLite", "litert", ("tensorflow",), memory=8),
    ".xml": Format("OpenVINO", "openvino", ("tensorflow", "openvino"), (".bin",), memory=5),
}
MODEL_SUFFIXES = (".keras", *FORMATS)


def companions_of(suffix: str) -> tuple[str, ...]:
    """Return the suffixes of the files that belong to a file with this suffix."""
    return FORMATS[suffix].companions if suffix in FORMATS else ()


def opening_words(suffix: str) -> str:
    """Return what opens a file with this suffix.

    >>> opening_words(".xml")
    'open it with OpenVINO, which also reads the .bin file'
    """
    if suffix == ".keras":
        return "open it with keras.saving.load_model"
    others = "".join(f", which also reads the {each} file" for each in companions_of(suffix))
    return f"open it with {RUNTIMES[suffix]}{others}"
