"""The contests: which ways take turns at which computation (see `turns.py`)."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from turns import Contest, Process

HERE = Path(__file__).parent
TRAIN = (("mini SE-ResNet", 32, 32), ("SE-ResNet-20", 32, 32), ("SE-ResNeXt-50", 16, 64))  # name, batch, side
INFER = (("SE-ResNet-50", 8, 224), ("SE-ResNeXt-50", 8, 224))
SHAPES = ("8x56x56x128", "8x28x28x256", "8x14x14x512", "8x7x7x1024", "64x16x16x256")
GATES = ("SE-ResNet-20", "SE-ResNeXt-29")
TORCH = ("eager", "compiled", "eager-bfloat16", "compiled-bfloat16")
RUNTIMES = ("onnx", "openvino", "openvino-bfloat16", "tflite")
LAYERS = 10  # of grouped convolutions, in a row
SLOW = 3  # rounds of ways that take seconds
WITHOUT_AVX512 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}  # as on a processor that has none
JAX = {"KERAS_BACKEND": "jax"}
NO_CACHE = {"TORCHINDUCTOR_FORCE_DISABLE_CACHES": "1"}


def contests(peers: str, *, quick: bool = False) -> list[Contest]:
    """Return all contests, or a few short ones; `peers` is a Python that has timm."""
    rounds = 3 if quick else 7
    result = [_grouped(what, shape, peers, rounds) for what in ("forward", "gradients") for shape in SHAPES]
    result += [_train(case, peers, rounds) for case in TRAIN]
    result += [_train(case, peers, rounds, avx512=False) for case in TRAIN[:2]]
    result += [_infer(case, peers, rounds) for case in INFER]
    result += [_gates(name, rounds) for name in GATES]
    return [result[1], result[11], result[-2]] if quick else result


def _ours(script: str, *arguments: object, **settings: str) -> Process:
    return Process((sys.executable, str(HERE / script), *map(str, arguments)), settings)


def _peer(peers: str, *arguments: object, **settings: str) -> Process:
    """Return a process that does not use what an earlier one has compiled."""
    return Process((peers, str(HERE / "peers.py"), *map(str, arguments)), NO_CACHE | settings)


def _grouped(what: str, shape: str, peers: str, rounds: int) -> Contest:
    """Compare grouped convolutions, ten in a row: the methods of ours, PyTorch and Keras's own."""
    keras = replace(_ours("grouped.py", f"{what}-keras", shape), rounds=SLOW, share=1 / LAYERS)
    processes = (_ours("grouped.py", what, shape), _peer(peers, "grouped", what, shape), keras)
    return Contest(f"grouped {what}", shape, "ms", LAYERS, processes, rounds)


def _train(case: tuple[str, int, int], peers: str, rounds: int, *, avx512: bool = True) -> Contest:
    """Compare Adam steps: precisions, a fixed order of sums as in a run, JAX, PyTorch and unmodified Keras."""
    name, batch, side = case
    if avx512:
        processes = [_ours("networks.py", "train", *case, how) for how in ("float32", "bfloat16", "ordered")]
        processes += [_peer(peers, "train", *case, how) for how in TORCH]
        processes += [_ours("networks.py", "train", *case, "float32", **JAX)] * (name == "SE-ResNet-20")
        processes += [replace(_ours("networks.py", "train", *case, "plain"), rounds=SLOW)]
    else:
        processes = [_ours("networks.py", "train", *case, "float32", **WITHOUT_AVX512)]
        processes += [_peer(peers, "train", *case, how, **WITHOUT_AVX512) for how in TORCH[:2]]
    part = "training" if avx512 else "training without AVX-512"
    return Contest(part, f"{name}, {side} px, batch {batch}", "images/s", batch, tuple(processes), rounds)


def _infer(case: tuple[str, int, int], peers: str, rounds: int) -> Contest:
    """Compare inference: precisions, JAX, PyTorch, unmodified Keras and exported networks."""
    name, batch, side = case
    processes = [_ours("networks.py", "infer", *case, how) for how in ("float32", "bfloat16")]
    processes += [_ours("runtimes.py", "serve", *case, way) for way in RUNTIMES]
    processes += [_peer(peers, "infer", *case, how) for how in TORCH]
    processes += [_ours("networks.py", "infer", *case, "float32", **JAX)] * (name == "SE-ResNet-50")
    processes += [replace(_ours("networks.py", "infer", *case, "plain"), rounds=SLOW)]
    return Contest("inference", f"{name}, {side} px, batch {batch}", "images/s", batch, tuple(processes), rounds)


def _gates(name: str, rounds: int) -> Contest:
    return Contest("gates", f"{name}, 1,000 images", "ms", 1, (_ours("gates.py", name),), rounds)
