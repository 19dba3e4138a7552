"""Model: the network of a run, compiled according to its recipe, and the Keras settings for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from senet_lab.architecture.architecture import Architecture
from senet_lab.training.recipe import Recipe

if TYPE_CHECKING:
    import keras


def configure_keras(recipe: Recipe) -> None:
    """Set random seed, precision and deterministic operations for the rest of this process."""
    import keras

    keras.utils.set_random_seed(recipe.seed)
    keras.config.set_dtype_policy(recipe.precision)
    if keras.config.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()  # so that a resumed run equals an uninterrupted one


def build(architecture: Architecture, recipe: Recipe, steps: int, *, synchronizes: bool = False) -> keras.Model:
    """Build and compile the network.

    Args:
        steps: the number of steps per epoch, for the schedule.
        synchronizes: whether batch normalization computes its statistics over all devices that mirror the network.
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
    if recipe.weight_decay:  # of kernels only
        optimizer.exclude_from_weight_decay(var_list=[v for v in model.trainable_variables if v.name != "kernel"])
    if not recipe.label_smoothing:
        return compiled(model, optimizer)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=recipe.label_smoothing)
    return compiled(model, optimizer, loss, labels=keras.ops.zeros((1, model.output_shape[-1])))


def _optimizer(recipe: Recipe, steps: int) -> Any:
    import keras

    from senet_lab.training.optimizers import evaluate_once

    rate = learning_rate(recipe, steps)
    options = {
        "learning_rate": rate,
        "weight_decay": recipe.weight_decay or None,
        "gradient_accumulation_steps": recipe.accumulate if recipe.accumulate > 1 else None,
    }
    adam = recipe.optimizer == "adam"
    optimizer = (
        keras.optimizers.Adam(**options) if adam else keras.optimizers.SGD(momentum=0.9, nesterov=True, **options)
    )
    return evaluate_once(optimizer, rate) if callable(rate) else optimizer


def learning_rate(recipe: Recipe, steps: int) -> Any:
    """Return the learning rate, or its schedule over all steps; Keras also counts steps that only accumulate."""
    import keras

    rate = recipe.learning_rate
    if recipe.schedule == "constant":
        return rate
    steps, warmup = recipe.epochs * steps, recipe.warmup * steps
    options = {"warmup_target": rate, "warmup_steps": warmup} if warmup else {}
    return keras.optimizers.schedules.CosineDecay(0.0 if warmup else rate, max(1, steps - warmup), **options)


def variables(model: keras.Model) -> list[Any]:
    """Return all variables that change during training, in a fixed order."""
    return [*model.variables, *model.optimizer.variables]


def to_numpy(variable: Any) -> Any:
    """Return a variable's value as a NumPy array."""
    import keras

    return keras.ops.convert_to_numpy(variable.value)


def device_name() -> str:
    """Return the name of the device that Keras uses."""
    import keras

    if keras.config.backend() == "tensorflow":
        details = _tensorflow_gpu()
        return "CPU" if details is None else str(details.get("device_name", "GPU"))
    if keras.config.backend() == "jax":
        import jax

        kind = str(jax.devices()[0].device_kind)
        return "CPU" if kind == "cpu" else kind
    return str(keras.config.backend())


def compute_capability() -> int | None:
    """Return the major compute capability of the NVIDIA GPU that Keras uses, or None for other devices."""
    import keras

    if keras.config.backend() == "tensorflow":
        found = (_tensorflow_gpu() or {}).get("compute_capability")  # such as (9, 0)
        return int(found[0]) if found else None
    if keras.config.backend() == "jax":
        import jax

        words = getattr(jax.devices()[0], "compute_capability", None)  # such as "9.0"
        return int(words.partition(".")[0]) if words else None
    return None


def _tensorflow_gpu() -> dict[str, Any] | None:
    """Return what TensorFlow knows of the first GPU; None if there is none."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    return tf.config.experimental.get_device_details(gpus[0]) if gpus else None
