"""Groups and blocks of networks that do not name them: of users' models, of random ones.

Those of all families in Keras are tested where they are counted, in `tests/ledger/test_keras_models.py`.
"""

from itertools import groupby

import keras
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from outlines import is_contiguous, outline

from senet_lab import Architecture, Ledger, Sketch
from senet_lab.nets import layers as ours
from senet_lab.nets.network import network
from senet_lab.nets.places import find_places

layers = keras.layers


def convolution(x, channels, stride=1, name=None):
    x = ours.Conv2D(channels, 3, stride, padding="same", name=name and f"{name}_conv")(x)
    return ours.BatchNormalization(name=name and f"{name}_bn")(x)


def residual_block(x, channels, stride, name=None):
    """A block of two convolutions; its layers have automatic names, or begin with a name."""
    shortcut = x
    if stride > 1 or x.shape[-1] != channels:
        shortcut = ours.Conv2D(channels, 1, stride, name=name and f"{name}_0_conv")(x)
    y = ours.ReLU(name=name and f"{name}_1_relu")(convolution(x, channels, stride, name and f"{name}_1"))
    y = convolution(y, channels, 1, name and f"{name}_2")
    return ours.ReLU(name=name and f"{name}_out")(ours.Add(name=name and f"{name}_add")([shortcut, y]))


def residual_network(blocks, form=""):
    """A network with so many blocks per group; `form` is that of their names, "" for automatic ones."""
    x = ours.ReLU()(convolution(Sketch((64, 64, 3)), 8))
    for group, number in enumerate(blocks):
        for block in range(number):
            name = form.format(group=group + 1, block=block, letter="abcdef"[block])
            x = residual_block(x, 8 * 2**group, 2 if group and not block else 1, name)
    return ours.Dense(10)(ours.GlobalAveragePooling2D()(x))


NAMES = ("", "stage{group}_unit{block}", "unit{group}{letter}", "part_{group}/cell_{block}", "s{group}b{block}")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4).filter(lambda each: sum(each) > 1), st.sampled_from(NAMES))
@example([1, 2], "s{group}b{block}")  # the first block has the same number as the second
def test_random_residual_network_has_its_groups_and_blocks_whatever_its_names(blocks, form):
    rows, sources = find_places(residual_network(blocks, form))
    groups = " ".join(f"group{group}:{number}" for group, number in enumerate(blocks, 1))
    assert outline(rows) == f"stem {groups} classifier"
    assert is_contiguous(rows)
    assert [row.name for row in rows if row.kind == "add"] == [
        [row.name for row in members if row.kind == "add"][-1]
        for (_, block), members in groupby(rows, key=lambda row: (row.group, row.block))
        if block
    ]
    shortcuts = {(row.group, row.block) for row in rows if row.role == "shortcut"}
    assert shortcuts == {(f"group{group}", "block1") for group in range(2, len(blocks) + 1)}
    assert [sources[row.name] for row in rows if row.kind == "input"] == [()]
    assert find_places(residual_network(blocks, form)) == (rows, sources)


def test_rows_of_our_own_networks_keep_their_places():
    for architecture in (Architecture("resnext", 26), Architecture(depth=34, place="pre", convention="paper")):
        output = network(Sketch(architecture.input_shape), architecture)
        assert find_places(output)[0] == architecture.ledger().rows


def test_plain_chain_is_divided_after_its_pooling_layers():
    x = Sketch((32, 32, 3))
    for channels in (8, 16):
        x = ours.MaxPooling2D()(ours.ReLU()(convolution(convolution(x, channels), channels)))
    rows, _ = find_places(ours.Dense(10)(ours.Flatten()(x)))
    assert outline(rows) == "group1 group2 classifier"
    assert [rows[at].kind for at, row in enumerate(rows[1:]) if row.group != rows[at].group] == [
        "input",
        "pool",
        "pool",
    ]


