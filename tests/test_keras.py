"""One definition, two readings: the ledger against the Keras model, layer by layer."""

from dataclasses import replace
from math import prod

import hypothesis.strategies as st
import keras
import pytest
from hypothesis import HealthCheck, given, settings

from senet_lab import Architecture, Ledger
from senet_lab.architecture.presets import PRESETS

SMALL = {"groups": ((16, 1), (32, 2)), "input_shape": (32, 32, 3), "classes": 10, "ratio": 4}
RESNET = Architecture("resnet", **SMALL)
BASIC = Architecture("resnet", **SMALL, block="basic", stem="cifar")
RESNEXT = Architecture("resnext", **SMALL, cardinality=8)

# Every meta-parameter moved by itself, on a small network of each family where it applies.
MOVES = [
    {"cardinality": 2}, {"cardinality": 1}, {"base_width": 8}, {"groups": ((16, 64, 1), (24, 96, 2))}, {"ratio": None},
    {"ratio": (4, None)}, {"ratio": (None, 8)}, {"input_shape": (33, 47, 1)}, {"classes": 3}, {"include_top": False},
    {"squeeze": "max"}, {"gate": "tanh"}, {"gate": "relu"}, {"place": "pre"}, {"place": "post"}, {"place": "identity"},
    {"place": "3x3"}, {"stem": "cifar"}, {"stem": "deep"}, {"projection_kernel": 3}, {"halve_reduction": True},
    {"dropout": 0.2}, {"stride_place": "1x1"}, {"stride_place": "3x3"}, {"padding": "symmetric"},
    {"pool_padding": "ceil"}, {"conv_bias": True}, {"se_bias": True}, {"squeeze_divisor": 8}, {"bn_epsilon": 1e-5},
    {"bn_momentum": 0.9}, {"zero_gamma": True}, {"branch_relu": True}, {"convention": "paper"}, {"convention": "timm"},
]  # fmt: skip
RESNEXT_ALONE = ("cardinality", "base_width")
HALVED = {"halve_reduction": True}
GRID = [
    *(replace(RESNEXT, **move) for move in MOVES if move != HALVED),
    replace(RESNEXT, **HALVED, base_width=16),
    *(replace(RESNET, **m) for m in MOVES if not set(m) & {*RESNEXT_ALONE, "groups"}),
    *(replace(BASIC, **m) for m in MOVES if not set(m) & {*RESNEXT_ALONE, "groups", "stem", "halve_reduction"}),
    replace(RESNEXT, place="pre", convention="timm", input_shape=(61, 97, 3), stem="deep", projection_kernel=3),
]
WHOLE = ["se_resnet18", "se_resnet50", "se_resnext50_32x4d", "resnet101", "senet154", "cifar_se_resnet110"]


def assert_alike(architecture):
    """Every row against the layer of its name: shape, parameters, state; and the totals."""
    model, ledger = architecture.build(), architecture.ledger()
    layers = {layer.name: layer for layer in model.layers}
    assert set(layers) == {row.name for row in ledger.rows}
    for row in ledger.rows:
        layer = layers[row.name]
        assert layer.output.shape == row.output_shape, row
        assert _count(layer.trainable_weights) == row.params, row
        assert _count(layer.non_trainable_weights) == row.state, row
    assert model.count_params() == ledger.params + ledger.state
    assert Ledger.of(model) == ledger
    keras.backend.clear_session()


def _count(weights):
    return sum(prod(weight.shape) for weight in weights)


def test_the_grid_is_large_and_moves_every_meta_parameter():
    fields = {name for move in MOVES for name in move} | {"family", "depth", "block"}
    assert fields == set(Architecture.__dataclass_fields__)
    assert len(set(GRID)) >= 60


@pytest.mark.parametrize("architecture", GRID, ids=range(len(GRID)))
def test_every_row_is_the_layer_of_its_name(architecture):
    assert_alike(architecture)


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_every_row_of_a_published_network_is_the_layer_of_its_name(name):
    assert name in PRESETS
    assert_alike(Architecture.preset(name))


