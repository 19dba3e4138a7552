"""The four systems of the original lesson: names, signatures, argument names, and the examples that it prints."""

import inspect

import keras
import pytest
from keras import Input, Model

import senet_lab
from senet_lab import Sketch
from senet_lab.nets import regnet, se_resnet, se_resnext
from senet_lab.nets import se_resnet_composable as se_resnet_c
from senet_lab.nets import se_resnext_composable as se_resnext_c

SIGNATURES = {
    se_resnet.learner: "x groups ratio",
    se_resnet.group: "x n_filters n_blocks ratio strides",
    se_resnet.identity_block: "x n_filters ratio",
    se_resnet.projection_block: "x n_filters strides ratio",
    se_resnet.squeeze_excite_block: "x ratio",
    se_resnext.learner: "x groups cardinality ratio",
    se_resnext.group: "x n_blocks filters_in filters_out cardinality ratio strides",
    se_resnext.identity_block: "x filters_in filters_out cardinality ratio",
    se_resnext.projection_block: "x filters_in filters_out cardinality strides ratio",
    se_resnext.squeeze_excite_block: "x ratio",
}
DEFAULTS = {  # where the original lesson has any
    se_resnet.group: {"strides": (2, 2)},
    se_resnet.identity_block: {"ratio": 16},
    se_resnet.projection_block: {"strides": (2, 2), "ratio": 16},
    se_resnet.squeeze_excite_block: {"ratio": 16},
    se_resnext.group: {"strides": (2, 2)},
    se_resnext.identity_block: {"cardinality": 32, "ratio": 16},
    se_resnext.projection_block: {"cardinality": 32, "strides": 1, "ratio": 16},
}


@pytest.mark.parametrize("function", SIGNATURES, ids=lambda f: f"{f.__module__}.{f.__name__}")
def test_signatures_are_the_seeds(function):
    parameters = inspect.signature(function).parameters.values()
    positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert " ".join(p.name for p in positional) == SIGNATURES[function]
    assert {p.name: p.default for p in positional if p.default is not p.empty} == DEFAULTS.get(function, {})


def test_the_tables_are_the_real_ones_and_cannot_be_eaten():
    assert se_resnet.groups[50] == ((64, 3), (128, 4), (256, 6), (512, 3))
    assert se_resnext.groups[50] == ((128, 256, 3), (256, 512, 4), (512, 1024, 6), (1024, 2048, 3))
    assert [se_resnext.groups[n][2][2] for n in (101, 152)] == [23, 36]
    for _ in range(2):  # the original lesson's pop(0) left the second network with three groups
        x = se_resnet.learner(se_resnet.stem(senet_lab.Sketch((224, 224, 3))), se_resnet.groups[50], 16)
        assert x.shape == (None, 7, 7, 2048)


@pytest.mark.slow
def test_procedural_se_resnet_as_the_seed_prints_it():
    from senet_lab.nets.se_resnet import classifier, groups, learner, stem

    ratio = 16
    inputs = Input(shape=(224, 224, 3))
    x = stem(inputs)
    x = learner(x, groups[50], ratio)
    outputs = classifier(x, 1000)
    model = Model(inputs, outputs)
    assert model.count_params() == 28_125_096


@pytest.mark.slow
def test_procedural_se_resnext_as_the_seed_prints_it():
    from senet_lab.nets.se_resnext import classifier, groups, learner, stem

    cardinality = 32
    ratio = 16
    inputs = Input(shape=(224, 224, 3))
    x = stem(inputs)
    x = learner(x, groups[50], cardinality, ratio)
    outputs = classifier(x, 1000)
    model = Model(inputs, outputs)
    assert model.count_params() == 27_612_072


@pytest.mark.slow
def test_composable_networks_as_the_seed_prints_them():
    from senet_lab.nets.se_resnet_composable import SEResNet

    senet = SEResNet(50)
    senet = SEResNet(50, input_shape=(128, 128, 3), n_classes=50)
    model = senet.model
    assert model is senet.model
    assert (model.input_shape, model.output_shape) == ((None, 128, 128, 3), (None, 50))
    assert model.count_params() == senet.architecture.ledger().params + senet.architecture.ledger().state


def test_composable_blocks_between_plain_keras_layers_as_the_seed_prints_them():
    from keras.layers import Conv2D, Dense, Flatten

    from senet_lab import Ledger, SEResNet

    inputs = Input((32, 32, 3))
    x = Conv2D(32, (3, 3), strides=1, padding="same", activation="relu")(inputs)
    x = SEResNet.group(x, n_blocks=2, n_filters=128, ratio=16)
    x = SEResNet.projection_block(x, n_filters=256)
    x = SEResNet.identity_block(x, n_filters=256)
    x = Flatten()(x)
    outputs = Dense(10, activation="softmax")(x)
    model = Model(inputs, outputs)
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["acc"])
    ledger = Ledger.of(model)
    assert model.count_params() == ledger.params + ledger.state == 4_141_962


@pytest.mark.slow
def test_two_networks_composed_in_one_session_do_not_disturb_each_other():
    first, second = (senet_lab.SEResNeXt(26, input_shape=(32, 32, 3), n_classes=4).model for _ in range(2))
    assert [w.shape for w in first.weights] == [w.shape for w in second.weights]
    assert not {id(w) for w in first.weights} & {id(w) for w in second.weights}


def test_blocks_of_both_families_mix():
    inputs = Input((16, 16, 8))
    x = senet_lab.SEResNet.projection_block(inputs, n_filters=16, ratio=4)
    x = senet_lab.SEResNeXt.identity_block(x, 32, 64, cardinality=8, ratio=4)
    x = keras.layers.Dropout(0.1)(x)
    x = senet_lab.SEResNet.squeeze_excite_block(x, ratio=8)
    assert Model(inputs, x).output_shape == (None, 8, 8, 64)


def test_a_table_of_groups_stands_for_a_depth():
    senet = senet_lab.SEResNet([(16, 1), (32, 1)], ratio=4, input_shape=(32, 32, 3), n_classes=3)
    assert senet.architecture.groups == ((16, 1), (32, 1))
    assert "SE-ResNet-8" in repr(senet)


@pytest.mark.parametrize("name", ["se_resnet", "se_resnext"])
def test_the_systems_come_from_the_package_and_from_modules_of_the_seeds_names(name):
    assert getattr(senet_lab, name) is {"se_resnet": se_resnet, "se_resnext": se_resnext}[name]
    assert senet_lab.SEResNet is se_resnet_c.SEResNet
    assert senet_lab.SEResNeXt is se_resnext_c.SEResNeXt


@pytest.mark.parametrize("module", [se_resnet, se_resnext, regnet], ids=lambda module: module.__name__)
@pytest.mark.parametrize("name", ["squeeze_excite_block", "eca_block", "cbam_block", "scse_block"])
def test_each_module_has_every_attention_block(module, name):
    assert name in module.__all__
    x = getattr(module, name)(Sketch((8, 8, 64)))
    assert x.shape == (None, 8, 8, 64)
