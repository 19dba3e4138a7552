"""Compute strided 1x1 convolutions of few channels without a fault of TensorFlow's.

With oneDNN on a processor with AVX-512, TensorFlow 2.21 writes beyond the gradient of the kernel if the stride is more
than 1, there are fewer than 16 input channels, and the images do not divide evenly among its threads. Often the process
ends. Such a convolution uses every second value of the map, so the others can be left out before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from senet_lab.nets.on_keras.backend import on_tensorflow_cpu

SAFE_CHANNELS = 16


@dataclass(frozen=True)
class StridedConvolution:
    """The convolution of one `keras.layers.Conv2D` with a 1x1 kernel, strides, no groups and channels last.

    Attributes:
        layer: the layer, whose strides apply.
    """

    layer: Any

    def __call__(self, inputs: Any, kernel: Any) -> Any:
        """Return the feature map (batch, height, width, filters) of `inputs` (batch, height, width, channels)."""
        layer = self.layer
        if inputs.shape[-1] >= SAFE_CHANNELS or not on_tensorflow_cpu():
            return type(layer).convolution_op(layer, inputs, kernel)
        from keras import ops

        down, right = layer.strides
        return ops.conv(inputs[:, ::down, ::right], kernel, 1, "valid", data_format="channels_last")


def is_unsafe(layer: Any) -> bool:
    """Return whether a built layer is such a convolution, computed in Keras's own way."""
    import keras

    if not isinstance(layer, keras.layers.Conv2D) or "convolution_op" in vars(layer):
        return False
    return bool(layer.kernel_size == (1, 1) and max(layer.strides) > 1 and layer.kernel.shape[2] < SAFE_CHANNELS)
