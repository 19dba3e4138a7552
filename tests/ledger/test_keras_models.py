"""The ledger of any Keras model: applications, random functional models, custom layers, and bad input."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outlines import is_contiguous, outline, without_names

from senet_lab import Architecture, Ledger
from senet_lab.architecture.style import CHOICES
from senet_lab.nets.on_keras.graph import functional, sketch_of
from senet_lab.nets.places import find_places

layers = keras.layers
# One network of each family in keras.applications: multiply-adds as published, in G, and where.
PUBLISHED = {
    "VGG16": (15.3, "He et al. 2016, sec. 3.3"),
    "ResNet50": (3.8, "He et al. 2016, table 1"),
    "ResNet50V2": (None, ""),
    "InceptionV3": (5.72, "Zoph et al. 2018, table 2"),
    "InceptionResNetV2": (13.2, "Zoph et al. 2018, table 2"),
    "Xception": (8.38, "Zoph et al. 2018, table 2"),
    "NASNetMobile": (0.564, "Zoph et al. 2018, table 3"),
    "DenseNet121": (None, ""),
    "MobileNet": (0.569, "Howard et al. 2017, table 8"),
    "MobileNetV2": (0.300, "Sandler et al. 2018, table 4"),
    "MobileNetV3Small": (0.056, "Howard et al. 2019, table 3"),
    "EfficientNetB0": (0.39, "Tan and Le 2019, table 2"),
    "EfficientNetV2B0": (None, ""),
    "ConvNeXtTiny": (4.5, "Liu et al. 2022, table 1"),
}
# The number of blocks of each group, in order, and the parts without blocks.
FAMILIES = {
    "VGG16": "group1 group2 group3 group4 group5 classifier",
    "ResNet50": "stem group1:3 group2:4 group3:6 group4:3 classifier",
    "ResNet50V2": "stem group1:3 group2:4 group3:6 group4:3 classifier",
    "InceptionV3": "stem group1:3 group2:5 group3:3 classifier",
    "InceptionResNetV2": "stem group1:1 group2:10 group3:1 group4:20 group5:1 group6:10 classifier",
    "Xception": "group1:1 group2:1 group3:1 group4:9 group5:2 classifier",
    "NASNetMobile": "group1 group2 group3 group4 group5 classifier",
    "DenseNet121": "stem group1:6 transition1 group2:12 transition2 group3:24 transition3 group4:16 classifier",
    "MobileNet": "stem group1:1 group2:2 group3:2 group4:6 group5:2 classifier",
    "MobileNetV2": "stem group1:1 group2:2 group3:3 group4:7 group5:4 classifier",
    "MobileNetV3Small": "stem group1:1 group2:2 group3:5 group4:3 classifier",
    "EfficientNetB0": "stem group1:1 group2:2 group3:2 group4:3 group5:3 group6:4 group7:1 classifier",
    "EfficientNetV2B0": "stem group1:1 group2:2 group3:2 group4:3 group5:5 group6:8 classifier",
    "ConvNeXtTiny": "stem group1:3 transition1 group2:3 transition2 group3:9 transition3 group4:3 classifier",
}
# The families that are divided in the same way if their layers have no names.
KNOWN_BY_CONNECTIONS = ("VGG16", "ResNet50", "InceptionV3", "NASNetMobile", "DenseNet121", "ConvNeXtTiny")
ON_TENSORFLOW = keras.backend.backend() == "tensorflow"
COUNTED = ("Conv2D", "DepthwiseConv2dNative", "MatMul")  # operations of TensorFlow


def profiled(model, shape):
    """The multiply-adds that TensorFlow's profiler counts."""
    import tensorflow as tf

    graph = tf.function(lambda x: model(x, training=False)).get_concrete_function(tf.TensorSpec((1, *shape))).graph
    builder = tf.compat.v1.profiler.ProfileOptionBuilder
    options = builder(builder.float_operation()).with_empty_output().with_accounted_types(COUNTED).build()
    return tf.compat.v1.profiler.profile(graph, cmd="scope", options=options).total_float_ops / 2


@pytest.fixture(scope="module")
def application(request):
    """A network of keras.applications by its name, the model, and the shape of its input; one at a time."""
    name = request.param
    yield name, getattr(keras.applications, name)(weights=None), (299, 299, 3) if "ception" in name else (224, 224, 3)
    keras.backend.clear_session()


