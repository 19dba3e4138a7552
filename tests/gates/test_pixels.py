"""Gates per pixel against NumPy, also of models that other people wrote and of models from files."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from gate_networks import IMAGES, RESNET, RESNEXT, built, stirred
from pixel_gates_by_numpy import pixel_gates_by_numpy

from senet_lab.gates import observe as g
from senet_lab.gates.gradcam import block_output
from senet_lab.gates.sites import pixel_sites, sites
from senet_lab.nets.roles import find_pixel_gate

BLOCKS = ["group1/block1", "group2/block1", "group2/block2"]


def assert_as_by_numpy(model):
    """See that the gates per pixel are those of NumPy, and that they scale the maps that come in."""
    found, seen = pixel_sites(model), g.pixel_gates(model, IMAGES, batch=3)
    maps = g.observed(model, IMAGES, also=[name for site in found for name in (site.map, site.scale)]).also
    assert list(seen) == [site.path for site in found]
    for site in found:
        x, values = maps[site.map], seen[site.path]
        assert values.shape == x.shape[:3]
        assert values.dtype == np.float32
        assert values.std() > 1e-3
        np.testing.assert_allclose(values, pixel_gates_by_numpy(model, site, x), atol=1e-5)
        np.testing.assert_allclose(maps[site.scale], x * values[..., None], rtol=1e-5, atol=1e-5)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("place", ["standard", "identity"])
@pytest.mark.parametrize("attention", ["cbam", "scse"])
def test_the_gates_per_pixel_of_a_network_are_numpys_and_have_the_paths_of_those_per_channel(attention, place):
    model = built(replace(RESNEXT, attention=attention, place=place))
    assert [site.path for site in assert_as_by_numpy(model)] == BLOCKS == [site.path for site in sites(model)]


@pytest.mark.parametrize("attention", ["se", "eca"])
def test_a_network_with_gates_per_channel_only_has_none_per_pixel_and_says_so(attention):
    model = built(replace(RESNET, attention=attention))
    assert pixel_sites(model) == ()
    with pytest.raises(ValueError, match=r"has no gate per pixel.*try a network with attention='cbam'"):
        g.pixel_gates(model, IMAGES)


@pytest.mark.slow
def test_a_model_from_a_file_whose_layers_are_renamed_has_the_same_gates_per_pixel(tmp_path):
    """Names tell nothing here: each block is then named by its layers, but its gates still belong together."""
    model = built(replace(RESNET, attention="cbam"))
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    config = keras.saving.serialize_keras_object(loaded)
    names = sorted((layer.name for layer in loaded.layers), key=len, reverse=True)
    text = repr(config)
    for at, name in enumerate(names):
        text = text.replace(f"'{name}'", f"'layer_{at}'")
    renamed = keras.saving.deserialize_keras_object(eval(text))
    renamed.set_weights(model.get_weights())
    values = g.pixel_gates(renamed, IMAGES)
    assert list(values) == list(g.gates(renamed, IMAGES))
    for each, expected in zip(values.values(), g.pixel_gates(model, IMAGES).values(), strict=True):
        np.testing.assert_allclose(each, expected, atol=1e-6)


def foreign_cbam(x, spatial_first=False):
    """CBAM as others write it in Keras: shared dense layers, and means over the channels from operations."""

    def by_channel(x):
        reduce = keras.layers.Dense(2, "relu")
        expand = keras.layers.Dense(x.shape[-1])
        pooled = [keras.layers.GlobalAveragePooling2D()(x), keras.layers.GlobalMaxPooling2D()(x)]
        gate = keras.layers.Activation("sigmoid")(keras.layers.Add()([expand(reduce(each)) for each in pooled]))
        return keras.layers.Multiply()([x, keras.layers.Reshape((1, 1, x.shape[-1]))(gate)])

    def by_pixel(x):
        means = keras.ops.mean(x, -1, keepdims=True)
        both = keras.layers.Concatenate()([means, keras.ops.max(x, -1, keepdims=True)])
        gate = keras.layers.Conv2D(1, 7, padding="same", activation="sigmoid", use_bias=False, name="places")(both)
        return keras.layers.Multiply(name="scale_places")([gate, x])

    return by_channel(by_pixel(x)) if spatial_first else by_pixel(by_channel(x))


def foreign_model(spatial_first=False):
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(6, 3, padding="same")(inputs)
    x = keras.layers.ReLU()(foreign_cbam(x, spatial_first))
    return stirred(keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x)))


@pytest.mark.parametrize("spatial_first", [False, True])
def test_the_gates_per_pixel_of_a_foreign_cbam_belong_to_the_channel_gates_next_to_them(spatial_first):
    model = foreign_model(spatial_first)
    (site,), (channels,) = pixel_sites(model), sites(model)
    assert (site.path, site.gate, site.scale) == (channels.path, "places", "scale_places")
    (values,) = g.pixel_gates(model, IMAGES).values()
    x = g.observed(model, IMAGES, also=[site.map]).also[site.map]
    kernel = model.get_layer("places").get_weights()[0].astype("float64")
    both = np.pad(np.stack([x.mean(-1), x.max(-1)], -1), ((0, 0), (3, 3), (3, 3), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(both, (7, 7), (1, 2))
    sums = np.einsum("nhwcij,ijc->nhw", windows, kernel[..., 0])
    np.testing.assert_allclose(values, 1 / (1 + np.exp(-sums)), atol=1e-5)


@pytest.mark.parametrize("spatial_first", [False, True])
def test_a_block_of_a_foreign_cbam_ends_behind_both_scalings(spatial_first):
    model = foreign_model(spatial_first)
    assert model.get_layer(block_output(model, sites(model)[0].path)).__class__.__name__ == "ReLU"


def test_a_model_with_gates_per_pixel_only_has_them_by_the_name_of_its_layer():
    inputs = keras.Input((8, 8, 3))
    gate = keras.layers.Conv2D(1, 1, activation="sigmoid")(inputs)
    model = keras.Model(inputs, keras.layers.Multiply(name="weigh")([inputs, gate]))
    (values,) = (found := g.pixel_gates(model, IMAGES)).values()
    assert (list(found), values.shape) == (["weigh"], (7, 8, 8))
    with pytest.raises(ValueError, match=r"no squeeze-excite gate.*1 layer does so by one.*try gates\.pixel_gates"):
        g.gates(model, IMAGES)


@pytest.mark.parametrize(
    "gate",
    [
        lambda x, _: keras.layers.Conv2D(6, 1)(x),  # one number per pixel and channel
        lambda _, other: keras.layers.Conv2D(1, 1)(other),  # a mask that is not computed from the map
        lambda x, _: keras.ops.mean(x, -1, keepdims=True),  # without weights
    ],
    ids=["per channel too", "not of the map", "no kernel"],
)
def test_what_is_no_gate_per_pixel_is_not_taken_for_one(gate):
    x, other = keras.Input((8, 8, 6)), keras.Input((8, 8, 2))
    model = keras.Model([x, other], keras.layers.Multiply()([x, gate(x, other)]))
    assert pixel_sites(model) == ()


def test_a_map_of_one_channel_or_one_pixel_has_no_gate_per_pixel():
    for shape in ((8, 8, 1), (1, 1, 4)):
        x = keras.Input(shape)
        y = keras.layers.Multiply()([x, keras.layers.Conv2D(1, 1)(x)])
        assert pixel_sites(keras.Model(x, y)) == ()
    assert find_pixel_gate([x], list, str) is None
