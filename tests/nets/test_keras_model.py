"""One definition, two readings: the ledger against the Keras model, layer by layer."""

from math import prod

import pytest
from architecture_grid import GRID, MOVES, architectures
from hypothesis import HealthCheck, given, settings

from senet_lab import Architecture, Ledger
from senet_lab.architecture.presets import PRESETS
from senet_lab.nets.on_keras.blank import blank_weights

# One of each kind; deeper ones have more blocks of the same, which `test_published_counts.py` counts.
WHOLE = [
    "se_resnet18",
    "se_resnet50",
    "se_resnext50_32x4d",
    "resnet50",
    "senet154",
    "cifar_se_resnet20",
    "regnety_200mf",
]


def assert_alike(architecture):
    """Every row against the layer of its name: shape, parameters, state; and the totals."""
    with blank_weights():  # no row says what is in a kernel
        model, ledger = architecture.build(), architecture.ledger()
    layers = {layer.name: layer for layer in model.operations}  # also those without weights that are no layers
    assert set(layers) == {row.name for row in ledger.rows}
    for row in ledger.rows:
        layer = layers[row.name]
        assert layer.output.shape == row.output_shape, row
        assert _count(getattr(layer, "trainable_weights", ())) == row.params, row
        assert _count(getattr(layer, "non_trainable_weights", ())) == row.state, row
    assert model.count_params() == ledger.params + ledger.state
    assert Ledger.of(model) == ledger


def _count(weights):
    return sum(prod(weight.shape) for weight in weights)


def test_the_grid_is_large_and_moves_every_meta_parameter():
    fields = {name for move in MOVES for name in move} | {"family", "depth", "block"}
    assert fields == set(Architecture.__dataclass_fields__)
    assert len(set(GRID)) >= 60


@pytest.mark.slow
@pytest.mark.parametrize("architecture", GRID, ids=range(len(GRID)))
def test_every_row_is_the_layer_of_its_name(architecture):
    assert_alike(architecture)


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_every_row_of_a_published_network_is_the_layer_of_its_name(name):
    assert name in PRESETS
    assert_alike(Architecture.preset(name))


@pytest.mark.slow
# Each example draws all fields, which have 5 values at most that matter: each occurs, and most pairs do.
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(architectures())
def test_every_row_of_a_random_network_is_the_layer_of_its_name(architecture):
    assert Architecture.from_token(architecture.token()) == architecture
    assert_alike(architecture)
