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


GATES = """
import sys
import numpy as np
from senet_lab import Architecture
from senet_lab.gates.ablation import HOWS, ablated, switchable
from senet_lab.gates.observe import observed
model = Architecture.from_token(sys.argv[1]).build()
model.load_weights(sys.argv[2])
images = np.random.default_rng(0).normal(size=(5, 32, 32, 3)).astype("float32")
seen, switched = observed(model, images, batch=3), switchable(model)
held = {how: ablated(switched, seen.gates, how, seen.gates).predict_on_batch(images) for how in HOWS}
np.savez(sys.argv[3], **{path.replace("/", "_"): values for path, values in seen.gates.items()}, **held)
"""


@pytest.mark.slow
def test_jax_has_the_gates_and_the_ablations_that_tensorflow_has(tmp_path):
    architecture = Architecture("resnext", groups=((16, 1), (32, 1)), cardinality=4, ratio=4, input_shape=(32, 32, 3))
    weights = tmp_path / "model.weights.h5"
    architecture.build().save_weights(weights)
    for name in ("jax", "tensorflow"):
        environment = {**os.environ, "KERAS_BACKEND": name, "JAX_PLATFORMS": "cpu"}
        command = [sys.executable, "-c", GATES, architecture.token(), str(weights), str(tmp_path / f"{name}.npz")]
        subprocess.run(command, check=True, env=environment, timeout=300)
    with np.load(tmp_path / "jax.npz") as ours, np.load(tmp_path / "tensorflow.npz") as theirs:
        assert set(ours) == {"group1_block1", "group2_block1", "one", "mean", "shuffled", "own"}
        for name in ours:
            np.testing.assert_allclose(ours[name], theirs[name], atol=1e-5)
