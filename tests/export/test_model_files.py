"""Models as files of ONNX, OpenVINO and TFLite: opened by their runtimes, compared, and refused with a reason."""

import logging
import os
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest
from keras import layers
from runs import TINY
from servers import ROOT

from senet_lab import Architecture, memory
from senet_lab.export import conversion, save, save_model
from senet_lab.export.formats import FORMATS
from senet_lab.export.runtimes import open_exported
from senet_lab.extras import MissingExtraError
from senet_lab.training.runs import checkpoint
from senet_lab.training.runs.run import Run
from senet_lab.training.runs.training_setup import TrainingSetup

IMAGES = np.random.default_rng(1).uniform(0, 1, (2, 32, 32, 3)).astype("float32")
RESNEXT = Architecture(
    "resnext", groups=((16, 1), (32, 1)), cardinality=8, ratio=4, input_shape=(32, 32, 3), classes=10
)
EXPORTED = tuple(FORMATS)


@pytest.fixture(scope="module")
def trained():
    """An SE network whose weights and statistics are none of the initial ones, as after training."""
    keras.utils.set_random_seed(0)
    model, random = RESNEXT.build(), np.random.default_rng(0)
    model.set_weights([random.uniform(0.5, 1.5, w.shape) if w.ndim == 1 else w for w in model.get_weights()])
    return model


@pytest.fixture
def dense():
    """The smallest model, called once by Keras itself when it was built."""
    return keras.Sequential([keras.Input((4,), name="numbers"), layers.Dense(3, activation="softmax")])


def assert_computes(path, inputs, *expected):
    outputs = open_exported(path)(inputs)
    assert len(outputs) == len(expected)
    for output, each in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(output, np.asarray(each), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", EXPORTED)
def test_an_exported_network_with_squeeze_excite_computes_in_its_runtime_what_keras_does(trained, suffix, tmp_path):
    path = save(trained, tmp_path / f"net{suffix}")
    expected = trained(IMAGES, training=False)
    assert np.ptp(expected) > 0.1  # a softmax over saturated values would agree with anything
    assert_computes(path, {"inputs": IMAGES}, expected)
    assert {each.suffix for each in tmp_path.iterdir()} == {suffix, *FORMATS[suffix].companions}
    assert len({each.stem for each in tmp_path.iterdir()}) == 1


@pytest.mark.slow
def test_a_run_is_exported_with_its_best_weights(tmp_path):
    run = Run.create(TINY, folder=tmp_path / "run")
    keras.utils.set_random_seed(3)
    model = TINY.build()
    (run.folder / "checkpoints").mkdir()
    about = TrainingSetup.of(run).about() | {"epoch": 1}
    checkpoint.write(run.folder / "checkpoints" / "best.npz", [np.asarray(each) for each in model.variables], about)
    path = save(run, tmp_path / "net.onnx")
    assert_computes(path, {"inputs": IMAGES}, model(IMAGES, training=False))


def two_inputs(structure):
    """A nested model with a shared layer and a table, in a structure of tensors for its inputs and one for its outputs."""
    names = ("image", "words") if structure == "dict" else ("left image-1", "words")
    image, words = keras.Input((8, 8, 3), name=names[0]), keras.Input((4,), name=names[1], dtype="int32")
    inner = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()])
    shared, table = layers.Dense(5), layers.Embedding(9, 2)
    x = layers.Concatenate()([shared(inner(image)), shared(inner(1 - image)), layers.Flatten()(table(words))])
    first, second = layers.Dense(2, activation="softmax")(x), layers.Dense(3)(x)
    return keras.Model(
        *{
            "list": ([image, words], [first, second]),
            "dict": ({"words": words, "image": image}, {"b": first, "a": second}),
            "nested": ([image, {"words": words}], {"both": [first, second]}),
        }[structure]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("structure", "suffix"),
    [*((each, suffix) for each in ("list", "dict", "nested") for suffix in (".onnx", ".xml")), ("nested", ".tflite")],
)
def test_a_model_with_several_inputs_and_outputs_keeps_their_order_and_plain_names(structure, suffix, tmp_path):
    model = two_inputs(structure)
    path = save_model(model, tmp_path / f"net{suffix}")
    random = np.random.default_rng(0)
    image, words = random.normal(size=(5, 8, 8, 3)).astype("float32"), random.integers(0, 9, (5, 4)).astype("int32")
    if structure == "dict":
        outputs = model({"image": image, "words": words})
        assert_computes(path, {"image": image, "words": words}, outputs["a"], outputs["b"])  # Keras sorts keys
    else:
        outputs = keras.tree.flatten(model([image, words] if structure == "list" else [image, {"words": words}]))
        assert_computes(path, {"left_image_1": image, "words": words}, *outputs)


