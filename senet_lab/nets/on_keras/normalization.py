"""Compute batch normalization in one operation; the results are those of `keras.layers.BatchNormalization`.

On TensorFlow, Keras computes mean, differences, squares and products one after the other, each over the whole map, and
keeps most of them for the gradient. TensorFlow's fused operation passes over the map once or twice in each direction.
In inference, TensorFlow computes a convolution, the fused operation after it and ReLU without writing the maps between
them. In bfloat16, Keras would cast whole maps to float32 and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from senet_lab.nets.on_keras.backend import on_tensorflow_cpu

FUSED_DTYPES = ({"float32"}, {"bfloat16"})  # of maps; TensorFlow computes their statistics in float32


@dataclass(frozen=True)
class FusedNormalization:
    """The call of one `keras.layers.BatchNormalization` (Ioffe, Szegedy 2015), fused into one operation if possible.

    It is fused on a CPU, for maps (batch, height, width, channels) in float32 or bfloat16. Otherwise Keras computes it.

    Attributes:
        layer: the layer, whose weights and moving statistics are used and updated.
    """

    layer: Any

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Return the normalized map, of the shape of `inputs`; in training, update the moving statistics."""
        layer = self.layer
        if mask is not None or not self._is_fused(inputs):
            return type(layer).call(layer, inputs, training=training, mask=mask)
        if training and layer.trainable:
            return self._normalize_batch(inputs)
        return self._fused(inputs, layer.moving_mean.value, layer.moving_variance.value, is_training=False)[0]

    def _is_fused(self, inputs: Any) -> bool:
        """Return whether TensorFlow has a fused operation for this case."""
        import keras

        layer = self.layer
        is_plain = layer.scale and layer.center and not (layer.renorm or layer.synchronized)
        if not (is_plain and len(inputs.shape) == 4 and layer.axis in (3, -1) and on_tensorflow_cpu()):
            return False
        maps = {keras.backend.standardize_dtype(each) for each in (inputs.dtype, layer.compute_dtype)}
        return maps in FUSED_DTYPES and keras.backend.standardize_dtype(layer.gamma.dtype) == "float32"

    def _normalize_batch(self, inputs: Any) -> Any:
        """Return the map normalized with its own statistics, and update the moving ones."""
        import tensorflow as tf

        layer = self.layer
        outputs, mean, variance = self._fused(inputs, [], [], is_training=True)
        # Keras updates the moving variance with the variance of the batch; TensorFlow returns the unbiased estimate,
        # which is n / (n - 1) times as large.
        n = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], "float32")
        for moving, batch in ((layer.moving_mean, mean), (layer.moving_variance, variance * (1 - 1 / n))):
            moving.assign(moving * layer.momentum + batch * (1 - layer.momentum))
        return outputs

    def _fused(self, inputs: Any, mean: Any, variance: Any, *, is_training: bool) -> Any:
        """Return the normalized map, its mean and its variance (channels,)."""
        import tensorflow as tf

        layer = self.layer
        return tf.raw_ops.FusedBatchNormV3(
            x=inputs, scale=layer.gamma.value, offset=layer.beta.value, mean=mean, variance=variance,
            epsilon=layer.epsilon, is_training=is_training,
        )[:3]  # fmt: skip
