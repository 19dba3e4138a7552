"""Squeeze-excite in foreign networks: one rule for the ledger, the gates and add_se, whatever squeezes and excites."""

import keras
import pytest

from senet_lab import Ledger, add_se
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.part import draw_part
from senet_lab.drawing.network.stations import stations_of
from senet_lab.gates.sites import sites

layers, ops = keras.layers, keras.ops
CHANNELS = 16


class PowerMean(layers.Layer):
    """A squeeze of a user."""

    def call(self, x):
        return ops.sqrt(ops.mean(x * x, axis=(1, 2), keepdims=True))


class OwnGate(layers.Layer):
    """Squeeze, weights and sigmoid of a user."""

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], shape[-1]))

    def call(self, x):
        return ops.sigmoid(ops.mean(x, axis=(1, 2), keepdims=True) @ self.kernel)


def excite(squeezed):
    return layers.Dense(CHANNELS, "sigmoid")(layers.Dense(4, "relu")(squeezed))


def pooled(x, pooling=layers.GlobalAveragePooling2D):
    return pooling(keepdims=True)(x)


def two_pools(x):
    return excite(layers.Concatenate()([pooled(x), pooled(x, layers.GlobalMaxPooling2D)]))


def stacked_pools(x):
    """Both pooled vectors in one map of two rows, which a dense layer treats alike."""
    rows = layers.Concatenate(axis=1)([pooled(x), pooled(x, layers.GlobalMaxPooling2D)])
    halves = layers.Dense(CHANNELS)(layers.Dense(4, "relu")(rows))
    return layers.Activation("sigmoid")(
        layers.Add()([layers.Cropping2D(((0, 1), (0, 0)))(halves), layers.Cropping2D(((1, 0), (0, 0)))(halves)])
    )


def shared_layers(x):
    """The channel attention of Woo et al. 2018."""
    reduce, restore = layers.Dense(4, "relu"), layers.Dense(CHANNELS)
    halves = [restore(reduce(pooled(x, each))) for each in (layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D)]
    return layers.Activation("sigmoid")(layers.Add()(halves))


def mean(x):
    return excite(ops.mean(x, axis=(1, 2), keepdims=True))


def flat(x):
    return layers.Reshape((1, 1, CHANNELS))(excite(layers.GlobalAveragePooling2D()(x)))


def own_squeeze(x):
    return excite(PowerMean()(x))


def own_gate(x):
    return OwnGate()(x)


GATES = {
    "two pools": (two_pools, "squeeze squeeze squeeze reduce gate scale"),
    "stacked pools": (stacked_pools, "squeeze squeeze squeeze reduce gate gate gate gate gate scale"),
    "shared layers": (shared_layers, "squeeze reduce gate squeeze reduce gate gate gate scale"),
    "mean": (mean, "squeeze reduce gate scale"),
    "flat": (flat, "squeeze reduce gate gate scale"),
    "custom squeeze": (own_squeeze, "squeeze reduce gate scale"),
    "custom gate": (own_gate, "gate scale"),
}


def residual(gate, blocks=2):
    """A network of residual blocks, in which `gate` returns what scales the end of a branch."""
    x = inputs = keras.Input((8, 8, CHANNELS))
    for at in range(blocks):
        y = layers.Conv2D(CHANNELS, 3, padding="same", name=f"conv_{at}")(x)
        x = layers.Add(name=f"sum_{at}")([x, layers.Multiply(name=f"product_{at}")([y, gate(y)])])
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x))


@pytest.mark.parametrize(("gate", "roles"), GATES.values(), ids=GATES)
def test_ledger_gates_insertion_and_drawing_agree_on_squeeze_excite(gate, roles):
    model = residual(gate)
    assert [(site.map, site.scale) for site in sites(model)] == [("conv_0", "product_0"), ("conv_1", "product_1")]
    ledger = Ledger.of(model)
    assert [row.role for row in ledger.rows if row.in_se] == 2 * roles.split()
    with pytest.raises(ValueError, match="each has it"):
        add_se(model, ratio=4)
    block = Anatomy(ledger).part("group1/block2")
    assert [each.kind for each in stations_of(block.rows, ledger.sources)].count("se") == 1
    for path in ["group1/block2", *(["group1/block2/se"] if block.squeezed_channels else [])]:
        assert len(draw_part(ledger, path).marks) > 1


NO_GATES = {
    "without a kernel": lambda x, _: pooled(x),
    "from later maps": lambda x, _: excite(pooled(layers.Conv2D(CHANNELS, 3)(x))),
    "a map": lambda x, _: layers.Conv2D(CHANNELS, 1, activation="sigmoid")(x),
    "of another map": lambda _, other: excite(pooled(other)),
}


@pytest.mark.parametrize("factor", NO_GATES.values(), ids=NO_GATES)
def test_product_without_a_gate_of_its_own_map_is_no_squeeze_excite(factor):
    inputs = keras.Input((8, 8, CHANNELS))
    x, other = (layers.Conv2D(CHANNELS, 3, padding="same")(inputs) for _ in range(2))
    model = keras.Model(inputs, layers.Multiply()([x, factor(x, other)]))
    assert not Ledger.of(model).se.layers
    with pytest.raises(ValueError, match="has no squeeze-excite gate"):
        sites(model)
