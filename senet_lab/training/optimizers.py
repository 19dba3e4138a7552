"""Adam in one operation per variable, one learning rate per step, and a compile that leaves nothing to the first step.

On TensorFlow, Keras' Adam is some thirty small operations per variable, and the optimizer's own variables are created
while the first step is traced, which is then traced twice. With the 193 trainable variables of SE-ResNeXt-50 that is
most of the wait before training starts; `make bench` measures it. The variables of the metrics are created there too,
and where weights decay, the schedule of the learning rate is evaluated anew for each kernel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from senet_lab.extras import require

if TYPE_CHECKING:
    import keras

SPARSE = "sparse_categorical_crossentropy"


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


@dataclass(frozen=True, eq=False)
class OneRateApply:
    """The `apply` of one optimizer, with one evaluation of its schedule per step."""

    optimizer: Any
    schedule: Any

    def __call__(self, grads: Any, trainable_variables: Any = None) -> None:
        """Update the variables in place."""
        optimizer, kind, rate = self.optimizer, type(self.optimizer), self.optimizer.learning_rate
        assign = kind.learning_rate.fset  # to assign by `=`, TensorFlow's optimizers would evaluate the schedule twice
        assign(optimizer, lambda: rate)
        try:
            kind.apply(optimizer, grads, trainable_variables)
        finally:
            assign(optimizer, self.schedule)


def evaluate_once(optimizer: Any, schedule: Any) -> Any:
    """Make an optimizer evaluate its schedule once per step instead of once per kernel, and return the optimizer.

    The numbers are the same, bit for bit.
    """
    optimizer.apply = OneRateApply(optimizer, schedule)
    return optimizer


def compiled(
    model: keras.Model,
    optimizer: Any = None,
    loss: Any = SPARSE,
    metrics: Sequence[Any] = ("accuracy",),
    *,
    labels: Any = None,
    **options: Any,
) -> keras.Model:
    """Compile a built model with an accelerated Adam and a built optimizer, so that a step is traced once; return it.

    Args:
        optimizer: an optimizer of Keras or its name; None for Adam with Keras' learning rate, 0.001.
        loss, metrics, options: as `keras.Model.compile` takes them.
        labels: those of one image, as the loss takes them, such as (1, classes); they may be None for the default loss.
            With another loss and None, the first step creates the metrics' variables, and is traced twice.
    """
    require("keras", by="compiling a model")
    import keras

    optimizer = keras.optimizers.get("adam" if optimizer is None else optimizer)
    model.compile(accelerate_adam(optimizer), loss, metrics=list(metrics), **options)
    model.optimizer.build(model.trainable_variables)
    if labels is None and loss == SPARSE and len(model.outputs) == 1 and len(model.output_shape) == 2:
        labels = keras.ops.zeros(1, "int32")
    if labels is not None and keras.config.backend() == "tensorflow":  # JAX does without
        _build_metrics(model, labels)
    return model


def _build_metrics(model: keras.Model, labels: Any) -> None:
    """Create the variables of the metrics, which stay empty."""
    import keras

    predictions = keras.ops.zeros((1, *model.output_shape[1:]))
    with keras.StatelessScope():
        model.compute_metrics(None, labels, predictions)
