"""The same code on Keras' JAX backend: same names, same counts, same numbers. `jax_itself.py` has that side of it."""

import os
import sys

import keras
import numpy as np
import pytest
from answering import answering
from gates_of import gates_and_ablations, output, output_and_pixel_gates
from servers import ROOT

from senet_lab import Architecture

pytestmark = pytest.mark.slow
# Of maps with odd sides, at whose edges windows are cut off.
SMALL = {"groups": ((16, 1), (32, 1)), "cardinality": 4, "ratio": 4, "input_shape": (36, 36, 3)}
POOLED = {"stem": "tiered", "stem_width": 8, "projection_pooling": True}
FILES = "model.weights.h5", "images.npy", "found.npz"
IMAGES = np.random.default_rng(0).normal(size=(5, 36, 36, 3)).astype("float32")


# Each shape is compiled for a call or two, and to optimize it takes longer than to compute it.
XLA = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
ON_JAX = {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "XLA_FLAGS": XLA}


@pytest.fixture(scope="module")
def jax(tmp_path_factory):
    """Calls a function of `jax_itself.py`, and fails as it does."""
    command = [sys.executable, "-W", "ignore", str(ROOT / "tests" / "jax_itself.py")]
    environment = {**os.environ, **ON_JAX, "PYTHONPATH": str(ROOT)}
    with answering(command, tmp_path_factory.mktemp("jax") / "log", env=environment) as call:

        def ask(what, *arguments):
            assert call(what, *arguments) == ""

        yield ask


def assert_as_here(jax, folder, architecture, how):
    """See that JAX computes of a network with the same weights what `how` does here."""
    model, weights, images, found = architecture.build(), *(folder / name for name in FILES)
    model.save_weights(weights)
    np.save(images, IMAGES)
    jax("outputs", architecture.token(), weights, images, found, how.__name__)
    expected = how(model, IMAGES)
    with np.load(found) as arrays:
        assert list(arrays["names"]) == [layer.name for layer in model.layers]
        assert set(arrays) == {*expected, "names"}
        for name in expected:
            np.testing.assert_allclose(arrays[name], expected[name], atol=1e-5)
    assert keras.config.backend() == "tensorflow"
    return set(expected)


@pytest.mark.parametrize("downsampling", ["average", "blur"])
def test_jax_gives_what_tensorflow_gives(jax, tmp_path, downsampling):
    architecture = Architecture("resnet", **SMALL, **POOLED, downsampling=downsampling)
    assert_as_here(jax, tmp_path, architecture, output)


def test_jax_gives_what_tensorflow_gives_with_other_attention(jax, tmp_path):
    assert_as_here(jax, tmp_path, Architecture("resnet", **SMALL, attention="eca"), output)


@pytest.mark.parametrize("attention", ["cbam", "scse"])
def test_jax_has_the_output_and_the_gates_per_pixel_that_tensorflow_has(jax, tmp_path, attention):
    architecture = Architecture("resnet", **SMALL, attention=attention)
    names = assert_as_here(jax, tmp_path, architecture, output_and_pixel_gates)
    assert names == {"output", "group1_block1", "group2_block1"}


def test_jax_has_the_output_the_gates_the_ablations_and_grad_cam_that_tensorflow_has(jax, tmp_path):
    names = assert_as_here(jax, tmp_path, Architecture("resnext", **SMALL), gates_and_ablations)
    assert names == {"output", "group1_block1", "group2_block1", "one", "mean", "shuffled", "own", "looks"}


def test_jax_computes_what_timm_does_as_well(jax):
    jax("as_timm", "legacy_seresnet18")  # it pads as no other network here; the others have grouped convolutions


def test_on_jax_any_model_is_counted_measured_and_given_squeeze_excite(jax):
    jax("own_model")


def test_on_jax_a_model_with_random_layers_stays_as_it_is_when_it_is_measured(jax):
    jax("measured")


def test_on_jax_grouped_convolution_is_accelerated(jax):
    jax("accelerated")


def test_on_jax_foreign_layers_of_the_same_names_are_loaded_as_they_are(jax, tmp_path):
    jax("foreign", tmp_path)
