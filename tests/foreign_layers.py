"""Foreign layers: third-party layers with the names of Keras's own, on any backend."""

import copy
import pickle

import keras
import numpy as np
from keras import layers

from senet_lab import Architecture, accelerate


class Conv2D(layers.Conv2D):
    """Doubles the output of the convolution."""

    def call(self, inputs):
        return 2 * super().call(inputs)


class BatchNormalization(layers.BatchNormalization):
    """Adds 5 to the output of the normalization."""

    def call(self, inputs, training=None, mask=None):
        return 5 + super().call(inputs, training=training, mask=mask)


OWN = {"Conv2D": Conv2D, "BatchNormalization": BatchNormalization}


def assert_loaded_as_they_are(folder):
    """Save and copy models of these layers and of Keras's own, in every way, after this package has built a model."""
    Architecture("resnext", groups=((16, 1),), cardinality=4, ratio=4, input_shape=(32, 32, 3), classes=4).build()
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 8)).astype("float32")
    _assert_copies_alike(_model(Conv2D, BatchNormalization), x, OWN, folder)
    _assert_copies_alike(_model(layers.Conv2D, layers.BatchNormalization), x, {}, folder)
    assert not keras.saving.get_custom_objects(), keras.saving.get_custom_objects()


def _model(conv, norm):
    inputs = keras.Input((8, 8, 8))
    return keras.Model(inputs, norm(name="n")(conv(8, 3, name="c", padding="same")(inputs)))


def _assert_copies_alike(model, x, own, folder):
    expected = np.asarray(model(x))
    for way, other in _copies(model, own, folder).items():
        assert type(other.get_layer("c")) is type(model.get_layer("c")), (way, type(other.get_layer("c")))
        assert type(other.get_layer("n")) is type(model.get_layer("n")), (way, type(other.get_layer("n")))
        other.set_weights(model.get_weights())
        np.testing.assert_allclose(np.asarray(other(x)), expected, rtol=1e-5, atol=1e-5, err_msg=way)


def _copies(model, own, folder):
    """Copy the model in every way; an h5 file names only the class, so loading it needs the custom objects."""
    found = {}
    for kind in ("keras", "h5"):
        model.save(f"{folder}/m.{kind}")
        found[kind] = keras.saving.load_model(f"{folder}/m.{kind}", compile=False, custom_objects=own or None)
    with keras.saving.custom_object_scope(own):
        found["config"] = type(model).from_config(model.get_config())
        found["deepcopy"] = copy.deepcopy(model)
        found["pickle"] = pickle.loads(pickle.dumps(model))
    found["clone"] = keras.models.clone_model(model)
    found["accelerated"] = accelerate(keras.models.clone_model(model))
    return found
