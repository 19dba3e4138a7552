"""Timing: which layers are measured together, with which memory, and that the model stays as it is."""

import keras
import pytest
import random_layers

from senet_lab import memory, profile
from senet_lab.nets.on_keras.graph import read_graph
from senet_lab.nets.on_keras.timing import _key

layers = keras.layers


def chain(*parts, shape=(8, 8, 4)):
    x = inputs = keras.Input(shape)
    for part in parts:
        x = part(x)
    return keras.Model(inputs, x)


def keys(model):
    return [_key(call) for call in read_graph(model).calls]


def conv(**options):
    return layers.Conv2D(4, 3, padding="same", **options)


@pytest.mark.slow
def test_a_model_with_random_layers_stays_as_it_is():
    random_layers.assert_unchanged_by_profile()


def test_layers_of_one_configuration_and_shape_are_measured_once():
    first, second, dilated = keys(chain(conv(), conv(), conv(dilation_rate=2)))
    assert first == second != dilated


def test_a_layer_in_training_is_not_measured_as_one_that_predicts():
    x = keras.Input((4,))
    outputs = [layers.Dropout(0.5)(x), layers.Dropout(0.5)(x, training=True)]
    predicting, training = keys(keras.Model(x, outputs))
    assert predicting != training


def test_inputs_of_one_shape_are_in_memory_once_and_too_many_are_refused(monkeypatch):
    model, size = chain(layers.ReLU(), layers.ReLU(), layers.ReLU()), 2 * 4 * 8 * 8 * 4  # bytes of two images
    monkeypatch.setattr(memory, "available", lambda: size)
    assert len(profile(model, batch=2, repeats=1).rows) == 3
    monkeypatch.setattr(memory, "available", lambda: size - 1)
    with pytest.raises(ValueError, match=r"`batch` \(=2\) needs more than 0 MiB of memory.*; try 1"):
        profile(model, batch=2, repeats=1)