def test_network_that_enlarges_its_maps_again_has_a_group_per_size():
    x = inputs = keras.Input((32, 32, 3))
    skips = []
    for channels in (4, 8):
        skips.append(layers.Conv2D(channels, 3, padding="same")(x))
        x = layers.MaxPooling2D()(skips[-1])
    x = layers.Conv2D(16, 3, padding="same")(x)
    for channels, skip in zip((8, 4), skips[::-1], strict=True):
        x = layers.Concatenate(name=f"up{channels}")([layers.Conv2DTranspose(channels, 2, strides=2)(x), skip])
    ledger = Ledger.of(keras.Model(inputs, x))
    assert outline(ledger.rows) == "group1 group2 group3 group4 group5"
    assert {row.group: row.output_shape[1] for row in reversed(ledger.rows) if row.kind != "input"} == {
        "group1": 32, "group2": 16, "group3": 8, "group4": 16, "group5": 32,
    }  # fmt: skip
    assert ledger.sources["up4"][1] == ledger.rows[1].name


def towers():
    """Two towers side by side, each with an input of its own."""
    inputs, ends = [keras.Input((32, 32, 3), name=f"image_{at}") for at in (1, 2)], []
    for name, image in zip(("left", "right"), inputs, strict=True):
        x = image
        for at in range(3):
            y = layers.Conv2D(8, 3, padding="same", name=f"{name}_block{at}_conv1")(x)
            y = layers.Conv2D(8, 3, padding="same", name=f"{name}_block{at}_conv2")(y)
            x = layers.Add(name=f"{name}_block{at}_add")([y, x]) if at else y
        ends.append(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, layers.Dense(2)(layers.Concatenate()(ends)))


def test_names_of_inputs_and_how_many_networks_were_made_before_divide_nothing():
    model = towers()
    renamed = keras.models.clone_model(model, input_tensors=[keras.Input((32, 32, 3)) for _ in range(2)])
    assert [row[1:3] for row in Ledger.of(renamed).rows] == [row[1:3] for row in Ledger.of(model).rows]


def test_attention_and_feed_forward_network_are_one_block():
    inputs = keras.Input((20,))
    x = layers.Embedding(100, 16)(inputs)
    for _ in range(3):
        x = layers.LayerNormalization()(x + layers.MultiHeadAttention(2, 8)(x, x))
        x = layers.LayerNormalization()(x + layers.Dense(16)(layers.Dense(32, activation="gelu")(x)))
    model = keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(x)))
    assert outline(Ledger.of(model).rows) == "stem group1:3 classifier"


@pytest.mark.parametrize(
    ("chain", "shape", "expected"),
    [
        ([layers.Dense(4), layers.Dense(2)], (8,), "layers"),
        ([layers.Conv2D(4, 3)], (8, 8, 3), "layers"),
        ([layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()], (8, 8, 3), "body classifier"),
        ([layers.Conv1D(4, 3, strides=2), layers.Conv1D(4, 3), layers.LSTM(4)], (32, 3), "body classifier"),
        ([], (8,), ""),
    ],
)
def test_small_model_has_one_place_for_what_cannot_be_divided(chain, shape, expected):
    x = inputs = keras.Input(shape)
    for layer in chain:
        x = layer(x)
    assert outline(Ledger.of(keras.Model(inputs, x)).rows) == expected


def test_rows_state_windows_channels_and_activations():
    x = inputs = keras.Input((16, 16, 6))
    for layer in (
        layers.Conv2D(8, (1, 7), activation="relu"),
        layers.Conv2D(8, 3, dilation_rate=2, padding="same"),
        layers.SeparableConv2D(4, 3, padding="same"),
        layers.DepthwiseConv2D(3, padding="same"),
        layers.ReLU(6.0),
        layers.Activation("silu"),
        layers.Dense(5),
    ):
        x = layer(x)
    rows = Ledger.of(keras.Model(inputs, x)).rows[1:]
    assert [row.channels_in for row in rows] == [6, 8, 8, 4, 0, 0, 4]
    assert [row.window for row in rows] == ["1\u00d77", "3\u00d73, dilation 2", "", "", "", "", ""]
    assert [row.function for row in rows] == ["relu", "", "", "", "relu6", "silu", ""]
