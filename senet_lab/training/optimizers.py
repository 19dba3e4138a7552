"""Adam in one operation per variable, one learning rate per step, and all variables created at compilation.

On TensorFlow, Keras's Adam uses some thirty small operations per variable. Keras also creates the variables of the
optimizer and the metrics while it traces the first step, so it has to trace that step twice. With the 193 trainable
variables of SE-ResNeXt-50, this is most of the wait before training starts; `make bench` measures it. With weight
decay, Keras also evaluates the learning rate schedule again for each kernel.
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
    """The update step of a `keras.optimizers.Adam`, in one operation per variable (Kingma and Ba 2015)."""

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
    """Make Keras's Adam update each variable in one operation on TensorFlow, and return the same optimizer.

    It remains a `keras.optimizers.Adam` with the same results, up to rounding, and is saved as one. An Adam inside a
    `LossScaleOptimizer` is accelerated as well; other optimizers are not changed.
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
    """The `apply` of an optimizer, with one evaluation of its schedule per step."""

    optimizer: Any
    schedule: Any

    def __call__(self, grads: Any, trainable_variables: Any = None) -> None:
        """Update the variables in place."""
        optimizer, kind, rate = self.optimizer, type(self.optimizer), self.optimizer.learning_rate
        assign = kind.learning_rate.fset  # with `=`, TensorFlow's optimizers would evaluate the schedule twice
        assign(optimizer, lambda: rate)
        try:
            kind.apply(optimizer, grads, trainable_variables)
        finally:
            assign(optimizer, self.schedule)


def evaluate_once(optimizer: Any, schedule: Any) -> Any:
    """Make an optimizer evaluate its schedule once per step instead of once per kernel, and return the optimizer.

    The results are the same, bit for bit.
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
    """Compile a built model with an accelerated, built optimizer, so that the step is traced once; return the model.

    Args:
        optimizer: a Keras optimizer or its name; None for Adam with Keras's default learning rate, 0.001.
        loss, metrics, options: as `keras.Model.compile` takes them.
        labels: labels of one image, as the loss takes them, such as (1, classes). They may be None for the default
            loss. With another loss and None, the first step creates the metrics' variables and is traced twice.
    """
    require("keras", by="compiling a model")
    import keras

    optimizer = keras.optimizers.get("adam" if optimizer is None else optimizer)
    model.compile(accelerate_adam(optimizer), loss, metrics=list(metrics), **options)
    model.optimizer.build(model.trainable_variables)
    if labels is None and loss == SPARSE and len(model.outputs) == 1 and len(model.output_shape) == 2:
        labels = keras.ops.zeros(1, "int32")
    if labels is not None and keras.config.backend() == "tensorflow":  # JAX does not need this
        _build_metrics(model, labels)
    return model


def _build_metrics(model: keras.Model, labels: Any) -> None:
    """Create the variables of the metrics; their values remain unset."""
    import keras

    predictions = keras.ops.zeros((1, *model.output_shape[1:]))
    with keras.StatelessScope():
        model.compute_metrics(None, labels, predictions)
