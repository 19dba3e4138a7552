"""Acceleration: faster operations on instances of Keras' own layers, and nothing else changed for anyone."""

import copy
import os
import pickle
import subprocess
import sys
import zipfile

import keras
import numpy as np
import pytest
import tensorflow as tf
from foreign_layers import assert_loaded_as_they_are

from senet_lab import Architecture, accelerate, accelerations, load
from senet_lab.nets.on_keras.backend import CPU_SETTINGS

SMALL = Architecture("resnext", groups=((16, 1),), cardinality=4, ratio=4, input_shape=(32, 32, 3), classes=4)
GROUPED, NORM = "group1_block1_conv2", "group1_block1_bn2"
IMAGES = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
FAST = {GROUPED: "grouped convolution: direct", NORM: "batch normalization: one operation"}


def plain_model():
    """A model as anyone would build it, with a grouped convolution and a nested model."""
    inputs = keras.Input((8, 8, 8))
    inner = keras.Sequential([keras.Input((8, 8, 8)), keras.layers.BatchNormalization(name="norm")], name="inner")
    x = keras.layers.Conv2D(8, 3, groups=4, padding="same", name="grouped")(inner(inputs))
    x = keras.layers.Conv2D(8, 3, padding="same", name="dense_conv")(x)
    return keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x))


def speed(model):
    """Of the layers that both networks above have, how each is accelerated."""
    return {path: how for path, how in accelerations(model).items() if path in FAST}


def near(found, expected):
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def model():
    """A network that no test changes."""
    return SMALL.build()


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    """Its folder for TensorFlow."""
    folder = tmp_path_factory.mktemp("exported") / "saved"
    model.export(folder, verbose=False)
    return folder


def test_a_built_network_is_made_of_keras_own_layers_and_accelerated(model):
    assert type(model.get_layer(GROUPED)) is keras.layers.Conv2D
    assert type(model.get_layer(NORM)) is keras.layers.BatchNormalization
    assert speed(model) == FAST


def test_a_foreign_model_is_accelerated_in_place_with_the_same_numbers():
    model = plain_model()
    x = np.random.default_rng(1).normal(size=(2, 8, 8, 8)).astype("float32")
    before, weights, config = model.predict(x, verbose=0), model.get_weights(), model.get_config()
    assert accelerations(model) == {"inner/norm": "plain: not accelerated yet", "grouped": "plain: not accelerated yet"}
    assert accelerate(model) is model
    assert accelerations(model) == {"inner/norm": FAST[NORM], "grouped": FAST[GROUPED]}
    near(model.predict(x, verbose=0), before)
    assert model.get_config() == config
    for ours, theirs in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
def test_an_accelerated_model_trains_as_the_plain_one_does():
    x, y = np.random.default_rng(2).normal(size=(4, 8, 8, 8)).astype("float32"), np.zeros((4, 8), "float32")
    fast, plain = plain_model(), plain_model()
    fast.set_weights(plain.get_weights())
    for model in (accelerate(fast), plain):
        model.compile(keras.optimizers.SGD(0.1), "mse")
        model.fit(x, y, epochs=2, verbose=0)
    for ours, theirs in zip(fast.get_weights(), plain.get_weights(), strict=True):
        near(ours, theirs)


def test_a_model_that_has_been_traced_is_traced_anew():
    model = plain_model()
    x = np.ones((1, 8, 8, 8), "float32")
    model.predict(x, verbose=0)
    traced = model.predict_function
    accelerate(model)
    model.predict(x, verbose=0)
    assert model.predict_function is not traced
    again = model.predict_function
    accelerate(model)
    assert model.predict_function is again  # nothing was changed, so nothing is traced


COPIES = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "clone_model": keras.models.clone_model,
    "from_config": lambda model: keras.Model.from_config(model.get_config()),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", COPIES)
def test_a_copy_is_plain_keras_until_it_is_accelerated(way, model):
    other = COPIES[way](model)
    other.set_weights(model.get_weights())
    assert set(speed(other).values()) == {"plain: not accelerated yet"}
    assert [type(layer) for layer in other.layers] == [type(layer) for layer in model.layers]
    near(other(IMAGES), model(IMAGES))
    assert speed(accelerate(other)) == FAST
    near(other(IMAGES), model(IMAGES))


PLAIN = """
import sys, keras, numpy as np
model = keras.saving.load_model(sys.argv[1], safe_mode=True)
assert type(model.get_layer("group1_block1_conv2")) is keras.layers.Conv2D
assert type(model.get_layer("group1_block1_bn2")) is keras.layers.BatchNormalization
assert not [name for name in sys.modules if name.startswith("senet_lab")]
np.save(sys.argv[2], model(np.ones((1, 32, 32, 3), "float32")))
"""


