"""What GateLens is called with: which models, images, labels and classes are taken, and the rule for the others."""

import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from gate_readings import SMALL

from senet_lab import GateLens
from senet_lab.training.batches import prepare_images
from senet_lab.training.recipe import Recipe
from senet_lab.training.runs.run import Run


@pytest.mark.slow
def test_prepare_makes_pictures_ready_and_numbers_are_taken_as_they_are(model):
    pictures = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype="uint8")
    prepare = partial(prepare_images, recipe=Recipe(standardise=True))
    a = GateLens(model, pictures, np.arange(20) % 10, prepare=prepare).wait(300)._work.reading
    b = GateLens(model, prepare(pictures), np.arange(20) % 10).wait(300)._work.reading
    assert np.allclose(a.gates["group1/block1"], b.gates["group1/block1"])


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"images": np.zeros((4, 8, 8, 3))}, "`images` (of shape (4, 8, 8, 3)) must be images of (32, 32, 3)"),
        ({"images": np.zeros((0, 32, 32, 3))}, "`images` (of shape (0, 32, 32, 3))"),
        ({"images": np.zeros((4, 32, 32, 3)), "labels": [1, 2]}, "must be a class number for each of 4 images"),
        ({"images": np.zeros((2, 32, 32, 3)), "labels": np.eye(10)[:2]}, "of one-hot rows try labels.argmax(1)"),
        ({"images": np.zeros((2, 32, 32, 3)), "labels": [-1, 2]}, "must be numbers from 0 on"),
        ({"classes": ("a", "b")}, "`classes` (=2) must be a name for each of the 10 classes"),
        (
            {"images": np.zeros((2, 32, 32, 3)), "labels": [3, 10**9]},
            "`labels` (=1000000000, of image 1) must be numbers from 0 on, and below 10, the number of classes; try 9.",
        ),
        ({"images": np.zeros((2, 32, 32, 3)), "labels": [1, 10]}, "below 10, the number of classes; try labels - 1,"),
        (
            {"images": np.where(np.arange(2) == 1, np.nan, np.zeros((32, 32, 3, 2))).transpose(3, 0, 1, 2)},
            "`images` must be finite in float32, and image 1 has 3,072 of 3,072 numbers that are not, such as nan; "
            "leave it out, or try numpy.nan_to_num(images).",
        ),
        ({"images": np.full((1, 32, 32, 3), np.inf)}, "and image 0 has 3,072 of 3,072 numbers that are not, such as inf"),
        ({"images": np.full((1, 32, 32, 3), 1e300)}, "that are not, such as 1e+300"),
    ],
)  # fmt: skip
def test_what_does_not_belong_together_is_answered_with_the_rule(model, given, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        GateLens(model, **given)


NO_KINDS = [
    ({"images": np.full((1, 32, 32, 3), 7)}, "or floats as the network takes them, not int64; try images.astype('uint8')"),
    ({"images": np.full((1, 32, 32, 3), -7)}, "not int64; try images.astype('float32')"),
    ({"images": np.zeros((1, 32, 32, 3), bool)}, "not bool; try images.astype('float32')"),
    ({"images": [np.zeros((32, 32, 3)), np.zeros((9, 9, 3))]}, "must be one array (images, height, width, channels), not"),
    ({"images": np.full((1, 32, 32, 3), "a")}, "`images` must be pictures in uint8, or floats"),
    ({"images": object()}, "`images` must be pictures in uint8, or floats"),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": ["cat", "dog"]}, "`labels` must be class numbers, not "),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": [1.0, 2.5]}, "whole numbers, not 2.5; try labels.astype('int64')"),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": [1.0, 2.0]}, "whole numbers, not float64; try labels.astype('int64')"),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": [True, False]}, "whole numbers, not bool"),
    ({"images": np.zeros((2, 32, 32, 3)), "labels": [1, float("nan")]}, "whole numbers, not nan"),
    ({"classes": "cats"}, "`classes` must be a list of names, not 'cats'; try ['cat', 'dog']."),
    ({"classes": 7}, "`classes` must be a list of names, not 7"),
    ({"prepare": 7}, "`prepare` must be a function of pictures, or None, not 7; try None."),
    ({"watch": 7}, "`watch` must be a GateWatch, or None for none, not 7; try GateWatch(images, labels)."),
    ({"runs": 7}, "`runs` must be the folder of the runs, or None for none, not 7; try 'runs'."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "words"), NO_KINDS)
def test_what_is_of_another_kind_is_answered_with_the_rule(model, given, words):
    with pytest.raises(TypeError, match=re.escape(words)):
        GateLens(model, **given)


ACCEPTED = (
    "`model` must be a functional Keras model with squeeze-excite, the name of one such as 'cifar_se_resnet20' or "
    "'timm/seresnet50.ra2_in1k', or None for the first bundled network, not "
)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (7, "7; try GateLens()."),
        ([1, 2], "[1, 2]; try GateLens()."),
        (SMALL, "; try GateLens(architecture.build())."),
        (Path("runs/a"), "PosixPath('runs/a'); try GateLens.of_run(run)."),
    ],
)
def test_what_is_no_network_is_answered_with_what_is_accepted(given, words):
    with pytest.raises(TypeError, match=f"{re.escape(ACCEPTED)}.*{re.escape(words)}$"):
        GateLens(given)


def test_a_run_is_answered_with_the_way_to_open_it_and_what_is_no_run_with_the_rule(tmp_path):
    run = Run.create(SMALL, folder=tmp_path / "run")
    with pytest.raises(TypeError, match=re.escape("try GateLens.of_run(run).")):
        GateLens(run)
    with pytest.raises(
        TypeError, match=re.escape("`run` must be a Run or its folder, not 7; try GateLens.of_run('runs")
    ):
        GateLens.of_run(7)


def test_a_model_that_takes_no_images_is_refused():
    import keras

    for model, words in (
        (keras.Sequential([keras.layers.Dense(2)]), "but it is not built"),
        (keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]), "but it takes (None, 3)"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            GateLens(model)


def test_images_beside_a_network_that_would_not_be_shown_them_are_refused():
    images = np.zeros((1, 32, 32, 3), "uint8")
    for model in (None, "cifar_se_resnet20"):
        with pytest.raises(ValueError, match=re.escape("try GateLens(pretrained.load('cifar_se_resnet20'), images).")):
            GateLens(model, images)
    with pytest.raises(ValueError, match=re.escape("must be images of (224, 224, 3), as `timm/seresnet50.ra2_in1k`")):
        GateLens("timm/seresnet50.ra2_in1k", images)


def test_more_classes_than_the_model_predicts_are_taken_where_they_are_named(model):
    names = [f"class {number}" for number in range(12)]
    lens = GateLens(model, np.zeros((2, 32, 32, 3), "uint8"), [3, 11], names).wait(300)
    assert lens._work.reading.labels.tolist() == [3, 11]


def test_a_preparation_that_makes_no_numbers_is_said_in_the_panel(model):
    lens = GateLens(model, np.zeros((2, 32, 32, 3), "uint8"), prepare=lambda x: x / np.float32(np.nan))
    with pytest.raises(RuntimeError, match=re.escape("`prepare(images)` must be finite in float32")):
        lens.wait(300)


def test_gates_that_are_no_numbers_are_said_in_the_panel(model):
    lens = GateLens(model, np.full((2, 32, 32, 3), 3e38, "float32"))
    with pytest.raises(RuntimeError, match=re.escape("are not finite: its weights or the images are too large")):
        lens.wait(300)