@pytest.mark.parametrize("suffix", [".onnx", ".xml"])
def test_a_size_that_a_model_leaves_open_stays_open(suffix, tmp_path):
    model = keras.Sequential(
        [keras.Input((None, None, 3), name="images"), layers.Conv2D(2, 3), layers.GlobalMaxPooling2D()]
    )
    path = save_model(model, tmp_path / f"net{suffix}")
    for side in (5, 9):
        images = np.random.default_rng(0).normal(size=(2, side, side + 1, 3)).astype("float32")
        assert_computes(path, {"images": images}, model(images))


class Doubling(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)

    def call(self, x):
        return 2 * self.dense(x)


def test_a_subclassed_model_is_exported_once_it_was_called(tmp_path):
    model, numbers = Doubling(), np.ones((2, 4), "float32")
    with pytest.raises(
        ValueError, match=r"must have been called once, .*; call it on a batch first, as in model\(images"
    ):
        save_model(model, tmp_path / "net.onnx")
    expected = model(numbers)
    assert_computes(save_model(model, tmp_path / "net.onnx"), {"inputs": numbers}, expected)


def functional(layer, shape=(4,), **options):
    inputs = keras.Input(shape, **options)
    return keras.Model(inputs, layer(inputs))


class Unconverted(layers.Layer):
    def call(self, x):
        return keras.ops.erfinv(x)


class Random(layers.Layer):
    def call(self, x):
        return x + keras.random.normal((4, 4))

    def compute_output_shape(self, shape):
        return shape


class TwoArguments(keras.Model):
    def call(self, x, y):
        return x + y


def called_with_two():
    model = TwoArguments()
    model(np.ones((1, 4)), np.ones((1, 4)))
    return model


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: functional(Unconverted()),
            "cannot be saved for {}: the format has no operation Erfinv; save it as .keras",
        ),
        (
            lambda: functional(Random()),
            "must return the same outputs for the same inputs; it has a layer that is random",
        ),
        (
            lambda: functional(layers.Dense(2, dtype="mixed_float16")),
            "must compute in float32, but its layer .* float16",
        ),
        (called_with_two, "must take one tensor, list or dict; .*missing a required argument: 'y'"),
        (lambda: keras.Sequential([layers.Dense(2)]), "must have been called once, since its input shapes are unknown"),
        (
            lambda: functional(layers.StringLookup(vocabulary=["a"]), dtype="string", name="words"),
            r"takes text \(words\), and exported models take numbers; export the part behind",
        ),
    ],
    ids=["operation", "random", "16 bits", "two arguments", "not called", "text"],
)
@pytest.mark.parametrize("suffix", [".onnx", ".xml"])
def test_a_model_that_does_not_fit_a_format_is_refused_with_the_reason_and_leaves_no_file(
    make, message, suffix, tmp_path
):
    level = logging.root.level
    with pytest.raises(ValueError, match=r"`model` \(=\w+\) " + message.format(FORMATS[suffix].name)):
        save_model(make(), tmp_path / f"net{suffix}")
    assert logging.root.level == level  # OpenVINO raises it
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_operation_that_tflite_does_not_have_is_named(tmp_path):
    with pytest.raises(ValueError, match="cannot be saved for TFLite: the format has no operation Erfinv"):
        save_model(functional(Unconverted()), tmp_path / "net.tflite")
    assert list(tmp_path.iterdir()) == []


def wrong_export(model, change):
    """Export a model with other weights, as a converter does that makes a mistake."""

    def export(path, **options):
        weights = model.get_weights()
        model.set_weights(change(weights))
        keras.Model.export(model, path, **options)
        model.set_weights(weights)

    return export


@pytest.mark.parametrize("change", [1e-2, np.nan])
def test_a_file_that_computes_something_else_is_not_left_behind(change, dense, tmp_path, monkeypatch):
    def changed(weights):
        return [weights[0] * (1 + change), weights[1]]

    monkeypatch.setattr(dense, "export", wrong_export(dense, changed))
    with pytest.raises(ValueError, match=r"the file computes something else: its outputs differ by \S+ times the tol"):
        save_model(dense, tmp_path / "net.xml")
    assert list(tmp_path.iterdir()) == []


