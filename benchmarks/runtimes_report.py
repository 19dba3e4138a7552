"""Report `make bench-runtimes` as a part of the page: an exported network in each runtime."""

from __future__ import annotations

from typing import Any

from tables import section_of

INTRODUCTION = """## Exported networks

Measured with `make bench-runtimes` on {date}, in {seconds} s, on {processor}, {cores} cores, with ONNX Runtime
{versions[onnxruntime]} and OpenVINO {versions[openvino]}; TFLite is that of TensorFlow {versions[tensorflow]}. The
runtimes take turns within one process. Keras computes with senet_lab\u2019s grouped convolutions and normalization.
"""
TABLES = {
    "Images per second, exported": (
        "runtimes",
        "In float32, except for the column that says bfloat16, which OpenVINO uses by default where the processor has "
        "it.",
    ),
    "Times as fast as Keras": ("runtimes ratio", "Each ratio is that of neighboring measurements."),
}


def section(measured: dict[str, Any]) -> str:
    """Return the part of the page as Markdown."""
    return section_of(measured, INTRODUCTION, "", TABLES)
