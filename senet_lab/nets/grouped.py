"""Grouped convolution that is fast everywhere: `keras.layers.Conv2D(groups=...)` by the best path at hand.

On a CPU, Keras on TensorFlow compiles each grouped convolution with XLA, whose gradient takes seconds where
milliseconds do (tensorflow#51825, keras#20471). The layer here has other paths to the same numbers:

| path | what it does | best on |
| --- | --- | --- |
| "direct" | TensorFlow's own convolution, without XLA | TensorFlow, CPU, with oneDNN |
| "blocks" | dense convolutions over blocks of 32 channels, with a masked kernel | TensorFlow, CPU, without |
| "slices" | one convolution a group | JAX, CPU |
| "native" | what Keras does | GPUs; PyTorch |
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import keras
from keras import ops

from senet_lab.checks import one_of
from senet_lab.nets.backend import on_tensorflow_cpu

PATHS = ("direct", "blocks", "slices", "native")
BLOCK = 32  # channels of a dense block: narrower ones leave vector units idle, wider ones multiply more zeros


class GroupedConv2D(keras.layers.Conv2D):  # type: ignore[misc]  # Keras ships no types
    """`keras.layers.Conv2D`, with the same arguments, weights and config, by the path that is fastest here.

    A model with it is saved as one with `keras.layers.Conv2D`, and so opens where this package is not; where this
    module is imported, it opens as it was.

    Args:
        path: one of `PATHS`, to force it for teaching and tests; None for the best. It is not saved: what is best
            depends on the machine.
    """

    def __init__(self, *args: Any, path: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._forced = None if path is None else one_of("path", path, PATHS)
        # Keras then warns, and trains without XLA: its gradient of a grouped convolution takes seconds on a CPU.
        if self.groups > 1 and on_tensorflow_cpu():
            self.supports_jit = False

    @property
    def path(self) -> str:
        """The path that a call takes."""
        plain = self.groups == 1 or self.data_format != "channels_last" or self.dilation_rate != (1, 1)
        return "native" if plain else self._forced or best_path(self.compute_dtype)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """The convolution of (batch, height, width, channels) with (k, k, channels / groups, filters)."""
        if self.path == "native":
            return super().convolution_op(inputs, kernel)
        return _BY_PATH[self.path](inputs, kernel, self.groups, self.strides, self.padding)


# Both names are the saved file's: see the class.
GroupedConv2D.__module__, GroupedConv2D.__name__ = "keras.layers", "Conv2D"
keras.saving.get_custom_objects()["Conv2D"] = GroupedConv2D


@cache
def best_path(dtype: str = "float32") -> str:
    """The fastest path for a number type on this backend and device."""
    backend = keras.config.backend()
    if on_tensorflow_cpu():
        return "direct" if _direct_has_a_gradient(dtype) else "blocks"
    if backend == "jax":
        import jax

        return "slices" if jax.default_backend() == "cpu" else "native"
    return "native"


def _direct_has_a_gradient(dtype: str) -> bool:
    """Whether TensorFlow can differentiate its grouped convolution: with oneDNN it can, without it raises."""
    import tensorflow as tf

    x, kernel = (1, 4, 4, 4), (3, 3, 2, 4)
    how = {"strides": [1, 1, 1, 1], "padding": "SAME"}
    with tf.init_scope():  # at once, even where a function is being traced; a tape would record nothing here
        y = tf.ones(x, dtype)
        try:
            tf.raw_ops.Conv2DBackpropInput(input_sizes=x, filter=tf.ones(kernel, dtype), out_backprop=y, **how)
            tf.raw_ops.Conv2DBackpropFilter(input=tf.ones(x, dtype), filter_sizes=kernel, out_backprop=y, **how)
        except tf.errors.OpError:
            return False
    return True


def _direct(inputs: Any, kernel: Any, _groups: int, strides: tuple[int, int], padding: str) -> Any:
    """TensorFlow sees the number of groups from the shapes."""
    import tensorflow as tf

    return tf.nn.conv2d(inputs, kernel, strides, padding.upper())


def _slices(inputs: Any, kernel: Any, groups: int, strides: tuple[int, int], padding: str) -> Any:
    parts = zip(ops.split(inputs, groups, axis=-1), ops.split(kernel, groups, axis=-1), strict=True)
    return ops.concatenate([ops.conv(x, k, strides=strides, padding=padding) for x, k in parts], axis=-1)


def _blocks(inputs: Any, kernel: Any, groups: int, strides: tuple[int, int], padding: str) -> Any:
    """As `_slices`, but of several groups at once: off the diagonal their kernel is zero."""
    height, width, channels, filters = kernel.shape
    together = max(n for n in range(1, groups + 1) if groups % n == 0 and n * channels <= max(BLOCK, channels))
    blocks, each = groups // together, filters // groups
    apart = ops.reshape(kernel, (height, width, 1, channels, blocks, together, each))
    mask = ops.reshape(ops.eye(together, dtype=kernel.dtype), (1, 1, together, 1, 1, together, 1))
    dense = ops.reshape(apart * mask, (height, width, together * channels, blocks * together * each))
    return _slices(inputs, dense, blocks, strides, padding)


_BY_PATH: dict[str, Callable[..., Any]] = {"direct": _direct, "blocks": _blocks, "slices": _slices}
