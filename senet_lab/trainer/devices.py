"""Devices: read memory and load of a run's device, from the system and never from TensorFlow."""

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
from senet_lab.training.devices import AMPERE
from senet_lab.training.runs.status import Status


@cache
def _nvml() -> Any:
    """Return NVIDIA's management library if there is a driver, else None."""
    try:
        import pynvml

        pynvml.nvmlInit()
    except Exception:  # no driver, no permission or no package: GPUs are then unknown
        return None
    return pynvml


@cache
def _has_cudnn() -> bool:
    """Return whether cuDNN is installed, by pip, conda or the system; TensorFlow and JAX need it for a GPU."""
    try:
        from_pip = find_spec("nvidia.cudnn") is not None
    except ImportError:  # no package of NVIDIA's is installed
        from_pip = False
    return from_pip or any(Path(sys.prefix, "lib").glob("libcudnn*")) or find_library("cudnn") is not None


def default_precision() -> str:
    """Return the default precision: 16 bits if there is a usable GPU that supports it, else 32."""
    # NVML also lists cards that these variables hide from the backend, as our CPU kernels do, and cards that a
    # TensorFlow without NVIDIA's libraries cannot use.
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("-1", "") or os.environ.get("JAX_PLATFORMS") == "cpu"
    nvml = None if hidden else _nvml()
    if nvml is None or not _has_cudnn():
        return "float32"
    try:
        major, _ = nvml.nvmlDeviceGetCudaComputeCapability(nvml.nvmlDeviceGetHandleByIndex(0))
    except nvml.NVMLError:  # no card, or no permission to query it
        return "float32"
    return "mixed_bfloat16" if major >= AMPERE else "mixed_float16"


def read_device(status: Status) -> DeviceUse | None:
    """Return memory and load of a run's device; None if its process is gone."""
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
    """Return the use of the GPU on which a process runs, or of the first GPU; None if NVML does not answer."""
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
    return DeviceUse(f"GPU {busy}%", str(name), size_words(memory.used), size_words(memory.total))
