"""Estimates: what is refused before it starts, with what would fit; and time, as far as the machine has shown it."""

import re
from dataclasses import replace

import pytest

from senet_lab import Architecture, memory
from senet_lab.cli import main
from senet_lab.training import estimate as room
from senet_lab.training import rates
from senet_lab.training.devices import Placement
from senet_lab.training.estimate import check_memory, estimate
from senet_lab.training.recipe import RECIPES, Recipe
from senet_lab.training.runs.run import Run

NET = Architecture.preset("cifar_se_resnet20")
GIB = 2**30


@pytest.fixture
def two_gib(monkeypatch):
    """A machine that has 2 GiB left."""
    monkeypatch.setattr(memory, "available", lambda: 2 * GIB)


@pytest.fixture
def no_rates(tmp_path, monkeypatch):
    """A machine that has trained nothing yet."""
    monkeypatch.setenv("SENET_LAB_CACHE", str(tmp_path / "cache"))


SMALL = {"stem": "cifar", "input_shape": (32, 32, 3), "classes": 10}
WIDE = Architecture(groups=((128, 2), (256, 2)), **SMALL)
GROUPED = Architecture("resnext", groups=((64, 128, 1), (128, 256, 1), (256, 512, 1)), cardinality=16, **SMALL)
# Peaks of the worker in MB, within ten steps and a checkpoint: 2 cores x86_64, Linux, TensorFlow 2.21 on the CPU,
# 2026-12-01. In the first one, "auto" took 1101 MB, with the trial of both precisions.
MEASURED = [
    (NET, "sgd", 128, 1050),
    (NET, "sgd", 1024, 2975),
    (Architecture.preset("cifar_se_resnet56"), "sgd", 128, 1676),
    (WIDE, "adam", 32, 2044),
    (WIDE, "adam", 256, 9733),
    (Architecture("resnext", 50, **SMALL), "adam", 32, 3369),
    (Architecture("resnet", 50, **SMALL), "sgd", 64, 3951),
    (GROUPED, "adam", 128, 1975),
]


@pytest.mark.parametrize(("network", "optimizer", "batch", "megabytes"), MEASURED)
def test_memory_is_estimated_within_a_tenth_of_what_was_measured(network, optimizer, batch, megabytes):
    found = estimate(network, Recipe(optimizer=optimizer, batch=batch))
    assert found.needed / (1e6 * megabytes) == pytest.approx(1, abs=0.1)


@pytest.mark.usefixtures("two_gib")
def test_recipe_without_enough_memory_is_refused_with_the_nearest_batch_that_fits(tmp_path):
    recipe = replace(RECIPES["modern"], batch=2048)
    found = estimate(NET, recipe)
    assert not found.fits
    assert estimate(NET, replace(recipe, batch=found.batch)).fits
    assert not estimate(NET, replace(recipe, batch=2 * found.batch)).fits
    words = f"try batch={found.batch} with accumulate={2048 // found.batch}, which makes the same step of 2,048 images"
    with pytest.raises(ValueError, match=re.escape(words)):
        check_memory(NET, recipe, "sample")
    run = Run.create(NET, recipe, folder=tmp_path / "run")
    with pytest.raises(ValueError, match=re.escape(words)):
        run.start()
    assert run.status().state == "waiting"
    assert not run.is_held()


