"""Devices: what a training computes on, and how full and busy that is. Asks the system, never TensorFlow."""

from __future__ import annotations

import os
import sys
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

from senet_lab.memory import size_words as size
from senet_lab.trainer.results import Reading
from senet_lab.training.runs.run import Status


@cache
def _nvml() -> Any:
    """NVIDIA's library, if a driver is there; else None."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # no driver, no permission, no package: then nothing is known of GPUs
        return None
    return pynvml


@cache
def _has_cudnn() -> bool:
    """Whether cuDNN is there, which TensorFlow and JAX need for a GPU: from pip, from conda, or the system's."""
    try:
        from_pip = find_spec("nvidia.cudnn") is not None
    except ImportError:  # nothing of NVIDIA's at all
        from_pip = False
    return from_pip or any(Path(sys.prefix, "lib").glob("libcudnn*")) or find_library("cudnn") is not None


def precision() -> str:
    """What numbers to compute in: 16 bits where there is a GPU for them that can be computed on, else 32."""
    # NVML sees a card that these hide from whoever computes, as our kernels for the CPU do; and one that a TensorFlow
    # without NVIDIA's libraries cannot use.
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("-1", "") or os.environ.get("JAX_PLATFORMS") == "cpu"
    nvml = None if hidden else _nvml()
    if nvml is None or not _has_cudnn():
        return "float32"
    try:
        major, _ = nvml.nvmlDeviceGetCudaComputeCapability(nvml.nvmlDeviceGetHandleByIndex(0))
    except nvml.NVMLError:  # no card, or none that this process may ask
        return "float32"
    return "mixed_bfloat16" if major >= 8 else "mixed_float16"  # bfloat16 came with Ampere


def reading(status: Status) -> Reading | None:
    """What the device of a run says now; None where its process is gone."""
    if status.device not in ("", "CPU") and (found := _of_gpu(status.process)):
        return found
    try:
        used = psutil.Process(status.process).memory_info().rss if status.process else 0
    except psutil.Error:
        return None
    if not used:
        return None
    about = status.device if status.device not in ("", "CPU") else f"{os.cpu_count()} cores"
    kind = "CPU" if status.device in ("", "CPU") else "GPU"
    return Reading(kind, about, size(used), size(psutil.virtual_memory().total))


def _of_gpu(process: int) -> Reading | None:
    """The GPU that a process is on, or the first; None where NVML does not answer."""
    nvml = _nvml()
    if nvml is None:
        return None
    try:
        handles = [nvml.nvmlDeviceGetHandleByIndex(index) for index in range(nvml.nvmlDeviceGetCount())]
        on = [h for h in handles if process in {p.pid for p in nvml.nvmlDeviceGetComputeRunningProcesses(h)}]
        handle = (on or handles)[0]
        memory, busy = nvml.nvmlDeviceGetMemoryInfo(handle), nvml.nvmlDeviceGetUtilizationRates(handle).gpu
        name = nvml.nvmlDeviceGetName(handle)
    except (nvml.NVMLError, IndexError):
        return None
    return Reading(f"GPU {busy} %", str(name), size(memory.used), size(memory.total))
