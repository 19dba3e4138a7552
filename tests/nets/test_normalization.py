"""The fused batch normalization: Keras' numbers, gradients and moving statistics, in one operation."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from senet_lab.nets.on_keras.acceleration import accelerate

SHAPE = (8, 6, 5, 16)
ONE = "FusedBatchNormV3"


def both(shape=SHAPE, **how):
    """Our layer and Keras', with the same weights, and what they are to normalize."""
    draw = np.random.default_rng(0)
    x = draw.normal(3, 2, shape).astype("float32")
    layers = [accelerate(keras.layers.BatchNormalization(**how)), keras.layers.BatchNormalization(**how)]
    layers[1].build(shape)
    layers[0].build(shape)
    weights = [draw.uniform(0.5, 2, weight.shape) for weight in layers[1].weights]
    for layer in layers:
        layer.set_weights(weights)
    return layers, x


def trained_on(layer, x):
    """Output, gradients and moving statistics of a step of training."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, training=True)
        loss = tf.reduce_sum(tf.cast(y, "float32") ** 3)
    gradients = tape.gradient(loss, [x, *(weight.value for weight in layer.trainable_weights)])
    return [np.asarray(tf.cast(each, "float32")) for each in (y, *gradients, *layer.non_trainable_weights)]


def operations(layer, shape=SHAPE, dtype="float32", *, training=True):
    """The types of the operations that a step is made of."""
    step = tf.function(lambda x: layer(x, training=training))
    return [op.type for op in step.get_concrete_function(tf.TensorSpec(shape, dtype)).graph.get_operations()]


@pytest.mark.parametrize("shape", [SHAPE, (5, 1, 1, 4), (1, 1, 1, 4)])
@pytest.mark.parametrize("how", [{}, {"momentum": 0.9, "epsilon": 1e-5}])
def test_a_step_of_training_gives_the_numbers_of_keras(shape, how):
    (ours, theirs), x = both(shape, **how)
    for found, expected in zip(trained_on(ours, x), trained_on(theirs, x), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


def test_the_moving_variance_is_that_of_the_numbers_and_no_guess_from_them():
    (ours, _), x = both((2, 1, 1, 4), momentum=0.0)  # of two numbers the guess would be twice as large
    ours(x, training=True)
    np.testing.assert_allclose(ours.moving_variance, x.var((0, 1, 2)), rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("jit", [False, True])
def test_a_fit_moves_the_weights_as_keras_does_with_xla_and_without(jit):
    layers, x = both()
    found = []
    for layer in layers:
        inputs = keras.Input(SHAPE[1:])
        model = keras.Model(inputs, layer(inputs))
        model.compile(keras.optimizers.SGD(0.01), "mse", jit_compile=jit)
        model.fit(x, np.flip(x, 0), batch_size=3, epochs=2, shuffle=False, verbose=0)  # the last batch is shorter
        found.append(model.get_weights())
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_it_is_one_operation_where_keras_takes_many(dtype, training):
    (ours, theirs), _ = both(dtype=f"mixed_{dtype}" if dtype == "bfloat16" else dtype)
    found = operations(ours, dtype=dtype, training=training)
    assert found.count(ONE) == 1
    assert not {"SquaredDifference", "Rsqrt"} & set(found)
    assert ONE not in operations(theirs, dtype=dtype, training=training)


def test_in_bfloat16_a_step_gives_the_numbers_of_keras_with_its_precision():
    (ours, theirs), x = both(dtype="mixed_bfloat16")
    for found, expected in zip(trained_on(ours, x), trained_on(theirs, x), strict=True):
        np.testing.assert_allclose(found, expected, rtol=0.02, atol=0.02 * np.abs(expected).max())
    np.testing.assert_allclose(ours.moving_variance, theirs.moving_variance, rtol=1e-5)  # computed in float32


@pytest.mark.parametrize("trainable", [True, False])
def test_in_inference_outputs_and_gradients_are_those_of_keras(trainable):
    layers, x = both()
    found = []
    for layer in layers:
        layer.trainable = trainable
        inputs = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            y = layer(inputs, training=not trainable)  # a frozen layer infers in training as well
        of = [inputs, layer.gamma.value, layer.beta.value]
        found.append([y, *tape.gradient(y, of, output_gradients=y)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5 * np.abs(theirs).max())


@pytest.mark.parametrize(
    ("shape", "how"),
    [
        ((8, 16), {}),
        (SHAPE, {"axis": 1}),
        (SHAPE, {"scale": False}),
        (SHAPE, {"center": False}),
        (SHAPE, {"renorm": True}),
        (SHAPE, {"synchronized": True}),
        (SHAPE, {"dtype": "mixed_float16"}),
        (SHAPE, {"dtype": "float64"}),
    ],
)
def test_what_the_operation_cannot_do_is_left_to_keras(shape, how):
    (ours, theirs), x = both(shape, **how)
    assert ONE not in operations(ours, shape, ours.compute_dtype)
    for found, expected in zip(trained_on(ours, x), trained_on(theirs, x), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_whole_numbers_are_left_to_keras_which_makes_them_floats():
    (ours, theirs), x = both()
    whole = x.astype("int32")
    np.testing.assert_array_equal(ours(whole, training=True), theirs(whole, training=True))


def test_a_frozen_one_and_one_that_infers_use_their_moving_statistics():
    (ours, theirs), x = both()
    np.testing.assert_allclose(ours(x), theirs(x), rtol=1e-5, atol=1e-6)
    before = ours.moving_mean.numpy()
    ours.trainable = False
    np.testing.assert_allclose(ours(x, training=True), theirs(x), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(ours.moving_mean, before)