@pytest.mark.parametrize("recipe", [replace(RECIPES["modern"], batch=100), Recipe(batch=1000, accumulate=4)])
def test_advised_batch_fits_and_makes_the_step_that_it_says(recipe, monkeypatch):
    network, advised = Architecture("resnet", 50, **SMALL), 0
    for mebibytes in range(1200, 4000, 200):
        monkeypatch.setattr(memory, "available", lambda: mebibytes * 2**20)  # noqa: B023 - called in this turn
        if estimate(network, recipe).fits or not estimate(network, recipe).batch:
            continue
        with pytest.raises(ValueError, match="try batch=") as refusal:
            check_memory(network, recipe, "sample")
        words = r"batch=(\d+) with accumulate=(\d+), which makes (.+) of ([\d,]+) images"
        batch, times, which, step = re.search(words, str(refusal.value)).groups()
        advice = replace(recipe, batch=int(batch), accumulate=int(times))
        assert check_memory(network, advice, "sample").fits
        step = step.replace(",", "")
        assert int(step) == advice.batch * advice.accumulate
        assert (which == "the same step") == (int(step) == recipe.batch * recipe.accumulate)
        advised += 1
    assert advised


@pytest.mark.usefixtures("two_gib")
def test_command_line_refuses_before_it_creates_a_folder(tmp_path, capfd):
    assert main(["train", "--batch", "2048", "--folder", str(tmp_path / "run")]) == 2
    assert "or force it" in capfd.readouterr().err
    assert not (tmp_path / "run").exists()


def test_network_that_fits_not_even_one_image_is_advised_to_be_smaller(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 100 * 2**20)
    with pytest.raises(
        ValueError, match="try a smaller image, fewer channels or fewer blocks, since even batch=1 does not fit"
    ):
        check_memory(NET, Recipe(), "sample")


def test_memory_grows_with_the_batch_the_optimizer_and_the_images():
    def needed(recipe, data="sample"):
        return estimate(NET, recipe, data).needed

    assert needed(Recipe(batch=64)) > needed(Recipe(batch=32))
    assert needed(Recipe(batch=64)) > needed(Recipe(batch=64, precision="mixed_bfloat16"))
    # Another number of each parameter, and its copy in a checkpoint that is being written.
    assert needed(Recipe(optimizer="adam")) - needed(Recipe(optimizer="sgd")) == 2 * 4 * NET.ledger().params
    assert needed(Recipe(), "cifar10") > needed(Recipe())
    assert needed(Recipe(batch=4500)) == needed(Recipe(batch=10**6))  # there are no more images than that


