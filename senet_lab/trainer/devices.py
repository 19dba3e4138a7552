"""Devices: read what a run computes on, and how full and busy it is, from the system and never from TensorFlow."""

from __future__ import annotations

import os
import sys
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from senet_lab.memory import size_words
from senet_lab.trainer.snapshot import DeviceUse
from senet_lab.training.runs.status import Status


@cache
def _nvml() -> Any:
    """Return NVIDIA's library if a driver is there, else None."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # no driver, no permission, no package: then nothing is known of GPUs
        return None
    return pynvml


@cache
def _has_cudnn() -> bool:
    """Return whether cuDNN is there, which TensorFlow and JAX need for a GPU: from pip, conda or the system."""
    try:
        from_pip = find_spec("nvidia.cudnn") is not None
    except ImportError:  # nothing of NVIDIA's at all
        from_pip = False
    return from_pip or any(Path(sys.prefix, "lib").glob("libcudnn*")) or find_library("cudnn") is not None


def default_precision() -> str:
    """Return the precision to train in: 16 bits where there is a GPU for them that can be used, else 32."""
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


def read_device(status: Status) -> DeviceUse | None:
    """Return how full and busy the device of a run is now; None where its process is gone."""
    is_cpu = status.device in ("", "CPU")
    if not is_cpu and (gpu := _read_gpu(status.process)):
        return gpu
    import psutil

    try:
        used = psutil.Process(status.process).memory_info().rss if status.process else 0
    except psutil.Error:
        used = 0
    if not used:
        return None
    kind, name = ("CPU", f"{os.cpu_count()} cores") if is_cpu else ("GPU", status.device)
    return DeviceUse(kind, name, size_words(used), size_words(psutil.virtual_memory().total))


def _read_gpu(process: int) -> DeviceUse | None:
    """Return the use of the GPU that a process is on, or of the first; None where NVML does not answer."""
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
    return DeviceUse(f"GPU {busy} %", str(name), size_words(memory.used), size_words(memory.total))
