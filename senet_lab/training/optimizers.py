"""Adam in one operation per variable, and a compile that leaves nothing to the first step.

On TensorFlow, Keras' Adam is some thirty small operations per variable, and the optimizer's own variables are created
while the first step is traced, which is then traced twice. With the 193 trainable variables of SE-ResNeXt-50 that is
most of the wait before training starts; `make bench` measures it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from senet_lab.extras import require

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class AdamUpdate:
    """The update step of one `keras.optimizers.Adam`, in one operation per variable (Kingma and Ba 2015)."""

    optimizer: Any

    def __call__(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update a variable in place."""
        adam = self.optimizer
        if adam.amsgrad or hasattr(gradient, "indices"):
            type(adam).update_step(adam, gradient, variable, learning_rate)
        else:
            self._update(gradient, variable, learning_rate)

    def _update(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        import keras
        import tensorflow as tf

        adam, dtype = self.optimizer, variable.dtype
        index = adam._get_variable_index(variable)
        step = tf.cast(keras.ops.convert_to_tensor(adam.iterations) + 1, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=adam._momentums[index].value.handle,
            v=adam._velocities[index].value.handle,
            beta1_power=tf.cast(adam.beta_1, dtype) ** step,
            beta2_power=tf.cast(adam.beta_2, dtype) ** step,
            lr=tf.cast(learning_rate, dtype),
            beta1=tf.cast(adam.beta_1, dtype),
            beta2=tf.cast(adam.beta_2, dtype),
            epsilon=tf.cast(adam.epsilon, dtype),
            grad=tf.cast(gradient, dtype),
        )


def accelerate_adam(optimizer: Any) -> Any:
    """Make an Adam of Keras update each variable in one operation, on TensorFlow, and return the same optimizer.

    It stays a `keras.optimizers.Adam` with the same numbers, up to rounding, and is saved as one. One that scales the
    loss around it is accelerated as well; any other optimizer is left alone.
    """
    require("keras", by="accelerating an optimizer")
    import keras

    adam = getattr(optimizer, "inner_optimizer", optimizer)
    is_keras_adam = getattr(type(adam), "update_step", None) is keras.optimizers.Adam.update_step
    if is_keras_adam and "update_step" not in vars(adam) and keras.config.backend() == "tensorflow":
        adam.update_step = AdamUpdate(adam)
    return optimizer


def compiled(
    model: keras.Model,
    optimizer: Any = None,
    loss: Any = "sparse_categorical_crossentropy",
    metrics: Sequence[Any] = ("accuracy",),
    **options: Any,
) -> keras.Model:
    """Compile a built model with an accelerated Adam and a built optimizer, so that a step is traced once; return it.

    Args:
        optimizer: an optimizer of Keras or its name; None for Adam with Keras' learning rate, 0.001.
        loss, metrics, options: as `keras.Model.compile` takes them.
    """
    require("keras", by="compiling a model")
    import keras

    optimizer = keras.optimizers.get("adam" if optimizer is None else optimizer)
    model.compile(accelerate_adam(optimizer), loss, metrics=list(metrics), **options)
    model.optimizer.build(model.trainable_variables)
    return model