@st.composite
def architectures(draw):
    family = draw(st.sampled_from(["resnet", "resnext"]))
    block = "bottleneck" if family == "resnext" else draw(st.sampled_from(["bottleneck", "basic"]))
    n_groups = draw(st.integers(1, 3))
    sizes = st.tuples(st.sampled_from([16, 32, 48]), st.integers(1, 2))
    return Architecture(
        family,
        groups=tuple(draw(sizes) for _ in range(n_groups)),
        cardinality=draw(st.sampled_from([1, 2, 3, 8])),
        base_width=draw(st.sampled_from([4, 8, 16])),
        ratio=tuple(draw(st.sampled_from([None, 1, 2, 3, 4])) for _ in range(n_groups)),
        input_shape=(draw(st.integers(16, 40)), draw(st.integers(16, 40)), draw(st.integers(1, 4))),
        classes=draw(st.integers(2, 20)),
        include_top=draw(st.booleans()),
        convention=draw(st.sampled_from(["seed", "paper", "timm"])),
        squeeze=draw(st.sampled_from(["average", "max"])),
        gate=draw(st.sampled_from(["sigmoid", "tanh", "relu"])),
        place=draw(st.sampled_from(["standard", "pre", "post", "identity", "3x3"])),
        block=block,
        stem=draw(st.sampled_from(["imagenet", "cifar", "deep"])),
        projection_kernel=draw(st.sampled_from([1, 3])),
        conv_bias=draw(st.booleans()),
    )


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(architectures())
def test_every_row_of_a_random_network_is_the_layer_of_its_name(architecture):
    assert Architecture.from_token(architecture.token()) == architecture
    assert_alike(architecture)


def test_a_keras_model_with_a_layer_that_no_ledger_counts_is_refused_by_name():
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.LayerNormalization(name="norm")(inputs))
    with pytest.raises(TypeError, match="`norm` is a LayerNormalization, which no ledger counts"):
        Ledger.of(model)


def test_a_keras_layer_counted_otherwise_is_refused():
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.Conv2D(4, 3, dilation_rate=2, name="wide")(inputs))
    with pytest.raises(ValueError, match="`wide` has arguments that no ledger counts: 'dilation_rate'; leave"):
        Ledger.of(model)


def test_a_keras_model_of_two_inputs_is_refused():
    a, b = keras.Input((8,)), keras.Input((8,))
    with pytest.raises(ValueError, match="one input, not 2"):
        Ledger.of(keras.Model([a, b], keras.layers.Add()([a, b])))


def test_a_sequential_model_has_a_ledger_once_it_is_built():
    model = keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(2)])
    with pytest.raises(ValueError, match="a Sequential one that is built"):
        Ledger.of(model)
    model.build((None, 8, 8, 3))
    assert Ledger.of(model).params == model.count_params()


def test_an_input_of_unknown_size_is_refused():
    inputs = keras.Input((None, None, 3))
    with pytest.raises(ValueError, match="an input of known size"):
        Ledger.of(keras.Model(inputs, keras.layers.Conv2D(4, 3)(inputs)))


def test_a_tensor_that_no_layer_gave_is_refused():
    inputs = keras.Input((8, 8, 3))
    x = keras.layers.Conv2D(4, 1)(inputs)
    with pytest.raises((ValueError, TypeError), match=r"which no ledger counts|takes what no counted layer gives"):
        Ledger.of(keras.Model(inputs, keras.layers.ReLU(name="after")(x + x)))
    inner = keras.Model(inputs, x)
    outer = keras.Input((8, 8, 3))
    with pytest.raises((ValueError, TypeError), match=r"which no ledger counts|takes what no counted layer gives"):
        Ledger.of(keras.Model(outer, keras.layers.ReLU(name="after")(inner(outer))))