@pytest.mark.slow
@pytest.mark.parametrize("application", PUBLISHED, indirect=True)
def test_applications_are_counted_as_keras_tensorflow_and_their_papers_do(application):
    name, model, shape = application
    ledger = Ledger.of(model, shape)
    assert ledger.params + ledger.state == model.count_params()
    assert ledger.params == sum(np.prod(weight.shape) for weight in model.trainable_weights)
    assert ledger.unknown == ()
    published, _ = PUBLISHED[name]
    assert published is None or ledger.macs / 1e9 == pytest.approx(published, rel=0.02)
    if ON_TENSORFLOW and not name.startswith("ConvNeXt"):  # grouped convolutions, which the profiler does not count
        assert ledger.macs == profiled(model, shape)


@pytest.mark.slow
@pytest.mark.parametrize("application", FAMILIES, indirect=True)
def test_family_of_keras_has_the_groups_and_blocks_that_it_is_known_for(application):
    name, model, shape = application
    sketch = sketch_of(model, shape)
    rows, _ = find_places(sketch)
    assert outline(rows) == FAMILIES[name]
    assert is_contiguous(rows) or name == "NASNetMobile"
    assert all(row.group for row in rows)
    if name in KNOWN_BY_CONNECTIONS:
        assert outline(find_places(without_names(sketch))[0]) == FAMILIES[name]


def model_of(*chain, shape=(8, 8, 6)):
    x = inputs = keras.Input(shape)
    for layer in chain:
        x = layer(x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize(
    ("layer", "shape", "macs", "params"),
    [
        (layers.Conv2D(4, 3, dilation_rate=2, padding="same"), (8, 8, 6), 64 * 9 * 6 * 4, 220),
        (layers.Conv1D(4, 3), (8, 6), 6 * 3 * 6 * 4, 76),
        (layers.Conv2DTranspose(4, 3, strides=2), (8, 8, 6), 64 * 9 * 6 * 4, 220),
        (layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), (8, 8, 6), 64 * 9 * 12, 120),
        (layers.SeparableConv2D(4, 3, padding="same"), (8, 8, 6), 64 * (9 * 6 + 6 * 4), 82),
        (layers.Dense(5), (8, 8, 6), 64 * 6 * 5, 35),
        (layers.EinsumDense("abc,cd->abd", (8, 5)), (8, 6), 8 * 6 * 5, 30),
        (layers.Embedding(10, 4), (8,), 0, 40),
        (layers.LSTM(4), (8, 6), 8 * (6 + 4) * 16, 176),
        (layers.GRU(4), (8, 6), 8 * (6 + 4) * 12, 144),
        (layers.RNN([layers.GRUCell(4), layers.LSTMCell(2)]), (8, 6), 8 * ((6 + 4) * 12 + (4 + 2) * 8), 200),
        (layers.Bidirectional(layers.LSTM(4)), (8, 6), 2 * 8 * (6 + 4) * 16, 352),
        (layers.TimeDistributed(layers.Conv2D(4, 3)), (5, 8, 8, 6), 5 * 36 * 9 * 6 * 4, 220),
        (layers.LayerNormalization(), (8, 6), 0, 12),
        (layers.GroupNormalization(3), (8, 8, 6), 0, 12),
        (layers.PReLU(), (8, 6), 0, 48),
        (layers.AveragePooling2D(2), (8, 8, 6), 0, 0),
        (layers.UpSampling2D(), (8, 8, 6), 0, 0),
        (layers.Cropping2D(1), (8, 8, 6), 0, 0),
        (layers.Rescaling(1 / 255), (8, 8, 6), 0, 0),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, layers.Layer) else "",
)
def test_layer_is_counted_by_hand(layer, shape, macs, params):
    ledger = Ledger.of(model_of(layer, shape=shape))
    assert (ledger.macs, ledger.params, ledger.unknown) == (macs, params, ())
    assert ledger.rows[-1].output_shape == layer.output.shape


def test_attention_counts_projections_scores_and_sums():
    x = keras.Input((10, 12))
    y = layers.MultiHeadAttention(2, 3, value_dim=5)(x, x)
    projections = 10 * 12 * (6 + 6 + 10) + 10 * 10 * 12
    assert Ledger.of(keras.Model(x, y)).macs == projections + 10 * 10 * (6 + 10)


