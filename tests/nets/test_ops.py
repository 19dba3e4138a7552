"""Operations of Keras: the same shape as a row of the ledger and as an operation, and a name of their own."""

import re

import keras
import numpy as np
import pytest

from senet_lab import Architecture, Ledger, add_se
from senet_lab.nets import ops
from senet_lab.nets.sketch import Sketch

BY_ONE = ((0, 0), (1, 1), (1, 2), (0, 0))


@pytest.mark.parametrize("mode", ["constant", "reflect"])
def test_padding_has_one_name_and_shape_in_both_readings(mode):
    row = ops.pad(Sketch((5, 6, 2)), BY_ONE, mode, name="group1_block1_edges").rows[-1]
    inputs = keras.Input((5, 6, 2))
    model = keras.Model(inputs, ops.pad(inputs, BY_ONE, mode, name="group1_block1_edges"))
    assert (row.kind, row.group, row.block) == ("pad", "group1", "block1")
    assert row.output_shape == model.output.shape == (None, 7, 9, 2)
    assert row.name == model.operations[-1].name
    assert model.operations[-1].mode == mode


def test_padding_without_a_name_gets_one_like_keras_s():
    x = ops.pad(ops.pad(Sketch((5, 6, 2)), BY_ONE), BY_ONE)
    assert [row.name for row in x.rows[1:]] == ["pad", "pad_1"]


def test_padding_of_numbers_returns_numbers():
    found = keras.ops.convert_to_numpy(ops.pad(np.array([[1.0, 2.0, 3.0]]), ((0, 0), (1, 1)), "reflect", name="unused"))
    assert found.tolist() == [[2, 1, 2, 3, 2]]


@pytest.mark.parametrize(
    ("pad_width", "mode", "message"),
    [
        (BY_ONE[1:], "reflect", "a pair for each of 4 axes"),
        (1, "reflect", "a pair for each of 4 axes"),
        (((0, 0), 1, 1, (0, 0)), "reflect", "a pair for each of 4 axes"),
        (BY_ONE, "mirror", "`mode` (='mirror') must be"),
        (((0, 0), (1, 1), (1, 1), (0, -1)), "constant", "`pad_width`"),
        (((0, 0), (5, 0), (0, 0), (0, 0)), "reflect", "must be smaller than the map (=(5, 6, 2))"),
    ],
)
def test_padding_that_no_map_can_have_is_refused(pad_width, mode, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ops.pad(Sketch((5, 6, 2)), pad_width, mode)


def test_squeeze_excite_is_added_to_a_model_that_blurs_and_its_operations_keep_their_names():
    model = Architecture(
        groups=((4, 1), (8, 1)), ratio=None, downsampling="blur", input_shape=(33, 32, 3), classes=3
    ).build()
    gated, x = add_se(model, ratio=2), np.random.default_rng(0).normal(size=(2, 33, 32, 3)).astype("float32")
    np.testing.assert_allclose(gated(x), model(x), atol=1e-6)
    names = [row.name for row in Ledger.of(model).rows]
    assert [row.name for row in Ledger.of(gated).rows if "_se_" not in row.name] == names
    assert {"stem_blur_pad", "group2_block1_blur_pad"} <= set(names)


def test_padding_that_keras_named_belongs_to_the_block_of_the_layers_around_it():
    x = inputs = keras.Input((5, 6, 2))
    x = keras.layers.Conv2D(2, 1, name="group1_block1_conv1")(x)
    x = keras.layers.AveragePooling2D(2, name="group1_block1_blur")(keras.ops.pad(x, BY_ONE))
    rows = Ledger.of(keras.Model(inputs, keras.ops.pad(keras.layers.ReLU(name="group1_block1_relu")(x), BY_ONE))).rows
    assert [row.group for row in rows] == ["input", *["group1"] * 5]
    assert [row.block for row in rows if row.kind == "pad"] == ["block1", "block1"]
