"""Compute grouped convolutions by the fastest path; the results are those of `keras.layers.Conv2D(groups=...)`.

On a CPU, Keras on TensorFlow compiles each grouped convolution with XLA, whose gradient takes seconds where
milliseconds suffice (tensorflow#51825, keras#20471). Other paths compute the same numbers:

| path | method | best on |
| --- | --- | --- |
| "direct" | TensorFlow's own convolution, without XLA | TensorFlow, CPU, with oneDNN |
| "blocks" | dense convolutions over blocks of 32 channels, with a masked kernel | TensorFlow, CPU, without oneDNN |
| "slices" | one convolution per group | JAX, CPU |
| "native" | Keras's own implementation | GPUs; PyTorch |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from senet_lab.extras import require
from senet_lab.nets.on_keras.backend import on_tensorflow_cpu

PATHS = ("direct", "blocks", "slices", "native")
BLOCK_CHANNELS = 32  # narrower blocks leave vector units idle, wider ones multiply more zeros


@dataclass(frozen=True)
class GroupedConvolution:
    """The convolution of one `keras.layers.Conv2D` with groups, by a fast path.

    Attributes:
        layer: the layer, whose strides, padding and dilation apply.
        forced_path: one of `PATHS`, for teaching and tests; None for the fastest here.
    """

    layer: Any
    forced_path: str | None = None

    @property
    def path(self) -> str:
        """The path that a call takes, which depends on the layer's dtype."""
        return self.forced_path or fastest_path(self.layer.compute_dtype)

    def __call__(self, inputs: Any, kernel: Any) -> Any:
        """Return the feature map (batch, height, width, filters).

        Args:
            inputs: (batch, height, width, channels).
            kernel: (k, k, channels / groups, filters).
        """
        layer = self.layer
        how = {"strides": layer.strides, "padding": layer.padding, "dilation_rate": layer.dilation_rate}
        return _CONVOLUTIONS[self.path](inputs, kernel, layer.groups, how)


@cache
def fastest_path(dtype: str = "float32") -> str:
    """Return the fastest path for a dtype on this backend and device."""
    require("keras", by="choosing a path")
    import keras

    backend = keras.config.backend()
    if on_tensorflow_cpu():
        return "direct" if _direct_has_gradient(dtype) else "blocks"
    if backend == "jax":
        import jax

        return "slices" if jax.default_backend() == "cpu" else "native"
    return "native"


def _direct_has_gradient(dtype: str) -> bool:
    """Test whether TensorFlow can differentiate its grouped convolution; without oneDNN it raises an error."""
    import tensorflow as tf

    x, kernel = (1, 4, 4, 4), (3, 3, 2, 4)
    how = {"strides": [1, 1, 1, 1], "padding": "SAME"}
    with tf.init_scope():  # run eagerly, even inside a traced function, where a tape would record nothing
        y = tf.ones(x, dtype)
        try:
            tf.raw_ops.Conv2DBackpropInput(input_sizes=x, filter=tf.ones(kernel, dtype), out_backprop=y, **how)
            tf.raw_ops.Conv2DBackpropFilter(input=tf.ones(x, dtype), filter_sizes=kernel, out_backprop=y, **how)
        except tf.errors.OpError:
            return False
    return True


def _direct(inputs: Any, kernel: Any, _groups: int, how: dict[str, Any]) -> Any:
    """Convolve with TensorFlow, which infers the number of groups from the shapes."""
    import tensorflow as tf

    return tf.nn.convolution(inputs, kernel, how["strides"], how["padding"].upper(), dilations=how["dilation_rate"])


def _slices(inputs: Any, kernel: Any, groups: int, how: dict[str, Any]) -> Any:
    from keras import ops

    parts = zip(ops.split(inputs, groups, axis=-1), ops.split(kernel, groups, axis=-1), strict=True)
    return ops.concatenate([ops.conv(x, k, **how, data_format="channels_last") for x, k in parts], axis=-1)


def _blocks(inputs: Any, kernel: Any, groups: int, how: dict[str, Any]) -> Any:
    """Convolve several groups at once, with a kernel that is zero outside its diagonal blocks."""
    from keras import ops

    height, width, channels, filters = kernel.shape
    fit = max(BLOCK_CHANNELS, channels)
    per_block = max(n for n in range(1, groups + 1) if groups % n == 0 and n * channels <= fit)
    blocks, each = groups // per_block, filters // groups
    separate = ops.reshape(kernel, (height, width, 1, channels, blocks, per_block, each))
    mask = ops.reshape(ops.eye(per_block, dtype=kernel.dtype), (1, 1, per_block, 1, 1, per_block, 1))
    dense = ops.reshape(separate * mask, (height, width, per_block * channels, blocks * per_block * each))
    return _slices(inputs, dense, blocks, how)


def _native(inputs: Any, kernel: Any, _groups: int, how: dict[str, Any]) -> Any:
    from keras import ops

    return ops.conv(inputs, kernel, **how, data_format="channels_last")


_CONVOLUTIONS: dict[str, Callable[..., Any]] = {
    "direct": _direct, "blocks": _blocks, "slices": _slices, "native": _native,
}  # fmt: skip
