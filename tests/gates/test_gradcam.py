"""Grad-CAM: against a case computed by hand and against finite differences, with gates free and held."""

import keras
import numpy as np
import pytest
from gate_readings import SMALL

from senet_lab import Architecture, add_se
from senet_lab.gates.ablation import ablated
from senet_lab.gates.gradcam import block_output, class_gradient, grad_cam

MAPS = np.array([[1.0, 2.0], [3.0, 4.0]])
IMAGE = np.stack([MAPS, -MAPS], -1)[None].astype("float32")  # (1, 2, 2, 2)
WEIGHTS = np.array([[2.0, -1.0, 0.0], [1.0, 3.0, 0.0]])  # of the classifier, (channels, classes)
PATH = "group1/block1"


def network(gate_kernel=0.0, last="softmax"):
    """Return a network whose maps are its images, scaled by a gate that is 0.5 if its kernel is 0."""
    image = keras.Input((2, 2, 2))
    maps = keras.layers.Activation("linear", name="maps")(image)
    squeezed = keras.layers.GlobalAveragePooling2D(keepdims=True)(maps)
    gate = keras.layers.Dense(2, "sigmoid", name="gate")(squeezed)
    scaled = keras.layers.Multiply(name="group1_block1_se_scale")([maps, gate])
    pooled = keras.layers.GlobalAveragePooling2D()(scaled)
    classifier = keras.layers.Dense(3, None if last == "apart" else last, name="classifier")
    output = classifier(pooled)
    model = keras.Model(image, keras.layers.Softmax()(output) if last == "apart" else output)
    classifier.set_weights([WEIGHTS, np.zeros(3)])
    model.get_layer("gate").set_weights([np.full((2, 2), gate_kernel), np.zeros(2)])
    return model


def test_a_case_computed_by_hand():
    """A score is the mean of the scaled maps, weighted: each of four places counts a quarter of the weight."""
    seen = class_gradient(network(), IMAGE, "group1_block1_se_scale", [0])
    assert seen.maps[0] == pytest.approx(0.5 * IMAGE[0])
    assert seen.gradients[0] == pytest.approx(np.broadcast_to(WEIGHTS[:, 0] / 4, (2, 2, 2)))
    assert seen.scores == pytest.approx(np.array([[0.5 * 2.5 * (2 - 1), 0.5 * 2.5 * (-1 - 3), 0.0]]))
    assert grad_cam(seen.maps, seen.gradients)[0] == pytest.approx(0.5 * MAPS * (2 - 1) / 4)


def test_what_lowers_the_score_counts_as_nothing():
    seen = class_gradient(network(), IMAGE, "group1_block1_se_scale", [1])
    assert grad_cam(seen.maps, seen.gradients).tolist() == [[[0, 0], [0, 0]]]


def test_each_image_has_its_own_class():
    seen = class_gradient(network(), np.repeat(IMAGE, 2, 0), "group1_block1_se_scale", [0, 2])
    assert seen.gradients[0] == pytest.approx(np.broadcast_to(WEIGHTS[:, 0] / 4, (2, 2, 2)))
    assert not seen.gradients[1].any()


@pytest.mark.parametrize(("how", "gate"), [("own", 0.5), ("one", 1.0), ("mean", 0.3)])
def test_with_gates_held_the_gradient_is_that_of_the_held_gate(how, gate):
    held = ablated(network(), [PATH], how, {PATH: np.full((4, 2), 0.3)})
    seen = class_gradient(held, IMAGE, "maps", [0])
    assert seen.gradients[0] == pytest.approx(np.broadcast_to(gate * WEIGHTS[:, 0] / 4, (2, 2, 2)))


@pytest.mark.parametrize("last", ["softmax", "apart", None])
def test_gradients_are_those_of_finite_differences_also_through_the_gate(last):
    """The maps are the image, so the score of an image that differs in one place tells the gradient."""
    model, step = network(0.4, last), 1e-2
    seen = class_gradient(model, IMAGE, "maps", [0])
    for place in np.ndindex(2, 2, 2):
        change = np.zeros_like(IMAGE)
        change[(0, *place)] = step
        higher, lower = (class_gradient(model, IMAGE + sign * change, "maps", [0]).scores[0, 0] for sign in (1, -1))
        assert seen.gradients[(0, *place)] == pytest.approx((higher - lower) / (2 * step), abs=1e-3)
    held = class_gradient(ablated(model, [PATH], "mean", {PATH: np.full((1, 2), 0.5)}), IMAGE, "maps", [0])
    assert not np.allclose(held.gradients, seen.gradients, atol=1e-2)


