"""Adam in one operation a variable, and a compile that leaves nothing to the first step.

On TensorFlow, Keras' Adam is some thirty small operations for each variable, and the optimizer's own variables are
made while the first step is traced, which is then traced twice. Of SE-ResNeXt-50's 193 trainable variables that makes
most of the wait before training starts; `make bench` has the seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras


class Adam(keras.optimizers.Adam):  # type: ignore[misc]  # Keras ships no types
    """`keras.optimizers.Adam`, with the same arguments, variables and numbers (Kingma and Ba 2015).

    A model that is compiled with it is saved as one with Keras' Adam, and goes on from there with the same state.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """One step of one variable, in place."""
        if keras.config.backend() != "tensorflow" or self.amsgrad or hasattr(gradient, "indices"):
            super().update_step(gradient, variable, learning_rate)
        else:
            self._in_one_operation(gradient, variable, learning_rate)

    def _in_one_operation(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        import tensorflow as tf

        dtype, index = variable.dtype, self._get_variable_index(variable)
        step = tf.cast(keras.ops.convert_to_tensor(self.iterations) + 1, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.cast(self.beta_1, dtype) ** step,
            beta2_power=tf.cast(self.beta_2, dtype) ** step,
            lr=tf.cast(learning_rate, dtype),
            beta1=tf.cast(self.beta_1, dtype),
            beta2=tf.cast(self.beta_2, dtype),
            epsilon=tf.cast(self.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )


# The saved file's names, so that it opens without this package.
Adam.__module__ = "keras.optimizers"


def compiled(
    model: keras.Model,
    optimizer: Any = None,
    loss: Any = "sparse_categorical_crossentropy",
    metrics: Sequence[Any] = ("accuracy",),
    **options: Any,
) -> keras.Model:
    """`model.compile(...)` with the optimizer built, so that the first step is traced once.

    Args:
        model: a built model.
        optimizer: an optimizer of Keras or its name; None for `Adam` above with Keras' learning rate, 0.001.
        loss, metrics, options: as `keras.Model.compile` takes them.

    Returns:
        `model` itself.
    """
    model.compile(Adam() if optimizer is None else optimizer, loss, metrics=list(metrics), **options)
    model.optimizer.build(model.trainable_variables)
    return model
