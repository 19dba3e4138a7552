"""Drawings of networks that are not ours: true to their layers and connections, legible, and whole."""

import re
from fractions import Fraction

import keras
import pytest
from drawing.test_network import every_path, nodes, outside, overlaps, words
from drawn_ledgers import listed_layers

from senet_lab import Ledger, Sketch
from senet_lab.drawing.network.anatomy import Anatomy
from senet_lab.drawing.network.breakdown import finding
from senet_lab.drawing.network.notebook import drawn, where_it_goes
from senet_lab.drawing.network.overview import draw_network
from senet_lab.drawing.network.part import draw_part
from senet_lab.drawing.network.stations import stations_of
from senet_lab.drawing.network.summary import legend
from senet_lab.nets import layers as ours
from senet_lab.nets.places import find_places

layers = keras.layers


class Mine(layers.Layer):
    """A layer of a user."""

    def call(self, inputs):
        return 2 * inputs


def bottleneck(x, channels, stride, name):
    """An inverted residual block with squeeze-excite."""
    y = layers.Conv2D(4 * channels, 1, use_bias=False, name=f"{name}_expand")(x)
    y = layers.Activation("silu", name=f"{name}_act")(layers.BatchNormalization(name=f"{name}_bn")(y))
    y = layers.DepthwiseConv2D(3, stride, padding="same", name=f"{name}_depthwise")(y)
    gate = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(y)
    gate = layers.Conv2D(channels // 2, 1, activation="relu", name=f"{name}_down")(gate)
    gate = layers.Conv2D(4 * channels, 1, activation="sigmoid", name=f"{name}_up")(gate)
    y = layers.Multiply(name=f"{name}_times")([y, gate])
    y = layers.Conv2D(channels, 1, name=f"{name}_project")(y)
    return layers.Add(name=f"{name}_add")([x, y]) if stride == 1 and x.shape[-1] == channels else y


def mobile():
    x = inputs = keras.Input((64, 64, 3))
    x = layers.ReLU(6.0)(layers.Conv2D(8, 3, 2, padding="same", name="stem")(x))
    for at, (channels, stride) in enumerate([(8, 1), (16, 2), (16, 1), (32, 2), (32, 1), (32, 1)]):
        x = bottleneck(x, channels, stride, f"block_{at}")
    return keras.Model(inputs, layers.Dense(10)(layers.GlobalAveragePooling2D()(x)))


def inception():
    x = inputs = keras.Input((32, 32, 3))
    for at in range(3):
        a, b = layers.Conv2D(8, 1)(x), layers.Conv2D(8, (1, 7), padding="same")(layers.Conv2D(4, 1)(x))
        x = layers.Concatenate(name=f"mixed{at}")([a, b, layers.Conv2D(8, 1)(layers.AveragePooling2D(3, 1, "same")(x))])
    return keras.Model(inputs, x)


def transformer():
    inputs = keras.Input((20,))
    x = layers.Embedding(100, 16)(inputs)
    for _ in range(3):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 8)(x, x))
        x = layers.LayerNormalization()(x + layers.Dense(16)(layers.Dense(32, activation="gelu")(x)))
    return keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))


def hourglass():
    x = inputs = keras.Input((32, 32, 3))
    skips = []
    for channels in (4, 8):
        skips.append(layers.SeparableConv2D(channels, 3, padding="same")(x))
        x = layers.MaxPooling2D()(skips[-1])
    for channels, skip in zip((8, 4), skips[::-1], strict=True):
        x = layers.Conv2DTranspose(channels, 2, strides=2)(Mine()(x))
        x = layers.Concatenate()([x, skip])
    return keras.Model(inputs, layers.Conv2D(1, 1)(x))


def sequence():
    x = inputs = keras.Input((100, 4))
    for channels in (8, 16, 32):
        x = layers.MaxPooling1D()(layers.Conv1D(channels, 3, padding="same")(x))
    return keras.Model(inputs, layers.LSTM(8)(x))


def volumes():
    x = inputs = keras.Input((16, 16, 16, 2))
    x = layers.MaxPooling3D()(layers.Conv3D(4, 3, padding="same")(x))
    return keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


def deep():
    """400 layers in 40 groups: more than a drawing has room for."""
    x = Sketch((8, 8, 4))
    for at in range(200):
        name = f"stage{at // 5}_unit{at}"
        x = ours.Conv2D(4, 1, name=f"{name}_b")(ours.Conv2D(4, 1, name=f"{name}_a")(x))
    return Ledger(*find_places(x))


def perceptron():
    return keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="relu"), layers.Dense(2)])


MODELS = (mobile, inception, transformer, hourglass, sequence, volumes, perceptron)


@pytest.fixture(scope="module", params=MODELS, ids=lambda build: build.__name__)
def ledger(request):
    return Ledger.of(request.param())


def test_every_part_of_a_foreign_network_is_drawn_without_words_on_words_or_outside(ledger):
    anatomy = Anatomy(ledger)
    for drawing in (draw_network(anatomy), *(draw_part(anatomy, path) for path in every_path(anatomy))):
        assert not overlaps(drawing)
        assert not outside(drawing)


def test_every_layer_of_a_foreign_network_is_in_one_part_and_in_the_table(ledger):
    parts = [part for group in Anatomy(ledger).groups.values() for part in group]
    names = sorted(row.name for part in parts for row in part.rows)
    assert names == sorted(row.name for row in ledger.rows if row.kind != "input")
    assert sum(part.macs for part in parts) == ledger.macs
    assert [row.name for row in listed_layers(ledger)] == [row.name for row in ledger.rows]
    assert where_it_goes(ledger).words == finding(ledger)


