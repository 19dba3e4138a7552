"""The same code on Keras' JAX backend: same names, same counts, same numbers."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import backend

from senet_lab import Architecture

SCRIPT = """
import sys
import numpy as np
from senet_lab import Architecture
model = Architecture.from_token(sys.argv[1]).build()
model.load_weights(sys.argv[2])
images = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
np.savez(sys.argv[3], output=np.asarray(model(images)), names=[layer.name for layer in model.layers])
"""


@pytest.mark.slow
@pytest.mark.parametrize("family", ["resnet", "resnext"])
def test_jax_gives_what_tensorflow_gives(family, tmp_path):
    assert backend.backend() == "tensorflow"
    architecture = Architecture(family, groups=((16, 1), (32, 1)), cardinality=4, ratio=4, input_shape=(32, 32, 3))
    model = architecture.build()
    weights, found = tmp_path / "model.weights.h5", tmp_path / "found.npz"
    model.save_weights(weights)
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", SCRIPT, architecture.token(), str(weights), str(found)]
    subprocess.run(command, check=True, env=environment, timeout=300)
    images = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    with np.load(found) as arrays:
        np.testing.assert_allclose(arrays["output"], np.asarray(model(images)), atol=1e-5)
        assert list(arrays["names"]) == [layer.name for layer in model.layers]
    assert keras.config.backend() == "tensorflow"
