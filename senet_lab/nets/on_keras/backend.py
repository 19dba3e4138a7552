"""What computes: the backend of Keras and its device, and how TensorFlow is set up on a CPU."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from senet_lab.extras import require

# TensorFlow reads these when it is loaded or allocates its first tensor. With a memory pool it reuses freed memory in
# the next step instead of returning it to the system; the pool must not end at 64 GiB. oneDNN's kernels are faster even
# on processors without instructions for neural networks, where TensorFlow leaves them off. What that gains:
# docs/decisions/008-tensorflow-reuses-memory.md.
CPU_SETTINGS: Mapping[str, str] = MappingProxyType(
    {"TF_CPU_ALLOCATOR_USE_BFC": "true", "TF_CPU_BFC_MEM_LIMIT_IN_MB": str(2**30)}
    | ({"TF_ENABLE_ONEDNN_OPTS": "1"} if platform.machine() in ("x86_64", "AMD64") else {})
)


def tune_tensorflow() -> bool:
    """Have TensorFlow reuse freed memory and compute with oneDNN: steps on a CPU are up to twice as fast.

    It sets environment variables of this process, and so changes TensorFlow for everything in it: memory stays with the
    process, and sums may be taken in another order. Variables that are set already are left as they are.
    `Architecture.build()`, `senet_lab.load()` and training processes call it; importing senet_lab does not.

    Returns:
        Whether it was in time: False if TensorFlow is loaded already, and then nothing is changed.
    """
    if "tensorflow" in sys.modules:
        return False
    for name, value in CPU_SETTINGS.items():
        os.environ.setdefault(name, value)
    return True


@cache
def on_tensorflow_cpu() -> bool:
    """Whether layers compute with TensorFlow, and it sees no GPU."""
    require("keras", by="looking up the backend")
    import keras

    if keras.config.backend() != "tensorflow":
        return False
    import tensorflow as tf

    return not tf.config.get_visible_devices("GPU")