@pytest.mark.slow
def test_a_saved_network_opens_in_plain_keras_with_the_same_output(model, tmp_path):
    model.save(tmp_path / "model.keras")
    subprocess.run([sys.executable, "-c", PLAIN, tmp_path / "model.keras", tmp_path / "y.npy"], check=True, timeout=300)
    near(np.load(tmp_path / "y.npy"), model(np.ones((1, 32, 32, 3), "float32")))


def test_load_opens_a_saved_model_accelerated(tmp_path):
    model = SMALL.build()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.save(tmp_path / "model.keras")
    again = load(tmp_path / "model.keras")
    assert speed(again) == FAST
    assert again.compiled
    near(again(IMAGES), model(IMAGES))


@pytest.mark.parametrize(
    ("content", "name", "error", "words"),
    [
        (None, "gone.keras", FileNotFoundError, "must be an existing file"),
        (b"PK damaged", "bad.keras", ValueError, "is damaged or not a Keras model"),
        (
            b"",
            "model.h5",
            ValueError,
            r"`path` .* must be that of a .keras file; try 'model.keras', saved by model.save",
        ),
    ],
)
def test_load_refuses_what_is_no_saved_model(content, name, error, words, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=words):
        load(tmp_path / name)


def test_load_refuses_what_is_no_path():
    with pytest.raises(TypeError, match=r"`path` must be a path, not 7; try 'network.keras'"):
        load(7)


def test_load_refuses_a_lambda(tmp_path):
    inputs = keras.Input((2,))
    keras.Model(inputs, keras.layers.Lambda(lambda x: 2 * x)(inputs)).save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"^`path` .+ has a `Lambda` layer, whose code would be executed; replace it"):
        load(tmp_path / "model.keras")


def test_load_names_a_class_that_it_is_to_be_given(tmp_path):
    inputs = keras.Input((8, 8, 2))
    keras.Model(inputs, Doubled(2, 3)(inputs)).save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"^`path` .+ needs `Doubled`, .+ custom_objects=\{'Doubled': Doubled\}\)\.$"):
        load(tmp_path / "model.keras")
    assert load(tmp_path / "model.keras", custom_objects={"Doubled": Doubled}).count_params() == 38


def test_load_refuses_an_archive_of_something_else(tmp_path):
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("notes.txt", "")
    with pytest.raises(ValueError, match="is damaged or not a Keras model"):
        load(tmp_path / "model.keras")


class Doubled(keras.layers.Conv2D):
    def convolution_op(self, inputs, kernel):
        return 2 * super().convolution_op(inputs, kernel)


class Shifted(keras.layers.BatchNormalization):
    def call(self, inputs, training=None, mask=None):
        return 1 + super().call(inputs, training=training, mask=mask)


class Wrapped(keras.layers.Conv2D):
    def call(self, inputs):
        return 3 * super().call(inputs)


def test_layers_that_compute_otherwise_are_left_alone_and_named():
    inputs = keras.Input((8, 8, 8))
    layers = [
        Doubled(8, 3, groups=4, name="doubled"),
        Shifted(name="shifted"),
        Wrapped(8, 3, groups=4, name="wrapped"),
        keras.layers.Conv2D(8, 3, groups=4, data_format="channels_first", name="first"),
    ]
    x = inputs
    for layer in layers[:3]:
        x = layer(x)
    model = keras.Model(inputs, x)
    data = np.random.default_rng(3).normal(size=(2, 8, 8, 8)).astype("float32")
    before = model(data, training=True)
    accelerate(model)
    accelerate(layers[3])
    near(model(data, training=True), before)
    assert accelerations(model) == {
        "doubled": "plain: Doubled computes in its own way",
        "shifted": "plain: Shifted computes in its own way",
        "wrapped": "grouped convolution: direct",  # its own call asks for Keras' convolution
    }
    assert accelerations(layers[3]) == {"first": "plain: data_format is 'channels_first'"}


def test_what_somebody_installed_on_an_instance_is_left_alone():
    layer = keras.layers.BatchNormalization(name="norm")
    layer.call = own = lambda inputs, **_: inputs
    accelerate(layer)
    assert layer.call is own
    assert accelerations(layer) == {"norm": "plain: its `call` has been replaced"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((7,), r"`model` must be a keras.Model or a keras.layers.Layer, not 7; try"),
        ((None,), "not None; try"),
    ],
)
def test_what_is_no_model_is_refused(arguments, words):
    with pytest.raises(TypeError, match=words):
        accelerate(*arguments)
    with pytest.raises(TypeError, match=words):
        accelerations(*arguments)


def test_an_unknown_path_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"`path` \(='slice'\) must be one of .* try 'slices'"):
        accelerate(plain_model(), path="slice")


def test_a_forced_path_is_taken_and_not_saved():
    model = accelerate(plain_model(), path="slices")
    assert accelerations(model)["grouped"] == "grouped convolution: slices"
    assert "slices" not in str(model.get_config())
    assert accelerations(accelerate(model))["grouped"] == "grouped convolution: direct"