def test_images_are_those_of_an_epoch(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(50):
            (tmp_path / name / f"{number}.png").write_text("")
    assert estimate(NET, Recipe()).images == 4500
    assert estimate(NET, Recipe(validation=0.0), "cifar10").images == 50_000
    assert estimate(NET, Recipe(), str(tmp_path)).images == 72  # less a fifth to test on, and a tenth of the rest


def test_a_folder_is_counted_again_only_when_it_has_changed(tmp_path, monkeypatch):
    def images():
        return estimate(NET, Recipe(validation=0.0), str(tmp_path)).images

    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(5):
            (tmp_path / name / f"{number}.png").write_text("")
    assert images() == 8
    with monkeypatch.context() as patch:
        patch.setattr(room, "count_images", lambda *_: 1 / 0)
        assert images() == 8
    for number in range(5, 10):
        (tmp_path / "b" / f"{number}.png").write_text("")
    assert images() == 12
    for name in ("notes.txt", ".hidden.png", "1.heic"):
        (tmp_path / "b" / name).write_text("")
    assert images() == 12  # as many as are read
    assert estimate(NET, Recipe(validation=0.0), str(tmp_path / "none")).images == 0


def test_a_folder_is_counted_as_it_is_kept_in_bytes(tmp_path):
    for name, count in (("half/a", 250), ("half/b", 250), ("all/a", 500), ("all/b", 500)):
        (tmp_path / name).mkdir(parents=True)
        for number in range(count):
            (tmp_path / name / f"{number}.png").write_text("")
    large = Architecture(input_shape=(128, 128, 3), classes=2)
    bare = Recipe(validation=0.0, batch=1)
    more = estimate(large, bare, str(tmp_path / "all")).needed - estimate(large, bare, str(tmp_path / "half")).needed
    assert more == (2 * 400 + 100) * 128 * 128 * 3  # of 500 more: read, and kept to train on; to test on


@pytest.mark.usefixtures("no_rates")
def test_time_is_unknown_before_a_training_and_then_predicted_from_the_nearest():
    assert estimate(NET, Recipe()).seconds is None
    assert "the time is unknown until" in estimate(NET, Recipe()).words
    rates.record_rate(NET, Recipe(), 100.0)
    found = estimate(NET, Recipe(epochs=3))
    assert found.seconds == pytest.approx(3 * 4500 / 100)
    assert "about 2 min 15 s for 3 epochs" in found.words
    deeper = Architecture.preset("cifar_se_resnet110")
    ratio = rates.work(deeper) / rates.work(NET)
    assert estimate(deeper, Recipe()).seconds == pytest.approx(10 * 4500 / 100 * ratio)
    assert "roughly " in estimate(deeper, Recipe()).words
    rates.record_rate(deeper, Recipe(), 30.0)
    assert estimate(deeper, Recipe()).seconds == pytest.approx(10 * 4500 / 30)
    assert estimate(NET, Recipe(epochs=3)).seconds == pytest.approx(3 * 4500 / 100)


@pytest.mark.usefixtures("no_rates")
def test_rates_of_another_backend_or_precision_are_not_used(monkeypatch):
    rates.record_rate(NET, Recipe(), 100.0)
    assert estimate(NET, Recipe(precision="mixed_bfloat16")).seconds is None
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert estimate(NET, Recipe()).seconds is None


@pytest.mark.usefixtures("no_rates")
def test_time_of_auto_is_predicted_from_the_faster_precision():
    auto = Recipe(precision="auto")
    assert estimate(NET, auto).seconds is None
    rates.record_rate(NET, Recipe(), 100.0)
    assert estimate(NET, auto).seconds == pytest.approx(10 * 4500 / 100)
    rates.record_rate(NET, Recipe(precision="mixed_bfloat16"), 150.0)
    assert estimate(NET, auto).seconds == pytest.approx(10 * 4500 / 150)


@pytest.mark.usefixtures("no_rates")
def test_rates_of_several_devices_are_not_used_for_one():
    two = ("10.0.0.1:1", "10.0.0.2:1")
    rates.record_rate(NET, Recipe(), 800.0, Placement("all"))
    rates.record_rate(NET, Recipe(), 300.0, Placement("one", two, 1))
    assert estimate(NET, Recipe()).seconds is None
    for placement, pace in ((Placement("all"), 800), (Placement("one", two), 300), (Placement("all", two), None)):
        expected = None if pace is None else pytest.approx(10 * 4500 / pace)
        assert estimate(NET, Recipe(), "sample", placement).seconds == expected


@pytest.mark.parametrize(
    "text",
    ["", "[", "{}", "[[1]]", '[["a", "b", 1, 1]]', '[["tensorflow any float32", -1, 1, 1]]']
    + [
        f'[["tensorflow any float32", {numbers}]]'
        for numbers in (
            "1,1,1" + "0" * 400,
            "1" + "0" * 400 + ",1,1",
            "1e400,1,1",
            "1e-320,1,1",
            "1,1e400,1",
            "1,1,NaN",
            "1,true,1",
        )
    ],
)
@pytest.mark.usefixtures("no_rates")
def test_damaged_rates_are_ignored(text):
    rates.path().parent.mkdir(exist_ok=True)
    rates.path().write_text(text)
    assert estimate(NET, Recipe()).seconds is None
    rates.record_rate(NET, Recipe(), 100.0)
    assert estimate(NET, Recipe()).seconds is not None


@pytest.mark.usefixtures("no_rates")
def test_only_the_last_rates_are_stored():
    for number in range(room.rates.MAX_RATES + 5):
        rates.record_rate(NET, Recipe(), 1.0 + number)
    assert len(rates.load_rates()) == rates.MAX_RATES
    assert rates.load_rates()[-1].images_per_s == rates.MAX_RATES + 5
