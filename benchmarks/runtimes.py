"""Serve an exported network (see `turns.py`): `python runtimes.py NAME BATCH SIDE WAY`, where WAY is one of `WAYS`."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

import numpy as np
from networks import network
from timing import run_command, serve

from senet_lab.export import save_model
from senet_lab.export.runtimes import import_openvino, open_exported

# What each way is called, the suffix of its file, and options for opening it.
WAYS: dict[str, tuple[str, str, dict[str, str]]] = {
    "onnx": ("ONNX Runtime", ".onnx", {}),
    "openvino": ("OpenVINO", ".xml", {}),
    "openvino-bfloat16": ("OpenVINO, bfloat16", ".xml", {"precision": "bf16"}),
    "tflite": ("TFLite", ".tflite", {}),
}


def main(name: str, batch: int, side: int, way: str) -> None:
    """Export the network, and serve batches of images."""
    words, suffix, options = WAYS[way]
    if options and "BF16" not in import_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise RuntimeError("this processor has no instructions for bfloat16")
    images = np.random.default_rng(0).normal(size=(batch, side, side, 3)).astype("float32")
    model = network(name, side)
    with tempfile.TemporaryDirectory() as folder:
        run = open_exported(save_model(model, Path(folder) / f"network{suffix}"), **options)
        serve({words: partial(run, {model.inputs[0].name: images})})


if __name__ == "__main__":
    run_command({"serve": main})
