"""Gate recorder: the gates that a worker records after each epoch; what it costs, and that it changes nothing."""

import json
import math
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from runs import SHORT, TINY

from senet_lab.data import datasets as data
from senet_lab.gates import moments
from senet_lab.training.batches import Scale
from senet_lab.training.recipe import Recipe
from senet_lab.training.worker.gate_recorder import MAX_IMAGES, MIN_IMAGES_PER_CLASS, GateRecorder, interleave_classes
from senet_lab.training.worker.model import build, variables

RECIPE = replace(SHORT, label_smoothing=0.0, standardise=False)
NETWORK = replace(TINY, input_shape=(8, 8, 3))


@cache
def thinned():
    """The sample with every fourth pixel."""
    images = data.sample()
    return replace(images, x_train=images.x_train[:, ::4, ::4], x_test=images.x_test[:, ::4, ::4])


@pytest.fixture(scope="module")
def model():
    """A network that has made a step."""
    images, made = thinned(), build(NETWORK, RECIPE, 10)
    made.train_on_batch(images.x_train[:32] / np.float32(255), images.y_train[:32])
    return made


def recorder(folder, recipe=RECIPE, **fields):
    return GateRecorder.of(folder, replace(thinned(), **fields), recipe, Scale())


@pytest.mark.slow
def test_gates_are_recorded_per_epoch_and_a_repeated_epoch_counts_once(model, tmp_path):
    for epoch in (0, 1, 2, 1):
        recorder(tmp_path).record(model, epoch)
    found = moments.kept(tmp_path / moments.FILE)
    assert [each.epoch for each in found] == [0, 1]
    assert list(found[1].mean) == ["group1/block1", "group2/block1"]
    assert found[0].mean == found[1].mean
    assert [path.name for path in tmp_path.iterdir()] == ["gates.json"]


def test_recording_leaves_weights_statistics_and_optimizer_as_they_are(model, tmp_path):
    before = [np.array(variable) for variable in variables(model)]
    recorder(tmp_path).record(model, 0)
    for a, b in zip(before, variables(model), strict=True):
        np.testing.assert_array_equal(a, np.array(b))


def test_infinite_f_ratio_is_kept_in_strict_json_and_that_of_earlier_versions_is_read(tmp_path):
    path, moment = tmp_path / moments.FILE, moments.Moment(0, {"se": 0.5}, {"se": math.inf})
    moments.keep([moment], path)
    text = path.read_text()
    assert json.loads(text, parse_constant=pytest.fail)[0]["specificity"] == {"se": None}
    assert moments.kept(path) == [moment]
    path.write_text(text.replace('"se": null', '"se": Infinity'))
    assert moments.kept(path) == [moment]


def test_damaged_record_ends_no_training(model, tmp_path, caplog):
    (tmp_path / moments.FILE).write_text("[{")
    recorder(tmp_path).record(model, 3)
    assert [each.epoch for each in moments.kept(tmp_path / moments.FILE)] == [3]
    assert "damaged" in caplog.text


def test_a_network_without_gates_and_too_few_images_leave_no_file(model, tmp_path):
    recorder(tmp_path).record(build(replace(NETWORK, ratio=None), RECIPE, 10), 0)
    images = thinned()
    recorder(tmp_path, x_test=images.x_test[:0], y_test=images.y_test[:0]).record(model, 0)
    recorder(tmp_path, x_test=images.x_test[:9], y_test=np.arange(9, dtype="uint8")).record(model, 0)
    assert list(tmp_path.iterdir()) == []


def test_few_images_of_all_classes_are_recorded_where_an_epoch_is_short():
    assert len(recorder(".").x) == 140  # a hundredth of 3 x 4,500 + 500, in one batch
    assert len(recorder(".", recipe=replace(RECIPE, batch=32)).x) == 140  # 5 batches of 28
    images = thinned()
    ten = np.tile(images.x_train, (10, 1, 1, 1))
    assert len(recorder(".", x_train=ten).x) == MAX_IMAGES
    few = recorder(".", x_train=images.x_train[:100])
    assert np.bincount(few.y).tolist() == [MIN_IMAGES_PER_CLASS] * 10
    np.testing.assert_array_equal(few.x, images.x_test[interleave_classes(images.y_test)[: 10 * MIN_IMAGES_PER_CLASS]])


def test_recorded_file_has_the_form_that_the_lens_reads(model, tmp_path):
    recorder(tmp_path, recipe=Recipe()).record(model, 0)
    (found,) = json.loads((tmp_path / "gates.json").read_text())
    assert sorted(found) == ["accuracy", "epoch", "mean", "specificity"]
