"""The gate task: what its images show, read from their pixels, and the ways to train on them."""

import hashlib
from collections import Counter
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from messages import post
from runs import BRIEF, TINY, log_of

from senet_lab import Architecture, Trainer, memory
from senet_lab.cli import main
from senet_lab.data import datasets as data
from senet_lab.data.gate_task import COLORS, DISTANCES, MAX_DISTANCE, NOISE, SHAPES, TEST, draw_images
from senet_lab.training.runs.data_fit import must_fit
from senet_lab.training.runs.run import Run

TWO_BLOCKS = Architecture(
    groups=((16, 1), (32, 1)), block="basic", stem="cifar", ratio=None, input_shape=(32, 32, 3), classes=4
)
# How many pixels of its 4 x 4 a shape fills, and how many of its first row.
PIXELS = {(12, 4): "ring", (8, 2): "cross", (12, 2): "disk", (8, 4): "equals"}


def read_class(image):
    """Return the name of the class of an image, by looking for the pixels that have the color of its first column."""
    color = np.median(image[:, 0].astype(int), axis=0)
    inside = image[:, 14:18].astype(int)
    rows, columns = np.nonzero((np.abs(inside - color) <= 2 * NOISE).all(-1))
    assert (rows.max() - rows.min(), columns.min(), columns.max()) == (3, 0, 3)
    return PIXELS[len(rows), int((rows == rows.min()).sum())]


@pytest.mark.parametrize("distance", [1, 12])
def test_the_class_is_the_shape_of_the_glyph_that_has_the_color_of_the_stripes(distance):
    drawn, names, values = draw_images(300, 5, distance), tuple(SHAPES), tuple(COLORS.values())
    for image, label, rule in zip(*drawn, strict=True):
        assert read_class(image) == names[label]
        assert (np.abs(image[:, [0, -1]].astype(int) - values[rule]) <= NOISE).all()


def test_glyphs_are_one_of_each_color_and_do_not_touch():
    images = draw_images(300, 6).images[:, :, 14:18].astype(int)
    is_of = np.stack([(np.abs(images - value) <= NOISE).all(-1).any(-1) for value in COLORS.values()])
    for colors in is_of.swapaxes(0, 1):
        assert set(colors.sum(1)) <= {2, 4}  # rows; the equals sign has two
        spans = sorted((np.flatnonzero(rows).min(), np.flatnonzero(rows).max()) for rows in colors)
        assert all(below[0] - above[1] > 1 for above, below in pairwise(spans))


def test_images_are_the_same_on_every_machine():
    """They are drawn in whole numbers. If NumPy changes its generator, all figures for this task need measuring anew."""
    drawn = draw_images(100, seed=3)
    assert hashlib.sha256(drawn.images.tobytes()).hexdigest()[:16] == "6be8cfe2e3624597"
    assert all((mine == again).all() for mine, again in zip(drawn, draw_images(100, seed=3), strict=True))
    assert (drawn.images != draw_images(100, seed=4).images).any()


def test_classes_and_rules_are_balanced():
    images = data.named("gate-task")
    assert (np.bincount(images.y_train) == 1250).all()
    assert (np.bincount(images.y_test) == 250).all()
    pairs = Counter(zip(*draw_images(*TEST)[1:], strict=True))
    assert len(pairs) == 12
    assert max(pairs.values()) - min(pairs.values()) == 1


@pytest.mark.parametrize("distance", [1, 7, MAX_DISTANCE])
def test_distance_counts_the_columns_between_stripes_and_glyphs(distance):
    is_empty = draw_images(200, 1, distance).images.max((0, 1, 3)) <= 60
    glyphs = [False] * 4
    side = [False] * (14 - distance) + [True] * distance
    assert is_empty.tolist() == side + glyphs + side[::-1]


def test_no_window_of_a_network_with_two_blocks_contains_stripe_and_glyph():
    assert TWO_BLOCKS.ledger().receptive_field < 1 + DISTANCES["gate-task"] + 1  # at least a pixel of each


def test_without_the_stripes_the_best_guess_is_right_in_27_of_48_images():
    triples = list(product(range(4), repeat=3))
    assert sum(max(Counter(triple).values()) for triple in triples) / (3 * len(triples)) == 27 / 48


def test_named_returns_images_that_cannot_be_changed_by_accident():
    images = data.named("gate-task")
    assert repr(images) == "<Gate task: 5,000 + 1,000 images, 32x32x3, 4 classes>"
    with pytest.raises(ValueError, match="read-only"):
        images.x_train[0] = 0


def test_nearer_tasks_have_the_same_glyphs_and_wider_stripes():
    far, near = data.named("gate-task"), data.named("gate-task-4")
    assert repr(near) == "<Gate task, 4 px: 5,000 + 1,000 images, 32x32x3, 4 classes>"
    assert (far.x_test[:, :, 10:22] == near.x_test[:, :, 10:22]).all()
    assert (far.x_test[:, :, 9] != near.x_test[:, :, 9]).any()
    assert (far.y_test == near.y_test).all()


def test_a_network_with_other_classes_does_not_fit():
    must_fit(TWO_BLOCKS, "gate-task")
    with pytest.raises(ValueError, match=r"`classes` \(=10\) must be those of 'gate-task', with a classifier; try 4\."):
        must_fit(TINY, "gate-task")


def test_the_command_line_takes_the_classes_of_the_gate_task(monkeypatch, tmp_path, capfd):
    monkeypatch.setattr(memory, "available", lambda: 0)
    assert main(["train", "--data", "gate-task", "--folder", str(tmp_path / "a")]) == 2
    told = capfd.readouterr()
    assert told.out == "The network is adapted to the images in 'gate-task': 4 classes (the preset says 10).\n"
    assert "of memory" in told.err


@pytest.mark.slow
def test_the_trainer_trains_on_the_gate_task_with_its_four_classes(forked, monkeypatch, tmp_path):
    monkeypatch.setattr(Run, "start", lambda run, **_: forked(run))
    trainer = Trainer(replace(TINY, stem="imagenet"), tmp_path)
    post(trainer, {"data": "gate-task", "epochs": "1", "batch": "250"})
    control = next(each for each in trainer.form["controls"] if each["name"] == "data")
    assert dict(zip(control["stops"], control["labels"], strict=True))["gate-task"] == "Gate task: 5,000"
    assert control["hint"] == "4,500 for training, 500 for validation"
    post(trainer, {"start": True})
    assert trainer.form["error"] == ""
    run = trainer.run
    assert run.wait(120).state == "finished", log_of(run)
    assert (run.architecture.classes, run.config["data"], len(run.metrics())) == (4, "gate-task", 1)
    assert run.ready(data.named("gate-task").x_test[:2]).shape == (2, 32, 32, 3)
    trainer.close()


def test_a_run_has_the_scale_of_the_gate_task_once_it_has_started(tmp_path):
    run = Run.create(TWO_BLOCKS, replace(BRIEF, standardise=True), "gate-task", folder=tmp_path / "run")
    with pytest.raises(ValueError, match="start it first"):
        run.ready(data.named("gate-task").x_test[:2])
