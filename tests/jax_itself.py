"""Keras on JAX: one process for all its checks, since the backend is fixed when Keras is imported.

Each line read is [function, arguments...]; the answer is a line of JSON: "", or the traceback of what failed. Arrays go
through files.
"""

import json
import sys
import traceback

import foreign_layers
import gates_of
import keras
import numpy as np
import random_layers
import timm_recorded

from senet_lab import Architecture, Ledger, accelerate, accelerations, add_se, profile


def outputs(token, weights, images, found, how):
    """Store a network's layer names, and what the function of `gates_of` named `how` returns of it."""
    model, images = Architecture.from_token(token).build(), np.load(images)
    model.load_weights(weights)
    np.savez(found, **getattr(gates_of, how)(model, images), names=[layer.name for layer in model.layers])


def own_model():
    """Check that a model is counted and measured, and that squeeze-excite changes nothing before it is trained."""
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
    normalization = keras.layers.Normalization()
    normalization.adapt(5 + 2 * images)
    inputs = keras.Input((8, 8, 3))
    x = normalization(inputs)
    x = keras.layers.Add()([keras.layers.Conv2D(3, 3, padding="same", name="conv")(x), x])
    model = keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x))
    gated = add_se(model, ratio=1)
    np.testing.assert_allclose(gated.predict_on_batch(images), model.predict_on_batch(images), atol=1e-6)
    ledger = Ledger.of(gated)
    assert (ledger.params, ledger.se.params, ledger.macs) == (84 + 24, 24, 64 * 81 + 18)
    assert len(profile(gated, batch=2, repeats=1).rows) == len(ledger.rows) - 1  # without the input


def measured():
    """Check that measuring a model leaves no traced value in its random layers."""
    random_layers.assert_unchanged_by_profile()


def accelerated():
    """Check that grouped convolution is accelerated, that normalization is Keras's own, and that the model trains."""
    layer = keras.layers.Conv2D(8, 3, groups=4, padding="same", name="grouped")
    norm = keras.layers.BatchNormalization(name="norm")
    model = keras.Sequential([keras.Input((8, 8, 8)), layer, norm])
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 8)).astype("float32")
    before = np.asarray(model(x))
    accelerate(model)
    np.testing.assert_allclose(np.asarray(model(x)), before, rtol=1e-4, atol=1e-5)
    assert {path.rpartition("/")[2]: how for path, how in accelerations(model).items()} == {
        "grouped": "grouped convolution: slices",
        "norm": "plain: Keras's own is the fastest on this backend and device",
    }, accelerations(model)
    model.compile("sgd", "mse")
    model.fit(x, x, verbose=0)


def foreign(folder):
    """Check that foreign layers with the names of Keras's own are loaded unchanged."""
    foreign_layers.assert_loaded_as_they_are(folder)


def as_timm(name):
    """Check that a network computes timm's recorded outputs."""
    model, _ = timm_recorded.ported(name)
    timm_recorded.assert_as_timm(name, model, compiled=True)


if __name__ == "__main__":
    assert keras.config.backend() == "jax"
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        try:
            globals()[what](*arguments)
            answer = ""
        except Exception:  # the test that asked reports it
            answer = traceback.format_exc()
        print(json.dumps(answer), flush=True)