def test_arguments_given_by_name_are_counted_like_those_given_by_position():
    query, value, key = keras.Input((4, 8)), keras.Input((100, 16)), keras.Input((100, 32))
    attention = layers.MultiHeadAttention(2, 4)(query=query, value=value, key=key)
    projections = 4 * 8 * 8 + 100 * 32 * 8 + 100 * 16 * 8 + 4 * 8 * 8
    assert Ledger.of(keras.Model([query, value, key], attention)).macs == projections + 2 * 4 * 100 * 8
    steps, hidden, cell = keras.Input((20, 6)), keras.Input((4,)), keras.Input((4,))
    recurrent = layers.LSTM(4)(sequences=steps, initial_state=[hidden, cell])
    assert Ledger.of(keras.Model([steps, hidden, cell], recurrent)).macs == 20 * (6 + 4) * 16


def test_product_with_a_constant_is_counted_on_either_side():
    x = keras.Input((10, 4))
    left, right = np.ones((7, 10), "float32"), np.ones((4, 7), "float32")
    assert Ledger.of(keras.Model(x, keras.ops.matmul(left, x))).macs == 7 * 10 * 4
    assert Ledger.of(keras.Model(x, keras.ops.matmul(x, right))).macs == 10 * 4 * 7
    sums = Ledger.of(keras.Model(x, keras.ops.add(np.ones((10, 4)), x * np.ones((10, 4)))))
    assert [row.kind for row in sums.rows[1:]] == ["arithmetic", "arithmetic"]


def test_custom_layer_is_counted_for_weights_and_shape_and_its_cost_is_unknown():
    class Doubled(layers.Dense):  # computes in its own way, although it is a Dense
        def call(self, inputs):
            return 2 * super().call(inputs)

    ledger = Ledger.of(model_of(layers.Conv2D(4, 3), Doubled(5, name="mine"), layers.ReLU()))
    assert [row.name for row in ledger.unknown] == ["mine"]
    assert (ledger.params, ledger.macs) == (220 + 25, 36 * 9 * 6 * 4)
    assert "and 1 layer of unknown cost" in repr(ledger)
    assert "and 2 layers of unknown cost" in repr(Ledger.of(model_of(*(layers.Lambda(lambda x: x) for _ in range(2)))))


def test_frozen_layer_keeps_its_parameters():
    model = model_of(layers.Conv2D(4, 3), layers.BatchNormalization())
    before = Ledger.of(model)
    model.trainable = False
    assert Ledger.of(model) == before
    assert (before.params, before.state) == (228, 8)


def test_layer_called_twice_has_its_weights_once_and_its_cost_twice():
    dense, a, b = layers.Dense(3, name="shared"), keras.Input((4,), name="a"), keras.Input((4,), name="b")
    ledger = Ledger.of(keras.Model([a, b], layers.Add()([dense(a), dense(b)])))
    assert [(row.name, row.params, row.macs) for row in ledger.rows if row.kind == "dense"] == [
        ("shared", 15, 12),
        ("shared (call 2)", 0, 12),
    ]
    assert {row.name for row in ledger.rows if row.kind == "input"} == {"a", "b"}


def test_weights_that_two_layers_share_are_counted_once():
    class Scores(layers.Layer):
        def __init__(self, embedding):
            super().__init__()
            self.embedding = embedding

        def call(self, x):
            return keras.ops.matmul(x, keras.ops.transpose(self.embedding.embeddings))

    words, embedding = keras.Input((5,), dtype="int32"), layers.Embedding(100, 8)
    model = keras.Model(words, Scores(embedding)(embedding(words)))
    assert Ledger.of(model).params == model.count_params() == 800


def with_unused_output():
    x, y = keras.Input((4,)), keras.Input((4,))
    inner = keras.Model(x, [layers.Dense(3, name="a")(x), layers.Dense(5, name="b")(x)], name="inner")
    return keras.Model(y, inner(y)[0])


def test_output_of_a_nested_model_that_nothing_uses_is_counted_as_keras_computes_it():
    model = with_unused_output()
    ledger = Ledger.of(model)
    assert ledger.params == model.count_params() == 40
    assert [row.name for row in ledger.rows[1:]] == ["inner/b", "inner/a"]  # the last is the output of the model


def test_input_has_the_name_of_its_layer():
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(3)(x))
    assert Ledger.of(model).rows[0].name == model.layers[0].name


