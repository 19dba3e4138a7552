"""Compute batch normalization in one operation; the results are those of `keras.layers.BatchNormalization`.

On TensorFlow, Keras computes mean, differences, squares and products one after the other, each over the whole map, and
keeps most of them for the gradient. TensorFlow's fused operation passes over the map once or twice in each direction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from senet_lab.nets.on_keras.backend import on_tensorflow_cpu


@dataclass(frozen=True)
class FusedNormalization:
    """The call of one `keras.layers.BatchNormalization` (Ioffe, Szegedy 2015), fused into one operation if possible.

    It is fused on a CPU, in training, for float32 maps (batch, height, width, channels). Otherwise Keras computes it.

    Attributes:
        layer: the layer, whose weights and moving statistics are used and updated.
    """

    layer: Any

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the normalized map, of the shape of `inputs`; in training, update the moving statistics."""
        layer = self.layer
        if training and layer.trainable and mask is None and self._is_fused(inputs):
            return self._normalize(inputs)
        return type(layer).call(layer, inputs, training=training, mask=mask)

    def _is_fused(self, inputs: Any) -> bool:
        """Return whether TensorFlow has a fused operation for this case."""
        import keras

        layer = self.layer
        is_plain = layer.scale and layer.center and not (layer.renorm or layer.synchronized)
        if not (is_plain and len(inputs.shape) == 4 and layer.axis in (3, -1) and on_tensorflow_cpu()):
            return False
        dtypes = (inputs.dtype, layer.gamma.dtype, layer.compute_dtype)
        return {keras.backend.standardize_dtype(each) for each in dtypes} == {"float32"}

    def _normalize(self, inputs: Any) -> Any:
        import tensorflow as tf

        layer = self.layer
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs, scale=layer.gamma.value, offset=layer.beta.value, mean=[], variance=[], epsilon=layer.epsilon
        )
        # Keras updates the moving variance with the variance of the batch; TensorFlow returns the unbiased estimate,
        # which is n / (n - 1) times as large.
        n = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], "float32")
        for moving, batch in ((layer.moving_mean, mean), (layer.moving_variance, variance * (1 - 1 / n))):
            moving.assign(moving * layer.momentum + batch * (1 - layer.momentum))
        return outputs
