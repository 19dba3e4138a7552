"""Adam in one operation a variable against Keras' own, one learning rate a step, and a compile that leaves nothing."""

import keras
import numpy as np
import pytest
from runs import MINI

from senet_lab.training import optimizers
from senet_lab.training.optimizers import AdamUpdate, accelerate_adam, compiled
from senet_lab.training.recipe import Recipe
from senet_lab.training.worker.model import build

pytestmark = pytest.mark.slow
DRAW = np.random.default_rng(0)
SHAPES = (3, 3, 2, 4), (4,), (4, 3)
WEIGHTS = [DRAW.normal(size=shape).astype("float32") for shape in SHAPES]
GRADIENTS = [[DRAW.normal(size=shape).astype("float32") for shape in SHAPES] for _ in range(4)]
IMAGES, LABELS = DRAW.normal(size=(8, 8, 8, 3)).astype("float32"), DRAW.integers(0, 10, 8)


def stepped(optimizer):
    """The weights after a step with each of the gradients."""
    import tensorflow as tf

    variables = [keras.Variable(weight) for weight in WEIGHTS]
    optimizer.build(variables)
    step = tf.function(lambda gradients: optimizer.apply(gradients, variables))
    for gradients in GRADIENTS:
        step([tf.constant(gradient) for gradient in gradients])
    return [variable.numpy() for variable in variables]


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
def test_adam_makes_the_steps_of_keras(arguments):
    ours = stepped(accelerate_adam(keras.optimizers.Adam(**arguments)))
    theirs = stepped(keras.optimizers.Adam(**arguments))
    assert all(np.abs(a - b).max() > 1e-3 for a, b in zip(ours, WEIGHTS, strict=True))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("accelerated", "updates"), [(accelerate_adam, 1), (lambda optimizer: optimizer, 0)])
def test_adam_updates_each_variable_in_one_operation(accelerated, updates):
    import tensorflow as tf

    variables = [keras.Variable(np.ones((2, 2))), keras.Variable(np.ones(3))]
    optimizer = accelerated(keras.optimizers.Adam())
    optimizer.build(variables)
    step = tf.function(lambda: optimizer.apply([tf.ones((2, 2)), tf.ones(3)], variables))
    operations = [operation.type for operation in step.get_concrete_function().graph.get_operations()]
    assert operations.count("ResourceApplyAdam") == updates * len(variables)


@pytest.fixture(scope="module")
def weights():
    keras.utils.set_random_seed(1)
    return MINI.build().get_weights()


def trained(weights, model, labels=LABELS):
    """The weights after four steps, and how often a step was traced and a schedule evaluated."""
    traced, evaluated = [], []
    step, evaluate = type(model).train_step, keras.optimizers.schedules.CosineDecay.__call__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(model), "train_step", lambda *data: traced.append(1) or step(*data))
        patch.setattr(
            keras.optimizers.schedules.CosineDecay, "__call__", lambda *at: evaluated.append(1) or evaluate(*at)
        )
        model.set_weights(weights)
        for _ in range(4):
            model.train_on_batch(IMAGES, labels)
    return model.get_weights(), (len(traced), len(evaluated))


@pytest.mark.parametrize(("optimizer", "accumulate"), [("sgd", 1), ("adam", 2)])
def test_worker_evaluates_the_rate_once_a_step_with_the_weights_of_keras_bit_for_bit(
    weights, optimizer, accumulate, monkeypatch
):
    recipe = Recipe(
        epochs=2, optimizer=optimizer, learning_rate=0.01, schedule="cosine", warmup=1, weight_decay=0.1,
        label_smoothing=0.1, accumulate=accumulate,
    )  # fmt: skip
    labels = np.eye(10, dtype="float32")[LABELS]
    ours, counts = trained(weights, build(MINI, recipe, 2), labels)
    assert counts == (1, 1)
    monkeypatch.setattr(optimizers, "evaluate_once", lambda optimizer, _: optimizer)
    theirs, (traced, evaluated) = trained(weights, build(MINI, recipe, 2), labels)
    assert (traced, evaluated > 5) == (1, True)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_compiled_model_has_all_variables_before_the_first_step_which_is_traced_once(weights):
    model = compiled(MINI.build())
    assert model.optimizer.built
    assert type(model.optimizer) is keras.optimizers.Adam
    assert isinstance(model.optimizer.update_step, AdamUpdate)
    assert len(model.optimizer.variables) >= 2 * len(model.trainable_variables)
    assert trained(weights, model)[1] == (1, 0)


def test_model_continues_with_adam_of_keras_where_ours_stopped(weights, tmp_path):
    model = compiled(MINI.build(), keras.optimizers.Adam(0.01))
    trained(weights, model)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert type(again.optimizer) is keras.optimizers.Adam
    for a, b in zip(again.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a, b)


def test_mixed_precision_trains_with_a_scaled_loss(weights):
    model = compiled(MINI.build(), keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam(0.01)))
    inner = model.optimizer.inner_optimizer
    assert isinstance(inner.update_step, AdamUpdate)
    ours, _ = trained(weights, model)
    assert inner.built
    assert all(np.isfinite(each).all() for each in ours)
    plain, _ = trained(weights, compiled(MINI.build(), keras.optimizers.Adam(0.01)))
    for a, b in zip(ours, plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-2, atol=2e-3)


def test_the_softmax_of_16_bits_is_in_32():
    recipe = Recipe(precision="mixed_bfloat16")
    keras.config.set_dtype_policy(recipe.precision)
    try:
        model = build(MINI, recipe, 10)
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.layers[1].compute_dtype == "bfloat16"
    predicted = model(np.zeros((2, *MINI.input_shape), "float32"))
    assert keras.backend.standardize_dtype(predicted.dtype) == "float32"
