"""Kernels: a Jupyter kernel for each backend and device of this machine, with the environment that it needs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from senet_lab.checks import instance, one_of, path_of, quoted
from senet_lab.extras import require
from senet_lab.nets.on_keras.backend import CPU_SETTINGS

# Prints the names of a backend's GPUs. It runs in a separate process, since the backend would stay loaded. TensorFlow
# would import JAX to support converted models.
GPU_SCRIPTS = {
    "tensorflow": "import json, sys; sys.modules['jax'] = None; import tensorflow as tf; print(json.dumps(["
    "tf.config.experimental.get_device_details(d).get('device_name', 'GPU') "
    "for d in tf.config.list_physical_devices('GPU')]))",
    "jax": "import json, jax; print(json.dumps([d.device_kind for d in jax.devices() if d.platform != 'cpu']))",
}
TITLES = {"tensorflow": "TensorFlow", "jax": "JAX"}
# GPU memory is allocated as needed, since several kernels share it, and training runs in a separate process.
ENVIRONMENTS = {
    ("tensorflow", "cpu"): {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1", **CPU_SETTINGS},
    ("tensorflow", "gpu"): {"KERAS_BACKEND": "tensorflow", "TF_FORCE_GPU_ALLOW_GROWTH": "true", **CPU_SETTINGS},
    ("jax", "cpu"): {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
    ("jax", "gpu"): {"KERAS_BACKEND": "jax", "XLA_PYTHON_CLIENT_PREALLOCATE": "false"},
}
PREFIX = "senet-lab-"


class Kernel(NamedTuple):
    """A kernel to register: the name of its folder, its name in Jupyter, and its environment variables."""

    name: str
    title: str
    environment: dict[str, str]

    @classmethod
    def on(cls, engine: str, device: str = "") -> Kernel:
        """Return the kernel for a backend on the GPU of that name, or on the CPU."""
        one_of("engine", engine, tuple(TITLES))
        instance("device", device, str, "'' for the CPU")
        kind = "gpu" if device else "cpu"
        title = f"senet_lab: {TITLES[engine]} on {device or 'CPU'}"
        return cls(f"{PREFIX}{engine}-{kind}", title, ENVIRONMENTS[engine, kind])


def present() -> Iterator[Kernel]:
    """Yield the kernels for the installed backends and their devices; this takes as long as loading the backends."""
    engines = [engine for engine in GPU_SCRIPTS if find_spec(engine)]
    with ThreadPoolExecutor() as pool:
        for engine, names in zip(engines, pool.map(gpus, engines), strict=True):
            yield Kernel.on(engine)
            if names:
                yield Kernel.on(engine, names[0] if len(names) == 1 else f"{len(names)} {names[0]}")


def gpus(engine: str) -> list[str]:
    """Return the names of the GPUs that a backend sees; none if the backend fails."""
    hidden = ("CUDA_VISIBLE_DEVICES", "JAX_PLATFORMS", "KERAS_BACKEND")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    command = [sys.executable, "-c", GPU_SCRIPTS[engine]]
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    lines = result.stdout.splitlines() if result.returncode == 0 else []
    return list(json.loads(lines[-1])) if lines else []


def register(kernels: Iterable[Kernel], prefix: str | None = None) -> list[tuple[Kernel, Path]]:
    """Register kernels for this Python, and return each with its folder; replace kernels of the same name.

    Args:
        prefix: the prefix of an environment, such as `sys.prefix`; None to register them for this user only.
    """
    require("ipykernel", by="a Jupyter kernel")
    from jupyter_client.kernelspec import KernelSpecManager

    prefix = _prefix(prefix)
    if not isinstance(kernels, Iterable) or isinstance(kernels, (str, bytes, type)):
        raise TypeError(f"`kernels` must be kernels, not {quoted(kernels)}; try present().")
    folders = []
    for kernel in kernels:
        instance("kernels", kernel, Kernel, "present()")
        with TemporaryDirectory() as folder:
            _write_files(Path(folder), kernel)
            place = KernelSpecManager().install_kernel_spec(folder, kernel.name, user=prefix is None, prefix=prefix)
        folders.append((kernel, Path(place)))
    return folders


def _write_files(folder: Path, kernel: Kernel) -> None:
    """Write the files of a kernel: its specification and ipykernel's icons."""
    from ipykernel.kernelspec import RESOURCES

    shutil.copytree(RESOURCES, folder, dirs_exist_ok=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": kernel.title,
        "language": "python",
        "env": kernel.environment,
        "metadata": {"debugger": True},
    }
    (folder / "kernel.json").write_text(json.dumps(spec, indent=1) + "\n")


def remove(prefix: str | None = None) -> list[Path]:
    """Remove the kernels that `register` created, and return the removed folders."""
    require("ipykernel", by="a Jupyter kernel")
    from jupyter_core.paths import jupyter_data_dir

    prefix = _prefix(prefix)
    home = Path(prefix) / "share" / "jupyter" if prefix else Path(jupyter_data_dir())
    folders = sorted((home / "kernels").glob(f"{PREFIX}*"))
    for folder in folders:
        shutil.rmtree(folder)
    return folders


def _prefix(prefix: str | None) -> str | None:
    return None if prefix is None else str(path_of("prefix", prefix, "None, or sys.prefix"))
