"""Devices in the Trainer's words, and a network that is fitted to its data."""

import os
import sys
import types
from dataclasses import replace

import pytest
from runs import SE_20

from senet_lab import Architecture
from senet_lab.trainer import devices
from senet_lab.training.runs.data_fit import fit_to_data
from senet_lab.training.runs.run import Status


def test_gpu_is_read_by_name_memory_and_use_and_trains_in_16_bits(monkeypatch):
    """NVML as it answers on a machine with one; there is none where the tests run."""
    names = types.SimpleNamespace
    nvml = names(
        NVMLError=RuntimeError, nvmlInit=lambda: None, nvmlDeviceGetCount=lambda: 1, nvmlDeviceGetHandleByIndex=lambda _: 0,
        nvmlDeviceGetComputeRunningProcesses=lambda _: [names(pid=7)], nvmlDeviceGetName=lambda _: "H200",
        nvmlDeviceGetMemoryInfo=lambda _: names(used=3 * 2**30, total=139 * 2**30),
        nvmlDeviceGetUtilizationRates=lambda _: names(gpu=63), nvmlDeviceGetCudaComputeCapability=lambda _: (9, 0),
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    monkeypatch.setattr(devices, "_has_cudnn", lambda: True)
    devices._nvml.cache_clear()
    assert devices.read_device(Status("training", device="NVIDIA H200", process=7)) == (
        "GPU 63%",
        "H200",
        "3.0 GiB",
        "139.0 GiB",
    )
    assert devices.default_precision() == "mixed_bfloat16"
    monkeypatch.setattr(devices, "_has_cudnn", lambda: False)  # TensorFlow as it comes computes on the CPU
    assert devices.default_precision() == "float32"
    monkeypatch.setattr(devices, "_has_cudnn", lambda: True)
    nvml.nvmlDeviceGetHandleByIndex = lambda _: (_ for _ in ()).throw(RuntimeError)  # a driver without a card
    assert devices.default_precision() == "float32"
    nvml.nvmlDeviceGetHandleByIndex = lambda _: 0
    nvml.nvmlDeviceGetName = lambda _: (_ for _ in ()).throw(RuntimeError)
    assert devices.read_device(Status("training", device="NVIDIA H200", process=os.getpid())).used.endswith("iB")
    devices._nvml.cache_clear()


def test_cpu_is_read_by_its_cores_and_the_memory_of_the_process():
    kind, about, used, of = devices.read_device(Status("training", device="CPU", process=os.getpid()))
    assert (kind, about) == ("CPU", f"{os.cpu_count()} cores")
    assert used.endswith("iB")
    assert of.endswith("GiB")
    assert devices.read_device(Status("training", device="CPU", process=2**22 - 1)) is None
    assert devices.read_device(Status("waiting")) is None


@pytest.mark.parametrize("architecture", [SE_20, Architecture("resnext", 50), replace(SE_20, include_top=False)])
def test_network_that_is_fitted_to_data_keeps_everything_else(architecture):
    network = fit_to_data(architecture, "sample")
    assert (network.input_shape, network.classes, network.include_top) == ((32, 32, 3), 10, True)
    assert replace(network, input_shape=(224, 224, 3), classes=7) == replace(
        architecture, input_shape=(224, 224, 3), classes=7, include_top=True
    )