def boxes_and_scores():
    inputs = keras.Input((4,), name="numbers")
    boxes = layers.Rescaling(2000.0)(layers.Dense(4, activation="sigmoid")(inputs))
    scores = layers.Dense(3, activation="softmax")(inputs)
    return keras.Model(inputs, layers.Concatenate()([boxes, scores]))


def infinite_and_finite():
    inputs = keras.Input((4,), name="numbers")
    x = layers.Dense(3)(inputs)
    return keras.Model(inputs, layers.Concatenate()([keras.ops.log(0 * keras.ops.relu(x)), x]))


@pytest.mark.parametrize("make", [boxes_and_scores, infinite_and_finite])
def test_a_mistake_next_to_large_or_infinite_numbers_is_noticed(make, tmp_path, monkeypatch):
    """The last kernel is negated: that of the scores, or of the finite numbers."""
    model = make()
    save_model(model, tmp_path / "right.xml")
    monkeypatch.setattr(
        model, "export", wrong_export(model, lambda weights: [*weights[:-2], -weights[-2], weights[-1]])
    )
    with pytest.raises(ValueError, match="the file computes something else"):
        save_model(model, tmp_path / "wrong.xml")


def test_an_infinite_number_with_the_other_sign_is_noticed():
    expected, output = np.array([[np.inf, 1.0]]), np.array([[-np.inf, 1.0]])
    tolerance = conversion._tolerance(expected)
    assert conversion._excess(expected, output, tolerance) == np.inf
    assert conversion._excess(expected, expected, tolerance) == 0


@pytest.fixture
def log_level():
    earlier = logging.root.level
    yield
    logging.root.setLevel(earlier)


@pytest.mark.usefixtures("log_level")
@pytest.mark.parametrize("suffix", [".onnx", ".xml", pytest.param(".tflite", marks=pytest.mark.slow)])
def test_settings_that_change_during_a_conversion_stay_changed(suffix, dense, tmp_path, monkeypatch):
    def export(path, **options):
        warnings.filterwarnings("error", message="mine")
        logging.root.setLevel(logging.DEBUG)
        monkeypatch.setenv("SENET_LAB_TEST", "meanwhile")
        keras.Model.export(dense, path, **options)

    monkeypatch.setattr(dense, "export", export)
    save_model(dense, tmp_path / f"net{suffix}")
    assert any(action == "error" and message and message.pattern == "mine" for action, message, *_ in warnings.filters)
    assert logging.root.level == logging.DEBUG
    assert os.environ["SENET_LAB_TEST"] == "meanwhile"
    assert "TF2ONNX_CATCH_ERRORS" not in os.environ


def test_bfloat16_which_openvino_prefers_where_it_can_is_beyond_the_tolerance(trained):
    """Float32 must be asked for: were the tolerance wider, half of the digits could be lost unnoticed."""
    _, expected, tolerances = conversion._predict(trained, conversion.signature_of(trained))
    rounded = [(each.view("uint32") & 0xFFFF0000).view("float32") for each in expected]
    assert max(map(conversion._excess, expected, rounded, tolerances)) > 1
    assert max(map(conversion._excess, expected, expected, tolerances)) == 0


def test_examples_whose_outputs_depend_on_rounding_are_not_compared_nor_larger_ones():
    expected = np.array([[0.0, 1.0], [0.0, 1.0], [0.0, 1.0]], "float32")
    flipped = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]], "float32")
    assert np.isfinite(conversion._tolerance(expected, expected)).all()
    assert np.isfinite(conversion._tolerance(expected, expected, flipped)).all((1, 2)).tolist() == [True, False, False]


class Chaotic(layers.Layer):
    def call(self, x):
        return keras.ops.sin(1e9 * x)


def test_a_model_that_depends_on_rounding_everywhere_is_not_saved_unchecked(tmp_path):
    with pytest.raises(ValueError, match="amplifies rounding so much that its outputs cannot be compared"):
        save_model(functional(Chaotic()), tmp_path / "net.onnx")


@pytest.mark.parametrize("name", ["net.h5", "net.pb", "net", "net.ONNX"])
def test_an_unknown_suffix_is_answered_with_those_there_are(name, dense, tmp_path):
    with pytest.raises(
        ValueError, match=r"`suffix` \(='.*'\) must be one of '.keras', '.onnx', '.tflite' or '.xml'; try"
    ):
        save_model(dense, tmp_path / name)


