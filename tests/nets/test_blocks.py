"""Numbers, not only shapes: blocks against a NumPy reference, paths that do not mix, models that survive saving."""

import subprocess
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest
import reference

from senet_lab import Architecture, SEResNet, SEResNeXt, Sketch, accelerate, se_resnext
from senet_lab.architecture.style import CHOICES, style_of
from senet_lab.nets import blocks

SMALL = Architecture("resnext", groups=((16, 1), (32, 1)), cardinality=4, ratio=4, input_shape=(32, 32, 3), classes=5)

POOLED = replace(SMALL, stem="tiered", stem_width=8, projection_pooling=True, downsampling="average")
BLURRED = replace(POOLED, downsampling="blur")


def randomized(model, seed=0):
    """The model with all weights drawn anew, moving variances among them: nothing is left at 0 or 1."""
    draw = np.random.default_rng(seed)
    for weight in model.weights:
        positive = "variance" in weight.path or "gamma" in weight.path
        weight.assign(draw.uniform(0.5, 1.5, weight.shape) if positive else draw.normal(0, 0.3, weight.shape))
    return model


def images(shape, n=2, seed=1):
    return np.random.default_rng(seed).normal(size=(n, *shape)).astype("float32")


def test_the_se_block_equals_the_papers_equations():
    inputs = keras.Input((6, 5, 16))
    model = randomized(keras.Model(inputs, SEResNet.squeeze_excite_block(inputs, ratio=4, name="attention")))
    reduce, expand = (model.get_layer(f"attention_se_{part}").kernel.numpy() for part in ("reduce", "gate"))
    x = images((6, 5, 16))
    np.testing.assert_allclose(model(x), reference.squeeze_excite(x, reduce, expand), atol=1e-5)


def weights_of(model, *layers):
    return [model.get_layer(f"attention_{layer}").kernel.numpy() for layer in layers]


@pytest.mark.parametrize(("rule", "channels", "size"), [("released", 16, 3), ("formula", 128, 5)])
def test_eca_equals_the_papers_convolution_over_neighboring_channels(rule, channels, size):
    inputs = keras.Input((6, 5, channels))
    style = style_of(attention="eca", eca_kernel=rule)
    model = randomized(keras.Model(inputs, SEResNet.eca_block(inputs, style=style, name="attention")))
    (kernel,) = weights_of(model, "eca_gate_conv")
    assert kernel.shape == (size, 1, 1)
    x = images((6, 5, channels))
    np.testing.assert_allclose(model(x), reference.efficient_channel_attention(x, kernel[:, 0, 0]), atol=1e-5)


def test_cbam_equals_the_papers_equations():
    inputs = keras.Input((6, 5, 16))
    model = randomized(keras.Model(inputs, SEResNet.cbam_block(inputs, ratio=4, name="attention")))
    weights = weights_of(model, "cbam_reduce", "cbam_gate_dense", "cbam_spatial_gate_conv")
    norm = [weight.numpy() for weight in model.get_layer("attention_cbam_spatial_gate_bn").weights]
    x = images((6, 5, 16))
    expected = reference.convolutional_block_attention(x, *weights, norm, epsilon=1e-3)
    np.testing.assert_allclose(model(x), expected, atol=1e-5)


def test_scse_adds_what_both_of_its_gates_scale():
    inputs = keras.Input((6, 5, 16))
    model = randomized(keras.Model(inputs, SEResNet.scse_block(inputs, ratio=4, name="attention")))
    weights = weights_of(model, "se_reduce", "se_gate", "scse_spatial_gate")
    x = images((6, 5, 16))
    np.testing.assert_allclose(model(x), reference.concurrent_attention(x, *weights), atol=1e-5)


