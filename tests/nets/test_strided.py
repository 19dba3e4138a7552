"""Strided 1x1 convolutions: the numbers of Keras's own, where TensorFlow's gradient would end the process."""

import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from senet_lab import Architecture
from senet_lab.nets.on_keras.acceleration import accelerate, accelerations
from senet_lab.nets.on_keras.strided import is_unsafe

# What ended a process with "free(): invalid size" or a segmentation fault: 3 images for two threads, 8 channels.
SCRIPT = """
import numpy as np
import tensorflow as tf

tf.config.threading.set_intra_op_parallelism_threads(2)
from senet_lab import Architecture

model = Architecture(groups=((8, 1), (16, 1)), block="basic", stem="cifar", ratio=4, input_shape=(32, 32, 3),
                     classes=4).build()
model.compile("sgd", "sparse_categorical_crossentropy")
for _ in range(100):
    model.train_on_batch(np.ones((3, 32, 32, 3), "float32"), np.zeros(3))
"""


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("channels", [8, 16])
@pytest.mark.parametrize(("side", "strides"), [(6, 2), (7, 2), (7, (3, 1))])
def test_outputs_and_gradients_are_those_of_keras(side, strides, channels, padding):
    draw = np.random.default_rng(0)
    x = tf.constant(draw.normal(size=(2, side, side + 1, channels)).astype("float32"))
    found = []
    for change in (accelerate, lambda layer: layer):
        layer = change(keras.layers.Conv2D(5, 1, strides, padding))
        layer.build(x.shape)
        layer.set_weights([np.random.default_rng(1).normal(size=each.shape) for each in layer.get_weights()])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        found.append([y, *tape.gradient(y, [x, layer.kernel.value, layer.bias.value], output_gradients=y)])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_training_with_images_that_threads_cannot_share_and_few_channels_does_not_end_the_process():
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr[-500:]


def test_it_is_listed_with_its_reason_where_channels_are_few():
    model = Architecture(groups=((8, 1), (16, 1)), block="basic", stem="cifar", input_shape=(8, 8, 3), ratio=4).build()
    strided = [each.path for each in model.layers if isinstance(each, keras.layers.Conv2D) and is_unsafe(plain(each))]
    listed = {path: how for path, how in accelerations(model).items() if "conv" in path}
    assert listed == dict.fromkeys(strided, "strided 1x1 convolution: avoids a fault of TensorFlow's")
    assert len(strided) == 1


def plain(layer):
    """A copy of a layer that Keras computes in its own way."""
    copy = type(layer).from_config(layer.get_config())
    copy.build((None, None, None, layer.kernel.shape[2]))
    return copy
