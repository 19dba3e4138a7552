"""Batch normalization that is fast while training: `keras.layers.BatchNormalization` in one operation.

On TensorFlow, Keras takes mean, differences, squares and products one after the other, each over the whole map, and
keeps most of them for the gradient. TensorFlow's own operation goes over it once or twice each way.
"""

from __future__ import annotations

from typing import Any

import keras

from senet_lab.nets.backend import on_tensorflow_cpu


class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]  # Keras ships no types
    """`keras.layers.BatchNormalization`, with the same arguments, weights, config and numbers (Ioffe and Szegedy 2015).

    On a CPU with TensorFlow, float32 maps (batch, height, width, channels) are normalized in one operation while
    training; everywhere else it does what Keras does. A model with it is saved as one with Keras' layer, and so opens
    where this package is not; where this module is imported, it opens as it was, and so does any other saved layer of
    that name which the file does not say to be somebody's own.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """The normalized map, of the shape of `inputs`; while training, the moving statistics follow."""
        if training and self.trainable and mask is None and self._is_fused(inputs):
            return self._in_one_operation(inputs)
        return super().call(inputs, training=training, mask=mask)

    def _is_fused(self, inputs: Any) -> bool:
        """Whether TensorFlow has this in one operation."""
        plain = self.scale and self.center and not (self.renorm or self.synchronized)
        if not (plain and len(inputs.shape) == 4 and self.axis in (3, -1) and on_tensorflow_cpu()):
            return False
        types = {keras.backend.standardize_dtype(each) for each in (inputs.dtype, self.gamma.dtype, self.compute_dtype)}
        return types == {"float32"}

    def _in_one_operation(self, inputs: Any) -> Any:
        import tensorflow as tf

        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs, scale=self.gamma.value, offset=self.beta.value, mean=[], variance=[], epsilon=self.epsilon
        )
        # Keras' moving variance is that of the batch; TensorFlow's the unbiased estimate, n / (n - 1) times as large.
        numbers = tf.cast(tf.size(inputs) // tf.shape(inputs)[-1], "float32")
        for moving, seen in ((self.moving_mean, mean), (self.moving_variance, variance * (1 - 1 / numbers))):
            moving.assign(moving * self.momentum + seen * (1 - self.momentum))
        return outputs


# Both names are the saved file's: see the class.
FusedBatchNormalization.__module__, FusedBatchNormalization.__name__ = "keras.layers", "BatchNormalization"
keras.saving.get_custom_objects()["BatchNormalization"] = FusedBatchNormalization
