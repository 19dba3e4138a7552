"""Squeeze-excite added to models of any origin: where it goes, what it changes, and what is refused."""

import keras
import numpy as np
import pytest

from senet_lab import Architecture, Ledger, add_se
from senet_lab.gates.sites import sites

layers = keras.layers
IMAGES = np.random.default_rng(0).normal(size=(4, 16, 16, 3)).astype("float32")


def residual(x, channels, name, *, strides=1):
    """A block with batch normalization, whose statistics differ from their initial values."""
    y = layers.Conv2D(channels, 3, strides=strides, padding="same", name=f"{name}_conv")(x)
    y = layers.BatchNormalization(name=f"{name}_bn")(y)
    if strides > 1:
        x = layers.Conv2D(channels, 1, strides=strides, name=f"{name}_shortcut")(x)
    return layers.ReLU(name=f"{name}_relu")(layers.Add(name=f"{name}_add")([x, y]))


@pytest.fixture(scope="module")
def model():
    inputs = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3, padding="same", name="stem")(inputs)
    x = residual(residual(x, 8, "one"), 16, "two", strides=2)
    outputs = layers.Dense(5, name="scores")(layers.GlobalAveragePooling2D(name="pool")(x))
    return drawn(keras.Model(inputs, outputs, name="mine"))


def drawn(model):
    """Give a model other weights and statistics; kernels have both signs, or ReLU6 would be 6 whatever comes before."""
    draw = np.random.default_rng(1)

    def weight(shape):
        return draw.uniform(0.5, 1.5, shape) if len(shape) == 1 else draw.normal(0, 0.3, shape)

    model.set_weights([weight(each.shape) for each in model.get_weights()])
    return model


def assert_same_outputs(new, model, images=IMAGES):
    """See that outputs differ by rounding only: TensorFlow merges other layers where new ones stand between them."""
    expected = model.predict(images, verbose=0)
    spread = np.ptp(expected)
    assert spread > 0.1
    np.testing.assert_allclose(new.predict(images, verbose=0), expected, atol=1e-4 * spread)


def squeezed(model):
    """The layers that are scaled, by the names of the new ones."""
    return [layer.name.removesuffix("_se_scale") for layer in model.layers if layer.name.endswith("_se_scale")]


def test_each_residual_branch_is_scaled_and_the_model_computes_what_it_did(model):
    new = add_se(model, ratio=4)
    assert squeezed(new) == ["one_bn", "two_bn"]
    assert_same_outputs(new, model)
    assert len(sites(new)) == 2
    ledger, before = Ledger.of(new), Ledger.of(model)
    assert ledger.params - ledger.se.params == before.params
    assert ledger.se.params == (8 * 2 + 2 + 2 * 8 + 8) + (16 * 4 + 4 + 4 * 16 + 16)


def test_the_model_itself_and_its_weights_stay_as_they_are(model):
    before = [weight.copy() for weight in model.get_weights()]
    names = [layer.name for layer in model.layers]
    new = add_se(model, ratio=4)
    new.set_weights([np.zeros(weight.shape) for weight in new.get_weights()])
    assert [layer.name for layer in model.layers] == names
    assert all((now == then).all() for now, then in zip(model.get_weights(), before, strict=True))


def test_new_gates_learn(model):
    keras.utils.set_random_seed(0)  # or by chance all units of a neck may be off
    new = add_se(model, ratio=1)
    new.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    new.fit(IMAGES, np.arange(4), verbose=0)
    assert np.abs(new.get_layer("one_bn_se_gate").kernel).max() > 0


def test_gates_start_at_random_if_asked(model):
    new = add_se(model, ratio=4, exact=False)
    assert not any(layer.name.endswith("_se_double") for layer in new.layers)
    assert np.abs(new.predict(IMAGES, verbose=0) - model.predict(IMAGES, verbose=0)).max() > 1e-3


@pytest.mark.parametrize(
    ("after", "names"),
    [(["stem"], ["stem"]), (lambda layer: isinstance(layer, layers.ReLU), ["one_relu", "two_relu"])],
    ids=["named", "predicate"],
)
def test_layers_are_named_or_chosen_by_a_function(model, after, names):
    assert squeezed(add_se(model, ratio=4, after=after)) == names


def chain(*parts, shape=(16, 16, 3)):
    return keras.Sequential([keras.Input(shape), *parts])


def test_without_branches_maps_are_scaled_before_they_are_pooled():
    plain = chain(
        layers.Conv2D(4, 3, name="a"), layers.MaxPooling2D(), layers.Conv2D(4, 3, name="b"),
        layers.GlobalAveragePooling2D(),
    )  # fmt: skip
    assert squeezed(add_se(plain, ratio=2)) == ["a", "b"]
    flattened = chain(
        layers.Conv2D(4, 3, name="a"), layers.MaxPooling2D(), layers.Conv2D(4, 3, name="b"), layers.Flatten()
    )
    assert squeezed(add_se(flattened, ratio=2)) == ["a", "b"]
    pooled = chain(layers.Conv2D(4, 3, name="a"), layers.MaxPooling2D(), layers.Flatten())
    assert squeezed(add_se(pooled, ratio=2)) == ["a"]


def test_a_table_beside_the_image_is_no_map_that_is_concatenated():
    image, table = keras.Input((16, 16, 3)), keras.Input((5,))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, name="a")(image))
    assert squeezed(add_se(keras.Model([image, table], layers.Concatenate()([x, table])), ratio=2)) == ["a"]


@pytest.mark.parametrize("after", ["a", 5], ids=["a_name", "a_number"])
def test_after_takes_several_names_or_a_function(after):
    with pytest.raises(TypeError, match="`after` must be names of layers, or a function of a layer"):
        add_se(chain(layers.Conv2D(4, 3, name="a")), 2, after)


