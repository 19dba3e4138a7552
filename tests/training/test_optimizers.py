"""Training: Adam in one operation a variable against Keras' own, and a compile that leaves nothing to the first step."""

import keras
import numpy as np
import pytest

from senet_lab import Architecture
from senet_lab.training.optimizers import AdamUpdate, accelerate_adam, compiled
from senet_lab.training.recipe import Recipe
from senet_lab.training.worker.model import build

pytestmark = pytest.mark.slow
SMALL = Architecture(
    "resnext", groups=((8, 16, 1), (16, 32, 1)), cardinality=4, ratio=4, input_shape=(32, 32, 3), classes=3
)
DRAW = np.random.default_rng(0)
IMAGES, LABELS = DRAW.normal(size=(8, 32, 32, 3)).astype("float32"), DRAW.integers(0, 3, 8)


def steps(optimizer, weights, images=IMAGES, **options):
    """The weights after four steps, and the model."""
    model = SMALL.build()
    model.set_weights(weights)
    model.compile(optimizer, "sparse_categorical_crossentropy", **options)
    for _ in range(4):
        model.train_on_batch(images, LABELS)
    return model.get_weights(), model


@pytest.fixture(scope="module")
def weights():
    keras.utils.set_random_seed(1)
    return SMALL.build().get_weights()


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"learning_rate": 0.03, "beta_1": 0.7, "beta_2": 0.95, "epsilon": 1e-3},
        {"weight_decay": 0.1, "clipnorm": 0.5},
        {"gradient_accumulation_steps": 2},
        {"use_ema": True},
        {"amsgrad": True},
        {"learning_rate": keras.optimizers.schedules.CosineDecay(0.01, 4)},
    ],
    ids=lambda arguments: "-".join(arguments) or "as it comes",
)
def test_adam_makes_the_steps_of_keras(weights, arguments):
    ours, _ = steps(accelerate_adam(keras.optimizers.Adam(**arguments)), weights)
    theirs, _ = steps(keras.optimizers.Adam(**arguments), weights)
    assert any(np.abs(a - b).max() > 1e-3 for a, b in zip(ours, weights, strict=True))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-5)


@pytest.mark.parametrize(("accelerated", "updates"), [(accelerate_adam, 1), (lambda optimizer: optimizer, 0)])
def test_adam_updates_each_variable_in_one_operation(accelerated, updates):
    import tensorflow as tf

    variables = [keras.Variable(np.ones((2, 2))), keras.Variable(np.ones(3))]
    optimizer = accelerated(keras.optimizers.Adam())
    optimizer.build(variables)
    step = tf.function(lambda: optimizer.apply([tf.ones((2, 2)), tf.ones(3)], variables))
    operations = [operation.type for operation in step.get_concrete_function().graph.get_operations()]
    assert operations.count("ResourceApplyAdam") == updates * len(variables)


def test_a_compiled_model_has_its_optimizers_variables_before_the_first_step():
    model = compiled(SMALL.build())
    assert model.optimizer.built
    assert type(model.optimizer) is keras.optimizers.Adam
    assert isinstance(model.optimizer.update_step, AdamUpdate)
    assert len(model.optimizer.variables) >= 2 * len(model.trainable_variables)


def test_model_continues_with_adam_of_keras_where_ours_stopped(weights, tmp_path):
    _, model = steps(accelerate_adam(keras.optimizers.Adam(0.01)), weights)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again.optimizer) is keras.optimizers.Adam
    for a, b in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_mixed_precision_trains_with_a_scaled_loss(weights):
    optimizer = accelerate_adam(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01)))
    assert isinstance(optimizer.inner_optimizer.update_step, AdamUpdate)
    ours, model = steps(optimizer, weights)
    assert model.optimizer.inner_optimizer.built
    assert all(np.isfinite(each).all() for each in ours)
    plain, _ = steps(accelerate_adam(keras.optimizers.Adam(0.01)), weights)
    for a, b in zip(ours, plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-2, atol=2e-3)


def test_the_softmax_of_16_bits_is_in_32():
    recipe = Recipe(precision="mixed_bfloat16")
    keras.config.set_dtype_policy(recipe.precision)
    try:
        model = build(Architecture.preset("cifar_se_resnet20"), recipe, 10)
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.layers[1].compute_dtype == "bfloat16"
    predicted = model(np.zeros((2, 32, 32, 3), "float32"))
    assert keras.backend.standardize_dtype(predicted.dtype) == "float32"