def test_what_is_no_model_or_has_no_code_is_told_so(dense, tmp_path):
    with pytest.raises(TypeError, match=r"`model` must be a Keras model, not 3; try keras.Model\(inputs, outputs\)"):
        save_model(3, tmp_path / "net.onnx")
    with pytest.raises(ValueError, match=r"`suffix` \(='.py'\) is of an Architecture; .* one of .keras, .onnx"):
        save(dense, tmp_path / "net.py")


@pytest.mark.parametrize(("suffix", "module"), [(".onnx", "tf2onnx"), (".onnx", "onnxruntime"), (".xml", "openvino")])
def test_a_missing_package_is_named_with_the_line_that_installs_it(suffix, module, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r'Install it with: pip install "senet-lab\[export\]"'):
        save(TINY, tmp_path / f"net{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_needs_more_memory_than_is_free_is_refused(dense, tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 100)
    with pytest.raises(ValueError, match=r"needs about .* of memory to be saved for ONNX, and .* are free"):
        save_model(dense, tmp_path / "net.onnx")


@pytest.fixture
def small_files():
    """No file may have more than a hundred bytes, as on a disk that is nearly full."""
    resource = pytest.importorskip("resource")  # Windows has no such limit
    earlier = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, earlier[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, earlier)


@pytest.fixture(params=[".onnx", ".xml", pytest.param(".tflite", marks=pytest.mark.slow)])
def earlier(request, tmp_path):
    """Earlier files at a path that is to be written again."""
    for suffix in (request.param, *FORMATS[request.param].companions):
        (tmp_path / f"net{suffix}").write_bytes(b"earlier")
    return tmp_path / f"net{request.param}"


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_leaves_the_earlier_files_and_nothing_else(dense, earlier):
    with pytest.raises((OSError, ValueError), match=r"cannot be (written|saved)"):
        save_model(dense, earlier, overwrite=True)
    assert {path.read_bytes() for path in earlier.parent.iterdir()} == {b"earlier"}
    assert len(list(earlier.parent.iterdir())) == 1 + len(FORMATS[earlier.suffix].companions)


def test_openvinos_two_files_are_replaced_together_or_not_at_all(dense, tmp_path, monkeypatch):
    (tmp_path / "net.bin").write_bytes(b"somebody's")
    with pytest.raises(FileExistsError, match=r"net.bin'\) is there already; try another name, or overwrite=True"):
        save_model(dense, tmp_path / "net.xml")
    (tmp_path / "net.xml").write_bytes(b"earlier")
    replace = os.replace

    def fail_for_xml(source, target):
        if str(target).endswith("net.xml") and not str(source).endswith(".old"):
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_for_xml)
    with pytest.raises(OSError, match=r"net.xml'\) cannot be written: No space left on device; try another name"):
        save_model(dense, tmp_path / "net.xml", overwrite=True)
    monkeypatch.undo()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "net.xml": b"earlier",
        "net.bin": b"somebody's",
    }
    save_model(dense, tmp_path / "net.xml", overwrite=True)
    assert {path.name for path in tmp_path.iterdir()} == {"net.xml", "net.bin"}
    numbers = np.ones((2, 4), "float32")
    assert_computes(tmp_path / "net.xml", {"numbers": numbers}, dense(numbers))


def test_openvino_is_imported_without_its_telemetry(tmp_path):
    """It would report each import to its makers, and note so in the home of the user."""
    script = """
import sys
from senet_lab.export.runtimes import import_openvino
import_openvino()
import openvino.tools.ovc.telemetry_utils as used
print(used.tm.__name__, sorted(name for name in sys.modules if name.startswith("openvino_telemetry")))
"""
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["openvino.tools.ovc.telemetry_stub", "[]"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_on_jax_a_format_names_the_command_that_writes_it_anyway(tmp_path):
    script = """
import keras
from senet_lab.export import save
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
save(model, "net.keras")
try:
    save(model, "net.onnx")
except ValueError as error:
    print(error)
"""
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(ROOT)}
    run = lambda *command: subprocess.run(  # noqa: E731 - used twice
        [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    message = run("-c", script).stdout
    assert "is written by Keras on TensorFlow only, and this process computes with jax" in message
    assert "senet-lab save network.keras network.onnx" in message
    run("-m", "senet_lab", "save", "net.keras", "net.onnx")
    numbers = np.ones((2, 4), "float32")
    model = keras.saving.load_model(tmp_path / "net.keras")
    assert_computes(tmp_path / "net.onnx", {model.inputs[0].name: numbers}, model(numbers))
