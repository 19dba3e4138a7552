"""List the packages of each extra of senet_lab, and raise errors that say which extra to install.

The core needs none of them. A function that needs one calls `require` first; a module that cannot be imported without
one imports it inside `needed_by`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

# The modules of the packages that each extra adds, with their usual names. An extra that includes another one lists its
# modules as well; the extras that include most come last.
_KERAS = {
    "keras": "Keras", "tensorflow": "TensorFlow", "numpy": "NumPy", "psutil": "psutil", "safetensors": "safetensors",
}  # fmt: skip
_TRAIN = _KERAS | {"PIL": "Pillow", "pynvml": "nvidia-ml-py", "rich": "rich"}
_LAB = {"ipykernel": "ipykernel", "jupyterlab": "JupyterLab", "matplotlib": "Matplotlib", "pandas": "pandas"}
_SWEEP = _TRAIN | {"distributed": "Dask distributed", "pandas": "pandas", "scipy": "SciPy"}
_APP, _HUB = {"voila": "Voila"}, {"huggingface_hub": "huggingface_hub"}
_EXPORT = _KERAS | {"onnx": "ONNX", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "tf2onnx": "tf2onnx"}
EXTRAS = {
    "keras": _KERAS, "lab": _LAB, "app": _APP, "hub": _HUB, "export": _EXPORT, "train": _TRAIN, "sweep": _SWEEP,
    "all": _SWEEP | _LAB | _APP | _HUB,  # without `export`, see docs/decisions/038-export.md
}  # fmt: skip
NAMES = EXTRAS["all"] | _EXPORT
BACKENDS = ("tensorflow", "jax", "torch")  # Keras cannot be imported without one of them
TENSORFLOW_PYTHONS = ((3, 11), (3, 12), (3, 13))  # the versions for which TensorFlow 2.21 has wheels
INSTALL, OPEN = 'pip install "senet-lab[all]"', "senet-lab lab"  # install everything, and open the lessons
INSTALLATION = f"install senet_lab: {INSTALL}, then run {OPEN}."  # the end of messages of web pages
SWEEPS = ("keras", "numpy", "psutil", "PIL", "distributed", "pandas", "scipy")  # imports of a sweep
TRAINING = ("keras", "numpy", "psutil", "PIL")  # imports of training processes and of the inspection of gates


class MissingExtraError(ModuleNotFoundError):
    """An error that states which package is not installed, what needs it, and how to install it.

    Attributes:
        name: name of the first missing module, as for any ModuleNotFoundError.
    """


def require(*modules: str, by: str, otherwise: str = "") -> None:
    """Check that modules are installed, without importing them.

    Args:
        modules: keys of `NAMES`.
        by: the subject of "... needs it", such as "building a network".
        otherwise: an alternative that does not need them, to follow "or".

    Raises:
        MissingExtraError: a module is not installed.
    """
    missing = tuple(module for module in modules if not _is_installed(module))
    if not missing and "keras" in modules and "keras" not in sys.modules and not any(map(_is_installed, BACKENDS)):
        missing = BACKENDS[:1]
    if missing:
        raise missing_extra(missing, by, otherwise)


@contextmanager
def needed_by(importer: str) -> Iterator[None]:
    """Say which extra to install if an import in the context fails because its package is missing.

    Args:
        importer: the name of the importing module.

    Raises:
        MissingExtraError: a package of an extra is not installed; any other ModuleNotFoundError is unchanged.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if isinstance(error, MissingExtraError) or (module := error.name or "") not in NAMES:
            raise
        raise missing_extra((module,), importer) from error


def missing_extra(modules: tuple[str, ...], by: str, otherwise: str = "") -> MissingExtraError:
    """Return the error for modules that are not installed, with the smallest extra that installs all of them.

    >>> str(missing_extra(("pandas",), "a table"))
    'pandas is not installed, and a table needs it. Install it with: pip install "senet-lab[lab]"'
    """
    extra = next(name for name, brought in EXTRAS.items() if brought.keys() >= set(modules))
    names = [NAMES[module] for module in modules]
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    are, them = ("is", "it") if len(names) == 1 else ("are", "them")
    needs_python = "tensorflow" in EXTRAS[extra] and sys.version_info[:2] not in TENSORFLOW_PYTHONS
    install = f"{_other_python()}, install" if needs_python else "Install"
    command = f'{install} {them} with: pip install "senet-lab[{extra}]"'
    words = f"{listed} {are} not installed, and {by} needs {them}. {command}"
    return MissingExtraError(f"{words}; or {otherwise}." if otherwise else words, name=modules[0])


def _other_python() -> str:
    here = ".".join(map(str, sys.version_info[:2]))
    *versions, last = (".".join(map(str, version)) for version in TENSORFLOW_PYTHONS)
    return f"TensorFlow has no wheels for Python {here}: in Python {', '.join(versions)} or {last}"


def _is_installed(module: str) -> bool:
    return sys.modules.get(module) is not None or find_spec(module) is not None