def test_inverted_residual_block_has_its_layers_its_shortcut_and_its_squeeze_excite():
    ledger = Ledger.of(mobile())
    anatomy = Anatomy(ledger)
    block = draw_part(anatomy, "group3/block2", interactive=True)
    text = " ".join(words(block))
    assert all(each in text for each in ("1\u00d71 conv", "depthwise", "32 \u2192 128", "BN, SiLU", "SE 128:16", "+"))
    assert [each.get("data-path") for each in nodes(block) if each.get("data-path")] == ["group3/block2/se"]
    assert anatomy.part("group3/block2").kind == "identity"
    assert anatomy.part("group3/block1").kind == "chain"
    assert "without shortcut" in legend(ledger)
    assert "projection" not in legend(ledger)
    excite = " ".join(words(draw_part(anatomy, "group3/block2/se")))
    assert "reduce, ReLU" in excite
    assert "gate, sigmoid" in excite


def with_eca():
    """Two residual blocks with ECA, whose layers do not name it."""
    x = inputs = keras.Input((32, 32, 16))
    for at in range(2):
        y = layers.Conv2D(8, 1, name=f"block_{at}_first")(x)
        y = layers.Conv2D(16, 3, padding="same", name=f"block_{at}_second")(y)
        gate = layers.Reshape((16, 1), name=f"block_{at}_row")(
            layers.GlobalAveragePooling2D(name=f"block_{at}_pool")(y)
        )
        gate = layers.Conv1D(1, 3, padding="same", activation="sigmoid", name=f"block_{at}_mix")(gate)
        gate = layers.Reshape((1, 1, 16), name=f"block_{at}_back")(gate)
        x = layers.Add(name=f"block_{at}_add")([x, layers.Multiply(name=f"block_{at}_times")([y, gate])])
    return keras.Model(inputs, x)


def test_eca_of_another_package_is_drawn_and_named():
    ledger = Ledger.of(with_eca())
    anatomy = Anatomy(ledger)
    block = draw_part(anatomy, "group1/block2", interactive=True)
    assert "ECA 3" in words(block)
    assert [each.get("data-path") for each in nodes(block) if each.get("data-path")] == ["group1/block2/eca"]
    assert "convolution over channels, kernel 3, sigmoid" in words(draw_part(anatomy, "group1/block2/eca"))
    assert "ECA" in legend(ledger)


def test_branches_are_drawn_as_they_are_connected_with_windows_that_are_not_square():
    ledger = Ledger.of(inception())
    part = Anatomy(ledger).part("group1/block2")
    assert part.kind == "joined"
    stations = stations_of(part.rows, ledger.sources)
    real = [each for each in stations if each.rows]
    assert [(each.kind, each.column) for each in real] == [
        ("conv", 1), ("conv", 1), ("pool", 1), ("conv", 2), ("conv", 2), ("concatenate", 3),
    ]  # fmt: skip
    assert len({(each.column, each.lane) for each in stations}) == len(stations)
    assert {each.kind for each in real[-1].before} == {"pass", "conv"}
    assert "1\u00d77 conv" in words(draw_part(ledger, "group1/block2"))


def test_unknown_cost_is_said_and_not_guessed():
    ledger = Ledger.of(hourglass())
    row = ledger.unknown[0]
    assert "cost of 2 layers unknown" in drawn(ledger).words
    assert "unknown, and in no sum" in finding(ledger)
    table = {each.name: each for each in listed_layers(ledger)}
    assert table[row.name].macs_text == "unknown"
    group = next(name for name in Anatomy(ledger).groups if row in Anatomy(ledger).part(name).rows)
    assert "cost unknown" in words(draw_part(ledger, group))


def test_transposed_convolution_says_how_much_it_enlarges_in_table_and_drawing():
    ledger = Ledger.of(hourglass())
    row = next(row for row in ledger.rows if row.kind == "transposed conv")
    assert row.stride == Fraction(1, 2)
    assert isinstance(row.receptive_field, int)
    cell = next(each for each in listed_layers(ledger) if each.name == row.name)
    assert (cell.window, cell.stride) == ("2\u00d72 \u00d72", 0.5)
    path = next(name for name in Anatomy(ledger).groups if row in Anatomy(ledger).part(name).rows)
    assert "\u00d72 larger" in words(draw_part(ledger, path))


def test_layer_in_a_row_that_joins_maps_states_which():
    ledger = Ledger.of(hourglass())
    row = [row for row in ledger.rows if row.kind == "concatenate"][-1]
    path = next(name for name in Anatomy(ledger).groups if row in Anatomy(ledger).part(name).rows)
    drawing = draw_part(ledger, path, interactive=True)
    assert "of 2 maps" in words(drawing)
    skip = next(row for row in ledger.rows if row.kind == "separable conv")
    assert any(skip.name in each.get("data-tip") for each in nodes(drawing))


def test_network_with_more_groups_than_there_is_room_for_is_drawn_within_the_frame():
    anatomy = Anatomy(deep())
    assert len(anatomy.groups) == 40
    drawing = draw_network(anatomy)
    assert not overlaps(drawing)
    assert not outside(drawing)
    numbers = [float(x) for x in re.findall(r'<rect[^>]* x="(-?[\d.]+)"', str(drawing))]
    assert max(numbers) <= 690
    assert not overlaps(draw_part(anatomy, ""))
