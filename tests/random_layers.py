"""Random layers: what measuring a model with them must leave alone, on any backend."""

import keras
import numpy as np

from senet_lab import profile


def assert_unchanged_by_profile():
    """Measure a model whose random layers store their seeds, then call it as in training."""
    x = inputs = keras.Input((8, 8, 3))
    for layer in (keras.layers.RandomFlip(), keras.layers.RandomRotation(0.1), keras.layers.Dropout(0.5)):
        x = layer(x, training=True)
    model, images = keras.Model(inputs, x), np.ones((2, 8, 8, 3), "float32")
    before = [np.array(each) for each in model.variables]
    assert before  # the seeds
    assert len(profile(model, batch=2, repeats=1).rows) == 3
    for now, then in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(np.array(now), then)
    assert np.isfinite(np.asarray(model(images, training=True))).all()