def test_nested_models_operations_and_several_outputs_are_read():
    inner = keras.Sequential([keras.Input((8, 8, 6)), layers.Conv2D(6, 1, name="point")], name="inner")
    inputs = keras.Input((8, 8, 6))
    x = inner(inputs) + inputs
    model = keras.Model(inputs, [layers.Flatten(name="flat")(x), layers.GlobalAveragePooling2D()(x * 2)])
    ledger = Ledger.of(model)
    assert ledger.params == model.count_params() == 42
    assert ledger.rows[1].name == "inner/point"
    kinds = ["input", "conv", "add", "reshape", "arithmetic", "global pool"]
    assert [row.kind for row in ledger.rows] == kinds


def test_size_that_a_model_leaves_open_is_given():
    model = model_of(layers.Conv2D(4, 3, padding="same"), layers.GlobalAveragePooling2D(), shape=(None, None, 3))
    assert Ledger.of(model, (8, 8, 3)).macs == 64 * 27 * 4
    assert Ledger.of(model, (16, 8, 3)).macs == 128 * 27 * 4
    with pytest.raises(ValueError, match=r"input of open size, .* try Ledger.of\(model, input_shape=\(224, 224, 3\)\)"):
        Ledger.of(model)
    with pytest.raises(ValueError, match=r"`input_shape` .* must fit \(None, None, 3\)"):
        Ledger.of(model, (8, 8, 4))
    with pytest.raises(ValueError, match="a shape per input, 1 in all"):
        Ledger.of(model, [(8, 8, 3), (8, 8, 3)])
    with pytest.raises(ValueError, match="this network has one"):
        Ledger.of(Architecture(), (8, 8, 3))


def residual(data_format, shape):
    """A residual network; only some of its layers know where the channels are."""
    x = inputs = keras.Input(shape)
    axis = 1 if data_format == "channels_first" else -1
    for channels in (4, 8):
        x = layers.Conv2D(channels, 3, 2, padding="same", data_format=data_format)(x)
        for _ in range(2):
            y = layers.DepthwiseConv2D(3, padding="same", data_format=data_format)(x)
            y = layers.BatchNormalization(axis=axis)(layers.Conv2D(channels, 1, data_format=data_format)(y))
            gate = layers.GlobalAveragePooling2D(keepdims=True, data_format=data_format)(y)
            gate = layers.Conv2D(channels, 1, activation="sigmoid", data_format=data_format)(gate)
            x = layers.ReLU()(layers.Add()([x, layers.Multiply()([y, gate])]))
    return keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


def test_model_with_channels_first_has_the_rows_of_one_with_channels_last():
    first, last = (
        Ledger.of(residual(*each)) for each in (("channels_first", (6, 32, 16)), ("channels_last", (32, 16, 6)))
    )
    assert [row[1:] for row in first.rows] == [row[1:] for row in last.rows]
    assert first.se.layers == 12
    assert {row.group for row in first.rows} == {"input", "stem", "group1", "transition1", "group2", "classifier"}


def test_one_number_per_image_is_a_feature():
    image, number = keras.Input((8, 8, 3)), keras.Input(())
    ledger = Ledger.of(keras.Model(image, keras.ops.mean(layers.Conv2D(8, 3)(image), axis=(1, 2, 3))))
    assert [row.output_shape for row in ledger.rows] == [(None, 8, 8, 3), (None, 6, 6, 8), (None, 1)]
    assert [row.group for row in ledger.rows] == ["input", "body", "classifier"]
    ledger = Ledger.of(keras.Model(number, layers.Dense(3)(keras.ops.expand_dims(number, -1))))
    assert [row.output_shape for row in ledger.rows] == [(None, 1), (None, 1), (None, 3)]


def test_squeeze_excite_of_a_foreign_model_is_found_by_what_it_computes():
    x = keras.Input((8, 8, 6))
    pooled = layers.GlobalAveragePooling2D(keepdims=True, name="pooled")(x)
    gate = layers.Conv2D(6, 1, activation="sigmoid", name="up")(layers.Conv2D(2, 1, name="down")(pooled))
    ledger = Ledger.of(keras.Model(x, layers.Multiply(name="times")([x, gate])))
    roles = {row.name: row.role for row in ledger.rows[1:]}
    assert roles == {"pooled": "squeeze", "down": "reduce", "up": "gate", "times": "scale"}
    plain = Ledger.of(keras.Model(x, layers.Multiply()([x, layers.Conv2D(6, 1)(x)])))
    assert not plain.se.layers


