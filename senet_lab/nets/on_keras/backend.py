"""Detect the backend and device of Keras, and configure TensorFlow for CPUs."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from senet_lab.extras import require

# TensorFlow reads these when it is loaded or allocates its first tensor. With a memory pool, it reuses freed memory in
# the next step instead of returning it to the system; the default limit of 64 GiB is raised. oneDNN's kernels are
# faster even on processors without instructions for neural networks, where TensorFlow disables them by default. For
# measurements, see docs/decisions/008-tensorflow-reuses-memory.md.
CPU_SETTINGS: Mapping[str, str] = MappingProxyType(
    {"TF_CPU_ALLOCATOR_USE_BFC": "true", "TF_CPU_BFC_MEM_LIMIT_IN_MB": str(2**30)}
    | ({"TF_ENABLE_ONEDNN_OPTS": "1"} if platform.machine() in ("x86_64", "AMD64") else {})
)


def tune_tensorflow() -> bool:
    """Make TensorFlow reuse freed memory and use oneDNN; steps on a CPU are up to twice as fast.

    This sets environment variables of the process and thus affects everything in it that uses TensorFlow: the process
    keeps freed memory, and sums may be computed in another order. Variables that are already set are not changed.
    `Architecture.build()`, `senet_lab.load()` and training processes call this function; importing senet_lab does not.

    Returns:
        True if the settings take effect; False if TensorFlow is already loaded, in which case nothing is changed.
    """
    if "tensorflow" in sys.modules:
        return False
    for name, value in CPU_SETTINGS.items():
        os.environ.setdefault(name, value)
    return True


@cache
def on_tensorflow_cpu() -> bool:
    """Return whether layers compute with TensorFlow and it sees no GPU."""
    require("keras", by="looking up the backend")
    import keras

    if keras.config.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return not tf.config.get_visible_devices("GPU")