def test_without_shortcuts_the_results_of_concatenations_are_scaled():
    x = inputs = keras.Input((16, 16, 3))
    for name in ("one", "two"):
        branches = [layers.Conv2D(4, side, padding="same")(x) for side in (1, 3)]
        x = layers.Concatenate(name=name)([layers.Concatenate()(branches), layers.Conv2D(4, 1)(x)])
    assert squeezed(add_se(keras.Model(inputs, x), ratio=2)) == ["one", "two"]


def test_a_size_that_the_model_leaves_open_stays_open():
    new = add_se(chain(layers.Conv2D(4, 3), layers.GlobalMaxPooling2D(), shape=(None, None, 3)), ratio=2)
    assert new.input_shape == (None, None, None, 3)


def with_squeeze_excite():
    return Architecture(groups=((8, 1),), stem="cifar", ratio=4, input_shape=(16, 16, 3), classes=5).build()


@pytest.mark.parametrize(
    ("make", "options", "problem"),
    [(with_squeeze_excite, {}, "no block that squeeze-excite could be added to"),
     (lambda: chain(layers.Flatten()), {}, "name layers, such as after="),
     (lambda: chain(layers.Conv2D(4, 3, name="a")), {"after": ["b"]}, r"called once; try 'a'"),
     (lambda: chain(layers.Conv2D(4, 3, name="a"), layers.Flatten(name="b")), {"after": ["b"]}, "must name layers that return feature maps"),
     (lambda: chain(layers.Conv2D(4, 3, name="a")), {"after": ["a"], "ratio": 8}, "leaves no channel of 4"),
     (lambda: chain(layers.Conv2D(4, 3, name="a")), {"after": []}, "was given no layers"),
     (lambda: add_se(chain(layers.Conv2D(4, 3, name="a")), 2, ["a"]), {"after": ["a"], "ratio": 2}, "this one has it already"),
     (lambda: keras.Sequential([layers.Dense(3)]), {}, "call the Sequential one first"),
     (lambda: chain(layers.Conv2D(4, 3)), {"ratio": 0}, "at least 1")],
)  # fmt: skip
def test_what_cannot_be_done_is_explained(make, options, problem):
    with pytest.raises(ValueError, match=problem):
        add_se(make(), **options)


def called_twice(after=None):
    """A block whose branch ends with a layer that is called twice, after one whose branch ends with its own layer."""
    inputs = keras.Input((16, 16, 3))
    once, twice = (layers.Conv2D(3, 3, padding="same", name=name) for name in ("once", "twice"))
    x = layers.Add()([inputs, once(inputs)])
    for _ in range(2):
        x = layers.Add()([x, twice(x)])
    return add_se(keras.Model(inputs, x), ratio=1, after=after)


def test_layer_that_is_called_twice_gets_no_gate():
    assert squeezed(called_twice()) == ["once"]
    for name in ("twice", "twice (call 2)"):
        with pytest.raises(ValueError, match="called once; try"):
            called_twice(after=[name])


def test_model_of_layers_that_are_called_twice_is_refused():
    inputs = keras.Input((16, 16, 3))
    conv = layers.Conv2D(3, 3, padding="same")
    with pytest.raises(ValueError, match="no layer of its own that is called once"):
        add_se(keras.Model(inputs, conv(conv(inputs))), ratio=2)


@pytest.mark.parametrize("after", [None, ["b"]], ids=["default", "named"])
def test_model_with_channels_first_is_refused(after):
    first = {"data_format": "channels_first"}
    parts = layers.Conv2D(4, 3, **first), layers.ReLU(name="b"), layers.GlobalAveragePooling2D(**first)
    with pytest.raises(ValueError, match="must have its channels last"):
        add_se(chain(*parts, shape=(3, 16, 12)), ratio=2, after=after)


@pytest.fixture
def half_precision():
    """Keras's policy, as a user has set it for other models."""
    keras.config.set_dtype_policy("mixed_bfloat16")
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.usefixtures("half_precision")
@pytest.mark.parametrize(
    ("policy", "compute", "weight"),
    [("float32", "float32", "float32"), ("float64", "float64", "float64"), ("mixed_float16", "float16", "float32")],
)
def test_new_layers_compute_in_the_precision_of_the_layer_that_they_follow(policy, compute, weight):
    model = chain(layers.Conv2D(4, 3, name="a", dtype=policy), layers.GlobalAveragePooling2D(dtype="float32"))
    new = add_se(drawn(model), ratio=2)
    assert {new.get_layer(f"a_se_{part}").compute_dtype for part in ("gate", "scale", "double")} == {compute}
    assert new.get_layer("a_se_gate").kernel.dtype == weight
    assert_same_outputs(new, model)
    assert keras.config.dtype_policy().name == "mixed_bfloat16"


@pytest.mark.parametrize("is_nested", [False, True])
def test_statistics_to_which_a_layer_was_adapted_are_copied(is_nested):
    normalization = layers.Normalization()
    normalization.adapt(5 + 2 * IMAGES)
    first = chain(normalization) if is_nested else normalization
    model = chain(first, layers.Conv2D(4, 3, name="a"), layers.GlobalAveragePooling2D())
    assert_same_outputs(add_se(model, ratio=2), model)


@pytest.mark.slow
def test_an_application_keeps_its_outputs():
    model = drawn(keras.applications.MobileNetV2((64, 64, 3), alpha=0.35, weights=None, classifier_activation=None))
    images = np.random.default_rng(0).normal(size=(2, 64, 64, 3)).astype("float32")
    new = add_se(model, ratio=8)
    assert len(sites(new)) == 10
    assert_same_outputs(new, model, images)