def with_pixel_gates(pooled):
    """CBAM's gate per pixel as a foreign model may have it, without names that state it."""
    x = keras.Input((8, 8, 6))
    y = layers.Conv2D(6, 3, padding="same", name="map")(x)
    mean = pooled(layers.Reshape((64, 6), name="pixels")(y))
    mean = layers.Reshape((8, 8, 1), name="back")(mean)
    gate = layers.Conv2D(1, 7, padding="same", activation="sigmoid", name="gate")(mean)
    return keras.Model(x, layers.Conv2D(6, 3, name="next")(layers.Multiply(name="times")([gate, y])))


MEANS_OF_CHANNELS = {
    "kept": layers.GlobalAveragePooling1D("channels_first", keepdims=True, name="mean"),
    "flat": layers.GlobalAveragePooling1D("channels_first", name="mean"),
    "max": layers.GlobalMaxPooling1D("channels_first", name="mean"),
    "operation": lambda x: keras.ops.mean(x, axis=-1),
}


@pytest.mark.parametrize("name", MEANS_OF_CHANNELS)
def test_gate_per_pixel_of_a_foreign_model_sees_a_window_and_so_does_the_map_that_it_scales(name):
    ledger = Ledger.of(with_pixel_gates(MEANS_OF_CHANNELS[name]))
    assert [row.receptive_field for row in ledger.rows] == [1, 3, 3, 3, 3, 9, 9, 11]
    assert [row.kernel for row in ledger.rows] == [1, 3, 1, 1, 1, 7, 1, 3]
    assert ledger.receptive_field == 11
    assert not any(row.sees_all for row in ledger.rows if row.kind == "global pool")


def sequence_network(data_format, shape):
    """A network of sequences, with global pooling over all of their steps."""
    x = inputs = keras.Input(shape)
    for strides in (1, 2):
        x = layers.Conv1D(8, 3, strides, padding="same", data_format=data_format)(x)
    return keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D(data_format)(x)))


def test_sequences_with_channels_first_have_the_rows_of_those_with_channels_last():
    first = Ledger.of(sequence_network("channels_first", (6, 32)))
    last = Ledger.of(sequence_network("channels_last", (32, 6)))
    assert [row[1:] for row in first.rows] == [row[1:] for row in last.rows]
    (pool,) = (row for row in first.rows if row.kind == "global pool")
    assert (pool.kernel, pool.sees_all) == (16, True)


def test_global_pooling_of_maps_that_have_channels_first_and_were_made_sequences_covers_all_pixels():
    x = keras.Input((3, 8, 8))
    y = layers.Reshape((4, 64))(layers.Conv2D(4, 1, data_format="channels_first")(x))
    pool = Ledger.of(keras.Model(x, layers.GlobalAveragePooling1D("channels_first")(y))).rows[-1]
    assert (pool.kernel, pool.sees_all) == (64, True)


def with_eca(channels=6):
    """ECA as a foreign model may have it, without names that state it."""
    x = keras.Input((8, 8, channels))
    y = layers.Reshape((channels, 1), name="row")(layers.GlobalAveragePooling2D(name="pooled")(x))
    y = layers.Conv1D(1, 3, padding="same", use_bias=False, name="mixed")(y)
    gate = layers.Reshape((1, 1, channels), name="back")(layers.Activation("sigmoid", name="gates")(y))
    return keras.Model(x, layers.Multiply(name="times")([x, gate]))


def test_eca_of_a_foreign_model_is_found_by_what_it_computes_and_counted_as_tensorflow_does():
    model = with_eca()
    ledger = Ledger.of(model)
    roles = {row.name: row.role for row in ledger.rows[1:]}
    assert roles == dict.fromkeys(("pooled", "row"), "squeeze") | {
        **dict.fromkeys(("mixed", "gates", "back"), "gate"), "times": "scale",
    }  # fmt: skip
    assert (ledger.attention, ledger.se.name, ledger.se.params, ledger.macs) == ("eca", "ECA", 3, 18)
    assert {row.receptive_field for row in ledger.rows[1:-1]} == {8}  # channels are no pixels
    assert {total.name for total in ledger.by_kind()} == {"input", "ECA"}
    assert not ON_TENSORFLOW or ledger.macs == profiled(model, (8, 8, 6))


ATTENTION = Architecture(groups=((16, 1), (32, 1)), ratio=4, input_shape=(32, 48, 3))


