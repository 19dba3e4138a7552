"""Model: the network of a run, compiled as its recipe says, and what Keras must be told before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.training.recipe import Recipe

if TYPE_CHECKING:
    import keras


def settle(recipe: Recipe) -> None:
    """Seed, number type, and operations that give the same bits each time, from here on in this process."""
    import keras

    keras.utils.set_random_seed(recipe.seed)
    keras.config.set_dtype_policy(recipe.precision)
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()  # so that a resumed run ends where an unbroken one does


def build(architecture: Architecture, recipe: Recipe, steps: int, *, synchronizes: bool = False) -> keras.Model:
    """The network, compiled.

    Args:
        steps: of an epoch, for the schedule.
        synchronizes: whether batch normalization takes its statistics over all devices that mirror the network.
    """
    import keras

    from senet_lab.training.optimizers import compiled

    optimizer = _optimizer(recipe, steps)
    model = architecture.build()
    if recipe.precision != "float32":
        model.layers[-1].dtype_policy = "float32"  # the softmax: in 16 bits a likelihood near 1 is 1, its gradient 0
    for layer in model.layers if synchronizes else ():
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True
    if recipe.weight_decay:  # of kernels alone
        optimizer.exclude_from_weight_decay(var_list=[v for v in model.trainable_variables if v.name != "kernel"])
    loss: Any = "sparse_categorical_crossentropy"
    if recipe.label_smoothing:
        loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    return compiled(model, optimizer, loss)


def _optimizer(recipe: Recipe, steps: int) -> Any:
    import keras

    how = {
        "learning_rate": _rate(recipe, steps),
        "weight_decay": recipe.weight_decay or None,
        "gradient_accumulation_steps": recipe.accumulate if recipe.accumulate > 1 else None,
    }
    if recipe.optimizer == "adam":
        return keras.optimizers.Adam(**how)
    return keras.optimizers.SGD(momentum=0.9, nesterov=True, **how)


def _rate(recipe: Recipe, steps: int) -> Any:
    """The learning rate, or its schedule over all steps, each of which Keras counts, accumulated or not."""
    import keras

    rate = recipe.learning_rate
    if recipe.schedule == "constant":
        return rate
    every, warmup = recipe.epochs * steps, recipe.warmup * steps
    how = {"warmup_target": rate, "warmup_steps": warmup} if warmup else {}
    return keras.optimizers.schedules.CosineDecay(0.0 if warmup else rate, max(1, every - warmup), **how)


def variables(model: keras.Model) -> list[Any]:
    """All that changes while a model is trained, in a fixed order."""
    return [*model.variables, *model.optimizer.variables]


def array(variable: Any) -> Any:
    """A variable's value, as a NumPy array."""
    import keras

    return keras.ops.convert_to_numpy(variable.value)


def device() -> str:
    """What Keras computes on, in words."""
    import keras

    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        found = tf.config.list_physical_devices("GPU")
        details = tf.config.experimental.get_device_details(found[0]) if found else {}
        return str(details.get("device_name", "GPU")) if found else "CPU"
    if keras.config.backend() == "jax":
        import jax

        kind = str(jax.devices()[0].device_kind)
        return "CPU" if kind == "cpu" else kind
    return str(keras.config.backend())