@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("family", ["resnet", "resnext"])
def test_a_whole_block_equals_its_numpy_reference(family, strides):
    style = replace(style_of("timm", family), se_bias=False)  # symmetric padding, stride in the 3x3
    if family == "resnet":
        style = replace(style, stride_place="1x1")
    inputs, groups = keras.Input((8, 8, 16)), 4 if family == "resnext" else 1
    if family == "resnet":
        outputs = SEResNet.projection_block(inputs, 8, strides, 4, style=style, name="b")
    else:
        outputs = SEResNeXt.projection_block(inputs, 16, 32, groups, strides, 4, style=style, name="b")
    model = randomized(keras.Model(inputs, outputs))
    weights = {layer.name[2:]: [w.numpy() for w in layer.weights] for layer in model.layers if layer.weights}
    expected = reference.bottleneck_block(
        images((8, 8, 16)), weights, strides=strides, groups=groups, stride_in_1x1=family == "resnet", epsilon=1e-5
    )
    np.testing.assert_allclose(model(images((8, 8, 16))), expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("stride_place", ["1x1", "3x3"])
@pytest.mark.parametrize(
    ("projection_pooling", "downsampling"),
    [(True, "stride"), (True, "average"), (False, "average"), (True, "blur"), (False, "blur")],
)
@pytest.mark.parametrize("side", [8, 9])
def test_a_block_that_pools_equals_its_numpy_reference(projection_pooling, downsampling, stride_place, side):
    """On a map of odd sides too, at whose edges a window is cut off."""
    pooling = {"projection_pooling": projection_pooling, "downsampling": downsampling}
    style = replace(style_of("timm", "resnext"), se_bias=False, stride_place=stride_place, **pooling)
    inputs = keras.Input((side, side, 16))
    outputs = SEResNeXt.projection_block(inputs, 16, 32, 4, 2, 4, style=style, name="b")
    model = randomized(keras.Model(inputs, outputs))
    weights = {layer.name[2:]: [w.numpy() for w in layer.weights] for layer in model.layers if layer.weights}
    expected = reference.bottleneck_block(
        images((side, side, 16)),
        weights,
        strides=2,
        groups=4,
        stride_in_1x1=stride_place == "1x1",
        epsilon=1e-5,
        **pooling,
    )
    np.testing.assert_allclose(model(images((side, side, 16))), expected, atol=1e-5 * np.abs(expected).max())


def test_each_of_32_paths_depends_on_its_own_channels_and_on_no_other():
    """The original lesson's loop of Lambdas read the last slice in every path: the same shape, the same count, no error."""
    inputs = keras.Input((4, 4, 64))
    outputs = se_resnext.identity_block(inputs, 128, 64, cardinality=32, name="b")
    model = randomized(keras.Model(inputs, outputs))
    layer = model.get_layer("b_conv2")
    x = images((4, 4, 128), n=1)
    disturbed = np.repeat(x, 32, 0)
    for path in range(32):
        disturbed[path, ..., 4 * path : 4 * path + 4] += 1
    changed = np.abs(np.asarray(layer(disturbed)) - np.asarray(layer(x))).max((1, 2)).reshape(32, 32, 4).min(-1)
    assert (np.diag(changed) > 1e-3).all()
    assert (changed[~np.eye(32, dtype=bool)] < 1e-5).all()


GATES = {"sigmoid": (0, 1), "tanh": (-1, 1), "relu": (0, np.inf)}


@pytest.mark.parametrize("gate", GATES)
def test_gates_stay_within_their_range_and_use_it(gate):
    model = randomized(replace(SMALL, gate=gate).build())
    values = keras.Model(model.input, model.get_layer("group1_block1_se_gate").output)(images((32, 32, 3), n=8))
    low, high = GATES[gate]
    assert low <= np.min(values) < np.max(values) <= high
    assert (np.min(values) < 0) == (gate == "tanh")


def test_the_squeeze_pools_as_its_name_says():
    x = images((32, 32, 3))
    for squeeze, pooled in (("average", np.mean), ("max", np.max)):
        model = randomized(replace(SMALL, squeeze=squeeze).build())
        before, after = (model.get_layer(f"group1_block1_{part}").output for part in ("bn3", "se_squeeze"))
        maps, numbers = keras.Model(model.input, [before, after])(x)
        np.testing.assert_allclose(np.asarray(numbers)[:, 0, 0], pooled(maps, axis=(1, 2)), rtol=1e-4, atol=1e-5)


SCALES = {"se": "se_scale", "eca": "eca_scale", "cbam": "cbam_scale", "scse": "se_scale"}


@pytest.mark.parametrize("attention", CHOICES["attention"])
def test_each_attention_is_in_the_groups_that_have_a_ratio_and_saved_without_code(attention, tmp_path):
    architecture = replace(SMALL, attention=attention, ratio=(None, 4))
    model = randomized(architecture.build())
    names = [layer.name for layer in model.layers if layer.name.endswith(SCALES[attention])]
    assert names == [f"group2_block1_{SCALES[attention]}"]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    assert all(type(layer).__module__.startswith("keras.") for layer in loaded.layers)
    x = images((32, 32, 3))
    np.testing.assert_allclose(loaded(x), model(x), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("place", "scaled", "feeds"),
    [
        ("standard", "bn3", "add"),
        ("pre", "stem_pool", "conv1"),
        ("post", "relu", None),
        ("identity", "shortcut_bn", "add"),
        ("3x3", "relu2", "conv3"),
    ],
)
def test_squeeze_excite_sits_where_its_place_says(place, scaled, feeds):
    model = replace(SMALL, place=place).build()
    scale = model.get_layer("group1_block1_se_scale")
    source = scaled if scaled == "stem_pool" else f"group1_block1_{scaled}"
    assert scale.input[0] is model.get_layer(source).output
    if feeds:
        given = model.get_layer(f"group1_block1_{feeds}").input
        assert any(each is scale.output for each in (given if isinstance(given, list) else [given]))


def test_groups_without_a_ratio_have_no_squeeze_excite():
    names = [layer.name for layer in replace(SMALL, ratio=(None, 4)).build().layers if "_se_" in layer.name]
    assert names
    assert all(name.startswith("group2") for name in names)


def test_zero_gamma_makes_each_branch_start_as_nothing():
    model = replace(SMALL, zero_gamma=True).build()
    assert not np.any(model.get_layer("group1_block1_bn3").gamma.numpy())
    assert np.all(model.get_layer("group1_block1_bn2").gamma.numpy() == 1)


@pytest.mark.parametrize("shape", [(32, 32, 3), (33, 47, 3)])
def test_symmetric_padding_pads_alike_on_both_sides(shape):
    """Keras' "same" puts more zeros to the right of an even side; PyTorch and Caffe put one on each side."""
    model = replace(SMALL, convention="timm", input_shape=shape).build()
    layer = model.get_layer("group2_block1_conv2")
    source = model.get_layer("group2_block1_relu1").output
    given, found = keras.Model(model.input, [source, layer.output])(images(shape))
    kernel = layer.kernel.numpy()
    np.testing.assert_allclose(found, reference.convolve(np.asarray(given), kernel, 2, 1, 4), atol=1e-4)


@pytest.mark.parametrize("side", [32, 33, 34, 35])
def test_pooling_that_rounds_up_gives_caffes_size(side):
    rows = {row.name: row for row in Architecture(convention="paper", input_shape=(side, side, 3)).ledger().rows}
    conv = rows["stem_conv"].output_shape[1]
    assert rows["stem_pool"].output_shape[1] == -(-(conv - 3) // 2) + 1


@pytest.mark.parametrize("side", [8, 9])
def test_the_stem_that_blurs_takes_maxima_without_a_stride_before(side):
    inputs = keras.Input((2 * side, 2 * side, 3))
    model = keras.Model(inputs, SEResNet.stem(inputs, 4, style=style_of(downsampling="blur"), name="stem"))
    maps, x = (keras.Model(inputs, model.get_layer(f"stem_{name}").output) for name in ("relu", "pool"))
    maps, x = (np.asarray(each(images((2 * side, 2 * side, 3)))) for each in (maps, x))
    padded = np.pad(maps, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifted = [padded[:, i : i + side, j : j + side] for i in range(3) for j in range(3)]
    np.testing.assert_array_equal(x, np.max(shifted, 0))
    expected = reference.blur_pool(x, 2)
    assert expected.shape[1] == (side + 1) // 2
    np.testing.assert_allclose(model(images((2 * side, 2 * side, 3))), expected, atol=1e-5)


@pytest.mark.parametrize("architecture", [SMALL, POOLED, BLURRED], ids=["strides", "average pooling", "blur pooling"])
def test_a_saved_model_opens_in_safe_mode_and_gives_the_same_output(architecture, tmp_path):
    model = randomized(architecture.build())
    model.save(tmp_path / "model.keras")
    plain = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(plain(images((32, 32, 3))), model(images((32, 32, 3))), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(accelerate(plain)(images((32, 32, 3))), model(images((32, 32, 3))))


OPENS = """
import sys, keras, numpy as np
model = keras.saving.load_model("model.keras", safe_mode=True)
np.save("outputs.npy", np.asarray(model(np.load("images.npy"))))
assert not any(name.startswith("senet_lab") for name in sys.modules)
"""


def test_a_saved_model_that_blurs_opens_where_this_package_was_never_imported(tmp_path):
    model, x = randomized(BLURRED.build()), images((32, 32, 3))
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "images.npy", x)
    subprocess.run([sys.executable, "-c", OPENS], cwd=tmp_path, check=True, timeout=300)
    np.testing.assert_allclose(np.load(tmp_path / "outputs.npy"), model(x), rtol=1e-5, atol=1e-6)


def test_weights_round_trip_into_a_fresh_model(tmp_path):
    model, fresh = randomized(SMALL.build()), SMALL.build()
    model.save_weights(tmp_path / "model.weights.h5")
    fresh.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(fresh(images((32, 32, 3))), model(images((32, 32, 3))))


@pytest.mark.parametrize("architecture", [SMALL, BLURRED], ids=["strides", "blur pooling"])
def test_a_clone_with_the_same_weights_gives_the_same_output(architecture):
    model = randomized(architecture.build())
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    np.testing.assert_array_equal(accelerate(clone)(images((32, 32, 3))), model(images((32, 32, 3))))


@pytest.mark.slow
def test_a_network_learns():
    """Three classes told apart by their colour; one wrong gradient, or a path cut off, and the loss would not fall."""
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 3, 48)
    x = draw.normal(size=(48, 16, 16, 3)) * 0.1
    x[np.arange(48), ..., labels] += 1
    keras.utils.set_random_seed(0)
    model = replace(SMALL, cardinality=1, base_width=8, stem="cifar", input_shape=(16, 16, 3), classes=3).build()
    model.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy", jit_compile=False)
    losses = [model.train_on_batch(x, labels) for _ in range(8)]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize(("n_filters", "fit"), [(60, "56 or 64"), (4, "8")])
def test_a_tiered_stem_refuses_filters_that_leave_its_first_convolution_no_three_eighths(n_filters, fit):
    with pytest.raises(ValueError, match=rf"`n_filters` \(={n_filters}\) must be divisible by .*; try {fit}\."):
        blocks.stem(Sketch((32, 32, 3)), n_filters, style=style_of(stem="tiered"))
    assert blocks.stem(Sketch((32, 32, 3)), 64, style=style_of(stem="tiered")).shape == (None, 8, 8, 64)
