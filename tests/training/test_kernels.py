"""Kernels: what is registered for Jupyter, and that it is taken away again."""

import json
import sys

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

from senet_lab.cli import main
from senet_lab.nets.on_keras.backend import CPU_SETTINGS
from senet_lab.training import kernels
from senet_lab.training.kernels import Kernel


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user who has no kernels yet."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    return tmp_path / "jupyter" / "kernels"


def test_kernel_names_backend_and_device_and_sets_their_environment(tmp_path):
    wanted = [Kernel.on("tensorflow"), Kernel.on("tensorflow", "NVIDIA H200"), Kernel.on("jax", "2 NVIDIA A100")]
    folders = [folder for _, folder in kernels.register(wanted, str(tmp_path))]
    specs = [json.loads((folder / "kernel.json").read_text()) for folder in folders]
    assert [spec["display_name"] for spec in specs] == [
        "senet_lab: TensorFlow on CPU",
        "senet_lab: TensorFlow on NVIDIA H200",
        "senet_lab: JAX on 2 NVIDIA A100",
    ]
    assert specs[0]["env"] == {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1", **CPU_SETTINGS}
    assert "CUDA_VISIBLE_DEVICES" not in specs[1]["env"]
    assert specs[2]["env"]["KERAS_BACKEND"] == "jax"
    assert all(spec["argv"][0] == sys.executable for spec in specs)
    assert all((folder / "logo-svg.svg").is_file() for folder in folders)


def test_only_its_own_kernels_are_removed(home):
    other = home / "other"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text("{}")
    kernels.register([Kernel.on("jax")])  # without a look at what comes back
    folder = home / "senet-lab-jax-cpu"
    assert (folder / "kernel.json").is_file()
    assert kernels.remove() == [folder]
    assert not folder.exists()
    kernels.register([Kernel.on("jax")])
    assert main(["kernels", "--remove"]) == 0
    assert [path.name for path in home.iterdir()] == ["other"]


@pytest.mark.slow
@pytest.mark.usefixtures("home")
def test_the_command_registers_what_is_here_and_a_kernel_runs_on_its_engine(capfd):
    assert main(["kernels"]) == 0
    out = capfd.readouterr().out
    assert "senet_lab: TensorFlow on CPU: " in out
    assert "senet_lab: JAX on CPU: " in out
    assert "senet-lab-jax-cpu" in KernelSpecManager().find_kernel_specs()
    manager, client = start_new_kernel(kernel_name="senet-lab-jax-cpu")
    try:
        check = "import keras, jax; assert (keras.backend.backend(), jax.default_backend()) == ('jax', 'cpu')"
        reply = client.execute_interactive(check, timeout=120)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert reply["content"]["status"] == "ok"