def test_xla_is_declined_for_a_model_that_asked_for_it_before():
    model = plain_model()
    model.compile("sgd", "mse", jit_compile=True)
    with pytest.warns(UserWarning, match="jit_compile"):
        accelerate(model)
    assert model.jit_compile is False


def test_lora_trains_beside_the_frozen_kernel():
    model = accelerate(plain_model())
    layer, x = model.get_layer("grouped"), np.ones((2, 8, 8, 8), "float32")
    before = model(x)
    layer.enable_lora(2)
    near(model(x), before)
    layer.lora_kernel_b.assign(np.ones(layer.lora_kernel_b.shape))
    other = keras.models.clone_model(model)
    assert np.abs(np.asarray(model(x)) - np.asarray(before)).max() > 1e-3
    assert type(other.get_layer("grouped")) is keras.layers.Conv2D


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")  # Keras' word on convolutions
def test_int8_quantization_works_and_stays_near():
    model = SMALL.build()
    before = np.asarray(model(IMAGES))
    model.quantize("int8")
    near_enough = np.abs(np.asarray(model(IMAGES)) - before).max()
    assert near_enough < 0.05
    assert speed(model) == FAST


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_computes_in_16_bits(policy):
    keras.config.set_dtype_policy(policy)
    try:
        model = SMALL.build()
    finally:
        keras.config.set_dtype_policy("float32")
    exact = SMALL.build()
    exact.set_weights(model.get_weights())
    np.testing.assert_allclose(np.asarray(model(IMAGES), "float32"), np.asarray(exact(IMAGES)), atol=0.05)


@pytest.mark.slow
def test_a_saved_model_of_tensorflow_has_the_same_output(model, exported):
    saved = tf.saved_model.load(exported)
    near(saved.serve(IMAGES), model(IMAGES))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # TensorFlow's converter warns of its own successor
def test_tflite_has_the_same_output(model, exported):
    converter = tf.lite.TFLiteConverter.from_saved_model(str(exported))
    interpreter = tf.lite.Interpreter(model_content=converter.convert())
    runner = interpreter.get_signature_runner()
    (given,), (result,) = runner.get_input_details(), runner.get_output_details()
    near(runner(**{given: IMAGES})[result], model(IMAGES))


@pytest.mark.filterwarnings("ignore")  # Keras warns of h5 files
def test_foreign_layers_of_the_same_names_are_loaded_as_they_are(tmp_path):
    """On JAX: test_jax.py."""
    assert_loaded_as_they_are(tmp_path)


def environment_after(code, **given):
    """The variables of `CPU_SETTINGS` in a fresh Python that has run some code, and what the code printed."""
    report = f"\nimport os; print({{n: os.environ.get(n) for n in {list(CPU_SETTINGS)!r}}})"
    clean = {name: value for name, value in os.environ.items() if name not in CPU_SETTINGS}
    done = subprocess.run(
        [sys.executable, "-c", code + report], env={**clean, **given}, capture_output=True, text=True, check=True
    )
    return eval(done.stdout)


UNSET = dict.fromkeys(CPU_SETTINGS)


@pytest.mark.parametrize(
    "code",
    [
        "import senet_lab",
        "from senet_lab import Architecture; Architecture().ledger()",
        "from senet_lab import Explorer; Explorer()._repr_mimebundle_()",
    ],
)
def test_an_import_a_ledger_and_an_explorer_change_no_setting_of_tensorflow(code):
    assert environment_after(code) == UNSET


def test_tensorflow_is_tuned_on_request_and_what_is_set_wins():
    code = "import senet_lab; assert senet_lab.tune_tensorflow()"
    assert environment_after(code) == dict(CPU_SETTINGS)
    assert environment_after(code, TF_CPU_ALLOCATOR_USE_BFC="false")["TF_CPU_ALLOCATOR_USE_BFC"] == "false"


def test_tensorflow_that_is_loaded_is_left_alone():
    code = "import sys, types; sys.modules['tensorflow'] = types.ModuleType('tensorflow')\n"
    assert environment_after(f"{code}import senet_lab; assert not senet_lab.tune_tensorflow()") == UNSET


WITHOUT_ONEDNN = """
from senet_lab import Architecture, accelerations
model = Architecture("resnext", groups=((16, 1),), cardinality=4, stem="cifar", input_shape=(8, 8, 3)).build()
assert accelerations(model)["group1_block1_conv2"] == "grouped convolution: blocks", accelerations(model)
import numpy as np, tensorflow as tf
layer = model.get_layer("group1_block1_conv2")
x = tf.ones((1, *layer.input.shape[1:]))
with tf.GradientTape() as tape:
    loss = tf.reduce_sum(layer(x) ** 2)
assert np.isfinite(tape.gradient(loss, layer.kernel.value)).all()
"""


@pytest.mark.slow
def test_building_a_network_tunes_tensorflow_and_takes_the_portable_path_without_onednn():
    off = {"TF_ENABLE_ONEDNN_OPTS": "0"}
    assert environment_after(WITHOUT_ONEDNN, **off) == CPU_SETTINGS | off