@pytest.mark.slow
@pytest.mark.parametrize("attention", CHOICES["attention"])
def test_multiply_adds_of_attention_are_those_of_tensorflow(attention):
    architecture = replace(ATTENTION, attention=attention)
    ledger = architecture.ledger()
    assert ledger.attention == attention
    assert not ON_TENSORFLOW or ledger.macs == profiled(architecture.build(), architecture.input_shape)


def test_reading_changes_nothing_of_a_model():
    model = model_of(layers.Conv2D(4, 3), layers.BatchNormalization(), shape=(None, None, 3))
    before = [(layer.name, len(layer._inbound_nodes), layer.output.shape) for layer in model.layers]
    Ledger.of(model, (32, 32, 3))
    assert [(layer.name, len(layer._inbound_nodes), layer.output.shape) for layer in model.layers] == before


def test_sequential_model_has_a_ledger_once_it_is_built():
    model = keras.Sequential([layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)])
    with pytest.raises(ValueError, match="call the Sequential one first"):
        Ledger.of(model)
    model.build((None, 8, 8, 3))
    assert Ledger.of(model).params == model.count_params()


def test_subclassed_model_is_refused_with_what_to_do():
    class Mine(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(ValueError, match=r"must be functional, .*try keras.Model\(inputs, outputs\)"):
        Ledger.of(Mine())
    with pytest.raises(TypeError, match=r"`model` must be a Keras model, not .+; try model.build\(\)"):
        functional(Architecture())


class Scaled(keras.Model):
    """A functional model whose `call` computes something else than its graph."""

    def call(self, inputs):
        return 2 * super().call(inputs)


def test_functional_model_with_its_own_call_is_refused_and_in_another_model_its_cost_is_unknown():
    x, y = keras.Input((4,)), keras.Input((4,))
    scaled = Scaled(x, layers.Dense(3)(x), name="scaled")
    with pytest.raises(ValueError, match="with Keras's own `call`"):
        Ledger.of(scaled)
    ledger = Ledger.of(keras.Model(y, scaled(y)))
    assert [(row.name, row.params) for row in ledger.unknown] == [("scaled", 15)]


def test_functional_model_with_its_own_training_step_is_counted():
    class Trained(keras.Model):
        def train_step(self, data):
            return super().train_step(data)

    x = keras.Input((4,))
    assert Ledger.of(Trained(x, layers.Dense(3)(x))).params == 15


def test_custom_cell_has_unknown_cost():
    class GRUCell(layers.GRUCell):
        pass

    assert Ledger.of(model_of(layers.RNN(layers.GRUCell(4)), shape=(8, 6))).macs == 8 * (6 + 4) * 12
    assert Ledger.of(model_of(layers.RNN(GRUCell(4)), shape=(8, 6))).unknown


VOCABULARY = (
    ("Conv2D", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}),
    ("Conv2D", {"filters": 2, "kernel_size": (1, 3), "groups": 2}),
    ("Conv2D", {"filters": 4, "kernel_size": 3, "dilation_rate": 2, "padding": "same"}),
    ("DepthwiseConv2D", {"kernel_size": 3, "padding": "same", "depth_multiplier": 2}),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 3, "padding": "same"}),
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 3, "strides": 2, "padding": "same"}),
    ("BatchNormalization", {"scale": False}),
    ("GroupNormalization", {"groups": 2}),
    ("LayerNormalization", {}),
    ("AveragePooling2D", {"pool_size": 2, "padding": "same"}),
    ("UpSampling2D", {}),
    ("Activation", {"activation": "gelu"}),
    ("SpatialDropout2D", {"rate": 0.5}),
    ("ZeroPadding2D", {}),
    ("Dense", {"units": 4}),
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=6), st.sampled_from([(16, 16, 4), (10, 12, 4)]))
def test_random_functional_models_are_counted_as_keras_and_tensorflow_do(chain, shape):
    def built(shape):
        return model_of(*(getattr(layers, name)(**arguments) for name, arguments in chain), shape=shape)

    ledger, model = Ledger.of(built((None, None, 4)), shape), built(shape)
    assert ledger.params == sum(np.prod(weight.shape, dtype=int) for weight in model.trainable_weights)
    assert ledger.state == sum(np.prod(weight.shape, dtype=int) for weight in model.non_trainable_weights)
    assert [row.output_shape for row in ledger.rows] == [layer.output.shape for layer in model.layers]
    has_other = any(row.kind in ("grouped conv", "transposed conv") for row in ledger.rows)
    assert has_other or not ON_TENSORFLOW or ledger.macs == profiled(model, shape)