def test_scores_are_those_before_softmax():
    seen = class_gradient(network(0.4), IMAGE, "maps", [0])
    powers = np.exp(seen.scores)
    assert seen.predictions == pytest.approx(powers / powers.sum(), abs=1e-6)


def ending(*last):
    """Return the network without softmax, followed by other layers or operations."""
    model = network(0.4, None)
    x = model.output
    for each in last:
        x = each(x)
    return keras.Model(model.input, x)


LINEAR = keras.layers.Activation("linear", dtype="float32")


@pytest.mark.parametrize(
    "last",
    [
        [keras.ops.softmax],
        [keras.activations.softmax, LINEAR],
        [keras.layers.Softmax(), keras.layers.Reshape((3,))],
        [keras.layers.Reshape((1, 1, 3)), keras.layers.Activation("softmax"), keras.layers.Flatten()],
        [keras.layers.Reshape((1, 3)), keras.ops.softmax, lambda x: keras.ops.squeeze(x, 1)],
        [keras.layers.Softmax(), lambda x: keras.ops.cast(x, "float32")],
    ],
    ids=["operation", "linear", "reshape", "flatten", "squeeze", "cast"],
)
def test_scores_are_those_before_softmax_also_if_shape_or_precision_change_after_it(last):
    seen, expected = (class_gradient(model, IMAGE, "maps", [0]) for model in (ending(*last), network(0.4)))
    assert seen.scores == pytest.approx(expected.scores)
    assert seen.predictions == pytest.approx(expected.predictions)
    assert seen.gradients == pytest.approx(expected.gradients)


def test_scores_are_those_before_the_softmax_of_a_dense_layer_whose_output_is_reshaped():
    model = network(0.4)
    reshaped = keras.Model(model.input, keras.layers.Reshape((3,))(model.output))
    seen, expected = (class_gradient(each, IMAGE, "maps", [0]) for each in (reshaped, model))
    assert seen.scores == pytest.approx(expected.scores)


def test_the_output_of_a_block_is_before_the_next_convolution():
    x = inputs = keras.Input((8, 8, 4))
    for name in ("a", "b"):
        x = keras.layers.Conv2D(4, 3, padding="same", name=name)(x)
        x = keras.layers.BatchNormalization(name=f"{name}_bn")(x)
    model = add_se(keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(x)), 2, ["a", "b"])
    assert [block_output(model, f"{name}_se_scale") for name in "ab"] == ["a_bn", "b_bn"]


def test_the_output_of_a_block_is_behind_its_shortcut():
    model = SMALL.build()
    assert block_output(model, "group1/block1") == "group1_block1_relu"
    assert block_output(model, "group2/block2") == "group2_block2_relu"
    assert block_output(network(), PATH) == "group1_block1_se_scale"
    cbam = Architecture(groups=((8, 1),), stem="cifar", attention="cbam", ratio=4, input_shape=(16, 16, 3), classes=4)
    assert block_output(cbam.build(), "group1/block1") == "group1_block1_relu"
    images = np.random.default_rng(0).random((2, 32, 32, 3), "float32")
    seen = class_gradient(model, images, "group2_block2_relu", [3, 9])
    assert seen.predictions == pytest.approx(model.predict_on_batch(images), abs=1e-5)
    assert seen.maps.shape == seen.gradients.shape == (2, 16, 16, 16)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((IMAGE, "mops", [0]), "try 'maps'"),
        ((IMAGE, "maps", [3]), "must be at most 2"),
        ((IMAGE, "maps", [0, 1]), "one class number per image"),
        ((IMAGE, "classifier", [0]), "must have 4 dimensions"),
    ],
)
def test_bad_arguments_are_answered_with_what_is_possible(arguments, words):
    with pytest.raises(ValueError, match=words):
        class_gradient(network(), *arguments)
    with pytest.raises(ValueError, match="must be like"):
        grad_cam(IMAGE, IMAGE[:, :1])
    with pytest.raises(ValueError, match="group1/block1"):
        block_output(network(), "group9/block1")
