"""The grouped convolution: every path gives the numbers and gradients of the NumPy reference, in every mode."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import reference
import tensorflow as tf
from keras import ops

from senet_lab import Architecture
from senet_lab.nets.on_keras.acceleration import accelerate
from senet_lab.nets.on_keras.grouped import PATHS, fastest_path

# "native" is Keras' own: XLA, seconds for each shape; "direct" has a gradient where it is the best alone.
MADE_HERE = [path for path in PATHS if path != "native" and (path != "direct" or fastest_path() == "direct")]


def layer_and_input(
    groups, path=None, strides=1, padding="same", channels=64, filters=64, side=6, use_bias=False, **how
):
    draw = np.random.default_rng(groups)
    x = draw.normal(size=(2, side, side, channels)).astype("float32")
    how |= {"strides": strides, "padding": padding, "use_bias": use_bias}
    layer = accelerate(keras.layers.Conv2D(filters, 3, groups=groups, **how), path=path)
    layer.build(x.shape)
    layer.set_weights([draw.normal(size=weight.shape) for weight in layer.weights])
    return layer, x


def value_and_gradients(layer, x):
    """Output, and the gradients of half its square with respect to input and kernel."""
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x)
        loss = tf.reduce_sum(tf.cast(y, "float32") ** 2) / 2
    return [np.asarray(tf.cast(each, "float32")) for each in (y, *tape.gradient(loss, [x, layer.kernel.value]))]


def reference_gradients(y, x, kernel, strides, pad, groups):
    """By the chain rule: what each input and each weight adds to each output, times that output."""
    x_grad, kernel_grad = np.zeros(np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0))).shape), np.zeros(kernel.shape)
    padded = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    height, width = y.shape[1:3]
    per_in, per_out = x.shape[-1] // groups, kernel.shape[-1] // groups
    for g in range(groups):
        inside, outside = slice(g * per_in, (g + 1) * per_in), slice(g * per_out, (g + 1) * per_out)
        for i in range(kernel.shape[0]):
            for j in range(kernel.shape[1]):
                rows, columns = slice(i, i + strides * height, strides), slice(j, j + strides * width, strides)
                x_grad[:, rows, columns, inside] += y[..., outside] @ kernel[i, j][:, outside].T
                window = padded[:, rows, columns, inside].reshape(-1, per_in)
                kernel_grad[i, j, :, outside] = window.T @ y[..., outside].reshape(-1, per_out)
    return x_grad[:, pad : pad + x.shape[1], pad : pad + x.shape[2]], kernel_grad


def assert_near(found, expected, tolerance=1e-4):
    assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max()


@pytest.mark.parametrize("path", MADE_HERE)
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("groups", [2, 4, 8, 16, 32, 64])
def test_every_path_gives_the_numbers_and_gradients_of_the_reference(path, strides, groups):
    layer, x = layer_and_input(groups, path, strides, "valid")
    y, *gradients = value_and_gradients(layer, x)
    kernel = layer.kernel.numpy()
    assert_near(y, reference.convolve(x, kernel, strides, 0, groups))
    for found, expected in zip(gradients, reference_gradients(y, x, kernel, strides, 0, groups), strict=True):
        assert_near(found, expected)


@pytest.mark.parametrize("path", MADE_HERE)
@pytest.mark.parametrize(
    ("strides", "padding", "dilation"),
    [(1, "same", 1), (2, "same", 1), (2, "valid", 1), (1, "same", 2), (1, "valid", 2)],
)
def test_every_path_pads_strides_and_dilates_as_keras_does(path, strides, padding, dilation):
    how = {"channels": 8, "filters": 12, "side": 7, "use_bias": True, "activation": "relu", "dilation_rate": dilation}
    layer, x = layer_and_input(4, path, strides, padding, **how)
    plain = keras.layers.Conv2D.from_config(layer.get_config())
    plain.build(x.shape)
    plain.set_weights(layer.get_weights())
    assert_near(np.asarray(layer(x)), np.asarray(plain(x)))


@pytest.mark.parametrize("path", MADE_HERE)
def test_eager_graph_and_predict_agree(path):
    layer, x = layer_and_input(8, path)
    inputs = keras.Input(x.shape[1:])
    model = keras.Model(inputs, layer(inputs))
    eager = np.asarray(layer(x))
    assert_near(np.asarray(tf.function(layer)(x)), eager)
    assert_near(model.predict(x, verbose=0), eager)


@pytest.mark.parametrize("path", MADE_HERE)
def test_mixed_bfloat16_stays_near_float32(path):
    if path == "direct" != fastest_path("bfloat16"):
        pytest.skip("TensorFlow has no gradient of it in bfloat16 on this processor")
    layer, x = layer_and_input(8, path, dtype="mixed_bfloat16")
    exact, _ = layer_and_input(8, path)
    assert layer(x).dtype == "bfloat16"
    for found, expected in zip(value_and_gradients(layer, x), value_and_gradients(exact, x), strict=True):
        assert_near(found, expected, 0.03)


@pytest.mark.parametrize(("path", "convolutions"), [("direct", 1), ("blocks", 2), ("slices", 16)])
def test_each_path_computes_in_the_way_it_is_named_for(path, convolutions):
    """16 groups of 4 channels: one convolution, two dense ones over 32 channels, or one a group."""
    layer, x = layer_and_input(16, path)
    graph = tf.function(layer).get_concrete_function(tf.TensorSpec(x.shape)).graph
    assert [op.type for op in graph.get_operations()].count("Conv2D") == convolutions


def test_one_group_is_the_plain_convolution():
    layer, x = layer_and_input(1, padding="valid")
    assert_near(np.asarray(layer(x)), reference.convolve(x, layer.kernel.numpy(), 1, 0, 1))


@pytest.mark.parametrize("path", MADE_HERE)
def test_outputs_depend_on_the_channels_of_their_own_group_alone(path):
    layer, x = layer_and_input(16, path)
    disturbed = np.repeat(x[:1], 16, 0)
    for group in range(16):
        disturbed[group, ..., 4 * group : 4 * group + 4] += 1
    changed = np.abs(np.asarray(layer(disturbed)) - np.asarray(layer(x[:1]))).max((1, 2)).reshape(16, 16, 4).max(-1)
    assert (np.diag(changed) > 1e-3).all()
    assert (changed[~np.eye(16, dtype=bool)] < 1e-5).all()


SMALL = Architecture("resnext", groups=((16, 1),), cardinality=4, ratio=4, input_shape=(32, 32, 3), classes=4)


def test_xla_is_declined_on_a_cpu_with_a_warning():
    model = replace(SMALL, stem="cifar", input_shape=(8, 8, 3)).build()
    with pytest.warns(UserWarning, match="jit_compile=False"):
        model.compile("sgd", "sparse_categorical_crossentropy", jit_compile=True)
    assert model.jit_compile is False
    losses = [model.train_on_batch(np.ones((2, 8, 8, 3)), np.zeros(2)) for _ in range(2)]
    assert np.isfinite(losses).all()


def test_the_dense_layer_agrees_with_a_block_diagonal_kernel():
    layer, x = layer_and_input(4, channels=8, filters=8)
    dense = np.zeros((3, 3, 8, 8), "float32")
    for g in range(4):
        dense[:, :, 2 * g : 2 * g + 2, 2 * g : 2 * g + 2] = layer.kernel.numpy()[..., 2 * g : 2 * g + 2]
    assert_near(np.asarray(layer(x)), np.asarray(ops.conv(x, dense, padding="same")))
